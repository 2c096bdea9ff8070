"""Texts cut in parts, each at its own place in the source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Attribute, Call, Constant, Expression, Listing, Text
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.iterables import number_of
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def cut(text: Text, start: int, end: int) -> Text:
    """The characters of a text from `start` to `end`."""
    part = text.text[start:end]
    if text.pieces:
        pieces = tuple(
            (max(at - start, 0), cut(piece, max(start - at, 0), min(end - at, len(piece.text))))
            for at, piece in text.pieces
            if at < end and at + len(piece.text) > start
        )
        return replace(text, text=part, plain=False, pieces=pieces)
    if text.plain and text.text.isascii():
        return replace(text, text=part, span=Span(text.span.start + start, text.span.start + end))
    return replace(text, text=part, plain=False)


def _divided(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`split`, `partition` and their like: a list of parts."""
    assert isinstance(node.function, Attribute)
    arguments = [_only(argument.value, frame, resolution) for argument in node.arguments]
    names = [argument.name for argument in node.arguments]
    for value in resolution.values(base, frame.deeper()):
        content = value.content
        if not isinstance(content, Text) or None in arguments:
            yield frame.unknown("a text cut in parts")
            continue
        positional = [a for a, name in zip(arguments, names, strict=True) if not name]
        named = {name: a for a, name in zip(arguments, names, strict=True) if name}
        try:
            parts = getattr(str, node.function.name)(content.text, *positional, **named)
        except (TypeError, ValueError):
            yield frame.unknown("a text cut in parts")
            continue
        yield replace(value, content=Listing(tuple(_placed(content, parts)), node.span))


def _placed(text: Text, parts: list[str]) -> Iterator[Text]:
    end = 0
    for part in parts:
        start = max(text.text.find(part, end), end)
        end = start + len(part)
        yield cut(text, start, end)


def _only(expression: Expression, frame: Frame, resolution: Resolution) -> str | int | None:
    values = list(resolution.values(expression, frame.aside()))
    content = values[0].content if len(values) == 1 else None
    if isinstance(content, Constant):
        return number_of(content)
    return content.text if isinstance(content, Text) else None


def _sliced(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`text[start:end]`, of a list as well."""
    bounds = [_bound(argument.value, frame, resolution) for argument in node.arguments]
    for value in resolution.values(base, frame.deeper()):
        content = value.content
        if _UNKNOWN in bounds:
            yield frame.unknown("a slice")
        elif isinstance(content, Text):
            start, end, _ = slice(*bounds).indices(len(content.text))
            yield replace(value, content=cut(content, start, max(start, end)))
        elif isinstance(content, Listing):
            yield replace(value, content=replace(content, items=content.items[slice(*bounds)]))
        else:
            yield frame.unknown("a slice")


_UNKNOWN = 1 << 60


def _bound(expression: Expression, frame: Frame, resolution: Resolution) -> int | None:
    values = list(resolution.values(expression, frame.aside()))
    content = values[0].content if len(values) == 1 else None
    if isinstance(content, Constant) and content.text == "None":
        return None
    found = number_of(content) if isinstance(content, Constant) else None
    return _UNKNOWN if found is None else found


METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {
    **dict.fromkeys(("split", "rsplit", "partition", "rpartition", "splitlines"), _divided),
    "__getslice__": _sliced,
}
"""Methods of texts that cut them, by name."""
