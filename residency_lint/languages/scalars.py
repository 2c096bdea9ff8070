"""Quoted texts: where they end and what they mean."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r?\n\s*|([\s\S]))")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "a": "\a", "v": "\v", "e": "\x1b"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")


def unescaped(raw: str) -> str | None:
    """What a text with backslash escapes means; None when it means what it says."""
    if "\\" not in raw:
        return None
    return _SURROGATES.sub(_joined, _ESCAPE.sub(_character, raw))


def closing(text: str, start: int, quote: str, end: int | None = None) -> int:
    """Where the closing quote of a text stands, -1 if nowhere; `start` is behind the opening one."""
    stop = len(text) if end is None else end
    position = text.find(quote, start, stop)
    if position >= 0 and "\\" not in text[start:position]:
        return position
    for found in _stops(quote).finditer(text, start, stop):
        if found.group() == quote:
            return found.start()
    return -1


def unquoted(raw: str) -> tuple[int, int, str]:
    """Offsets of what stands inside the quotes of a text, and the quote (empty if there is none)."""
    for quote in ('"""', "'''", '"', "'", "`"):
        if len(raw) >= 2 * len(quote) and raw.startswith(quote) and raw.endswith(quote):
            return len(quote), len(raw) - len(quote), quote
    return 0, len(raw), ""


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return _SIMPLE.get(found[4], found[4]) if found[4] else ""


def _joined(found: re.Match[str]) -> str:
    """Two surrogates make one character; a lone one cannot be encoded."""
    pair = found.group()
    if len(pair) == 1:
        return "\ufffd"
    return chr(0x10000 + ((ord(pair[0]) - 0xD800) << 10) + (ord(pair[1]) - 0xDC00))


_STOPS = {quote: re.compile(r"\\[\s\S]|" + re.escape(quote)) for quote in ('"', "'", "`", '"""', "'''", "/")}


def _stops(quote: str) -> re.Pattern[str]:
    return _STOPS[quote]
