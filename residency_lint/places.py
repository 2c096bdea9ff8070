"""Regions, countries and zones: what lies where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field


class Region(Struct, frozen=True):
    """A vendor's or cloud's own name for a place, and the countries (ISO 3166 alpha-2) the data may rest in.

    No countries: the place is not published.
    """

    name: str
    countries: frozenset[str]
    title: str = ""
    partition: str = ""
    compact: str = ""


class Places(Struct, frozen=True):
    """The zones a policy may name, and the cloud providers' regions."""

    zones: Mapping[str, frozenset[str]]
    titles: Mapping[str, str] = field(default_factory=dict)
    countries: frozenset[str] = frozenset()
    providers: Mapping[str, Mapping[str, Region]] = field(default_factory=dict)
    partitions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """AWS partition → the countries its regions lie in."""
    names: Mapping[str, str] = field(default_factory=dict)
    """A word for a place, in lower case → its zone or country code."""

    def countries_of(self, names: Iterable[str]) -> frozenset[str]:
        """The countries of zones and country codes. Raises KeyError with the first unknown name."""
        found: set[str] = set()
        for name in names:
            lower = name.lower()
            if lower in self.zones:
                found |= self.zones[lower]
            elif name.upper() in self.countries:
                found.add(name.upper())
            else:
                raise KeyError(name)
        return frozenset(found)
