"""The rows of a rule file: one function for each kind of row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from residency_lint.fixes import Applicability
from residency_lint.rule_tables import LEVELS, Table
from residency_lint.rules import (
    Address,
    ArnRule,
    CloudHost,
    Endpoint,
    LookAlike,
    Neutral,
    Pattern,
    Pinned,
    Portability,
    Rule,
    Setting,
    Spelling,
    Token,
)

KINDS_OF_VALUE = (
    "host",
    "host:port",
    "url",
    "word",
    "boolean",
    "enum",
    "region",
    "dsn",
    "connection-string",
    "key",
    "object",
)
_ROLES = (
    "ingest",
    "api",
    "query",
    "export",
    "management",
    "privacy",
    "auth",
    "ui",
    "cdn",
    "control",
    "transfer",
)


class Row(Struct, frozen=True):
    """What a row's builder knows besides the row."""

    vendor: str
    name: str
    columns: frozenset[str]
    docs: str
    verified: str
    consequence: str

    def head(self, table: Table, fix: Applicability = Applicability.SAFE) -> dict[str, Any]:
        return {
            "id": f"{self.vendor}/{self.name}",
            "vendor": self.vendor,
            "title": table.text("title", required=True),
            "why": table.text("why"),
            "docs": table.text("docs", self.docs),
            "source": table.text("source"),
            "verified": table.date("verified", self.verified),
            "fix": table.level("fix", fix),
            "level": table.text("level", "error", choices=("error", "note")),
            "consequence": table.text("consequence", self.consequence),
            "wrong": table.text("wrong"),
            "right": table.text("right"),
        }

    def by_column(self, table: Table) -> dict[str, list[Any]]:
        found = {}
        for name in table.data:
            if name in self.columns:
                value = table.value(name, (str, list, dict), [], "an address or a list of them")
                found[name] = value if isinstance(value, list) else [value]
        return found

    def check_columns(self, table: Table, key: str, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.columns:
                table.error(key, f"{name!r} is not among [regions] ({', '.join(sorted(self.columns))})")


def _address(entry: Any, table: Table, key: str) -> Address:
    fix = None
    if isinstance(entry, dict):
        inner = Table(entry, f"{table.where}.{key}", table.errors)
        text, fix = inner.text("host", required=True), LEVELS.get(inner.text("fix", choices=("", *LEVELS)))
        inner.finish()
    else:
        text = entry if isinstance(entry, str) else ""
    host, slash, path = text.partition("/")
    if not re.fullmatch(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+", host):
        table.error(key, f"{entry!r} is no host: lower case, no scheme, no port, a path only after it")
    return Address(host, ("/" + path.rstrip("/")) if slash and path.strip("/") else "", fix)


def _endpoint(table: Table, row: Row) -> Endpoint:
    columns = {
        name: tuple(_address(entry, table, name) for entry in entries) for name, entries in row.by_column(table).items()
    }
    if not columns:
        table.error("", "has no column: name a region and its hosts")
    return Endpoint(**row.head(table), role=table.text("role", "api", choices=_ROLES), columns=columns)


def _look_alike(table: Table, row: Row) -> LookAlike:
    return LookAlike(
        **row.head(table, Applicability.UNSAFE), meant=table.words("meant"), imitations=table.flag("imitations")
    )


def _neutral(table: Table, row: Row) -> Neutral:
    hosts = table.texts("hosts")
    return Neutral(**row.head(table), addresses=tuple(_address(host, table, "hosts") for host in hosts))


def _token(table: Table, row: Row) -> Token:
    columns = {name: tuple(map(str, entries)) for name, entries in row.by_column(table).items()}
    return Token(**row.head(table, Applicability.UNSAFE), what=table.text("what", required=True), columns=columns)


def _pattern(table: Table, row: Row) -> Pattern:
    codes = table.words("codes")
    row.check_columns(table, "codes", codes.values())
    return Pattern(
        **row.head(table, Applicability.DISPLAY),
        match=table.pattern("match", group="region"),
        codes=codes,
        keys=table.pattern("keys"),
        secret=table.flag("secret"),
    )


def spelling_of(table: Table, row: Row) -> Spelling:
    """How a row, or one of an SDK's settings, writes a region."""
    values, also = table.words("values"), table.words("also")
    row.check_columns(table, "values", values)
    row.check_columns(table, "also", also.values())
    return Spelling(
        kind=table.text("kind", "word", choices=KINDS_OF_VALUE),
        endpoint=table.text("endpoint"),
        path=table.text("path"),
        exact=table.flag("exact"),
        bare=table.flag("bare"),
        values=values,
        also=also,
        builders=tuple(f"{row.vendor}/{name}" for name in table.texts("builders")),
    )


def _setting(table: Table, row: Row) -> Setting:
    return Setting(
        **row.head(table, Applicability.UNSAFE),
        keys=table.pattern("keys"),
        unless=table.pattern("unless"),
        needs_vendor=table.flag("needs_vendor"),
        emulators=table.pattern("emulators"),
        spelling=spelling_of(table, row),
    )


def _arn(table: Table, row: Row) -> ArnRule:
    columns = {name: str(entries[0]) for name, entries in row.by_column(table).items() if entries}
    return ArnRule(
        **row.head(table, Applicability.UNSAFE),
        service=table.text("service", "*"),
        resource=table.text("resource", "*"),
        columns=columns,
    )


def _cloud(table: Table, row: Row) -> CloudHost:
    aliases = table.words("aliases")
    row.check_columns(table, "aliases", aliases.values())
    return CloudHost(
        **row.head(table, Applicability.UNSAFE),
        suffixes=table.texts("suffixes"),
        fused=table.texts("fused"),
        aliases=aliases,
        stops=table.texts("stops"),
        compact=table.texts("compact"),
    )


def pinned_rows(table: Table) -> list[Pinned]:
    services, resources = table.texts("services"), table.texts("resources") or ("*",)
    if not services:
        table.error("services", "is missing")
    region, why = table.text("region", "us-east-1"), table.text("why", required=True)
    maybe, context = table.flag("maybe"), table.pattern("context")
    table.finish()
    return [Pinned(service, resource, region, why, maybe, context) for service in services for resource in resources]


def portability_rows(table: Table) -> list[Portability]:
    kind = table.text("kind", choices=("name-addressed", "id-bound", "foreign-account", "lockstep", "never"))
    resources = table.texts("resources") or ("*",)
    rows = [Portability(service, resource, kind) for service in table.texts("services") for resource in resources]
    table.finish()
    return rows


BUILDERS: dict[str, Callable[[Table, Row], Rule]] = {
    "endpoint": _endpoint,
    "lookalike": _look_alike,
    "neutral": _neutral,
    "token": _token,
    "pattern": _pattern,
    "setting": _setting,
    "arn": _arn,
    "cloud": _cloud,
}
