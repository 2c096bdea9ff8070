"""Reads bracketed data: JSON with its dialects, YAML flow collections, TOML arrays and inline tables."""

from __future__ import annotations

import re

from msgspec import Struct

from residency_lint.facts import Role
from residency_lint.languages.ledger import DEEPEST, Draft, Ledger
from residency_lint.languages.scalars import closing, unescaped

NAME_KEYS = frozenset(("name", "key", "parameterkey", "optionname", "variable"))
VALUE_KEYS = frozenset(("value", "parametervalue"))


class Dialect(Struct, frozen=True):
    """Where scalars without quotes end, what separates key and value, and how comments start."""

    bare: re.Pattern[str]
    separator: str
    comments: re.Pattern[str]


JSON = Dialect(re.compile(r"[^\s,\[\]{}:\"'/]+|/"), ":", re.compile(r"//[^\n]*|\#[^\n]*|/\*"))
YAML = Dialect(
    re.compile(r"(?:[^\s,\[\]{}:\"'\#]|:(?![\s,\[\]{}]|$))(?:[^\n,\[\]{}:\#]|:(?![\s,\[\]{}]|$)|(?<=\S)\#)*|\#", re.M),
    ":",
    re.compile(r"(?:(?<=\s)|(?<![\s\S]))\#[^\n]*"),
)
TOML = Dialect(re.compile(r"[^\s,\[\]{}=\"'\#]+"), "=", re.compile(r"\#[^\n]*"))


class Pairs:
    """The `name` and `value` entries of one mapping: `{name: K, value: V}` is read as `K: V`."""

    __slots__ = ("_name", "_value")

    def __init__(self) -> None:
        self._name: str | None = None
        self._value: Draft | None = None

    def see(self, key: str, draft: Draft, text: str) -> None:
        word = key.lower()
        if word in NAME_KEYS:
            self._name = text
        elif word in VALUE_KEYS:
            self._value = draft
        else:
            return
        if self._name is not None and self._value is not None:
            self._value.keys = (*self._value.keys[:-1], self._name)


class _Frame:
    __slots__ = ("group", "key", "keys", "pairs")

    def __init__(self, keys: tuple[str, ...], group: int) -> None:
        self.keys, self.group = keys, group
        self.key: str | None = None
        self.pairs: Pairs | None = None

    def path(self) -> tuple[str, ...]:
        return self.keys if self.key is None else (*self.keys, self.key)[-DEEPEST:]


def read_flow(ledger: Ledger, position: int, keys: tuple[str, ...], dialect: Dialect) -> int:
    """Read the bracketed value that starts at `position`; gives where it ends."""
    return _Flow(ledger, keys, dialect, whole=False).read(position)


def read_documents(ledger: Ledger, dialect: Dialect) -> None:
    """Read a file of one or more values."""
    _Flow(ledger, (), dialect, whole=True).read(0)


class _Flow:
    def __init__(self, ledger: Ledger, keys: tuple[str, ...], dialect: Dialect, whole: bool) -> None:
        self.ledger, self.text, self.dialect, self.whole = ledger, ledger.text, dialect, whole
        self.stack = [_Frame(keys, 0)]
        self.pending: Draft | None = None

    def read(self, position: int) -> int:
        text, length, blank = self.text, len(self.text), _BLANK
        while True:
            found = blank.match(text, position)
            position = found.end() if found else position
            if position >= length:
                break
            character = text[position]
            if character == '"' or character == "'":
                position = self._quoted(position, character)
            elif character == self.dialect.separator:
                self._separated()
                position += 1
            elif character == ",":
                self._finished()
                position += 1
            elif character in "[{":
                self._open()
                position += 1
            elif character in "]}":
                position += 1
                if self._close():
                    return position
            else:
                position = self._other(position)
        self._finished()
        return length

    def _open(self) -> None:
        self._finished(keep_key=True)
        self.stack.append(_Frame(self.stack[-1].path(), self.ledger.group()))

    def _close(self) -> bool:
        """Whether the value that was asked for is complete."""
        self._finished()
        if len(self.stack) > 1:
            self.stack.pop()
        return not self.whole and len(self.stack) == 1

    def _quoted(self, start: int, quote: str) -> int:
        triple = quote * 3
        if self.dialect is TOML and self.text.startswith(triple, start):
            quote = triple
        inside = start + len(quote)
        end, is_doubled = self._end_of(inside, quote)
        after = end + len(quote)
        if end < 0:  # unclosed: the rest of the line, so that one lost quote does not turn the file inside out
            end = after = self.ledger.line_end(inside)
        self._finished(keep_key=True)
        raw = self.text[inside:end]
        decoded = raw.replace("''", "'") if is_doubled else unescaped(raw)
        self.pending = Draft(inside, end, decoded=decoded, quote=quote)
        return after

    def _end_of(self, inside: int, quote: str) -> tuple[int, bool]:
        """Where a quoted text ends, -1 if nowhere, and whether quotes in it are doubled."""
        text = self.text
        if quote == "'" and self.dialect is YAML:
            end, is_doubled = text.find("'", inside), False
            while end >= 0 and text.startswith("''", end):
                end, is_doubled = text.find("'", end + 2), True
            return end, is_doubled
        return closing(text, inside, quote, self.ledger.line_end(inside) if self.dialect is JSON else None), False

    def _other(self, position: int) -> int:
        comment = self.dialect.comments.match(self.text, position)
        if comment:
            end = self._end_of_block(comment.end()) if comment.group() == "/*" else comment.end()
            self.ledger.comment(position, end)
            return end
        found = self.dialect.bare.match(self.text, position)
        end = found.end() if found else position + 1
        start, stop = self.ledger.stripped(position, end)
        if self.pending and not self.pending.quote and self.dialect is YAML:
            self.pending.end = stop  # a plain scalar goes on
        else:
            self._finished(keep_key=True)
            self.pending = Draft(start, stop)
        return end

    def _end_of_block(self, position: int) -> int:
        end = self.text.find("*/", position)
        return len(self.text) if end < 0 else end + 2

    def _separated(self) -> None:
        """What was pending is a key."""
        draft, frame = self.pending, self.stack[-1]
        self.pending = None
        if draft is None:
            return
        draft.keys, draft.group, draft.role = frame.keys, frame.group, Role.KEY
        frame.key = self._meaning(draft)
        self.ledger.add(draft)

    def _finished(self, keep_key: bool = False) -> None:
        """What was pending is a value."""
        draft, frame = self.pending, self.stack[-1]
        self.pending = None
        if draft is not None and (draft.quote or self._says_something(draft)):
            draft.keys, draft.group = frame.path(), frame.group
            self.ledger.add(draft)
            if frame.key is not None:
                frame.pairs = frame.pairs or Pairs()
                frame.pairs.see(frame.key, draft, self._meaning(draft))
        if not keep_key:
            frame.key = None

    def _says_something(self, draft: Draft) -> bool:
        """Data files hold millions of short numbers; an account id has twelve digits."""
        start, end = draft.start, draft.end
        if end - start > 11 or self.dialect is not JSON:
            return True
        raw = self.text[start:end]
        return raw != "null" and not (raw[0] in "-+.0123456789" and raw[-1].isdigit())

    def _meaning(self, draft: Draft) -> str:
        return self.text[draft.start : draft.end] if draft.decoded is None else draft.decoded


_BLANK = re.compile(r"\s+")
