"""What an object is told once it is made, and whether that is before anything else is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from residency_lint.expressions import Attribute, Call, Name
from residency_lint.facts import Binding
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.frames import Value
from residency_lint.resolve.names import Target

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def is_set_at_once(constructor: Target, name: str, made: Value, resolution: Resolution) -> bool:
    """Whether a method gives an object's attribute its value before another one is called on it."""
    unit = constructor.unit
    assert unit is not None
    return any(
        site.unit is made.unit and _comes_first(site.call, made)
        for binding in set_later(constructor, name)
        for site in call_sites(binding.site.scope, unit, resolution)
    )


def set_later(constructor: Target, name: str) -> Iterator[Binding]:
    """What the other methods of a class give an attribute whenever they are called."""
    unit = constructor.unit
    assert unit is not None
    for scope in unit.scopes_below(unit.scope(constructor.scope).parent):
        for receiver in unit.scope(scope).parameters[:1] if scope != constructor.scope else ():
            for binding in unit.bindings.get((scope, f"{receiver}.{name}"), [])[-1:]:
                if not binding.site.guards:
                    yield binding


def _comes_first(call: Call, made: Value) -> bool:
    """Whether a call is the first on an object, right where that is made."""
    created, base = made.content, call.function.base if isinstance(call.function, Attribute) else None
    if (
        not isinstance(created, Call)
        or call.site.scope != created.site.scope
        or call.site.guards != created.site.guards
    ):
        return False
    if isinstance(base, Call):
        return base.span == created.span
    if not isinstance(base, Name) or base.id != created.assigned or call.span.start < created.span.start:
        return False
    return not any(
        other.span.start < call.span.start
        for other in made.unit.facts.calls
        if other.span.start > created.span.end
        and isinstance(other.function, Attribute)
        and isinstance(other.function.base, Name)
        and other.function.base.id == base.id
    )
