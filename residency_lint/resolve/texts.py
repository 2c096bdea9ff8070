"""The texts that operators and methods of texts make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import HOLE, Attribute, Call, Constant, Elsewhere, Expression, Joined, Text
from residency_lint.resolve.frames import Frame, Value, told
from residency_lint.resolve.templates import pieces_of
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST_COMBINATIONS = 64


def joined(parts: tuple[Expression, ...], span: Span, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The texts that parts make, one for each combination of their values."""
    options = [told(tuple(resolution.values(part, frame.aside()))) for part in parts]
    for combination in islice(product(*options), _MOST_COMBINATIONS):
        steps = tuple(step for value in combination if len(value.chain) > 1 for step in value.chain)
        text = folded(combination, span, frame.unit.facts.path)
        is_fallback = any(value.fallback for value in combination)
        value = replace(frame.value(text, fallback=is_fallback), chain=(*frame.chain, *steps))
        for part in combination:
            value = value.chosen(part.choice)
        yield _selected(value, parts, combination, span, frame)


def _selected(
    value: Value, parts: tuple[Expression, ...], combination: tuple[Value, ...], span: Span, frame: Frame
) -> Value:
    """A text of which a word chose one part: the table of what the other words would have made of it."""
    chosen = [index for index, part in enumerate(combination) if part.selector is not None]
    if len(chosen) != 1:
        return value
    at, path = chosen[0], frame.unit.facts.path
    table = tuple(
        (word, Elsewhere(Joined((*parts[:at], item, *parts[at + 1 :]), span), frame, path))
        for word, item in combination[at].table
    )
    return replace(value, selector=combination[at].selector, table=table)


def folded(values: tuple[Value, ...], span: Span, path: str) -> Text:
    text = ""
    pieces: list[tuple[int, Text]] = []
    for value in values:
        content = value.content
        if isinstance(content, Text):
            pieces += [(len(text) + start, piece) for start, piece in pieces_of(content, value.unit.facts.path)]
            text += content.text
        else:
            text += content.text if isinstance(content, Constant) else HOLE
    return Text(text, span, plain=False, pieces=tuple(pieces), path=path)


def _kept(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    yield from resolution.values(base, frame.deeper())


def changed_values(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What a method that makes one text of another gives, where its arguments are known."""
    assert isinstance(node.function, Attribute)
    arguments = [only_text(a.value, frame, resolution) for a in node.arguments if not a.name and not a.star]
    for value in resolution.values(base, frame.deeper()):
        if not isinstance(value.content, Text):
            yield value
        elif any(argument is None for argument in arguments) or len(arguments) < len(node.arguments):
            yield frame.unknown(f"a text changed by `{node.function.name}()`")
        else:
            yield changed(value, node.function.name, [a for a in arguments if a is not None])


def changed(value: Value, method: str, arguments: list[Text]) -> Value:
    """A text after one of its methods; one that stays as it is stays itself."""
    content = value.content
    assert isinstance(content, Text)
    try:
        made = _MAKERS[method](content.text, *(argument.text for argument in arguments))
    except (TypeError, ValueError):
        return value
    return value if made == content.text else replace(value, content=derived(made, (content, *arguments), value))


def derived(text: str, sources: tuple[Text, ...], value: Value) -> Text:
    """A text made of others, with the pieces of them that can still be found in it."""
    path = value.unit.facts.path
    found: list[tuple[int, Text]] = []
    end = 0
    for source in sources:
        for at, piece in pieces_of(source, path):
            index = _place_of(piece.text, at, text, end)
            if index is not None and all(index != start for start, _ in found):
                found.append((index, piece))
                end = max(end, index + len(piece.text))
    found = found or [(0, piece) for _, piece in pieces_of(sources[0], path)[:1]]
    return Text(text, sources[0].span, plain=False, pieces=tuple(sorted(found, key=lambda f: f[0])), path=path)


def _place_of(piece: str, at: int, text: str, end: int) -> int | None:
    """Where a piece stands in a text that was made of it: whole, or, at its old place, the beginning of it."""
    if text.startswith(piece, at) and piece:
        return at
    shared = next((n for n, (a, b) in enumerate(zip(piece, text[at:], strict=False)) if a != b), None)
    shared = min(len(piece), len(text) - at) if shared is None else shared
    if 2 * shared > len(piece):
        return at
    index = text.find(piece, end) if piece else -1
    return index if index >= 0 else None


def only_text(expression: Expression, frame: Frame, resolution: Resolution) -> Text | None:
    values = list(resolution.values(expression, frame.aside()))
    content = values[0].content if len(values) == 1 else None
    return content if isinstance(content, Text) else None


_MAKERS: dict[str, Callable[..., str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "removeprefix": str.removeprefix,
    "removesuffix": str.removesuffix,
    "replace": str.replace,
}

METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {
    **dict.fromkeys(_MAKERS, changed_values),
    **dict.fromkeys(("encode", "decode"), _kept),
}
"""Methods of texts, by name: whatever has a method of that name is taken for a text."""
