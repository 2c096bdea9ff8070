"""The names by which the object that a call makes is at hand: what is set on one of them is set on the object."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import Call, Name
from residency_lint.facts import ScopeKind
from residency_lint.resolve.arguments import given
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.names import Target, constructor_parameters, targets
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import Resolution
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.starts import Start

_FURTHEST = 4


def names_of(call: Call, scene: Scene, depth: int = 0, *, with_makers: bool = False) -> Iterator[tuple[int, str]]:
    """Each with its scope: the name it is assigned to, the parameter of a function that it is given to, the attribute
    of an instance that keeps it. `with_makers`: the names as well that callers give what a function returns."""
    if depth > _FURTHEST:
        return
    scope = call.site.scope
    if call.assigned:
        yield scope, call.assigned
        yield from _in_other_methods(scope, call.assigned, scene.unit)
        yield from _on_instances(scope, call.assigned, scene)
    for other in scene.facts.calls:
        if other is not call and other.span != call.span and is_given(call, other):
            for function, parameter in _parameters(call, other, scene):
                yield function, parameter
                if _returns(function, parameter, scene.unit):
                    yield from names_of(other, scene, depth + 1, with_makers=with_makers)
    for other in _calls_of_maker(call, scene) if with_makers else ():
        yield from names_of(other, scene, depth + 1, with_makers=True)


def handed_at(call: Call, function: int, scene: Scene) -> int | None:
    """Where the object is given to a function, from where it is made; None where it is not given to that one."""
    places = [
        other.span.start
        for other in scene.facts.calls
        if other.site.scope == call.site.scope
        and is_given(call, other)
        and any(scope == function for scope, _ in _parameters(call, other, scene))
    ]
    return min(places, default=None)


def is_given(call: Call, other: Call) -> bool:
    """Whether a call is given the object that another makes, as such or by its name."""
    same_scope = bool(call.assigned) and other.site.scope == call.site.scope
    return any(
        argument.value.span == call.span or (same_scope and written(argument.value) == call.assigned)
        for argument in other.arguments
    )


def _in_other_methods(scope: int, name: str, unit: Unit) -> Iterator[tuple[int, str]]:
    """`self.config` of one method in the others of its class."""
    receiver, _, attribute = name.partition(".")
    own = unit.scope(scope)
    if not attribute or own.kind is not ScopeKind.FUNCTION or own.parameters[:1] != (receiver,):
        return
    for method in unit.scopes_below(unit.enclosing_class(scope)):
        if method != scope and unit.scope(method).parameters:
            yield method, f"{unit.scope(method).parameters[0]}.{attribute}"


def _on_instances(scope: int, name: str, scene: Scene) -> Iterator[tuple[int, str]]:
    """`service.config`, where a method of the service's class keeps it as `self.config`."""
    receiver, _, attribute = name.partition(".")
    unit = scene.unit
    own, owner = unit.scope(scope), unit.enclosing_class(scope)
    if not attribute or owner < 0 or own.parameters[:1] != (receiver,):
        return
    for made in unit.calls_by_name.get(unit.scope(owner).name, []):
        found = targets(made.function, unit, made.site, scene.program)
        if made.assigned and any(t.unit is unit and t.scope == owner for t in found):
            yield made.site.scope, f"{made.assigned}.{attribute}"


def _parameters(call: Call, other: Call, scene: Scene) -> Iterator[tuple[int, str]]:
    """The parameters of functions of this file that a call fills with the object."""
    for target in (*targets(other.function, scene.unit, other.site, scene.program), *_called_back(other, scene)):
        if target.unit is not scene.unit or scene.unit.scope(target.scope).kind is not ScopeKind.FUNCTION:
            continue
        names = constructor_parameters(target)
        for index, argument in enumerate(other.arguments):
            if argument.value.span == call.span or (call.assigned and written(argument.value) == call.assigned):
                name = argument.name or (names[index] if index < len(names) else "")
                if name and not argument.star:
                    yield target.scope, name


def _called_back(other: Call, scene: Scene) -> Iterator[Target]:
    """The functions that callers in this file give for a parameter which is then called: `configure(self.config)`."""
    unit, scope = scene.unit, other.site.scope
    if not isinstance(other.function, Name) or other.function.id not in unit.scope(scope).parameters:
        return
    resolution = Resolution(scene.program)
    for site in call_sites(scope, unit, resolution):
        called = site.activation(unit, scope, Frame(site.unit, site.call.site))
        expression, _ = given(called, other.function.id, resolution)
        if expression is not None and site.unit is unit:
            yield from targets(expression, unit, site.call.site, scene.program)


def _returns(scope: int, name: str, unit: Unit) -> bool:
    return any(isinstance(r.value, Name) and r.value.id == name for r in unit.returns.get(scope, []))


def handed_on(start: Start) -> list[Start]:
    """The start as each caller of the function that returns its object has it."""
    return [
        replace(start, call=replace(start.call, assigned=made.assigned, site=made.site, span=made.span))
        for made in _calls_of_maker(start.call, start.scene)
    ]


def _calls_of_maker(call: Call, scene: Scene) -> Iterator[Call]:
    """The calls of the function that returns the object."""
    unit, scope = scene.unit, call.site.scope
    function = unit.scope(scope)
    if function.kind is not ScopeKind.FUNCTION:
        return
    returned = any(
        r.value.span == call.span or (call.assigned and written(r.value) == call.assigned)
        for r in unit.returns.get(scope, [])
    )
    for made in unit.calls_by_name.get(function.name, []) if returned else ():
        if any(t.unit is unit and t.scope == scope for t in targets(made.function, unit, made.site, scene.program)):
            yield made
