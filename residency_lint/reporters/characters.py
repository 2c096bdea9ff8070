"""What a report is written with: text from files under scan, made safe for a terminal, and numbers."""

from __future__ import annotations

import unicodedata


def printable(text: str, keep: str = "") -> str:
    """`text` with what a terminal would obey or hide (escapes, direction marks, lone surrogates) written as `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _escape(char) for char in text)


def width(text: str) -> int:
    """The terminal cells that printable text takes; a tab counts as one."""
    return len(text) if text.isascii() else sum(_cells(char) for char in text)


def blank(text: str) -> str:
    """As wide as `text` and empty. Tabs stay tabs: nobody knows how wide they are shown."""
    return "".join("\t" if char == "\t" else " " * _cells(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def number_of(number: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
