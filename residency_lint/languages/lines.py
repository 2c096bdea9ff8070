"""Reads single lines: where a comment starts, and which key a value stands behind."""

from __future__ import annotations

import re

from msgspec import Struct

from residency_lint.facts import Role
from residency_lint.languages.ledger import Draft, Ledger
from residency_lint.languages.scalars import unescaped, unquoted


class Comments(Struct, frozen=True):
    """How comments look: `marks` after a blank or at a line's start, `first` only at its start, and block pairs."""

    marks: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()


HASH = Comments(("#",))
PROPERTIES = Comments(first=("#", "!"))
INI = Comments(("#", ";"))
SLASH = Comments(("//",), blocks=(("/*", "*/"),))
DASH = Comments(("--",), blocks=(("/*", "*/"),))
BATCH = Comments(first=("rem ", "@rem ", "::"))
BASIC = Comments(("'",), first=("rem ",))
UNKNOWN = Comments(first=("#", "//"))

_QUOTE_OR_MARK = {
    comments: re.compile("|".join([r"\\.", '"', "'", *(re.escape(mark) for mark in comments.marks)]))
    for comments in (HASH, INI, SLASH, DASH)
}
_PAIR = re.compile(
    r"(?:export\s+|set\s+|setx\s+|declare\s+-\w+\s+|\$env:)?[\"']?(?P<key>[A-Za-z_@$][\w.$@/-]*)[\"']?\s*"
    r"(?:=>|:=|\?=|\+=|=|:(?=\s))\s*(?P<value>\S.*)?$",
    re.I,
)
_WORD_PAIR = re.compile(
    r"(?<![^\s;(&|])(?:(?P<flag>--?[A-Za-z][\w-]*)(?:=|\s+)(?!-)|(?:\$env:)?(?P<name>[A-Za-z_]\w*)\s?=\s?(?!=))"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s;|&\"'()<>]+)"
)
_DECLARING = frozenset(("export", "set", "setx", "local", "readonly", "declare"))
_ECHO = re.compile(r"[@\s]*(?:echo|printf|Write-(?:Host|Output|Error))\b", re.I)


def split_comment(ledger: Ledger, start: int, end: int, comments: Comments) -> int:
    """Note the comment at the end of a line; gives where the line's own text ends.

    Only a mark behind a blank counts, and none inside quotes: `https://x/#/y` is an address.
    """
    text = ledger.text
    first, stop = ledger.stripped(start, end)
    if text[first : min(stop, first + 6)].lower().startswith((*comments.marks, *comments.first)):
        ledger.comment(first, stop)
        return start
    pattern = _QUOTE_OR_MARK.get(comments)
    if pattern is None or not any(mark in text[start:end] for mark in comments.marks):
        return end
    quote = ""
    for found in pattern.finditer(text, start, end):
        sign = found.group()
        if sign in ('"', "'"):
            quote = _quote_after(text, found.start(), start, quote)
        elif not quote and sign[0] != "\\" and text[found.start() - 1].isspace():
            ledger.comment(found.start(), end)
            return found.start()
    return end


def add_line(ledger: Ledger, draft: Draft) -> None:
    """Note a line of unknown text: `key = value` and `key: value` with the key, anything else whole."""
    found = _PAIR.match(ledger.text, draft.start, draft.end)
    if not found:
        ledger.add(draft)
        return
    if found["value"] is None:
        return
    draft.keys = (*draft.keys, found["key"])
    draft.start, draft.end = ledger.stripped(*found.span("value"))
    ledger.add(trimmed(ledger, draft))


def add_shell_line(ledger: Ledger, draft: Draft) -> None:
    """Note a line of a script: assignments and flags with their value, and what stands between."""
    end = split_comment(ledger, draft.start, draft.end, HASH)
    if end == draft.start:
        return
    position, text = draft.start, ledger.text
    role = _role_of_command(text[draft.start : end]) or draft.role
    for found in _WORD_PAIR.finditer(text, draft.start, end):
        _add_piece(ledger, draft, (position, found.start()), role)
        key = found["flag"] or found["name"]
        part = Draft(*found.span("value"), (*draft.keys, key), draft.group, role, statement=draft.statement)
        ledger.add(trimmed(ledger, part))
        position = found.end()
    _add_piece(ledger, draft, (position, end), role)


def trimmed(ledger: Ledger, draft: Draft) -> Draft:
    """The same value without the quotes around it and the comma or semicolon behind it."""
    raw = ledger.text[draft.start : draft.end]
    kept = raw.rstrip(",; \t") if raw[:1] in ('"', "'") else raw
    start, end, quote = unquoted(kept)
    draft.end = draft.start + end if quote else draft.end
    draft.start += start
    draft.quote = quote
    draft.decoded = unescaped(ledger.text[draft.start : draft.end]) if quote == '"' else None
    return draft


def _add_piece(ledger: Ledger, draft: Draft, span: tuple[int, int], role: Role | None) -> None:
    start, end = ledger.stripped(*span)
    piece = ledger.text[start:end]
    if piece not in _DECLARING and any(character.isalnum() for character in piece):
        ledger.add(Draft(start, end, draft.keys, draft.group, role, statement=draft.statement))


def _role_of_command(line: str) -> Role | None:
    """A line that only prints; one that writes into a file or a pipe does more."""
    return Role.PRINTED if _ECHO.match(line) and ">" not in line and "|" not in line else None


def _quote_after(text: str, position: int, start: int, quote: str) -> str:
    """The open quote behind the one at `position`; an apostrophe inside a word opens nothing."""
    sign = text[position]
    if quote:
        return "" if sign == quote else quote
    if position > start and text[position - 1].isalnum():
        return ""
    return sign
