"""One rule file → its rows; every error of a file is reported at once, with file and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from residency_lint import call_rows, rule_rows
from residency_lint.call_rules import SdkCall
from residency_lint.places import Places, Region
from residency_lint.rule_rows import Row, pinned_rows, portability_rows
from residency_lint.rule_tables import Table
from residency_lint.rules import RESERVED_COLUMNS, Endpoint, Pinned, Portability, Rule

_BUILDERS = {**rule_rows.BUILDERS, **call_rows.BUILDERS}
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAMES_OF_THE_FORMAT = frozenset(
    [
        "title",
        "why",
        "docs",
        "source",
        "verified",
        "fix",
        "level",
        "consequence",
        "wrong",
        "right",
        "role",
        "what",
        "service",
        "resource",
    ]
)


class Vendor(Struct, frozen=True):
    """A rule file's head."""

    id: str
    title: str
    docs: str
    verified: str
    regions: Mapping[str, Region]
    keywords: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    """Registrable domains of the vendor: an undocumented host below one is looked at."""
    consequence: str = ""
    provider: str = ""
    """The cloud whose regions are this vendor's."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """What people also call a region → its name."""


class RuleFile(Struct, frozen=True):
    """Everything one file says."""

    vendor: Vendor
    rules: tuple[Rule, ...]
    pinned: tuple[Pinned, ...] = ()
    portability: tuple[Portability, ...] = ()


def read_rule_file(data: Mapping[str, Any], places: Places) -> tuple[RuleFile | None, list[str]]:
    """The rows of a parsed rule file, and its errors as `key: what is wrong`. With errors there is no file."""
    errors: list[str] = []
    head = Table(data, "", errors)
    vendor = _vendor(head, places)
    columns = frozenset(vendor.regions) | frozenset(RESERVED_COLUMNS)
    rules: list[Rule] = []
    names: dict[str, str] = {}
    for kind, build in _BUILDERS.items():
        for name, body in head.value(kind, dict, {}, "tables").items():
            where = f"{kind}.{name}"
            if not isinstance(body, dict):
                errors.append(f"{where}: expected a table [{where}]")
                continue
            if not _ID.fullmatch(name):
                errors.append(f"{where}: a row's name is lower-case words joined by hyphens")
            if name in names:
                errors.append(f"{where}: the name is taken by [{names[name]}.{name}]")
            names[name] = kind
            table = Table(body, where, errors)
            rules.append(build(table, Row(vendor.id, name, columns, vendor.docs, vendor.verified, vendor.consequence)))
            table.finish()
    pinned = tuple(row for table in head.tables("pinned") for row in pinned_rows(table))
    portability = tuple(row for table in head.tables("portability") for row in portability_rows(table))
    head.finish()
    _check_addresses(rules, errors)
    _check_references(rules, errors)
    return (None if errors else RuleFile(vendor, tuple(rules), pinned, portability)), errors


def _vendor(head: Table, places: Places) -> Vendor:
    provider = head.text("provider", choices=("", *places.providers))
    regions: dict[str, Region] = dict(places.providers.get(provider, {}))
    for name, where in head.value("regions", dict, {}, "a table of regions").items():
        names = [where] if isinstance(where, str) else where
        try:
            regions[name] = Region(name, places.countries_of(names))
        except (KeyError, TypeError, AttributeError) as error:
            head.error(f"regions.{name}", f'{error} is no country code or zone; write "DE", "eu" or a list')
        if name in RESERVED_COLUMNS or name in _NAMES_OF_THE_FORMAT:
            head.error(f"regions.{name}", "this name is taken by the format; choose another")
    if not regions:
        head.error("regions", "is missing: the vendor's region names and where they lie")
    return Vendor(
        id=head.text("vendor", required=True),
        title=head.text("title", required=True),
        docs=head.text("docs", required=True),
        verified=head.date("verified") or _missing(head, "verified"),
        regions=regions,
        keywords=head.texts("keywords"),
        domains=head.texts("domains"),
        consequence=head.text("consequence"),
        provider=provider,
        aliases=head.words("aliases"),
    )


def _missing(table: Table, key: str) -> str:
    table.error(key, "is missing")
    return ""


def _check_addresses(rules: Iterable[Rule], errors: list[str]) -> None:
    """One host and path belongs to one row and one region."""
    seen: dict[str, str] = {}
    for rule in rules:
        if isinstance(rule, Endpoint):
            for column, addresses in rule.columns.items():
                for address in addresses:
                    here = f"{rule.id} ({column})"
                    if seen.setdefault(str(address), here) != here:
                        errors.append(f"{rule.id}.{column}: {address} stands already in {seen[str(address)]}")


def _check_references(rules: Iterable[Rule], errors: list[str]) -> None:
    """An SDK row names only rows that exist."""
    by_id = {rule.id: rule for rule in rules}
    for rule in by_id.values():
        spellings = [s.spelling for s in rule.settings] if isinstance(rule, SdkCall) else []
        for spelling in spellings:
            for builder in spelling.builders:
                if builder not in by_id:
                    errors.append(f"{rule.id}.builders: there is no row {builder}")
            if spelling.endpoint and not isinstance(by_id.get(f"{rule.vendor}/{spelling.endpoint}"), Endpoint):
                errors.append(f"{rule.id}.endpoint: there is no row [endpoint.{spelling.endpoint}]")
