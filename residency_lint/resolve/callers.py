"""What callers give a function: the values of its parameters, met with the call sites in its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from residency_lint.facts import Argument, Call, Expression, ScopeKind
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Program, Unit


@dataclass(frozen=True)
class Given:
    """An argument for a parameter; without one the default holds. `opaque`: the call expands what cannot be seen."""

    call: Call
    value: Expression | None
    opaque: bool = False


def given_by_callers(scope: int, parameter: str, unit: Unit, program: Program) -> list[Given]:
    """What each call of a function, or of the class whose `__init__` it is, gives for a parameter."""
    return [_given(call, scope, parameter, unit) for call in _callers(scope, unit, program)]


def _callers(scope: int, unit: Unit, program: Program) -> Iterator[Call]:
    function = unit.scope(scope)
    owner = unit.scope(function.parent) if function.parent >= 0 else None
    is_method = owner is not None and owner.kind is ScopeKind.CLASS
    wanted = function.parent if is_method and function.name == "__init__" else scope
    if is_method and function.name != "__init__":
        return
    name = unit.scope(wanted).name
    for call in unit.calls_by_name.get(name, []):
        if any(t.unit is unit and t.scope == wanted for t in targets(call.function, unit, call.site, program)):
            yield call


def _given(call: Call, scope: int, parameter: str, unit: Unit) -> Given:
    function = unit.scope(scope)
    names = function.parameters[1:] if function.name == "__init__" else function.parameters
    positional: list[Argument] = []
    for argument in call.arguments:
        if argument.name == parameter:
            return Given(call, argument.value)
        if argument.star:
            return Given(call, None, opaque=True)
        if not argument.name:
            positional.append(argument)
    index = names.index(parameter) if parameter in names else len(positional)
    return Given(call, positional[index].value if index < len(positional) else None)
