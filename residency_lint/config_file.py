"""One pyproject.toml or residency-lint.toml → what it declares, checked for keys and types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import tomli
from msgspec import Struct, field
from msgspec.structs import replace

from residency_lint.errors import ConfigError

NAMES = ("residency-lint.toml", ".residency-lint.toml", "pyproject.toml")
"""In one folder, the first of these that has something to say is used alone."""
TABLE = "residency-lint"


class VendorEntry(Struct, frozen=True):
    """What is declared for one vendor."""

    regions: tuple[str, ...]
    reason: str = ""
    until: date | None = None
    """The last day on which it holds."""


class PathsEntry(Struct, frozen=True):
    """A `[[paths]]` entry: what is declared for some files; without regions, the rest of the file's holds."""

    globs: tuple[str, ...]
    regions: tuple[str, ...] = ()
    vendors: Mapping[str, VendorEntry] = field(default_factory=dict)


class ConfigFile(Struct, frozen=True):
    """One file's declarations, as they are written."""

    path: str = ""
    regions: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unknown: str = "note"
    docs: str = "note"
    catalog: tuple[str, ...] = ()
    vendors: Mapping[str, VendorEntry] = field(default_factory=dict)
    paths: tuple[PathsEntry, ...] = ()
    errors: tuple[str, ...] = ()
    """`file: key: what would be right`."""


def read_config_file(path: Path) -> ConfigFile | None:
    """What a file declares, with its errors; None for a pyproject.toml without `[tool.residency-lint]`.

    Raises ConfigError if it cannot be read or is not TOML.
    """
    data = _toml(path)
    if path.name == "pyproject.toml":
        tool = data.get("tool")
        if not isinstance(tool, dict) or TABLE not in tool:
            return None
        data = tool[TABLE]
    table = _Table(data, str(path), "")
    config = ConfigFile(
        path=str(path),
        regions=table.texts("region"),
        exclude=table.texts("exclude"),
        unknown=table.choice("unknown", ("note", "error")),
        docs=table.choice("docs", ("note", "error")),
        catalog=table.texts("catalog"),
        vendors=_vendors(table),
        paths=tuple(_paths_entry(entry) for entry in table.tables("paths")),
    )
    table.finish()
    return replace(config, errors=tuple(table.errors))


def near(word: str, words: Iterable[str]) -> str:
    """`; did you mean …?` with the nearest of the words, or nothing."""
    import difflib  # 6 ms, and only mistakes need it

    found = difflib.get_close_matches(word.lower(), list(words), 1)
    return f"; did you mean `{found[0]}`?" if found else ""


def _toml(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        # A broken pyproject.toml that never names the tool (test data of packaging tools) is nobody's mistake here.
        if path.name == "pyproject.toml" and TABLE.encode() not in data:
            return {}
        return tomli.loads(data.decode())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error


def _vendors(table: _Table) -> dict[str, VendorEntry]:
    inner = table.table("vendors")
    return {vendor: _vendor_entry(inner, vendor) for vendor in inner.data} if inner else {}


def _vendor_entry(vendors: _Table, vendor: str) -> VendorEntry:
    if not isinstance(vendors.data[vendor], dict):
        return VendorEntry(vendors.texts(vendor, is_required=True))
    table = _Table(vendors.data[vendor], vendors.file, vendors.key(vendor), vendors.errors)
    found = VendorEntry(table.texts("region", is_required=True), table.text("reason"), table.date("until"))
    table.finish()
    return found


def _paths_entry(table: _Table) -> PathsEntry:
    entry = PathsEntry(table.texts("match", is_required=True), table.texts("region"), _vendors(table))
    if not entry.regions and not entry.vendors:
        table.error("region", 'is missing; say what holds for these files (region = "us")')
    table.finish()
    return entry


class _Table:
    """A TOML table under check: gives typed values, remembers what it was asked for, collects errors."""

    def __init__(self, data: Any, file: str, where: str, errors: list[str] | None = None) -> None:
        self.file, self.where = file, where
        self.errors = errors if errors is not None else []
        self.known: list[str] = []
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.errors.append(f"{file}: {where or TABLE}: expected a table, found {data!r}")

    def key(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def error(self, key: str, words: str) -> None:
        self.errors.append(f"{self.file}: {self.key(key)}: {words}")

    def value(self, key: str) -> Any:
        self.known.append(key)
        return self.data.get(key)

    def text(self, key: str) -> str:
        value = self.value(key)
        if isinstance(value, str) or value is None:
            return value or ""
        self.error(key, f"expected a text, found {value!r}")
        return ""

    def texts(self, key: str, *, is_required: bool = False) -> tuple[str, ...]:
        """A list of texts; a single text stands for a list of one."""
        value = self.value(key)
        items = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
            self.error(key, f"expected a text or a list of texts, found {value!r}")
            return ()
        if not items and (is_required or (key == "region" and value is not None)):
            self.error(key, "is missing" if value is None else "is empty")
        return tuple(items)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of the choices; the first one where nothing is said."""
        value = self.value(key)
        if value is None or value in choices:
            return value or choices[0]
        self.error(key, f"{value!r} is none of {', '.join(choices)}")
        return choices[0]

    def date(self, key: str) -> date | None:
        value = self.value(key)
        if value is None or type(value) is date:  # a date with a time is a `date` too
            return value
        self.error(key, f"expected a date without quotes (2027-03-31), found {value!r}")
        return None

    def table(self, key: str) -> _Table | None:
        value = self.value(key)
        return None if value is None else _Table(value, self.file, self.key(key), self.errors)

    def tables(self, key: str) -> list[_Table]:
        value = self.value(key)
        if not isinstance(value, list | None):
            self.error(key, f"expected [[{key}]] tables, found {value!r}")
            return []
        return [_Table(item, self.file, self.key(f"{key}[{n}]"), self.errors) for n, item in enumerate(value or (), 1)]

    def finish(self) -> None:
        for key in self.data:
            if key not in self.known:
                self.error(key, f"unknown key{near(key, self.known)}")
