"""Bytes → could this file hold anything the policy forbids?"""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterable
from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from residency_lint.skips import Skip

LARGEST = 100_000_000
"""Bytes; a larger file is skipped, and the report says so."""
_CHUNK = 1 << 15
_LARGE_AUTOMATON = 50_000
"""Bytes of all texts together."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Gate:
    """Texts of which at least one must occur in a file, in upper or lower case, before anything looks closer.

    `words` count only where they stand alone: `mixpanel` is not in `mixpanel_report`. `modules` count only, and alone,
    in an import or where a text begins: `segment` is a word of many programs.
    """

    def __init__(self, atoms: Iterable[str], words: Iterable[str] = (), modules: Iterable[str] = ()) -> None:
        # Bytes, not text, are lowered: only ASCII letters change, and offsets stay.
        strong = _lowered(atoms, set())
        weak = _lowered(words, set(strong))
        imported = _lowered(modules, {*strong, *weak})
        self._every = [*strong, *weak, *imported]
        self._overlap = max(map(len, self._every), default=1)
        # Twice as fast (370 against 170 MB/s, 400 texts) and a few milliseconds to build, but a large one fills memory.
        is_small = sum(map(len, self._every)) < _LARGE_AUTOMATON
        implementation = Implementation.DFA if is_small else Implementation.ContiguousNFA
        self._automaton = BytesAhoCorasick(self._every, implementation=implementation)
        self._first_word = len(strong)
        self._first_module = len(strong) + len(weak)

    def is_candidate(self, data: bytes) -> bool:
        return self.look(data) is not None

    def look(self, data: bytes) -> frozenset[str] | None:
        """None for a file that is no candidate. For one that is it only where another file hands on a module (`from
        lib import segment`), the modules; for any other one, nothing."""
        if data.startswith(_UTF_16):
            data = data.decode("utf-16", "replace").encode()
        handed_on: set[str] = set()
        # The library has no "first hit only". In pieces a search ends soon after it, at no cost elsewhere; each piece
        # reaches into the next one, so that no atom is cut.
        for start in range(0, len(data), _CHUNK):
            offset = max(0, start - 1)
            piece = data[offset : start + _CHUNK + self._overlap].lower()
            found = self._automaton.find_matches_as_indexes(piece)
            if found:
                if self._is_enough(found, data, offset):
                    return frozenset()
                # A word that does not stand alone may hide a text that overlaps it.
                every = self._automaton.find_matches_as_indexes(piece, overlapping=True)
                if self._is_enough(every, data, offset):
                    return frozenset()
                handed_on |= self._handed_on(every, data, offset)
        return frozenset(handed_on) or None

    def _is_enough(self, found: Iterable[tuple[int, int, int]], data: bytes, offset: int) -> bool:
        return any(
            index < self._first_word
            or (
                _stands_alone(data, start + offset, end + offset)
                and (index < self._first_module or _is_imported(data, start + offset, end + offset))
            )
            for index, start, end in found
        )

    def _handed_on(self, found: Iterable[tuple[int, int, int]], data: bytes, offset: int) -> set[str]:
        return {
            self._every[index].decode()
            for index, start, end in found
            if index >= self._first_module
            and _stands_alone(data, start + offset, end + offset)
            and _is_handed_on(data, start + offset, end + offset)
        }


@lru_cache(maxsize=64)
def gate_for(atoms: frozenset[str], words: frozenset[str] = frozenset(), modules: frozenset[str] = frozenset()) -> Gate:
    """As `Gate`; built once, which takes longer than a small file."""
    return Gate(atoms, words, modules)


def _lowered(texts: Iterable[str], known: set[bytes]) -> list[bytes]:
    return sorted({text.encode().lower() for text in texts} - {b""} - known)


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    return not (_joins(data[start - 1 : start]) or _joins(data[end : end + 1]))


def _is_imported(data: bytes, start: int, end: int) -> bool:
    """Whether a word stands where it names a module by itself: right after `import`, or as the first part of a text."""
    lead = _lead(data, start)
    return bool(_IMPORT.search(lead)) or (data[end : end + 1] == b"." and lead.endswith((b'"', b"'")))


def _is_handed_on(data: bytes, start: int, end: int) -> bool:
    """Whether a word stands where another module's name can be: in an import, or on a line of names in one."""
    lead = _lead(data, start)
    if _IN_IMPORT.search(lead):
        return True
    line_end = data.find(b"\n", end, end + _LONGEST_LINE)
    return bool(_NAMES.match(lead) and _NAMES_ON.match(data[end : line_end if line_end >= 0 else end + _LONGEST_LINE]))


def _lead(data: bytes, start: int) -> bytes:
    """What stands before a word on its line."""
    return data[data.rfind(b"\n", max(0, start - _LONGEST_LINE), start) + 1 : start]


_LONGEST_LINE = 400
_IMPORT = re.compile(
    rb"import\w*[ \t]*\([ \t]*[\"']$"
    # A notebook's lines are texts.
    rb"|(?:^|[;:\"])[ \t]*(?:from|import)[ \t]+$"
    rb"|(?:^|[;:\"])[ \t]*import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)+$"
)
_IN_IMPORT = re.compile(rb"\b(?:from|import)\b")
_NAMES = re.compile(rb"[ \t\"]*(?:\w+(?: as \w+)?, *)*$")
_NAMES_ON = re.compile(rb"(?: as \w+)?(?:, *\w+(?: as \w+)?)*[,) \t\r\\n\"]*(?:#.*)?$")


def _joins(byte: bytes) -> bool:
    """Whether a byte next to a word makes it part of a longer one."""
    return byte.isalnum() or byte == b"_"


def read_bytes(path: str, largest: int = LARGEST) -> bytes | Skip:
    """A file's bytes. Never waits: pipes and devices are skipped."""
    # Non-blocking, or opening a pipe would wait for somebody to write to it.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags)
        try:
            return _read(descriptor, path, largest)
        finally:
            os.close(descriptor)
    except OSError as error:
        return Skip(path, f"cannot be read: {error.strerror}")


def _read(descriptor: int, path: str, largest: int) -> bytes | Skip:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return Skip(path, "cannot be read: not a regular file")
    parts: list[bytes] = []
    # One byte more than the size: a whole file comes in one read, and the next one proves its end.
    wanted, length = status.st_size + 1, 0
    while length <= largest and (part := os.read(descriptor, min(wanted, largest + 1))):
        parts.append(part)
        length += len(part)
    if length > largest:
        return Skip(path, f"larger than {largest:,} bytes; exclude it")
    return parts[0] if len(parts) == 1 else b"".join(parts)
