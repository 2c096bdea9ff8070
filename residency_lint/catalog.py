"""rules/*.toml → the catalogue: every row, indexed by what code can say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import tomli

from residency_lint.errors import ConfigError
from residency_lint.findings import Verdict
from residency_lint.places import Places, Region
from residency_lint.policy import Policy
from residency_lint.rule_files import RuleFile, Vendor, read_rule_file
from residency_lint.rules import (
    NOWHERE,
    UNREADABLE,
    Address,
    ArnRule,
    CloudHost,
    Endpoint,
    HttpCalls,
    HttpClient,
    LookAlike,
    Neutral,
    Pattern,
    Pinned,
    Portability,
    Rule,
    SdkCall,
    SdkEscape,
    Setting,
    Token,
)


@dataclass(frozen=True)
class HostRow:
    """A host and path in the index: its row, and for an endpoint its column."""

    rule: Endpoint | LookAlike | Neutral
    address: Address
    region: str


@dataclass(frozen=True)
class Catalog:
    """All rules, and ways to find the ones a piece of code concerns."""

    files: tuple[RuleFile, ...]
    places: Places
    http: HttpCalls = field(default_factory=HttpCalls)

    @cached_property
    def vendors(self) -> Mapping[str, Vendor]:
        # Backwards: the head of the shipped file stays when a repository adds rows to its vendor.
        return {file.vendor.id: file.vendor for file in reversed(self.files)}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for file in self.files for rule in file.rules}

    def regions(self, vendor: str) -> Mapping[str, Region]:
        return self.vendors[vendor].regions

    @cached_property
    def hosts(self) -> Mapping[str, tuple[HostRow, ...]]:
        """Host (or `*.suffix`) → its rows, longest path first."""
        index: dict[str, list[HostRow]] = {}
        for rule in self.rules.values():
            if isinstance(rule, Endpoint):
                rows = [HostRow(rule, a, column) for column, all_ in rule.columns.items() for a in all_]
            elif isinstance(rule, Neutral):
                rows = [HostRow(rule, address, UNREADABLE) for address in rule.addresses]
            elif isinstance(rule, LookAlike):
                rows = [HostRow(rule, Address(host), NOWHERE) for host in rule.meant]
            else:
                continue
            for row in rows:
                index.setdefault(row.address.host, []).append(row)
        return {host: tuple(sorted(rows, key=lambda row: -len(row.address.path))) for host, rows in index.items()}

    def host_rows(self, host: str) -> tuple[HostRow, ...]:
        """The rows of a lower-case host: its own, else those of the longest suffix family it lies in."""
        rows = self.hosts.get(host)
        if rows is not None:
            return rows
        rest = host
        while "." in rest:
            rest = rest.partition(".")[2]
            rows = self.hosts.get("*." + rest)
            if rows is not None:
                return rows
        return ()

    @cached_property
    def domains(self) -> Mapping[str, Vendor]:
        return {domain: vendor for vendor in self.vendors.values() for domain in vendor.domains}

    @cached_property
    def tokens(self) -> Mapping[str, tuple[Token, str]]:
        return {
            word: (rule, column) for rule in self.of(Token) for column, words in rule.columns.items() for word in words
        }

    def of(self, kind: type[Any]) -> list[Any]:
        return [rule for rule in self.rules.values() if isinstance(rule, kind)]

    @cached_property
    def patterns(self) -> tuple[tuple[Pattern, re.Pattern[str], re.Pattern[str] | None], ...]:
        return tuple(
            (rule, re.compile(rule.match), re.compile(rule.keys) if rule.keys else None) for rule in self.of(Pattern)
        )

    @cached_property
    def settings(self) -> tuple[tuple[Setting, re.Pattern[str], re.Pattern[str] | None], ...]:
        return tuple(
            (rule, re.compile(rule.keys), re.compile(rule.unless) if rule.unless else None) for rule in self.of(Setting)
        )

    @cached_property
    def setting_words(self) -> frozenset[str]:
        """The words that settings name a region by."""
        return frozenset(word for rule in self.of(Setting) for word in rule.spelling.values.values())

    @cached_property
    def worded_vendors(self) -> frozenset[str]:
        """The vendors whose region a setting names by a word."""
        return frozenset(rule.vendor for rule in self.of(Setting) if rule.spelling.kind == "word")

    @cached_property
    def sdk_calls(self) -> Mapping[str, SdkCall]:
        """Qualified name → the SDK row."""
        return {name: rule for rule in self.of(SdkCall) for name in rule.names}

    @cached_property
    def sdk_methods(self) -> frozenset[str]:
        """Last names of the SDK calls that are methods of what another SDK call makes."""
        names = (name.rpartition(".") for name in self.sdk_calls)
        return frozenset(method for owner, _, method in names if owner in self.sdk_calls)

    @cached_property
    def builders(self) -> frozenset[str]:
        """Ids of the SDK rows that make an object for others, which may be overruled there."""
        return frozenset(b for rule in self.of(SdkCall) for s in rule.settings for b in s.spelling.builders)

    @cached_property
    def sdk_modules(self) -> Mapping[str, SdkCall]:
        """Module attribute whose assignment starts an SDK → the SDK row."""
        return {name: rule for rule in self.of(SdkCall) for name in rule.assigned}

    @cached_property
    def escapes(self) -> Mapping[str, SdkEscape]:
        return {name: rule for rule in self.of(SdkEscape) for name in rule.names}

    @cached_property
    def sdk_roots(self) -> frozenset[str]:
        """Top-level packages of all SDK names."""
        return frozenset(name.partition(".")[0] for name in (*self.sdk_calls, *self.sdk_modules, *self.escapes))

    @cached_property
    def sdk_words(self) -> frozenset[str]:
        """What source code must hold, as words of their own, to start an SDK: its package, or, by way of a re-export,
        a class that bears its name (`MixpanelUtils`, not `Session`: that word is everywhere)."""
        names = [name.split(".") for name in (*self.sdk_calls, *self.escapes)]
        return self.sdk_roots | {parts[-1] for parts in names if parts[0].partition("_")[0] in parts[-1].lower()}

    @cached_property
    def arns(self) -> tuple[ArnRule, ...]:
        """The most specific first."""
        return tuple(sorted(self.of(ArnRule), key=lambda rule: (rule.service == "*", -len(rule.resource))))

    @cached_property
    def cloud_hosts(self) -> tuple[CloudHost, ...]:
        return tuple(self.of(CloudHost))

    @cached_property
    def pinned(self) -> tuple[Pinned, ...]:
        return tuple(row for file in self.files for row in file.pinned)

    @cached_property
    def portability(self) -> tuple[Portability, ...]:
        return tuple(row for file in self.files for row in file.portability)

    def atoms(self, policies: Iterable[Policy]) -> frozenset[str]:
        """Lower-case texts; a file in which none occurs holds nothing that one of the policies forbids or doubts."""
        found: set[str] = {"arn:aws", "arn%3aaws", "arn:*", "arn:$", "arn:{", "arn:%"}
        policies = tuple(policies)
        for vendor in self.vendors.values():
            found.update(word.lower() for word in (*vendor.keywords, *vendor.domains))
        for rule in self.rules.values():
            regions = self.regions(rule.vendor)
            outside = [
                name
                for name in (*regions, UNREADABLE, NOWHERE)
                if any(p.verdict(rule.vendor, regions, name) is not Verdict.ALLOWED for p in policies)
            ]
            if isinstance(rule, Endpoint):
                for name in outside:
                    found.update(a.host.removeprefix("*") for a in rule.columns.get(name, ()))
            elif isinstance(rule, LookAlike):
                found.update(rule.meant)
            elif isinstance(rule, Token):
                for name in outside:
                    found.update(word.lower() for word in rule.columns.get(name, ()))
            elif isinstance(rule, CloudHost):
                found.update(outside)
                found.update(alias + "." for alias in rule.aliases)
                found.update(
                    f".{regions[name].compact}." for name in outside if name in regions and regions[name].compact
                )
        return frozenset(found - {UNREADABLE, NOWHERE})


def rules_folder() -> Path:
    """Where the shipped rule files lie: beside the package in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent / "_rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


@lru_cache(maxsize=1)
def shipped_catalog() -> Catalog:
    return load_catalog(sorted(rules_folder().glob("*.toml")))


def load_catalog(paths: Iterable[Path], base: Catalog | None = None) -> Catalog:
    """The catalogue of rule files, added to `base`.

    Raises ConfigError with every error of every file: bad TOML, unknown keys, wrong types, a host in two places,
    a row that `base` already has (what is shipped cannot be changed).
    """
    paths = list(paths)
    errors: list[str] = []
    places = base.places if base else load_places(next(p for p in paths if p.name == "places.toml"))
    http = base.http if base else load_http(next((p for p in paths if p.name == "http.toml"), None))
    files: list[RuleFile] = list(base.files) if base else []
    taken: dict[str, str] = {rule.id: "the shipped catalogue" for file in files for rule in file.rules}
    for path in paths:
        if path.name in ("places.toml", "http.toml"):
            continue
        file, found = read_rule_file(_toml(path), places)
        errors += [f"{path}: {error}" for error in found]
        if file is None:
            continue
        for rule in file.rules:
            if rule.id in taken:
                errors.append(f"{path}: {rule.id} is already in {taken[rule.id]}; give the row another name")
            taken[rule.id] = str(path)
        files.append(file)
    if not errors and base is not None:
        errors += _overrides(base, files[len(base.files) :])
    if errors:
        raise ConfigError("\n".join(errors))
    return Catalog(tuple(files), places, http)


def _overrides(base: Catalog, files: Iterable[RuleFile]) -> list[str]:
    """What a repository's own rows say of things that the shipped catalogue already speaks for."""
    files = tuple(files)
    own = Catalog(files, base.places)
    shared = (
        *((host, base.hosts[host][0].rule) for host in own.hosts if host in base.hosts),
        *((name, base.sdk_calls[name]) for name in own.sdk_calls if name in base.sdk_calls),
        *((name, base.escapes[name]) for name in own.escapes if name in base.escapes),
        *((word, base.tokens[word][0]) for word in own.tokens if word in base.tokens),
    )
    errors = [
        f"{name}: the shipped row {rule.id} speaks for it; a repository cannot change that" for name, rule in shared
    ]
    for file in files:
        vendor = file.vendor.id
        known = base.vendors[vendor].regions if vendor in base.vendors else file.vendor.regions
        errors += [
            f"{vendor}: regions.{name}: the shipped file says where it is, and which there are; repeat that"
            for name, region in file.vendor.regions.items()
            if name not in known or known[name].countries != region.countries
        ]
        if any(isinstance(rule, ArnRule) for rule in file.rules):
            errors.append(
                f"{vendor}: arn: every ARN is spoken for by the shipped catalogue; a repository cannot add rows"
            )
        if file.pinned or file.portability:
            errors.append(f"{vendor}: pinned, portability: only the shipped catalogue can make exceptions")
    return errors


def load_http(path: Path | None) -> HttpCalls:
    """What sends HTTP requests; nothing without a file."""
    data = _toml(path) if path else {}
    functions = {name: row["position"] for row in data.get("function", []) for name in row["names"]}
    clients = {
        name: HttpClient(row["methods"], row.get("base", ""), row.get("position", -1), tuple(row.get("transport", ())))
        for row in data.get("client", [])
        for name in row["names"]
    }
    return HttpCalls(functions, clients)


def load_places(path: Path) -> Places:
    data = _toml(path)
    zones = {name: frozenset(zone["countries"]) for name, zone in data["zones"].items()}
    providers = {
        provider: {
            name: Region(
                name,
                frozenset([row["country"]] if row.get("country") else row.get("countries", [])),
                row.get("title", ""),
                row.get("partition", ""),
                row.get("compact", ""),
            )
            for name, row in rows.items()
        }
        for provider, rows in data.get("providers", {}).items()
    }
    partitions = {name: frozenset(row["countries"]) for name, row in data.get("partitions", {}).items()}
    return Places(
        zones,
        {name: zone["title"] for name, zone in data["zones"].items()},
        frozenset(data["countries"]),
        providers,
        partitions,
        data.get("names", {}),
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomli.loads(path.read_bytes().decode())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
