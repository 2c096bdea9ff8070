"""What comes first of several: `max(hosts, key=weight)`, `sorted(targets)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from residency_lint.expressions import Argument, Call, Constant, Expression, Listing, Text
from residency_lint.fixes import Slot
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.iterables import listed
from residency_lint.resolve.questions import index_of
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def of_ordered(name: str, node: Call, frame: Frame, resolution: Resolution) -> list[Value] | None:
    """What `max`, `min` or `sorted` gives; None for any other function, or where the order cannot be told."""
    positional = [argument.value for argument in node.arguments if not argument.name and not argument.star]
    if name not in ("max", "min", "sorted") or not positional:
        return None
    named = {argument.name: argument.value for argument in node.arguments if argument.name}
    items = _items(positional, frame, resolution)
    ranked = _ranked(items, named.get("key"), node, frame, resolution) if items else None
    backwards = named.get("reverse")
    if ranked is None or not (backwards is None or isinstance(backwards, Constant)):
        return None
    is_reversed = name == "max" or (isinstance(backwards, Constant) and backwards.text == "True")
    order = sorted(ranked, key=lambda one: one[0], reverse=is_reversed)
    if name == "sorted":
        return [frame.value(Listing(tuple(item for _, item in order), node.span))]
    for _, item in order[1:]:
        resolution.pass_over(item, frame)
    return list(resolution.values(order[0][1], frame.deeper()))


def _items(positional: list[Expression], frame: Frame, resolution: Resolution) -> list[Expression] | None:
    if len(positional) > 1:
        return positional
    values = resolution.all_values(positional[0], frame.deeper())
    return listed(values[0], resolution) if len(values) == 1 else None


def _ranked(
    items: list[Expression], key: Expression | None, node: Call, frame: Frame, resolution: Resolution
) -> list[tuple[int | str, Expression]] | None:
    """The items, each with what it is ordered by: of all a number, or of all a text."""
    found: list[tuple[int | str, Expression]] = []
    for item in items:
        rank = item
        if key is not None:
            end = Slot(Span(node.span.end, node.span.end))
            rank = Call(key, (Argument(item, item.span),), node.span, end, node.site)
        values = resolution.all_values(rank, frame.aside())
        known = _rank(values[0]) if len(values) == 1 and not values[0].fallback else None
        if known is None:
            return None
        found.append((known, item))
    return found if len({type(rank) for rank, _ in found}) == 1 else None


def _rank(value: Value) -> int | str | None:
    if isinstance(value.content, Text):
        return value.content.text
    return index_of(value.content) if isinstance(value.content, Constant) else None
