"""What the last step of making an object gives its fields: `__post_init__`, a validator of the whole model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import Argument, Call, Expression, Name, Site, Text
from residency_lint.facts import Binding, Scope, ScopeKind
from residency_lint.fixes import Slot
from residency_lint.resolve.classes import decorator_name
from residency_lint.resolve.frames import Activation, Choice, Frame, Value
from residency_lint.resolve.names import Target

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


class Last(Struct, frozen=True):
    """What a field is set to under conditions as its object is finished; `before`: whether what it was still counts."""

    values: tuple[Value, ...]
    before: Choice


def finished(target: Target, made: Value | None, name: str, frame: Frame, resolution: Resolution) -> Last | None:
    """What the class itself does so; None where it sets the field always, or never."""
    unit = target.unit
    for index in unit.scopes_below(target.scope) if unit is not None else ():
        assert unit is not None
        method = unit.scope(index)
        if not _finishes(method) or (frame.unit is unit and frame.site.scope == index):
            continue
        site = Site(index, (), method.span)
        bindings = unit.reaching(f"{method.parameters[0]}.{name}", index, site)
        # What is always set is known as what the class gives the name.
        if bindings and all(binding.site.guards for binding in bindings):
            call = Call(Name(method.name, method.span), (), method.span, Slot(method.span), site)
            activation = Activation(unit, index, call, frame, made)
            there = replace(frame, unit=unit, site=site, depth=frame.depth + 1, activation=activation)
            return _last(bindings, there, resolution)
    return None


def _last(bindings: list[Binding], frame: Frame, resolution: Resolution) -> Last:
    values: list[Value] = []
    before = Choice.SURE
    for binding in bindings:
        choice = resolution.conditions.choice(binding.site.guards, frame)
        if choice is Choice.NEVER:
            resolution.pass_over(binding.value, frame)
            continue
        values += [value.chosen(choice) for value in resolution.bound([binding], frame)]
        before = _OTHERWISE.get(choice, Choice.OPEN)
        if before is Choice.NEVER:
            break
    return Last(tuple(values), before)


_OTHERWISE = {Choice.SURE: Choice.NEVER, Choice.DEFAULT: Choice.OTHER, Choice.OTHER: Choice.DEFAULT}
"""Whether what a condition leaves is taken, by whether it holds."""


def _finishes(method: Scope) -> bool:
    if method.kind is not ScopeKind.FUNCTION or not method.parameters:
        return False
    return method.name in _LAST or any(_is_last(one) for one in method.decorators)


_LAST = ("__post_init__", "__attrs_post_init__", "model_post_init")


def _is_last(decorator: Expression) -> bool:
    """`@model_validator(mode="after")`"""
    arguments: tuple[Argument, ...] = decorator.arguments if isinstance(decorator, Call) else ()
    modes = [a.value.text for a in arguments if a.name == "mode" and isinstance(a.value, Text)]
    return decorator_name(decorator) == "model_validator" and modes == ["after"]
