"""What a command hands to those below it: `context.obj` of click and typer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Attribute, Expression, Mapping, Name, Text
from residency_lint.facts import Binding
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.classes import decorated
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_COMMANDS = frozenset({"command", "group", "callback", "pass_context"})
_HANDS_OBJECT = frozenset({"pass_obj"})


def handed_object(binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """The first parameter below `@pass_obj`; None for any other parameter."""
    function = frame.unit.scope(binding.site.scope)
    if function.parameters[:1] != (binding.target,) or not decorated(function, _HANDS_OBJECT):
        return None
    return _objects(frame, resolution)


def context_object(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """`context.obj` of a command's parameter; None for any other attribute."""
    function = frame.unit.scope(frame.site.scope)
    is_context = node.name == "obj" and isinstance(node.base, Name) and node.base.id in function.parameters
    return _objects(frame, resolution) if is_context and decorated(function, _COMMANDS) else None


def _objects(frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """What the commands above keep as their object, as such or item by item."""
    others = (
        resolution.program.unit_at(path) for path in resolution.program.files_naming(".obj", frame.unit.facts.path)
    )
    for unit in chain([frame.unit], others):
        kept = list(_kept(unit)) if unit is not None else []
        whole = [b for b in kept if b.target.endswith(".obj") and b.value is not None]
        items = [b for b in kept if "[" in b.target and b.value is not None]
        if unit is None or not (whole or items):
            continue
        there = replace(frame, unit=unit, activation=None)
        if whole and not items:
            place = replace(there, site=whole[-1].site).via(whole[-1].span, f"`{whole[-1].target}`").deeper()
            return resolution.values(_value(whole[-1]), place)
        first = ((None, placed(_value(b), replace(there, site=b.site))) for b in whole[-1:])
        rest = ((Text(b.key, b.span, plain=False), placed(_value(b), replace(there, site=b.site))) for b in items)
        return iter([there.value(Mapping((*first, *rest), kept[0].span))])
    return None


def _kept(unit: Unit) -> Iterator[Binding]:
    for (scope, target), bindings in unit.bindings.items():
        first, _, rest = target.partition(".")
        command = unit.scope(scope)
        is_object = (rest == "obj" or rest.startswith("obj[")) and first in command.parameters
        if is_object and decorated(command, _COMMANDS):
            yield from bindings[-1:]


def _value(binding: Binding) -> Expression:
    assert binding.value is not None
    return binding.value
