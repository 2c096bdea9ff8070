"""Who calls a function of the repository: the call sites in its own file, and in the others where that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.dotted import expression_of
from residency_lint.expressions import Argument, Attribute, Call, Mapping, Name
from residency_lint.facts import BindingKind, ScopeKind
from residency_lint.fixes import Slot
from residency_lint.resolve.classes import (
    constructed,
    is_class_method,
    is_setter,
    is_static,
    lineage,
    method_of,
    receivers,
    taken_and_called,
)
from residency_lint.resolve.decorators import calls_by_decorators, decorated_with
from residency_lint.resolve.frames import Activation, Frame
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.frames import Value
    from residency_lint.resolve.values import Resolution

_MOST_CALLS = 64


class CallSite(Struct, frozen=True, eq=False):
    """A call that runs a function: the file it stands in, and what its method is called on."""

    unit: Unit
    call: Call
    receiver: Value | None = None
    owner: Target | None = None
    """The class of the object, or the class itself."""

    def activation(self, unit: Unit, scope: int, caller: Frame) -> Activation:
        """The function as this call runs it."""
        return Activation(unit, scope, self.call, caller, self.receiver, self.owner)


def call_sites(scope: int, unit: Unit, resolution: Resolution) -> tuple[CallSite, ...]:
    """The calls that run a function, tests apart; found once for each program."""
    known = resolution.program.call_sites
    key = (id(unit), scope)
    if key not in known:
        known[key] = ()  # while it is being found out: functions that call each other end here
        found: list[CallSite] = []
        for site in _call_sites(scope, unit, resolution):
            if not site.unit.facts.is_test or unit.facts.is_test:
                found.append(site)
            if len(found) == _MOST_CALLS:
                break
        known[key] = tuple(found)
    found_sites: tuple[CallSite, ...] = known[key]  # type: ignore[assignment]
    return found_sites


def instances(target: Target, resolution: Resolution) -> tuple[CallSite, ...]:
    """The calls that make an object of a class or of one that derives from it."""
    assert target.unit is not None
    key = (id(target.unit), -1 - target.scope)
    known = resolution.program.call_sites
    if key not in known:
        known[key] = ()
        found = [
            site
            for one in [target, *_derived(target, resolution.program)]
            for site in _constructions(one, resolution)
            if not site.unit.facts.is_test
        ]
        known[key] = tuple(found[:_MOST_CALLS])
    found_sites: tuple[CallSite, ...] = known[key]  # type: ignore[assignment]
    return found_sites


def _call_sites(scope: int, unit: Unit, resolution: Resolution) -> Iterator[CallSite]:
    function = unit.scope(scope)
    owner = unit.scope(function.parent) if function.parent >= 0 else None
    if owner is None or owner.kind is not ScopeKind.CLASS:
        yield from _plain_calls(scope, unit, resolution)
        return
    target = Target(owner.name, unit, function.parent)
    if is_setter(function):
        yield from _assignments(target, function.name, unit, resolution)
        return
    if function.name == "__init__":
        for site in instances(target, resolution):
            made = site.owner or constructed(site.call, Frame(site.unit, site.call.site), resolution.program)
            if made is not None and _runs(made, "__init__", scope, unit, resolution.program):
                yield site
    yield from _method_calls(target, scope, unit, resolution)


def _plain_calls(scope: int, unit: Unit, resolution: Resolution) -> Iterator[CallSite]:
    name = unit.scope(scope).name
    if name == "lambda":
        return
    decorated = [CallSite(there, call) for there, call in calls_by_decorators(scope, unit, resolution.program)]
    if decorated:
        yield from decorated
        return
    yield from _calls_of_decorated(scope, unit, resolution.program)
    for there in _units_naming(name, unit, resolution.program):
        for called in _names_for(name, there):
            for call in there.calls_named(called):
                if _stands_for(call, scope, unit, there, resolution.program):
                    yield CallSite(there, call)
        yield from _partials(scope, unit, there, resolution.program)
        yield from _commands(scope, unit, there, resolution.program)


def _calls_of_decorated(scope: int, unit: Unit, program: Program) -> Iterator[CallSite]:
    """The calls of the functions in whose place a decorator puts the function that stands in it."""
    for there, index in decorated_with(scope, unit, program):
        for call in there.calls_named(there.scope(index).name):
            if _stands_for(call, index, there, there, program):
                yield CallSite(there, call)


def _names_for(name: str, unit: Unit) -> Iterator[str]:
    """The names that a file calls something by: its own, and what imports and plain assignments make of it."""
    yield name
    for entry in unit.facts.imports:
        if entry.name == name and entry.bound and entry.bound != name:
            yield entry.bound
    for binding in unit.facts.bindings:
        if isinstance(binding.value, Name) and binding.value.id == name and binding.target != name:
            yield binding.target


def _partials(scope: int, unit: Unit, there: Unit, program: Program) -> Iterator[CallSite]:
    """`partial(make, …)` together with each call of what it makes."""
    for made in there.calls_by_name.get("partial", []):
        if not made.arguments:
            continue
        whole = replace(made, function=made.arguments[0].value, arguments=made.arguments[1:])
        if _stands_for(whole, scope, unit, there, program):
            later = there.calls_by_name.get(made.assigned, []) if made.assigned else []
            for call in later:
                yield CallSite(there, replace(call, arguments=(*whole.arguments, *call.arguments)))
            if not later:
                yield CallSite(there, whole)


def _commands(scope: int, unit: Unit, there: Unit, program: Program) -> Iterator[CallSite]:
    """`parser.set_defaults(run=export)` and then `args.run(args)`."""
    for call in there.calls_by_name.get("set_defaults", []):
        for argument in call.arguments:
            if argument.name and _stands_for(replace(call, function=argument.value), scope, unit, there, program):
                for made in there.calls_by_name.get(argument.name, []):
                    if isinstance(made.function, Attribute):
                        yield CallSite(there, made)


def _stands_for(call: Call, scope: int, unit: Unit, there: Unit, program: Program) -> bool:
    return any(t.unit is unit and t.scope == scope for t in targets(call.function, there, call.site, program))


def _constructions(target: Target, resolution: Resolution) -> Iterator[CallSite]:
    assert target.unit is not None
    name = target.unit.scope(target.scope).name
    for there in _units_naming(name, target.unit, resolution.program):
        for called in _names_for(name, there):
            for call in there.calls_named(called):
                if _stands_for(call, target.scope, target.unit, there, resolution.program):
                    made = Frame(there, call.site).value(call)
                    yield CallSite(there, call, made)
    for there in _units_with_tables(name, target.unit, resolution.program):
        for call in there.calls_by_name.get("", ()):
            for taken in taken_and_called(call, Frame(there, call.site), resolution):
                if taken.unit is target.unit and taken.scope == target.scope:
                    yield CallSite(there, call, Frame(there, call.site).value(call), taken)
    yield from _by_class_methods(target, resolution)


def _by_class_methods(target: Target, resolution: Resolution) -> Iterator[CallSite]:
    """`cls(…)` in a class method, of the class it is called on; of its own where no call is in sight."""
    for one in lineage(target, resolution.program):
        for method in one.unit.scopes_below(one.scope) if one.unit is not None else ():
            assert one.unit is not None
            entry, unit = one.unit.scope(method), one.unit
            if entry.parent != one.scope or not entry.parameters or not is_class_method(entry):
                continue
            made = [c for c in unit.calls_by_name.get(entry.parameters[0], ()) if c.site.scope == method]
            owners = [site.owner for site in call_sites(method, unit, resolution) if site.owner] if made else []
            if any(owner.unit is target.unit and owner.scope == target.scope for owner in owners or [one]):
                for call in made:
                    yield CallSite(unit, call, Frame(unit, call.site).value(call), target)


def _units_with_tables(name: str, unit: Unit, program: Program) -> list[Unit]:
    """The files that name a class, or a table of a module in which it stands: `BACKENDS = {"eu": EuBackend}`."""
    found = {id(there): there for there in _units_naming(name, unit, program)}
    for there in list(found.values()):
        for binding in there.facts.bindings:
            items = [item for _, item in binding.value.items] if isinstance(binding.value, Mapping) else []
            if binding.site.scope == 0 and any(isinstance(item, Name) and item.id == name for item in items):
                found |= {id(other): other for other in _units_naming(binding.target, there, program)}
    return list(found.values())


def _derived(target: Target, program: Program) -> list[Target]:
    """The classes that derive from one, directly or by way of others."""
    found: list[Target] = []
    pending = [target]
    while pending and len(found) < _MOST_CALLS:
        one = pending.pop()
        assert one.unit is not None
        for there in _units_naming(one.unit.scope(one.scope).name, one.unit, program):
            for index, scope in enumerate(there.facts.scopes):
                if (
                    scope.kind is ScopeKind.CLASS
                    and any(
                        base.unit is one.unit and base.scope == one.scope
                        for base in lineage(Target(scope.name, there, index), program)[1:]
                    )
                    and not any(f.unit is there and f.scope == index for f in found)
                ):
                    found.append(Target(scope.name, there, index))
                    pending.append(found[-1])
    return found


def _method_calls(owner: Target, scope: int, unit: Unit, resolution: Resolution) -> Iterator[CallSite]:
    """`client.method()`, `Class.method()`, `self.method()`, `super().method()`."""
    name = unit.scope(scope).name
    # `super().__init__()` stands in a class that names its base.
    searched = owner.name if name == "__init__" else f".{name}"
    for there in _units_naming(searched, unit, resolution.program):
        for call in there.calls_named(name):
            if not isinstance(call.function, Attribute):
                continue
            frame = Frame(there, call.site)
            for made, target in receivers(call.function.base, frame, resolution):
                if _runs(target, name, scope, unit, resolution.program):
                    yield CallSite(there, call, made, target)
                    break


def _assignments(owner: Target, name: str, unit: Unit, resolution: Resolution) -> Iterator[CallSite]:
    """`client.region = "eu"`, where a method is what sets the property."""
    for there in _units_naming(f".{name}", unit, resolution.program):
        for binding in there.facts.bindings:
            base, _, last = binding.target.rpartition(".")
            if last != name or not base or binding.value is None or binding.kind is not BindingKind.ASSIGNMENT:
                continue
            thing, value, span = expression_of(base, binding.span), binding.value, binding.span
            for made, target in receivers(thing, Frame(there, binding.site), resolution):
                if any(
                    one.unit is owner.unit and one.scope == owner.scope for one in lineage(target, resolution.program)
                ):
                    function, slot = Attribute(thing, name, span), Slot(Span(span.end, span.end))
                    call = Call(function, (Argument(value, value.span),), span, slot, binding.site)
                    yield CallSite(there, call, made, target)
                    break


def _runs(target: Target, name: str, scope: int, unit: Unit, program: Program) -> bool:
    """Whether a class's method of a name is the function."""
    found = method_of(target, name, program)
    return found is not None and found.unit is unit and found.scope == scope


def _units_naming(name: str, unit: Unit, program: Program) -> Iterator[Unit]:
    yield unit
    for path in program.files_naming(name, unit.facts.path):
        there = program.unit_at(path)
        if there is not None and there is not unit:
            yield there


def is_bound(scope: int, unit: Unit, call: Call, receiver: Value | None) -> bool:
    """Whether the first parameter of a method is given by what it is called on."""
    function = unit.scope(scope)
    if function.parent < 0 or unit.scope(function.parent).kind is not ScopeKind.CLASS or is_static(function):
        return False
    return function.name == "__init__" or bool(receiver) or isinstance(call.function, (Attribute, Name))
