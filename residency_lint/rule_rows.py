"""The rows of a rule file: one function for each kind of row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

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
    SdkCall,
    SdkEscape,
    SdkSetting,
    Setting,
    Signature,
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
_PLACES_OF_SETTING = ("argument", "attribute", "item", "entry", "module", "setter", "env", "receiver")
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


@dataclass(frozen=True)
class Row:
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


def _spelling(table: Table, row: Row) -> Spelling:
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


def _sdk(table: Table, row: Row) -> SdkCall:
    absent = table.text("absent")
    if absent:
        row.check_columns(table, "absent", [absent])
    absent_for = table.words("absent_for")
    row.check_columns(table, "absent_for", absent_for.values())
    parts, only = table.texts("parts"), table.words("only")
    if not set(only) <= set(parts):
        table.error("only", f"names no part: {', '.join(sorted(set(only) - set(parts)))}")
    settings = []
    for inner in table.tables("settings"):
        settings.append(
            SdkSetting(
                spelling=_spelling(inner, row),
                **{place: inner.text(place) for place in _PLACES_OF_SETTING},
                empty=inner.text("empty", choices=("", "absent")),
                covers=inner.texts("covers"),
                beats=inner.flag("beats"),
                before=inner.texts("before"),
                unset=inner.texts("unset"),
                given=inner.words("given"),
                at_import=inner.flag("at_import"),
                since=inner.text("since"),
                until=inner.text("until"),
                build=inner.text("build"),
            )
        )
        if sum(bool(inner.data.get(place)) for place in _PLACES_OF_SETTING) != 1:
            inner.error("", f"name exactly one of {', '.join(_PLACES_OF_SETTING)}")
        inner.finish()
    signatures = []
    for inner in table.tables("signatures"):
        signatures.append(Signature(inner.texts("parameters"), inner.text("since"), inner.flag("more")))
        inner.finish()
    return SdkCall(
        **row.head(table),
        language=table.text("language", "python"),
        names=table.texts("names"),
        assigned=table.texts("assigned"),
        package=table.text("package"),
        signatures=tuple(signatures),
        settings=tuple(settings),
        mistaken=table.texts("mistaken"),
        parts=parts,
        only=only,
        absent=absent,
        absent_host=table.text("absent_host"),
        absent_for=absent_for,
        ignored_env=table.texts("ignored_env"),
        off=table.words("off"),
        replaced_by=table.words("replaced_by"),
        needs=table.texts("needs"),
        needs_env=table.texts("needs_env"),
        used_by=table.texts("used_by"),
        held_by=table.words("held_by"),
        proof=table.text("proof"),
        unproved=table.text("unproved"),
    )


def _escape(table: Table, row: Row) -> SdkEscape:
    goes_to = table.text("goes_to", required=True)
    row.check_columns(table, "goes_to", [goes_to])
    return SdkEscape(
        **row.head(table, Applicability.UNSAFE),
        names=table.texts("names"),
        goes_to=goes_to,
        parameters=table.texts("parameters"),
        endpoint=table.text("endpoint"),
        instead=table.words("instead"),
    )


def _setting(table: Table, row: Row) -> Setting:
    return Setting(
        **row.head(table, Applicability.UNSAFE),
        keys=table.pattern("keys"),
        unless=table.pattern("unless"),
        needs_vendor=table.flag("needs_vendor"),
        emulators=table.pattern("emulators"),
        spelling=_spelling(table, row),
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
    "sdk": _sdk,
    "escape": _escape,
    "setting": _setting,
    "arn": _arn,
    "cloud": _cloud,
}
