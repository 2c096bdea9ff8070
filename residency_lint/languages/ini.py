"""Reads flat files of keys and values: TOML, INI, Java properties, env files."""

from __future__ import annotations

import re

from residency_lint.facts import Role
from residency_lint.languages.flow import TOML, read_flow
from residency_lint.languages.ledger import Draft, Ledger
from residency_lint.languages.lines import HASH, INI, PROPERTIES, Comments, split_comment, trimmed
from residency_lint.languages.scalars import closing, unescaped

_SECTION = re.compile(r"\[{1,2}(?P<name>[^\]\n]*)\]{1,2}")
_KEY = re.compile(r"(?:export\s+)?(?P<key>\"[^\"\n]*\"|'[^'\n]*'|[^\s=:\"'\[\]{}][^=:\n]*?)\s*(?P<sign>[=:])")
_TOML_KEY = re.compile(
    r"(?P<key>(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*'))*)\s*(?P<sign>=)"
)
_PART = re.compile(r"[\w-]+|\"[^\"\n]*\"|'[^'\n]*'")
_COMMENTS = {"toml": HASH, "ini": INI, "properties": PROPERTIES, "env": HASH}


def read_flat(ledger: Ledger, language: str) -> None:
    """The top level and each section are one group; env files and properties note no keys of their own."""
    _Flat(ledger, language, _COMMENTS[language]).read()


class _Flat:
    def __init__(self, ledger: Ledger, language: str, comments: Comments) -> None:
        self.ledger, self.text, self.language, self.comments = ledger, ledger.text, language, comments
        self.section: tuple[str, ...] = ()
        self.keys: tuple[str, ...] = ()
        self.group = ledger.group()

    def read(self) -> None:
        position = 0
        while position < len(self.text):
            position = self._line(position, self.ledger.line_end(position))

    def _line(self, line: int, end: int) -> int:
        start, stop = self.ledger.stripped(line, end)
        if start == stop:
            return end + 1
        if self.text.startswith((*self.comments.marks, *self.comments.first), start):
            self.ledger.comment(start, stop)
            return end + 1
        if self.language in ("toml", "ini") and self.text[start] == "[" and self._enter(start, stop):
            return end + 1
        if self.language == "ini" and start > line and self.keys:
            self._add_bare(start, stop)  # an indented line goes on with the value before it
            return end + 1
        found = (_TOML_KEY if self.language == "toml" else _KEY).match(self.text, start, stop)
        if not found:
            self.keys = self.section
            self._add_bare(start, stop)
            return end + 1
        self._note_key(*found.span("key"))
        return self._value(found.end(), end)

    def _enter(self, start: int, stop: int) -> bool:
        found = _SECTION.match(self.text, start, stop)
        if not found:
            return False
        begin, end = self.ledger.stripped(*found.span("name"))
        name = self.text[begin:end]
        self.section = _parts(name) if self.language == "toml" else (name.strip("\"' "),)
        self.keys, self.group = (), self.ledger.group()
        self.ledger.add(Draft(begin, end, (), self.group, Role.KEY))
        split_comment(self.ledger, found.end(), stop, self.comments)
        return True

    def _note_key(self, start: int, end: int) -> None:
        name = self.text[start:end]
        parts = _parts(name) if self.language == "toml" else (name.strip("\"'"),)
        self.keys = (*self.section, *parts)
        if self.language in ("toml", "ini"):
            shift = 1 if name[0] in "\"'" and len(parts) == 1 else 0
            self.ledger.add(Draft(start + shift, end - shift, self.section, self.group, Role.KEY))

    def _value(self, start: int, end: int) -> int:
        first, stop = self.ledger.stripped(start, end)
        text = self.text
        if self.language == "toml" and text[first : first + 1] in ("[", "{"):
            return self._bracketed(first)
        for quote in ('"""', "'''", '"', "'") if self.language in ("toml", "env") else ():
            if first < stop and text.startswith(quote, first):
                after = self._quoted(first, quote)
                if after:
                    return after
                break
        if self.language == "properties":
            return self._continued(first, end)
        if first < stop or self.language == "env":
            self._add_bare(first, stop)
        return end + 1

    def _bracketed(self, first: int) -> int:
        after = read_flow(self.ledger, first, self.keys, TOML)
        line_end = self.ledger.line_end(after)
        split_comment(self.ledger, after, line_end, HASH)
        return line_end + 1

    def _quoted(self, first: int, quote: str) -> int:
        """Read a quoted value, over several lines where the format allows it; 0 if it does not end."""
        inside = first + len(quote)
        single_line = self.language == "toml" and len(quote) == 1
        end = closing(self.text, inside, quote, self.ledger.line_end(inside) if single_line else None)
        if end < 0 or (len(quote) == 1 and _ASSIGNMENT.search(self.text, inside, end)):
            return 0
        raw = self.text[inside:end]
        decoded = unescaped(raw) if quote[0] == '"' else None
        self.ledger.add(Draft(inside, end, self.keys, self.group, decoded=decoded, quote=quote))
        line_end = self.ledger.line_end(end)
        split_comment(self.ledger, end + len(quote), line_end, HASH)
        return line_end + 1

    def _continued(self, start: int, end: int) -> int:
        """A value of a properties file goes on behind a backslash; each of its lines is a mention."""
        while True:
            first, stop = self.ledger.stripped(start, end)
            goes_on = self.text[first:stop].endswith("\\")
            self._add(Draft(first, stop - 1 if goes_on else stop, self.keys, self.group))
            if not goes_on or end >= len(self.text):
                return end + 1
            start, end = end + 1, self.ledger.line_end(end + 1)

    def _add_bare(self, start: int, stop: int) -> None:
        stop = split_comment(self.ledger, start, stop, self.comments)
        start, stop = self.ledger.stripped(start, stop)
        if start < stop or self.language == "env":
            self._add(trimmed(self.ledger, Draft(start, stop, self.keys, self.group)))

    def _add(self, draft: Draft) -> None:
        draft.keys, draft.group = self.keys, self.group
        if draft.decoded is None and self.language == "properties":
            draft.decoded = unescaped(self.text[draft.start : draft.end])
        self.ledger.add(draft)


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(name))


_ASSIGNMENT = re.compile(r"\n\s*(?:export\s+)?[A-Za-z_]\w*=")
"""Inside a quoted value it shows that the quote was never closed."""
