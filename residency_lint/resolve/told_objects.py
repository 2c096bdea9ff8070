"""What an object of the repository's is told after it was made: `tracker.host = …`, right where it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import Attribute, Call, Name
from residency_lint.facts import Binding, BindingKind
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.frames import Choice, Frame, Value
from residency_lint.resolve.names import Target
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


class Told(Struct, frozen=True):
    """The values that an attribute is given later. `is_sure`: nothing uses what it was before."""

    values: tuple[Value, ...]
    is_sure: bool


def told_later(made: Value | None, target: Target, name: str, frame: Frame, resolution: Resolution) -> Told | None:
    """What the scope that makes an object assigns to one of its attributes; None where it assigns nothing, or too late
    for the code that asks."""
    call = made.content if made is not None and isinstance(made.content, Call) else None
    if made is None or call is None or not call.assigned or _is_making(frame, target, resolution):
        return None
    unit, scope = made.unit, call.site.scope
    place = f"{call.assigned}.{name}"
    found = [b for b in unit.bindings.get((scope, place), []) if b.span.start > call.span.end and _is_value(b)]
    if not found or _is_remade(call, found[-1], unit):
        return None
    values: list[Value] = []
    is_sure = False
    for binding in found:
        guards = [guard for guard in binding.site.guards if guard not in call.site.guards]
        there = replace(made.frame(frame.depth + 1), site=binding.site, chain=frame.chain)
        there = there.via(binding.span, f"`{place}`")
        choice = resolution.conditions.choice(guards, there)
        if choice is Choice.NEVER or binding.value is None:
            continue
        if choice is Choice.SURE and not _is_used(call, binding, unit):
            is_sure, values = True, []
        values += (value.chosen(choice) for value in resolution.values(binding.value, there))
    return Told(tuple(values), is_sure) if values else None


def _is_value(binding: Binding) -> bool:
    return binding.kind is BindingKind.ASSIGNMENT and binding.value is not None


def _is_remade(call: Call, last: Binding, unit: Unit) -> bool:
    """Whether the name is another object's by then."""
    others = unit.bindings.get((call.site.scope, call.assigned), [])
    return any(call.span.end < other.span.start < last.span.start for other in others)


def _is_used(call: Call, binding: Binding, unit: Unit) -> bool:
    """Whether the object is called on, or given to a call, between its making and the assignment."""
    return any(
        call.span.end < other.span.start < binding.span.start
        and other.site.scope == call.site.scope
        and (_is_on(other, call.assigned) or any(_text(a.value) == call.assigned for a in other.arguments))
        for other in unit.facts.calls
    )


def _is_on(call: Call, name: str) -> bool:
    """Whether a method of the object, or of something of it, is called."""
    owner = _text(call.function.base) if isinstance(call.function, Attribute) else ""
    return owner == name or owner.startswith(f"{name}.")


def _text(expression: object) -> str:
    return written(expression) if isinstance(expression, (Name, Attribute)) else ""


def _is_making(frame: Frame, target: Target, resolution: Resolution) -> bool:
    """Whether the code that asks runs as the object is made: its constructor, or a method that this calls."""
    unit = frame.unit
    scope = frame.site.scope
    owner = unit.enclosing_class(scope)
    if owner < 0:
        return False
    makers = {index for index in unit.scopes_below(owner) if unit.scope(index).name in ("__init__", "__post_init__")}
    return scope in makers or any(
        site.unit is unit and site.call.site.scope in makers
        for method in unit.visible_scopes(scope)
        if unit.scope(method).parent == owner
        for site in call_sites(method, unit, resolution)
    )
