"""Mappings made of mappings: one that has lost a key, several of which the first counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from residency_lint.expressions import Call, Expression, Mapping, Text
from residency_lint.resolve.arguments import certain_items
from residency_lint.resolve.frames import Frame, Value

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def chained(maps: list[Expression], node: Call, frame: Frame) -> Value:
    """`ChainMap(first, second)`."""
    return frame.value(Mapping(tuple((None, one) for one in reversed(maps)), node.span))


def _without(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """A mapping after `del base[key]`, or `base.pop(key)`."""
    keys = {value.text for value in resolution.values(node.arguments[0].value, frame.aside())}
    for value in resolution.values(base, frame.deeper()):
        known, is_whole = certain_items(value, resolution, frame.depth + 1)
        if not isinstance(value.content, Mapping) or not is_whole or len(keys) != 1 or None in keys:
            yield value  # Whatever is asked for afterwards is no less known than before.
            continue
        for key in known.keys() & keys:
            resolution.pass_over(known[key or ""], frame)
        left = tuple((Text(k, item.span, plain=False), item) for k, item in known.items() if k not in keys)
        yield frame.value(Mapping(left, value.content.span))


METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {"__delitem__": _without}
"""Methods of mappings that make another one, by name."""
