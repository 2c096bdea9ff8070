"""What functions of the repository return for the arguments of a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import (
    Attribute,
    Call,
    Expression,
    Lambda,
    Listing,
    Name,
)
from residency_lint.facts import Return, ScopeKind
from residency_lint.resolve.classes import decorated, local_class, method_of, receivers
from residency_lint.resolve.deciding import by_word, deciding_word, table_of_returns
from residency_lint.resolve.enums import members_called
from residency_lint.resolve.frames import Activation, Choice, Frame, Unknown, Value
from residency_lint.resolve.loops import iterations, yielded
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def returned(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What a function of the repository returns for the arguments of a call."""
    for unit, scope, receiver, owner in _functions(node.function, frame, resolution):
        step = frame.via(node.span, f"`{written(node.function)}()`")
        activation = Activation(unit, scope, node, frame, receiver, owner)
        if unit.yields.get(scope) and not decorated(unit.scope(scope), _MANAGERS):
            items = yielded(unit, scope, activation, step, resolution)
            yield frame.value(Listing(tuple(items), node.span))
            return
        if _given_back(unit, scope):
            yield from results(unit, scope, activation, step, resolution)
            return
    yield frame.value(node)


_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
"""What makes of a generator something that gives what it yields: `with target() as host`."""


def results(unit: Unit, scope: int, activation: Activation, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What the `return` statements of a function give that one call can come to."""
    returns = _given_back(unit, scope)
    for number, entry in enumerate(returns):
        here = replace(frame, unit=unit, site=entry.site, depth=frame.depth + 1, activation=activation)
        table = table_of_returns(entry, returns, here) if len(returns) > 1 else ()
        is_reached = False
        for there in iterations((), here, resolution):
            choice = resolution.conditions.choice(entry.site.guards, there)
            if choice is Choice.NEVER:
                continue
            is_reached = True
            word = deciding_word(entry.site.guards[-1].test, choice, there, resolution) if table else None
            for value in resolution.values(entry.value, there):
                chosen = choice if len(returns) > 1 or there is not here else Choice.SURE
                yield by_word(value, word, table).chosen(chosen)
            if there is not here and choice is Choice.SURE:
                for later in returns[number + 1 :]:
                    resolution.pass_over(later.value, replace(here, site=later.site))
                return
        if not is_reached:
            resolution.pass_over(entry.value, here)


def _given_back(unit: Unit, scope: int) -> list[Return]:
    """What a function returns; what a context manager gives to its `with`."""
    if decorated(unit.scope(scope), _MANAGERS):
        return unit.yields.get(scope, [])
    return unit.returns.get(scope, [])


def _functions(
    function: Expression, frame: Frame, resolution: Resolution
) -> Iterator[tuple[Unit, int, Value | None, Target | None]]:
    """The functions that an expression can stand for, with what a method is called on."""
    program = resolution.program
    if isinstance(function, Lambda):
        yield frame.unit, function.scope, None, None
    for target in targets(function, frame.unit, frame.site, program):
        if target.unit is not None and target.unit.scope(target.scope).kind is ScopeKind.FUNCTION:
            bases = targets(function.base, frame.unit, frame.site, program) if isinstance(function, Attribute) else ()
            yield target.unit, target.scope, None, next(filter(local_class, bases), None)
    is_known = False
    if isinstance(function, Attribute):
        found = list(receivers(function.base, frame, resolution)) or members_called(function.base, frame, resolution)
        for made, owner in found:
            method = method_of(owner, function.name, program)
            is_known = is_known or method is None
            if method is not None and method.unit is not None:
                yield method.unit, method.scope, made, owner
    if is_known or not isinstance(function, Attribute):
        yield from _held(function, frame, resolution)


def _held(
    function: Expression, frame: Frame, resolution: Resolution
) -> Iterator[tuple[Unit, int, Value | None, Target | None]]:
    """The functions that a parameter, an attribute of an object or an item of a table holds."""
    if isinstance(function, Name) and targets(function, frame.unit, frame.site, resolution.program):
        return
    for value in resolution.values(function, frame.aside()):
        if isinstance(value.content, Lambda):
            yield value.unit, value.content.scope, None, None
        target = value.content.target if isinstance(value.content, Unknown) else None
        there = target.unit if target is not None else None
        if target is not None and there is not None and there.scope(target.scope).kind is ScopeKind.FUNCTION:
            yield there, target.scope, None, None
