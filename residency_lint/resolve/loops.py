"""Loops, gone through item by item where conditions or calls inside rest on what a loop's target gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    Argument,
    Attribute,
    Branch,
    Call,
    Comparison,
    Element,
    Expression,
    Fallback,
    Joined,
    Listing,
    Mapping,
    Name,
    Negation,
    Subscript,
)
from residency_lint.fixes import Slot
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.frames import Activation, Choice, Frame, Unknown, Value
from residency_lint.resolve.iterables import loop_of
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST_ITEMS = 24
_MOST_NAMES = 24


def iterations(expressions: Iterable[Expression], frame: Frame, resolution: Resolution) -> Iterator[Frame]:
    """The frame, once for each item of the loop that expressions or the conditions they stand under rest on, as far as
    it comes to them; itself where they rest on none or on several, or the items cannot be told."""
    guards = frame.site.guards
    found = list(_loops([*expressions, *(guard.test for guard in guards)], frame))
    items = _items(found[0], frame, resolution) if len(found) == 1 else []
    if not items:
        yield frame
        return
    for item in items:
        inside = replace(frame, activation=_activation(found[0], item, frame))
        if resolution.conditions.choice(guards, inside) is not Choice.NEVER:
            yield inside


def yielded(unit: Unit, scope: int, activation: Activation, frame: Frame, resolution: Resolution) -> list[Expression]:
    """What a generator yields, as one call runs it."""
    found: list[Expression] = []
    for entry in unit.yields.get(scope, []):
        there = replace(frame, unit=unit, site=entry.site, depth=frame.depth + 1, activation=activation)
        for turn in iterations((), there, resolution):
            if resolution.conditions.choice(entry.site.guards, turn) is Choice.NEVER:
                resolution.pass_over(entry.value, turn)
            else:
                found.append(placed(entry.value, turn))
    return found


def _loops(expressions: list[Expression], frame: Frame) -> Iterator[Element]:
    """The loops of the function at hand whose targets expressions name, through its other assignments."""
    unit, scope = frame.unit, frame.site.scope
    names: set[str] = set()
    loops: dict[int, Element] = {}
    pending = [*expressions]
    while pending and len(names) < _MOST_NAMES:
        node = pending.pop()
        if isinstance(node, Name) and node.id not in names:
            names.add(node.id)
            bindings = unit.bindings.get((scope, node.id), ())
            pending += [binding.value for binding in bindings if binding.value is not None]
        elif isinstance(node, Element):
            loops.setdefault(node.span.start, node)
        else:
            pending += _parts(node)
    for loop in loops.values():
        if frame.activation_of(unit, loop_of(loop)) is None:
            yield loop


def _parts(node: Expression) -> tuple[Expression, ...]:
    if isinstance(node, Attribute):
        return (node.base,)
    if isinstance(node, Subscript):
        return node.base, node.key
    if isinstance(node, Call):
        return (node.function, *(argument.value for argument in node.arguments))
    if isinstance(node, Joined):
        return node.parts
    if isinstance(node, Fallback):
        return node.options
    if isinstance(node, Branch):
        return node.test, node.then, node.otherwise
    if isinstance(node, Comparison):
        return node.left, node.right
    if isinstance(node, Negation):
        return (node.operand,)
    if isinstance(node, Listing):
        return node.items
    return tuple(item for _, item in node.items) if isinstance(node, Mapping) else ()


def _items(loop: Element, frame: Frame, resolution: Resolution) -> list[Value]:
    """What a loop's target gets; nothing where not all of it can be told."""
    values = list(islice(resolution.values(loop, frame.deeper()), _MOST_ITEMS + 1))
    is_known = len(values) <= _MOST_ITEMS and not any(isinstance(value.content, Unknown) for value in values)
    return values if is_known and not any(value.fallback for value in values) else []


def _activation(loop: Element, item: Value, frame: Frame) -> Activation:
    span = loop.span
    call = Call(loop.base, (Argument(loop.base, span),), span, Slot(span), frame.site)
    return Activation(frame.unit, loop_of(loop), call, frame, item)
