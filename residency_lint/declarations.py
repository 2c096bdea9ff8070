"""What one config file declares, with the names it uses looked up: which policy holds for which path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.config_file import ConfigFile, VendorEntry, near
from residency_lint.errors import ConfigError
from residency_lint.index import Index
from residency_lint.policy import Allowance, Policy

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NOT_DECLARED = 'add region = "eu" to [tool.residency-lint] in pyproject.toml, or pass --region eu'


class Declarations(Struct, frozen=True, dict=True):
    """A config file, the folder its globs start from, and the index with its own rows.

    `regions`, from the command line, replace the file's top-level ones.
    """

    file: ConfigFile
    folder: str
    index: Index
    regions: tuple[str, ...]
    today: date

    def policy_for(self, path: str) -> Policy:
        """Raises ConfigError if no region is declared for the path."""
        policy = self._policies[self._last_fitting(path)]
        if policy is None:
            where = f" for {path} in {self.file.path}" if self.file.path else ""
            raise ConfigError(f"no region is declared{where}; {NOT_DECLARED}")
        return policy

    def is_excluded(self, path: str) -> bool:
        if not self.file.exclude or (path.endswith("/") and self._takes_back):
            return False
        return self._fits(self._excluded, path)

    @property
    def _takes_back(self) -> bool:
        """Whether a folder that is excluded may hold files that are not."""
        return any(pattern.startswith("!") for pattern in self.file.exclude)

    def _last_fitting(self, path: str) -> int:
        """The index of the last `[[paths]]` entry that fits a path; -1 without."""
        return next((index for index, spec in self._specs if self._fits(spec, path)), -1)

    def _fits(self, spec: GitIgnoreSpec, path: str) -> bool:
        folder, full = os.path.join(self.folder, ""), os.path.abspath(path)
        inner = full.removeprefix(folder).replace(os.sep, "/") + ("/" if path.endswith("/") else "")
        return full.startswith(folder) and spec.match_file(inner)

    @cached_property
    def _excluded(self) -> GitIgnoreSpec:
        return _spec(self.file.exclude, f"{self.file.path}: exclude")

    @cached_property
    def _specs(self) -> list[tuple[int, GitIgnoreSpec]]:
        """Last first."""
        specs = [_spec(e.globs, f"{self.file.path}: paths[{n}].match") for n, e in enumerate(self.file.paths, 1)]
        return list(reversed(list(enumerate(specs))))

    @cached_property
    def _policies(self) -> Mapping[int, Policy | None]:
        """Index of the `[[paths]]` entry, or -1 → its policy.

        An entry with a region replaces everything, exceptions for vendors included: they were agreed for other
        files. One without adds its vendors to the rest of the file.
        """
        words = self.regions or self.file.regions
        general = self._allowance(words)
        vendors = self._with_vendors({}, general, self.file.vendors)
        origin = "--region" if self.regions else self.file.path
        policies = {-1: self._policy(general, vendors, origin)}
        for index, entry in enumerate(self.file.paths):
            outer, base = (self._allowance(entry.regions), {}) if entry.regions else (general, vendors)
            origin_here = self.file.path if entry.regions else origin
            policies[index] = self._policy(outer, self._with_vendors(base, outer, entry.vendors), origin_here)
        return policies

    def _policy(self, allowed: Allowance, vendors: Mapping[str, Allowance], origin: str) -> Policy | None:
        return Policy(allowed, vendors, origin, self.file.unknown, self.file.docs) if allowed.words else None

    def _with_vendors(
        self, base: Mapping[str, Allowance], general: Allowance, entries: Mapping[str, VendorEntry]
    ) -> dict[str, Allowance]:
        found = dict(base)
        for vendor, entry in entries.items():
            if entry.until is not None and self.today > entry.until:
                found[vendor] = replace(found.get(vendor, general), lapsed=entry.until.isoformat())
            else:
                found[vendor] = self._allowance(entry.regions, vendor, entry.reason)
        return found

    def _allowance(self, words: tuple[str, ...], vendor: str = "", reason: str = "") -> Allowance:
        """A vendor's own name for a region goes before a zone of the same name: `eu` can be one data centre."""
        own = _own_names(self.index, vendor) if vendor else {}
        regions = frozenset(own[word.lower()] for word in words if word.lower() in own)
        countries = self.index.places.countries_of(word for word in words if word.lower() not in own)
        if regions and countries:
            # The vendor's own names alone would be judged: add those that the countries stand for.
            inside = self.index.vendors[vendor].values()
            regions |= {region.name for region in inside if region.countries and region.countries <= countries}
        return Allowance(countries, regions, words, reason)


def declarations(file: ConfigFile, folder: str, shipped: Index, regions: tuple[str, ...], today: date) -> Declarations:
    """Raises ConfigError with every error of the file: keys, types, names, and its own rule files."""
    index, errors = _with_own_rows(file, folder, shipped)
    errors = [*file.errors, *errors, *(f"{file.path}: {words}" for words in _name_errors(file, index))]
    if errors:
        raise ConfigError("\n".join(errors))
    return Declarations(file, folder, index, regions, today)


def place_errors(key: str, words: Iterable[str], index: Index, vendor: str = "") -> Iterator[str]:
    """A line for each word that is no zone and no country, and no region of the vendor."""
    own = _own_names(index, vendor) if vendor else {}
    places = index.places
    for word in words:
        if word.lower() in own or word.lower() in places.zones or word.upper() in places.countries:
            continue
        kinds = f"region of {vendor}, zone or country" if vendor else "zone or country"
        known = [*places.zones, *(country.lower() for country in places.countries)]
        meant = places.names.get(word.lower())
        hint = f"; did you mean `{meant}`?" if meant else near(word, own) or near(word, known)
        yield f"{key}: {word!r} is no {kinds}{hint}"


def _name_errors(file: ConfigFile, index: Index) -> Iterator[str]:
    yield from place_errors("region", file.regions, index)
    yield from _vendor_errors("vendors", file.vendors, index)
    for number, entry in enumerate(file.paths, 1):
        yield from place_errors(f"paths[{number}].region", entry.regions, index)
        yield from _vendor_errors(f"paths[{number}].vendors", entry.vendors, index)


def _vendor_errors(key: str, entries: Mapping[str, VendorEntry], index: Index) -> Iterator[str]:
    for vendor, entry in entries.items():
        if vendor in index.vendors:
            yield from place_errors(f"{key}.{vendor}", entry.regions, index, vendor)
        else:
            yield f"{key}.{vendor}: unknown vendor{near(vendor, index.vendors)}"


def _own_names(index: Index, vendor: str) -> dict[str, str]:
    """What a vendor's regions may be called, in lower case → their names."""
    aliases = index.aliases[vendor]
    return {alias.lower(): name for alias, name in aliases.items()} | {
        name.lower(): name for name in index.vendors[vendor]
    }


def _with_own_rows(file: ConfigFile, folder: str, shipped: Index) -> tuple[Index, list[str]]:
    paths: dict[Path, None] = {}
    errors: list[str] = []
    for pattern in file.catalog:
        found = sorted(glob(os.path.join(folder, pattern), recursive=True))
        paths.update((Path(path), None) for path in found)
        if not found:
            errors.append(f"{file.path}: catalog: no file fits {pattern!r}")
    if not paths:
        return shipped, errors
    from residency_lint.loading import index_of, load_catalog  # with all rules, which few config files need

    try:
        return index_of(load_catalog(paths, shipped.catalog)), errors
    except ConfigError as error:
        return shipped, [*errors, str(error)]


def _spec(patterns: Iterable[str], key: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # 20 ms, and only files with globs need it

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise ConfigError(f"{key}: {error}") from error
