"""What functions give a name of their module: `global HOST; HOST = host` in a `configure(host)` that is called."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.facts import Binding
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.frames import Choice, Frame, Value
from residency_lint.resolve.told_mappings import comes_before, runs

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST = 8


class Given(Struct, frozen=True):
    """The values that calls give a name. `is_sure`: they replace what it was."""

    values: tuple[Value, ...] = ()
    is_sure: bool = False


def given_by_calls(binding: Binding, frame: Frame, resolution: Resolution) -> Given | None:
    """What the calls of the function that makes a binding give; None where it is looked at like any other: in that
    function itself, or where it cannot be told which calls run it."""
    place, unit = binding.made_at, frame.unit
    if place is None or binding.value is None or place.scope in unit.visible_scopes(frame.site.scope):
        return None
    found = list(islice(runs(place.scope, unit, resolution), _MOST))
    if not found:
        return None if _may_be_called(place.scope, frame, resolution) else Given()
    values: list[Value] = []
    is_sure = False
    for activation in found:
        there = replace(frame, site=place, activation=activation).via(binding.span, f"`{binding.target}`").deeper()
        choice = resolution.conditions.choice(place.guards, there)
        if choice is Choice.NEVER or comes_before(frame, place.scope, binding.span, unit, resolution):
            continue
        is_sure = is_sure or choice is Choice.SURE
        values += (value.chosen(choice) for value in resolution.values(binding.value, there))
    return Given(tuple(values), is_sure)


def _may_be_called(scope: int, frame: Frame, resolution: Resolution) -> bool:
    unit, name = frame.unit, frame.unit.scope(scope).name
    if call_sites(scope, unit, resolution) or unit.reads_by_word.get(name) or unit.scope(scope).decorators:
        return True
    return unit.enclosing_class(scope) >= 0 or bool(resolution.program.files_naming(name, unit.facts.path))
