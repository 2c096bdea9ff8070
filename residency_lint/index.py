"""What a run asks of the catalogue before it opens a file: small enough to be kept, so that most runs read no rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from residency_lint.places import Places, Region
from residency_lint.policy import Policy
from residency_lint.verdicts import Verdict

if TYPE_CHECKING:
    from residency_lint.catalog import Catalog


class Index(Struct, frozen=True, eq=False, dict=True):
    """The vendors' regions, and the texts and words by which a file may concern them. `load` gives all the rest."""

    places: Places
    vendors: Mapping[str, Mapping[str, Region]]
    """Vendor → its regions by name."""
    aliases: Mapping[str, Mapping[str, str]]
    """Vendor → what people also call its regions → their names."""
    texts: Mapping[str, Mapping[str, frozenset[str]]]
    """Vendor → region → the lower-case texts by which a file may lead there."""
    modules: frozenset[str]
    """What Python files import to start an SDK."""
    words: frozenset[str]
    """What else in them says that one may be started."""
    worded_vendors: frozenset[str]
    """The vendors whose region a setting names by a word."""
    load: Callable[[], Catalog]

    @cached_property
    def catalog(self) -> Catalog:
        return self.load()

    def atoms(self, policies: Iterable[Policy]) -> frozenset[str]:
        """Lower-case texts; a file in which none occurs holds nothing that one of the policies forbids or doubts."""
        policies = tuple(policies)
        found: set[str] = set()
        for vendor, rows in self.texts.items():
            regions = self.vendors[vendor]
            for name, texts in rows.items():
                if any(p.verdict(vendor, regions, name) is not Verdict.ALLOWED for p in policies):
                    found |= texts
        return frozenset(found)

    def as_data(self) -> dict[str, Any]:
        """Everything but `load`, for JSON."""
        places = self.places
        return {
            "zones": {name: sorted(countries) for name, countries in places.zones.items()},
            "titles": dict(places.titles),
            "countries": sorted(places.countries),
            "names": dict(places.names),
            "vendors": {vendor: list(map(_row, regions.values())) for vendor, regions in self.vendors.items()},
            "aliases": {vendor: dict(names) for vendor, names in self.aliases.items()},
            "texts": {v: {name: sorted(texts) for name, texts in rows.items()} for v, rows in self.texts.items()},
            "modules": sorted(self.modules),
            "words": sorted(self.words),
            "worded_vendors": sorted(self.worded_vendors),
        }


def of_data(data: Mapping[str, Any], load: Callable[[], Catalog]) -> Index:
    """What `as_data` made. Raises KeyError, TypeError or ValueError for anything else."""
    zones = {name: frozenset(countries) for name, countries in data["zones"].items()}
    return Index(
        Places(zones, data["titles"], frozenset(data["countries"]), names=data["names"]),
        {vendor: {row[0]: _region(row) for row in rows} for vendor, rows in data["vendors"].items()},
        data["aliases"],
        {vendor: {n: frozenset(texts) for n, texts in rows.items()} for vendor, rows in data["texts"].items()},
        frozenset(data["modules"]),
        frozenset(data["words"]),
        frozenset(data["worded_vendors"]),
        load,
    )


def _row(region: Region) -> list[Any]:
    return [region.name, sorted(region.countries), region.title, region.partition, region.compact]


def _region(row: list[Any]) -> Region:
    name, countries, title, partition, compact = row
    return Region(name, frozenset(countries), title, partition, compact)
