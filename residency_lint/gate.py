"""Bytes → could this file hold anything the policy forbids?"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation

from residency_lint.findings import Skip

LARGEST = 100_000_000
"""Bytes; a larger file is skipped, and the report says so."""
_CHUNK = 1 << 15
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Gate:
    """Texts of which at least one must occur in a file, in upper or lower case, before anything looks closer.

    `words` count only where they stand alone: `mixpanel` is not in `mixpanel_report`.
    `is_large_tree`: an automaton that is twice as fast (575 against 290 MB/s, 1,000 texts) and takes 5 ms longer to
    build: worth it from about three megabytes on.
    """

    def __init__(self, atoms: Iterable[str], words: Iterable[str] = (), *, is_large_tree: bool = False) -> None:
        # Bytes, not text, are lowered: only ASCII letters change, and offsets stay.
        strong = sorted({atom.encode().lower() for atom in atoms} - {b""})
        weak = sorted({word.encode().lower() for word in words} - {b""} - set(strong))
        implementation = Implementation.DFA if is_large_tree else Implementation.ContiguousNFA
        self._overlap = max(map(len, (*strong, *weak)), default=1)
        self._automaton = BytesAhoCorasick([*strong, *weak], implementation=implementation)
        self._first_word = len(strong)

    def is_candidate(self, data: bytes) -> bool:
        if data.startswith(_UTF_16):
            data = data.decode("utf-16", "replace").encode()
        # The library has no "first hit only". In pieces a search ends soon after it, at no cost elsewhere; each piece
        # reaches into the next one, so that no atom is cut.
        return any(
            self._holds_one(data[max(0, start - 1) : start + _CHUNK + self._overlap].lower())
            for start in range(0, len(data), _CHUNK)
        )

    def _holds_one(self, piece: bytes) -> bool:
        found = self._automaton.find_matches_as_indexes(piece)
        if not found:
            return False
        if self._counts(found, piece):
            return True
        # A word that does not stand alone may hide a text that overlaps it.
        return self._counts(self._automaton.find_matches_as_indexes(piece, overlapping=True), piece)

    def _counts(self, found: Iterable[tuple[int, int, int]], piece: bytes) -> bool:
        return any(
            index < self._first_word or not (_joins(piece[start - 1 : start]) or _joins(piece[end : end + 1]))
            for index, start, end in found
        )


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
