"""A TOML table under check: typed values out of it, every error remembered with its key."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from residency_lint.fixes import Applicability

LEVELS = {"safe": Applicability.SAFE, "unsafe": Applicability.UNSAFE, "shown": Applicability.DISPLAY}


class Table:
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

    def tables(self, key: str) -> list[Table]:
        found = self.value(key, list, [], "a list of tables")
        return [
            Table(item if isinstance(item, dict) else {}, f"{self.where}.{key}[{i}]".lstrip("."), self.errors)
            for i, item in enumerate(found)
        ]

    def finish(self) -> None:
        for key in self.data:
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, 1)
                self.error(key, "unknown key" + (f"; did you mean `{near[0]}`?" if near else ""))
