"""Loops over what can be seen: the items that they come to, one after another, where conditions tell them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from residency_lint.expressions import (
    Attribute,
    Call,
    Comparison,
    Element,
    Expression,
    Fallback,
    Guard,
    Name,
    Negation,
    Subscript,
)
from residency_lint.fixes import Slot
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.frames import Activation, Choice, Frame
from residency_lint.resolve.iterables import listed, turn_of
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def turns(
    guards: tuple[Guard, ...], frame: Frame, resolution: Resolution, *, ends: bool = False
) -> Iterator[tuple[Frame, Choice]]:
    """The turns of a loop in which code under some conditions is met, each with whether it is; outside of one where no
    condition asks for what a loop goes through. `ends`: the code ends the loop."""
    has_ended = False
    for turn, item in _each(guards, frame, resolution):
        choice = Choice.NEVER if has_ended else resolution.conditions.choice(guards, turn)
        if choice is not Choice.NEVER or item is None:
            yield turn, choice
            has_ended = ends and choice is Choice.SURE
        else:
            resolution.pass_over(item, frame)


def yielded(unit: Unit, scope: int, activation: Activation, frame: Frame, resolution: Resolution) -> list[Expression]:
    """What a generator yields, as one call runs it."""
    found: list[Expression] = []
    for entry in unit.yields.get(scope, []):
        there = replace(frame, unit=unit, site=entry.site, depth=frame.depth + 1, activation=activation)
        for turn, choice in turns(entry.site.guards, there, resolution):
            if choice is Choice.NEVER:
                resolution.pass_over(entry.value, turn)
            else:
                found.append(placed(entry.value, turn))
    return found


def _each(guards: tuple[Guard, ...], frame: Frame, resolution: Resolution) -> Iterator[tuple[Frame, Expression | None]]:
    asked = {element.span: element for guard in guards for element in _elements(guard.test, frame)}
    items = _items(next(iter(asked.values())), frame, resolution) if len(asked) == 1 else None
    if items is None:
        yield frame, None
        return
    span = next(iter(asked))
    call = Call(Name("", span), (), span, Slot(Span(span.end, span.end)), frame.site)
    for item in items:
        for value in islice(resolution.values(item, frame.aside()), 1):
            activation = Activation(frame.unit, turn_of(span), call, frame, value)
            yield replace(frame, activation=activation), item


def _items(element: Element, frame: Frame, resolution: Resolution) -> list[Expression] | None:
    containers = list(islice(resolution.values(element.base, frame.aside()), 2))
    return listed(containers[0], resolution) if len(containers) == 1 else None


def _elements(test: Expression, frame: Frame) -> Iterator[Element]:
    """What loops go through of which an expression asks for a part."""
    if isinstance(test, Element):
        yield test
    elif isinstance(test, Name):
        for binding in frame.unit.bindings.get((frame.site.scope, test.id), []):
            value = binding.value
            while isinstance(value, Subscript):  # one of several targets
                value = value.base
            if isinstance(value, Element):
                yield value
    else:
        for part in _parts(test):
            yield from _elements(part, frame)


def _parts(test: Expression) -> tuple[Expression, ...]:
    if isinstance(test, (Attribute, Subscript)):
        return (test.base,)
    if isinstance(test, Comparison):
        return test.left, test.right
    if isinstance(test, Negation):
        return (test.operand,)
    if isinstance(test, Fallback):
        return test.options
    if isinstance(test, Call):
        return (test.function, *(argument.value for argument in test.arguments))
    return ()
