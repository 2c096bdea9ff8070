"""One rule file → its rows; every error of a file is reported at once, with file and key."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from residency_lint.fixes import Applicability
from residency_lint.places import Places, Region
from residency_lint.rules import (
    RESERVED_COLUMNS,
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
LEVELS = {"safe": Applicability.SAFE, "unsafe": Applicability.UNSAFE, "shown": Applicability.DISPLAY}
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PLACES_OF_SETTING = ("argument", "attribute", "item", "module", "setter", "env")


@dataclass(frozen=True)
class Vendor:
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


@dataclass(frozen=True)
class RuleFile:
    """Everything one file says."""

    vendor: Vendor
    rules: tuple[Rule, ...]
    pinned: tuple[Pinned, ...] = ()
    portability: tuple[Portability, ...] = ()


class _Table:
    """A TOML table under check: reads typed values, remembers what was asked for, collects errors."""

    def __init__(self, data: Mapping[str, Any], where: str, errors: list[str]) -> None:
        self.data, self.where, self.errors = data, where, errors
        self.known: set[str] = set()

    def error(self, key: str, words: str) -> None:
        self.errors.append(f"{self.where}{'.' if self.where and key else ''}{key}: {words}")

    def value(self, key: str, kind: type | tuple[type, ...], default: Any, wanted: str) -> Any:
        self.known.add(key)
        value = self.data.get(key, default)
        if value is not default and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            self.error(key, f"expected {wanted}, found {value!r}")
            return default
        return value

    def text(self, key: str, default: str = "", *, required: bool = False, choices: Iterable[str] = ()) -> str:
        value: str = self.value(key, str, default, "a text")
        if required and not value:
            self.error(key, "is missing")
        allowed = tuple(choices)
        if allowed and value not in allowed:
            self.error(key, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def pattern(self, key: str, *, group: str = "") -> str:
        value = self.text(key)
        try:
            compiled = re.compile(value)
        except re.error as error:
            self.error(key, f"not a regular expression: {error}")
        else:
            if group and group not in compiled.groupindex:
                self.error(key, f"has no group (?P<{group}>…)")
        return value

    def flag(self, key: str) -> bool:
        return bool(self.value(key, bool, False, "true or false"))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single text stands for a list of one."""
        value = self.value(key, (str, list), [], "a list of texts")
        items = [value] if isinstance(value, str) else value
        if any(not isinstance(item, str) for item in items):
            self.error(key, "every entry must be a text")
            return ()
        return tuple(items)

    def words(self, key: str) -> dict[str, str]:
        """A table of words; booleans count as the words `True` and `False`."""
        table = self.value(key, dict, {}, "a table")
        return {name: str(word) for name, word in table.items()}

    def date(self, key: str, default: str = "") -> str:
        value = self.value(key, datetime.date, None, "a date (2026-11-22, without quotes)")
        return value.isoformat() if value else default

    def level(self, key: str, default: Applicability) -> Applicability:
        word = self.text(key)
        if not word:
            return default
        if word not in LEVELS:
            self.error(key, f"{word!r} is none of {', '.join(LEVELS)}")
        return LEVELS.get(word, default)

    def tables(self, key: str) -> list[_Table]:
        found = self.value(key, list, [], "a list of tables")
        return [
            _Table(item if isinstance(item, dict) else {}, f"{self.where}.{key}[{i}]".lstrip("."), self.errors)
            for i, item in enumerate(found)
        ]

    def finish(self) -> None:
        for key in self.data:
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, 1)
                self.error(key, "unknown key" + (f"; did you mean `{near[0]}`?" if near else ""))


def read_rule_file(data: Mapping[str, Any], places: Places) -> tuple[RuleFile | None, list[str]]:
    """The rows of a parsed rule file, and its errors as `key: what is wrong`. With errors there is no file."""
    errors: list[str] = []
    head = _Table(data, "", errors)
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
            table = _Table(body, where, errors)
            rules.append(build(table, _Row(vendor, name, columns)))
            table.finish()
    pinned = tuple(row for table in head.tables("pinned") for row in _pinned(table))
    portability = tuple(row for table in head.tables("portability") for row in _portability(table))
    head.finish()
    _check_addresses(rules, errors)
    _check_references(rules, errors)
    return (None if errors else RuleFile(vendor, tuple(rules), pinned, portability)), errors


def _vendor(head: _Table, places: Places) -> Vendor:
    provider = head.text("provider", choices=("", *places.providers))
    regions: dict[str, Region] = dict(places.providers.get(provider, {}))
    for name, where in head.value("regions", dict, {}, "a table of regions").items():
        names = [where] if isinstance(where, str) else where
        try:
            regions[name] = Region(name, places.countries_of(names))
        except (KeyError, TypeError, AttributeError) as error:
            head.error(f"regions.{name}", f'{error} is no country code or zone; write "DE", "eu" or a list')
        if name in RESERVED_COLUMNS or name in _RESERVED_NAMES:
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


def _missing(table: _Table, key: str) -> str:
    table.error(key, "is missing")
    return ""


@dataclass(frozen=True)
class _Row:
    """What a row's builder knows besides the row."""

    vendor: Vendor
    name: str
    columns: frozenset[str]

    def head(self, table: _Table, fix: Applicability = Applicability.SAFE) -> dict[str, Any]:
        return {
            "id": f"{self.vendor.id}/{self.name}",
            "vendor": self.vendor.id,
            "title": table.text("title", required=True),
            "why": table.text("why"),
            "docs": table.text("docs", self.vendor.docs),
            "source": table.text("source"),
            "verified": table.date("verified", self.vendor.verified),
            "fix": table.level("fix", fix),
            "level": table.text("level", "error", choices=("error", "note")),
            "consequence": table.text("consequence", self.vendor.consequence),
            "wrong": table.text("wrong"),
            "right": table.text("right"),
        }

    def by_column(self, table: _Table) -> dict[str, list[Any]]:
        found = {}
        for name in table.data:
            if name in self.columns:
                value = table.value(name, (str, list, dict), [], "an address or a list of them")
                found[name] = value if isinstance(value, list) else [value]
        return found

    def check_columns(self, table: _Table, key: str, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.columns:
                table.error(key, f"{name!r} is not among [regions] ({', '.join(sorted(self.columns))})")


def _address(entry: Any, table: _Table, key: str) -> Address:
    fix = None
    if isinstance(entry, dict):
        inner = _Table(entry, f"{table.where}.{key}", table.errors)
        text, fix = inner.text("host", required=True), LEVELS.get(inner.text("fix", choices=("", *LEVELS)))
        inner.finish()
    else:
        text = entry if isinstance(entry, str) else ""
    host, slash, path = text.partition("/")
    if not re.fullmatch(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+", host):
        table.error(key, f"{entry!r} is no host: lower case, no scheme, no port, a path only after it")
    return Address(host, ("/" + path.rstrip("/")) if slash and path.strip("/") else "", fix)


def _endpoint(table: _Table, row: _Row) -> Endpoint:
    columns = {
        name: tuple(_address(entry, table, name) for entry in entries) for name, entries in row.by_column(table).items()
    }
    if not columns:
        table.error("", "has no column: name a region and its hosts")
    return Endpoint(**row.head(table), role=table.text("role", "api", choices=_ROLES), columns=columns)


def _look_alike(table: _Table, row: _Row) -> LookAlike:
    return LookAlike(
        **row.head(table, Applicability.UNSAFE), meant=table.words("meant"), imitations=table.flag("imitations")
    )


def _neutral(table: _Table, row: _Row) -> Neutral:
    hosts = table.texts("hosts")
    return Neutral(**row.head(table), addresses=tuple(_address(host, table, "hosts") for host in hosts))


def _token(table: _Table, row: _Row) -> Token:
    columns = {name: tuple(map(str, entries)) for name, entries in row.by_column(table).items()}
    return Token(**row.head(table, Applicability.UNSAFE), what=table.text("what", required=True), columns=columns)


def _pattern(table: _Table, row: _Row) -> Pattern:
    codes = table.words("codes")
    row.check_columns(table, "codes", codes.values())
    return Pattern(
        **row.head(table, Applicability.DISPLAY),
        match=table.pattern("match", group="region"),
        codes=codes,
        keys=table.pattern("keys"),
        secret=table.flag("secret"),
    )


def _spelling(table: _Table, row: _Row) -> Spelling:
    values = table.words("values")
    row.check_columns(table, "values", values)
    return Spelling(
        kind=table.text("kind", "word", choices=KINDS_OF_VALUE),
        endpoint=table.text("endpoint"),
        path=table.text("path"),
        values=values,
        builders=tuple(f"{row.vendor.id}/{name}" for name in table.texts("builders")),
    )


def _sdk(table: _Table, row: _Row) -> SdkCall:
    absent = table.text("absent")
    if absent:
        row.check_columns(table, "absent", [absent])
    settings = []
    for inner in table.tables("settings"):
        settings.append(
            SdkSetting(
                spelling=_spelling(inner, row),
                **{place: inner.text(place) for place in _PLACES_OF_SETTING},
                covers=inner.texts("covers"),
                beats=inner.flag("beats"),
                before=inner.texts("before"),
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
        signatures.append(Signature(inner.texts("parameters"), inner.text("since")))
        inner.finish()
    return SdkCall(
        **row.head(table),
        language=table.text("language", "python"),
        names=table.texts("names"),
        package=table.text("package"),
        signatures=tuple(signatures),
        settings=tuple(settings),
        parts=table.texts("parts"),
        absent=absent,
        absent_host=table.text("absent_host"),
        off=table.words("off"),
        proof=table.text("proof"),
    )


def _escape(table: _Table, row: _Row) -> SdkEscape:
    goes_to = table.text("goes_to", required=True)
    row.check_columns(table, "goes_to", [goes_to])
    return SdkEscape(**row.head(table, Applicability.DISPLAY), names=table.texts("names"), goes_to=goes_to)


def _setting(table: _Table, row: _Row) -> Setting:
    return Setting(
        **row.head(table, Applicability.UNSAFE),
        keys=table.pattern("keys"),
        unless=table.pattern("unless"),
        emulators=table.pattern("emulators"),
        spelling=_spelling(table, row),
    )


def _arn(table: _Table, row: _Row) -> ArnRule:
    columns = {name: str(entries[0]) for name, entries in row.by_column(table).items() if entries}
    return ArnRule(
        **row.head(table, Applicability.UNSAFE),
        service=table.text("service", "*"),
        resource=table.text("resource", "*"),
        columns=columns,
    )


def _cloud(table: _Table, row: _Row) -> CloudHost:
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


def _pinned(table: _Table) -> list[Pinned]:
    services, resources = table.texts("services"), table.texts("resources") or ("*",)
    if not services:
        table.error("services", "is missing")
    region, why = table.text("region", "us-east-1"), table.text("why", required=True)
    maybe, context = table.flag("maybe"), table.pattern("context")
    table.finish()
    return [Pinned(service, resource, region, why, maybe, context) for service in services for resource in resources]


def _portability(table: _Table) -> list[Portability]:
    kind = table.text("kind", choices=("name-addressed", "id-bound", "foreign-account", "lockstep", "never"))
    resources = table.texts("resources") or ("*",)
    rows = [Portability(service, resource, kind) for service in table.texts("services") for resource in resources]
    table.finish()
    return rows


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
_BUILDERS: dict[str, Callable[[_Table, _Row], Rule]] = {
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
_RESERVED_NAMES = frozenset(
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
