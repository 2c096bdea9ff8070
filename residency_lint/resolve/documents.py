"""JSON in a text of the program: `json.loads('{"host": …}')`, as it may also stand in a variable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.expressions import HOLE, Constant, Expression, Listing, Mapping, Text
from residency_lint.source import Span

_LONGEST = 20_000
_DEEPEST = 20


class Document(Mapping, frozen=True):
    """A mapping of a document: nothing but what is asked for in it is used."""


def document(text: Text) -> Mapping | Listing | None:
    """What a text of JSON says, its texts at their own places; None for any other text."""
    if len(text.text) > _LONGEST or HOLE in text.text or text.pieces:
        return None
    try:
        json.loads(text.text)
        found = _value(_tokens(text.text), text, 0)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, (Mapping, Listing)) else None


def _tokens(words: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(words)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[\w.+-]+')


def _value(tokens: Iterator[re.Match[str]], text: Text, depth: int) -> Expression | None:
    """The next value; None at the end of a list or mapping. Raises ValueError where it lies too deep."""
    token = next(tokens)
    if depth > _DEEPEST:
        raise ValueError
    if token[0] == "{":
        items: list[tuple[Expression | None, Expression]] = []
        while (key := _value(tokens, text, depth + 1)) is not None:
            value = _value(tokens, text, depth + 1)
            items += [(key, value)] if value is not None else []
        return Document(tuple(items), text.span)
    if token[0] == "[":
        return Listing(tuple(iter(lambda: _value(tokens, text, depth + 1), None)), text.span)
    if token[0] in "}]":
        return None
    if token[0].startswith('"'):
        return _inner(text, json.loads(token[0]), token.start() + 1, token.end() - 1)
    return Constant(_WORDS.get(token[0], token[0]), text.span)


def _inner(text: Text, words: str, start: int, end: int) -> Text:
    """One of a document's texts; at its own bytes where they are the same."""
    if not text.plain or not text.text.isascii() or text.text[start:end] != words:
        return replace(text, text=words, plain=False)
    return replace(text, text=words, span=Span(text.span.start + start, text.span.start + end))


_WORDS = {"true": "True", "false": "False", "null": "None"}
