"""Gathers what a reader sees in one file and turns it into `Facts`, characters into bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from residency_lint.expressions import Site, Text
from residency_lint.facts import Comment, Facts, Mention, Role
from residency_lint.languages.file_names import is_test
from residency_lint.languages.roles import role_of
from residency_lint.source import Source, Span

DEEPEST = 32
"""Keys kept of a path, innermost last: 20,000 nested mappings would otherwise need 200 million entries."""


@dataclass(slots=True)
class Draft:
    """A mention in the making; `start` and `end` are characters of `Ledger.text`."""

    start: int
    end: int
    keys: tuple[str, ...] = ()
    group: int = 0
    role: Role | None = None
    """None: what the keys and the text say."""
    decoded: str | None = None
    """What the text means, where escapes make that differ from what stands there."""
    statement: tuple[int, int] | None = None
    """None: the lines it stands on."""
    callee: str = ""
    quote: str = ""


class Ledger:
    """The drafts and comments of one file.

    `text` is the file's text with every newline turned into `\\n`, character for character: `\r\n` becomes a
    blank and a newline, so that offsets stay and a stripped line has no carriage return.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in source.text else source.text
        self.drafts: list[Draft] = []
        self.aliases: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        self._comments: list[tuple[int, int]] = []
        self._statements: dict[int, int] = {}
        self._line_starts = [0, *(m.end() for m in re.finditer("\n", self.text))]
        self._groups = 0
        self._asked, self._answer = 1, 0

    def group(self) -> int:
        """A number for a container of its own."""
        self._groups += 1
        return self._groups

    def add(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        return draft

    def comment(self, start: int, end: int) -> None:
        """Note a comment; blanks at its end do not count."""
        while end > start and self.text[end - 1].isspace():
            end -= 1
        self._comments.append((start, end))

    def statement(self, start: int, end: int) -> None:
        """Note a statement of several lines that no single mention covers."""
        self._statements[start] = max(end, self._statements.get(start, 0))

    def lines(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Start and end of each line between two characters, without its newline."""
        stop = len(self.text) if end is None else end
        while start < stop:
            newline = self.text.find("\n", start, stop)
            newline = stop if newline < 0 else newline
            yield start, newline
            start = newline + 1

    def line_end(self, position: int) -> int:
        """Where the line of a character ends; kept, since a line of ten million characters is asked for often."""
        if not self._asked <= position <= self._answer:
            newline = self.text.find("\n", position)
            self._asked, self._answer = position, len(self.text) if newline < 0 else newline
        return self._answer

    def stripped(self, start: int, end: int) -> tuple[int, int]:
        """The same range without blanks at both ends."""
        piece = self.text[start:end]
        kept = piece.strip()
        start += len(piece) - len(piece.lstrip()) if kept else 0
        return start, start + len(kept)

    def facts(self, language: str, note: str = "") -> Facts:
        self.drafts.sort(key=lambda draft: draft.start)
        offsets = _Offsets(self.source)
        sites: dict[tuple[int, int], Site] = {}
        mentions = tuple(self._mention(draft, offsets, sites) for draft in self.drafts)
        comments = tuple(
            Comment(self._words(start, end), offsets.span(start, end), offsets.span(*statement))
            for (start, end), statement in self._placed_comments()
        )
        path = self.source.path
        aliases = tuple(self.aliases)
        return Facts(path, language, mentions, comments=comments, aliases=aliases, is_test=is_test(path), note=note)

    def _mention(self, draft: Draft, offsets: _Offsets, sites: dict[tuple[int, int], Site]) -> Mention:
        words = self._words(draft.start, draft.end)
        if words.endswith("\r"):  # a text without its closing quote, in a file with `\r\n`
            draft.end -= 1
            words = words[:-1]
        text = words if draft.decoded is None else draft.decoded
        lines = draft.statement or self._lines_of(draft.start, draft.end)
        site = sites.get(lines)
        if site is None:
            site = sites[lines] = Site(0, (), offsets.span(*lines))
        role = role_of(draft.keys, text) if draft.role is None else draft.role
        span = offsets.span(draft.start, draft.end)
        return Mention(
            Text(text, span, text == words, (), draft.quote), role, site, draft.keys, draft.group, draft.callee
        )

    def _words(self, start: int, end: int) -> str:
        return self.source.text[start:end]

    def _lines_of(self, start: int, end: int) -> tuple[int, int]:
        first = bisect_right(self._line_starts, start) - 1
        last = first
        if last + 1 < len(self._line_starts) and self._line_starts[last + 1] < end:
            last = bisect_right(self._line_starts, max(start, end - 1)) - 1
        return self._line_starts[first], max(self._end_of_line(last), end)

    def _end_of_line(self, line: int) -> int:
        end = self._line_starts[line + 1] - 1 if line + 1 < len(self._line_starts) else len(self.text)
        return end - 1 if self.source.text[end - 1 : end + 1] == "\r\n" else end

    def _placed_comments(self) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """Each comment with the statement it speaks of: the one it stands on, or alone on its line the next one."""
        if not self._comments:
            return []
        for draft in self.drafts:
            self.statement(*(draft.statement or self._lines_of(draft.start, draft.end)))
        starts = sorted(self._statements)
        by_line: dict[int, tuple[int, int]] = {}
        for start in starts:
            by_line.setdefault(bisect_right(self._line_starts, start) - 1, (start, self._statements[start]))
        placed = []
        following: tuple[int, tuple[int, int]] | None = None
        for start, end in sorted(self._comments, reverse=True):
            lines = self._lines_of(start, end)
            if self.text[lines[0] : start].strip() or self.text[end : lines[1]].strip():
                statement = self._around(start, starts) or lines
            else:
                statement = self._after(end, following, by_line) or lines
            following = (start, statement)
            placed.append(((start, end), statement))
        return placed[::-1]

    def _around(self, position: int, starts: list[int]) -> tuple[int, int] | None:
        index = bisect_right(starts, position) - 1
        if index < 0 or self._statements[starts[index]] < position:
            return None
        return starts[index], self._statements[starts[index]]

    def _after(
        self, end: int, following: tuple[int, tuple[int, int]] | None, by_line: dict[int, tuple[int, int]]
    ) -> tuple[int, int] | None:
        found = _NOT_BLANK.search(self.text, end)
        if found is None:
            return None
        if following and following[0] == found.start():
            return following[1]
        line = bisect_right(self._line_starts, found.start()) - 1
        return by_line.get(line, (self._line_starts[line], self._end_of_line(line)))


_NOT_BLANK = re.compile(r"\S")
_BLOCK = 256


class _Offsets:
    """Bytes of characters, in constant time even inside a line of ten million (`Source.span` walks its line)."""

    def __init__(self, source: Source) -> None:
        self._text, self._encoding, self._start = source.text, source.encoding, source.bom
        self._bytes: list[int] = []
        if len(source.data) - source.bom != len(self._text):
            offset = source.bom
            for start in range(0, len(self._text) + 1, _BLOCK):
                self._bytes.append(offset)
                offset += len(self._text[start : start + _BLOCK].encode(self._encoding))

    def span(self, start: int, end: int) -> Span:
        if not self._bytes:
            return Span(self._start + start, self._start + end)
        return Span(self._byte(start), self._byte(end))

    def _byte(self, character: int) -> int:
        block = character // _BLOCK
        return self._bytes[block] + len(self._text[block * _BLOCK : character].encode(self._encoding))
