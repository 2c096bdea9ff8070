"""One file's bytes, and the places in them."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property

from msgspec import Struct


class Span(Struct, frozen=True, order=True):
    """A half-open range of byte offsets into `Source.data`."""

    start: int
    end: int

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


class Source(Struct, frozen=True, dict=True):
    """One file's bytes, untouched, with the encoding that decodes them.

    `text` drops a byte order mark and keeps every newline; `span` and `place` convert between its
    characters, the bytes, and the 1-based lines and columns (in code points) that reports show.
    """

    path: str
    data: bytes
    encoding: str = "utf-8"

    @cached_property
    def bom(self) -> int:
        """Length in bytes of the byte order mark."""
        for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            if self.data.startswith(mark):
                return len(mark)
        return 0

    @cached_property
    def text(self) -> str:
        return self.data[self.bom :].decode(self.encoding)

    @cached_property
    def _one_byte_a_character(self) -> bool:
        return len(self.text) == len(self.data) - self.bom

    @cached_property
    def _line_starts(self) -> list[int]:
        # `str.splitlines` also splits at form feeds and Unicode separators; editors and SARIF viewers do not.
        return [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", self.text))]

    @cached_property
    def _byte_offsets_of_lines(self) -> list[int]:
        starts, offset, offsets = self._line_starts, self.bom, []
        for index, start in enumerate(starts):
            offsets.append(offset)
            end = starts[index + 1] if index + 1 < len(starts) else len(self.text)
            offset += len(self.text[start:end].encode(self.encoding))
        return offsets

    def span(self, start: int, end: int) -> Span:
        """The bytes of the characters `start` to `end` of `text`."""
        return Span(self._byte(start), self._byte(end))

    def _byte(self, character: int) -> int:
        if self._one_byte_a_character:
            return self.bom + character
        line = bisect_right(self._line_starts, character) - 1
        start = self._line_starts[line]
        return self._byte_offsets_of_lines[line] + len(self.text[start:character].encode(self.encoding))

    def character(self, byte: int) -> int:
        """The index in `text` of the character at a byte offset."""
        if self._one_byte_a_character:
            return byte - self.bom
        line = max(0, bisect_right(self._byte_offsets_of_lines, byte) - 1)
        start = self._byte_offsets_of_lines[line]
        return self._line_starts[line] + len(self.data[start:byte].decode(self.encoding))

    def place(self, byte: int) -> tuple[int, int]:
        """Line and column of a byte offset, both 1-based, the column in code points."""
        character = self.character(byte)
        line = bisect_right(self._line_starts, character) - 1
        return line + 1, character - self._line_starts[line] + 1

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.data[span.start : span.end].decode(self.encoding)

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its newline."""
        starts = self._line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")
