"""Classes of the repository: what they derive from, and which one an expression is an object of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from residency_lint.dotted import last_name
from residency_lint.expressions import Attribute, Call, Expression, Name, Site, Subscript
from residency_lint.facts import Binding, BindingKind, Scope, ScopeKind
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST_BASES = 12


def lineage(target: Target, program: Program) -> list[Target]:
    """A class and what it derives from, nearest first; those of packages outside as well."""
    found = [target]
    for one in found:
        if one.unit is None or len(found) > _MOST_BASES:
            continue
        entry = one.unit.scope(one.scope)
        site = Site(max(entry.parent, 0), (), entry.span)
        for base in entry.bases:
            found += [t for t in targets(base, one.unit, site, program)[:1] if not _is_among(t, found)]
    return found


def _is_among(target: Target, others: list[Target]) -> bool:
    return any(o.unit is target.unit and o.scope == target.scope and o.name == target.name for o in others)


def local_class(target: Target) -> bool:
    return target.unit is not None and target.unit.scope(target.scope).kind is ScopeKind.CLASS


def constructed(call: Call, frame: Frame, program: Program) -> Target | None:
    """The class of the repository that a call makes an object of."""
    own = _own_class(call.function, frame)
    if own is not None:
        unit, owner, scope = own  # `cls(…)`
        activation = frame.activation_of(unit, scope)
        called_on = activation.owner if activation else None
        return called_on or Target(unit.scope(owner).name, unit, owner)
    found = targets(call.function, frame.unit, frame.site, program)
    return next((target for target in found if local_class(target)), None)


def receivers(base: Expression, frame: Frame, resolution: Resolution) -> Iterator[tuple[Value | None, Target]]:
    """The objects (None for a class itself) that an expression can stand for, each with its class."""
    program = resolution.program
    own = _own_class(base, frame)
    if own is not None:
        unit, owner, scope = own
        activation = frame.activation_of(unit, scope)
        received = activation.receiver if activation else None
        made = constructed_by(received, program) if received else None
        called_on = activation.owner if activation else None
        yield (
            (received, called_on or made) if made else (None, called_on or Target(unit.scope(owner).name, unit, owner))
        )
        return
    if isinstance(base, Call) and isinstance(base.function, Name) and base.function.id == "super":
        owner = frame.unit.enclosing_class(frame.site.scope)
        if owner >= 0:
            here = frame.activation_of(frame.unit, frame.site.scope)
            for target in lineage(Target("", frame.unit, owner), program)[1:2]:
                yield here.receiver if here else None, target
        return
    classes = [t for t in targets(base, frame.unit, frame.site, program) if local_class(t)]
    if classes:
        yield from ((None, target) for target in classes)
        return
    for value in resolution.values(base, frame.aside()):
        found = constructed_by(value, program)
        if found is not None:
            yield value, found
        elif (itself := _class_itself(value)) is not None:
            yield None, itself  # by way of a table or a parameter
        elif isinstance(value.content, Call):
            yield from ((value, target) for target in taken_and_called(value.content, value.frame(1), resolution))


def taken_and_called(call: Call, frame: Frame, resolution: Resolution) -> Iterator[Target]:
    """The classes that a call makes objects of by way of a table or another call: `TABLE[name]()`, `pick(name)()`."""
    if isinstance(call.function, (Subscript, Call)):
        yield from filter(None, map(_class_itself, resolution.values(call.function, frame.aside())))


def _class_itself(value: Value) -> Target | None:
    target = value.content.target if isinstance(value.content, Unknown) else None
    return target if target is not None and local_class(target) else None


def constructed_by(value: Value, program: Program) -> Target | None:
    if not isinstance(value.content, Call):
        return None
    return constructed(value.content, value.frame(0), program)


def _own_class(base: Expression, frame: Frame) -> tuple[Unit, int, int] | None:
    """The class whose `self` (or `cls`) a name is, and the method it is the first parameter of."""
    if not isinstance(base, Name):
        return None
    for scope in frame.unit.visible_scopes(frame.site.scope):
        entry = frame.unit.scope(scope)
        if base.id in entry.parameters:
            is_method = entry.parent >= 0 and frame.unit.scope(entry.parent).kind is ScopeKind.CLASS
            if is_method and entry.parameters[0] == base.id and not is_static(entry):
                return frame.unit, entry.parent, scope
            return None
    return None


def method_of(target: Target, name: str, program: Program) -> Target | None:
    """The function that a class has under a name, its own or inherited."""
    for one in lineage(target, program):
        if one.unit is None:
            continue
        for binding in reversed(one.unit.bindings.get((one.scope, name), [])):
            if binding.kind is BindingKind.DEFINITION and one.unit.scope(binding.scope).kind is ScopeKind.FUNCTION:
                return Target(name, one.unit, binding.scope)
    return None


def fields(target: Target, program: Program) -> list[str]:
    """The names that a class's body declares, in the order of its generated constructor."""
    found: dict[str, None] = {}
    for one in reversed(lineage(target, program)):
        if one.unit is not None:
            for binding in _body(one):
                found.setdefault(binding.target)
    return list(found)


def _body(target: Target) -> list[Binding]:
    assert target.unit is not None
    return sorted(
        (
            binding
            for (scope, name), bindings in target.unit.bindings.items()
            for binding in bindings
            if scope == target.scope and binding.kind is not BindingKind.DEFINITION and "." not in name
        ),
        key=lambda binding: binding.span,
    )


def decorated(scope: Scope, names: frozenset[str]) -> bool:
    """Whether a function or class bears one of the decorators."""
    return any(decorator_name(decorator) in names for decorator in scope.decorators)


def is_static(scope: Scope) -> bool:
    return decorated(scope, frozenset({"staticmethod"}))


def is_class_method(scope: Scope) -> bool:
    return decorated(scope, frozenset({"classmethod"}))


def is_property(scope: Scope) -> bool:
    return decorated(scope, frozenset({"property", "cached_property"}))


def is_setter(scope: Scope) -> bool:
    """Whether it is what sets a property: `@region.setter`."""
    return any(isinstance(d, Attribute) and d.name == "setter" for d in scope.decorators)


def decorator_name(expression: Expression) -> str:
    """`lru_cache` of `@functools.lru_cache(maxsize=1)`."""
    return last_name(expression.function if isinstance(expression, Call) else expression)
