"""What a class gives its objects under a name: by its constructor, in its body, by methods that are called later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    Argument,
    Attribute,
    Call,
    Constant,
    Elsewhere,
    Expression,
    Mapping,
    Name,
    Site,
    Text,
)
from residency_lint.facts import Binding, BindingKind
from residency_lint.fixes import Slot
from residency_lint.resolve.arguments import arguments_of
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.classes import (
    fields,
    is_class_method,
    is_property,
    is_setter,
    lineage,
    local_class,
    method_of,
    receivers,
)
from residency_lint.resolve.conversions import converted, validated
from residency_lint.resolve.enums import is_enum
from residency_lint.resolve.fields import given_as
from residency_lint.resolve.finishing import finished
from residency_lint.resolve.first_calls import is_set_at_once, set_later
from residency_lint.resolve.frames import Activation, Choice, Frame, Value
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.returned import results
from residency_lint.resolve.told_mappings import comes_before
from residency_lint.resolve.told_objects import told_later
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


_DEEPEST = 8


def member_values(
    target: Target, made: Value | None, name: str, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """What an object of a class (`made` is the call that makes it), or the class itself, has under a name."""
    later = told_later(made, target, name, frame, resolution)
    first = _first_members(target, made, name, frame, resolution)
    if later is None:
        yield from first
        return
    yield from later.values
    if not later.is_sure:
        yield from first
        return
    for value in first:
        if isinstance(value.content, Text):
            resolution.pass_over(value.content, value.frame(0))


def _first_members(
    target: Target, made: Value | None, name: str, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """The same, before anything is assigned to it."""
    for method, activation in _constructors(target, made, resolution):
        unit, receiver = method.unit, _receiver(method)
        assert unit is not None
        site = Site(method.scope, (), unit.scope(method.scope).span)
        bindings = unit.reaching(f"{receiver}.{name}", method.scope, site)
        if bindings:
            later = list(_set_later(method, name, frame, resolution))
            yield from later
            if later and made is not None and is_set_at_once(method, name, made, resolution):
                for binding in bindings:
                    resolution.pass_over(binding.value, replace(frame, unit=unit))
                return
            for value in resolution.bound(bindings, inside(unit, site, frame, activation)):
                if not later:
                    yield value
                elif not isinstance(value.content, Constant):  # `None` is there for what comes later
                    yield value.chosen(Choice.OTHER)
            _pass_over_bodies(lineage(target, resolution.program), name, frame, resolution)
            return
    classes = lineage(target, resolution.program)
    for index, one in enumerate(classes):
        if one.unit is None:
            continue
        there, given = replace(frame, unit=one.unit), _given_to(one, name, resolution)
        # `if not self._client: self._client = Client()`: what is asked for is what was there before.
        before = (*one.unit.bindings.get((one.scope, name), ()), *given)
        in_class = ([b for b in before if not resolution.conditions.is_undecided(b, there)] or given)[-1:]
        replaced = _set_on_class(one, name, frame, resolution) if in_class else []
        if replaced:
            yield from resolution.bound(replaced, inside(one.unit, replaced[0].site, frame, None))
            _pass_over_bodies(classes[index:], name, frame, resolution)
            return
        last = finished(one, made, name, frame, resolution) if in_class else None
        if last is not None:
            yield from last.values
            in_class = [] if last.before is Choice.NEVER else one.unit.bindings.get((one.scope, name), [])[-1:]
        for binding in in_class:
            there = inside(one.unit, binding.site, frame, None)
            if binding.site.scope == one.scope:
                for value in _of_body(binding, target, made, there, resolution):
                    yield value.chosen(last.before) if last is not None else value
            else:
                yield from resolution.bound([binding], there)
            _pass_over_bodies(classes[index + 1 :], name, frame, resolution)
            if is_enum(target, resolution.program):
                for other in fields(target, resolution.program):
                    _pass_over_bodies([one] * (other != name), other, frame, resolution)
            return


def _given_to(one: Target, name: str, resolution: Resolution) -> list[Binding]:
    """What a class gives a name: in its body, or in methods; if in its body, not in a method that nothing calls."""
    assert one.unit is not None
    unit = one.unit
    found, in_body = (
        [b for b in bindings if b.scope < 0 or not is_setter(unit.scope(b.scope))]
        for bindings in (unit.attributes(one.scope, name), unit.bindings.get((one.scope, name), []))
    )
    if not in_body or any(target.unit is None for target in lineage(one, resolution.program)):
        return found
    return [
        b for b in found if b.site.scope == one.scope or not _is_idle(b.site.scope, one.unit, resolution)
    ] or in_body


def _set_on_class(one: Target, name: str, frame: Frame, resolution: Resolution) -> list[Binding]:
    """What is assigned to a class's name where the class is made, before it is asked for: `Tracker.host = …`."""
    assert one.unit is not None
    unit, entry = one.unit, one.unit.scope(one.scope)
    return [
        binding
        for binding in unit.bindings.get((entry.parent, f"{entry.name}.{name}"), [])
        if binding.kind is BindingKind.ASSIGNMENT
        and binding.value is not None
        and not binding.site.guards
        and not (frame.unit is unit and comes_before(frame, binding.site.scope, binding.span, unit, resolution))
    ][-1:]


def _is_idle(method: int, unit: Unit, resolution: Resolution) -> bool:
    """Whether nothing in sight calls a method, and nothing else is known to: a decorator's owner, the language."""
    entry = unit.scope(method)
    is_plain = not entry.decorators or is_class_method(entry) or is_setter(entry)
    return is_plain and not entry.name.startswith("__") and not call_sites(method, unit, resolution)


def _set_later(constructor: Target, name: str, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What a method that the program calls gives an attribute once the object is made: `analytics.configure(host)`."""
    unit = constructor.unit
    assert unit is not None
    reading = frame.site.scope if frame.unit is unit else -1
    for binding in set_later(constructor, name) if reading != constructor.scope else ():
        method = unit.scope(binding.site.scope)
        is_plain = not method.decorators or is_setter(method)
        if binding.site.scope != reading and is_plain and call_sites(binding.site.scope, unit, resolution):
            yield from resolution.bound([binding], inside(unit, binding.site, frame, None))


def pass_over_members(node: Attribute, frame: Frame, resolution: Resolution) -> None:
    """Notes what an object would have under a name, had nothing been assigned to it."""
    for _, target in receivers(node.base, frame, resolution):
        _pass_over_bodies(lineage(target, resolution.program), node.name, frame, resolution)


def _pass_over_bodies(classes: list[Target], name: str, frame: Frame, resolution: Resolution) -> None:
    for one in classes:
        for binding in one.unit.attributes(one.scope, name) if one.unit else ():
            assert one.unit is not None
            resolution.pass_over(binding.value, replace(frame, unit=one.unit))


def _of_body(
    binding: Binding, target: Target, made: Value | None, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """A name in a class's body: a property, a field that the constructor is given, or the body's own value."""
    unit, name = frame.unit, binding.target
    if binding.kind is BindingKind.DEFINITION:
        if binding.scope >= 0 and is_property(unit.scope(binding.scope)):
            yield from results(unit, binding.scope, _access(binding, unit, made, frame), frame, resolution)
        return
    opaque = ""
    if made is not None and isinstance(made.content, Call) and not is_enum(target, resolution.program):
        there = replace(made.frame(frame.depth), chain=frame.chain)
        arguments = arguments_of(made.content, there, resolution)
        names = fields(target, resolution.program)
        index = names.index(name) if name in names else len(arguments.positional)
        keys = given_as(name, replace(target, unit=unit, scope=binding.site.scope))
        given = next((arguments.named[key] for key in keys if key in arguments.named), None)
        if given is None and index < len(arguments.positional):
            given = arguments.positional[index]
        has_constructor = method_of(target, "__init__", resolution.program) is not None
        if given is not None and not has_constructor:
            resolution.pass_over(binding.value, frame)
            found = resolution.values(given, there.via(made.content.span, "made here"))
            found = converted(found, _converter(binding), frame, resolution)
            found = _as_models(found, binding, frame, resolution)
            yield from validated(found, target, name, frame, resolution)
            return
        opaque = "" if has_constructor else arguments.opaque
    if binding.value is not None:
        usual = converted(resolution.bound([binding], frame), _converter(binding), frame, resolution)
        if any(base.name.endswith(".BaseSettings") for base in lineage(target, resolution.program)):
            # Of settings the defaults are validated as well, of other models they are not.
            usual = validated(usual, target, name, frame, resolution)
        for value in usual:
            yield replace(value, fallback=value.fallback or bool(opaque))
        if opaque:
            yield frame.unknown(opaque)


def _converter(binding: Binding) -> Expression | None:
    """What the values of a field go through: `attrs.field(converter=str.lower)`."""
    arguments = binding.value.arguments if isinstance(binding.value, Call) else ()
    return next((argument.value for argument in arguments if argument.name == "converter"), None)


def _as_models(values: Iterable[Value], binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What a model's field makes of a mapping that it is given: an object of the class it is declared with."""
    declared = binding.annotation
    is_class = isinstance(declared, (Name, Attribute)) and any(
        local_class(target) for target in targets(declared, frame.unit, frame.site, resolution.program)
    )
    for value in values:
        if not is_class or declared is None or not isinstance(value.content, Mapping):
            yield value
            continue
        items = Elsewhere(value.content, replace(value.frame(frame.depth + 1), chain=()), value.unit.facts.path)
        span = binding.span
        made = Call(declared, (Argument(items, span, star="**"),), span, Slot(Span(span.end, span.end)), binding.site)
        yield replace(frame, chain=value.chain).value(made)


def _access(binding: Binding, unit: Unit, made: Value | None, frame: Frame) -> Activation:
    call = Call(Name(binding.target, binding.span), (), binding.span, Slot(binding.span), binding.site)
    return Activation(unit, binding.scope, call, frame, made)


def inside(unit: Unit, site: Site, frame: Frame, activation: Activation | None) -> Frame:
    return replace(frame, unit=unit, site=site, depth=frame.depth + 1, activation=activation or frame.activation)


def _receiver(method: Target) -> str:
    assert method.unit is not None
    return next(iter(method.unit.scope(method.scope).parameters), "")


def _constructors(
    target: Target, made: Value | None, resolution: Resolution
) -> Iterator[tuple[Target, Activation | None]]:
    """The `__init__` of a class, and those it calls by `super()`, each as the object's making runs it."""
    classes = lineage(target, resolution.program)
    call = made.content if made is not None and isinstance(made.content, Call) else None
    caller = made.frame(0) if made is not None else None
    for _ in range(_DEEPEST):
        method = method_of(classes[0], "__init__", resolution.program) if classes else None
        if method is None or method.unit is None:
            return
        activation = None
        if call is not None and caller is not None:
            activation = Activation(method.unit, method.scope, call, caller, made)
        yield method, activation
        owner = method.unit.scope(method.scope).parent
        inner = next((c for c in method.unit.calls_by_name.get("__init__", []) if c.site.scope == method.scope), None)
        if inner is None:
            return
        at = next((i for i, c in enumerate(classes) if c.unit is method.unit and c.scope == owner), len(classes))
        classes = classes[at + 1 :]
        call = inner if activation else None
        caller = Frame(method.unit, inner.site, caller.chain if caller else (), 0, activation)
