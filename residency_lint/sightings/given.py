"""What a start of an SDK is told: by its arguments, and by what is assigned afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from residency_lint.call_rules import SdkSetting
from residency_lint.dotted import dotted
from residency_lint.expressions import Attribute, Branch, Elsewhere, Expression, Opaque, Text
from residency_lint.facts import Binding
from residency_lint.resolve.arguments import arguments_of, known_items
from residency_lint.resolve.contexts import run_at
from residency_lint.resolve.frames import Choice, Frame, Unknown
from residency_lint.resolve.names import constructor_parameters, targets
from residency_lint.resolve.values import Resolution
from residency_lint.sightings import set_elsewhere
from residency_lint.sightings.config_sections import values_in_section
from residency_lint.sightings.contexts import latest
from residency_lint.sightings.objects import handed_at, handed_on
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.starts import Start, module_bindings
from residency_lint.sightings.surroundings import counts, item_defaults, objects, set_in_time

_FURTHEST = 4


@dataclass
class Given:
    """What a call's arguments and later assignments say. `opaque`: arguments that cannot be seen into."""

    values: dict[SdkSetting, Expression] = field(default_factory=dict)
    opaque: str = ""
    late: list[Binding] = field(default_factory=list)


def arguments_by_name(start: Start) -> tuple[dict[str, Expression], str]:
    """Arguments by parameter name, and why some cannot be seen."""
    parameters: tuple[str, ...] = ()
    if start.target.is_local:
        parameters = constructor_parameters(start.target)
    elif start.rule.signatures:
        parameters = start.rule.signatures[0].parameters
    found = arguments_of(start.call, start.frame, start.resolution)
    return {**found.named, **dict(zip(parameters, found.positional, strict=False))}, found.opaque


def given_to(start: Start, arguments: Mapping[str, Expression], opaque: str) -> Given:
    given = Given(opaque=opaque)
    for setting in start.rule.settings:
        if not counts(setting, start, arguments):
            continue
        early, late = assignments(setting, start)
        given.late += late
        if setting.argument in arguments:
            given.values[setting] = arguments[setting.argument]
        elif setting.receiver and start.is_method and isinstance(start.call.function, Attribute):
            given.values[setting] = start.call.function.base
        elif early and early[-1] is not None:
            given.values[setting] = _from_callers(setting, start, early[-1]) or early[-1]
        elif (name := setting.entry.partition("[")[0]) in arguments:
            entry = _item(setting.entry, arguments[name], start)
            if entry is not None:
                given.values[setting] = entry
        elif (later := _from_callers(setting, start)) is not None:
            given.values[setting] = later
    return given


def _from_callers(
    setting: SdkSetting, start: Start, own: Expression | None = None, depth: int = 0
) -> Expression | None:
    """What every caller assigns to the object that the function around a start gives back; `own`: what this assigned
    to it before."""
    found: Expression | None = None
    callers = handed_on(start) if depth < _FURTHEST and (setting.attribute or setting.item) else []
    for caller in callers:
        value = next(reversed(assignments(setting, caller)[0]), None)
        further = _from_callers(setting, caller, depth=depth + 1) if value is None else None
        value = Elsewhere(value, caller.frame, caller.scene.path) if value is not None else further or own
        if value is None:
            return None
        several = Opaque("one of several callers", value.span)
        found = value if found is None else Branch(several, found, value, value.span)
    return found


def _item(place: str, mapping: Expression, start: Start) -> Expression | None:
    """What a mapping holds under the key of `mapping[key]`; a mapping that cannot be seen into itself."""
    items, is_whole = known_items(mapping, start.frame, start.resolution)
    found = items.get(place.rstrip("]").partition("[")[2])
    return mapping if found is None and not is_whole else found


def assignments(setting: SdkSetting, start: Start) -> tuple[list[Expression | None], list[Binding]]:
    """What is assigned in time, latest last, to where a setting lives, and the assignments that come too late."""
    scene, call = start.scene, start.call
    if setting.module:
        bindings = module_bindings(setting.module, scene)
        if not bindings and start.by_assignment:
            return [set_elsewhere.to_module(setting.module, start)], []
        late = [binding for binding in bindings if _is_used_before(binding, setting.before, scene)]
        return [latest([binding for binding in bindings if binding not in late], start)], late
    if setting.env:
        return [*set_in_time(setting, start)], []
    if setting.file:
        return [*values_in_section(setting, start)], []
    if setting.setter and call.assigned:
        return [*_told(setting.setter, start)], []
    place = setting.attribute or setting.item
    bindings = _bound_later(place, start) if place else []
    copied = _first_use(setting.before, start)
    timely = [binding for binding in bindings if _runs_at(binding, start) < copied]
    early = [latest(timely, start)] if timely else []
    if setting.item and not early:
        whole = _bound_later(place.partition("[")[0], start)
        early = [_item(place, binding.value, start) for binding in whole if binding.value is not None]
        early = early or [*item_defaults(place, start)]
    if setting.attribute and not early:
        early = [*_set_by_name(place, start)]
    if setting.attribute and not early and (value := set_elsewhere.to_object(place, start)) is not None:
        early = [value]
    return early, [binding for binding in bindings if binding not in timely]


def _runs_at(binding: Binding, start: Start) -> int:
    """Where something is set: in a function that is given the object, that call."""
    inner = binding.site.scope != start.call.site.scope
    given_at = handed_at(start.call, binding.site.scope, start.scene) if inner else None
    return binding.span.start if given_at is None else given_at


def _told(setter: str, start: Start) -> Iterator[Expression]:
    """What `client.setter(value)` is told; of a setter of many things, `setter[name]`, what comes after the name."""
    method, _, name = setter.rstrip("]").partition("[")
    for other in start.scene.facts.calls:
        values = [argument.value for argument in other.arguments]
        if name and not (len(values) > 1 and isinstance(values[0], Text) and values[0].text == name):
            continue
        if values and dotted(other.function) == f"{start.call.assigned}.{method}":
            yield values[1] if name else values[0]


def _bound_later(place: str, start: Start) -> list[Binding]:
    """What is bound to a place on the object after it was made, in source order."""
    call, scene = start.call, start.scene
    found = [b for scope, name in objects(start) for b in scene.unit.bindings.get((scope, f"{name}.{place}"), [])]
    return sorted(
        (
            binding
            for binding in found
            if (binding.site.scope != call.site.scope or binding.span.start > call.span.start)
            and _is_reached(binding, start)
        ),
        key=lambda binding: binding.span,
    )


def _set_by_name(place: str, start: Start) -> Iterator[Expression]:
    """What `setattr(config, name, value)` sets, where names and values are gone through side by side."""
    scene, resolution = start.scene, start.resolution
    within, _, last = place.rpartition(".")
    owners = {
        f"{name}.{within}" if within else name for scope, name in objects(start) if scope == start.call.site.scope
    }
    for call in scene.unit.calls_by_name.get("setattr", []) if owners else ():
        arguments = [argument.value for argument in call.arguments]
        if len(arguments) != 3 or isinstance(arguments[1], Text) or dotted(arguments[0]) not in owners:
            continue
        frame = Frame(scene.unit, call.site, activation=start.activation)
        names, values = (list(resolution.values(argument, frame)) for argument in arguments[1:])
        if len(names) != len(values) or any(name.text is None for name in names):
            yield Opaque("an attribute whose name cannot be told", call.span)
            continue
        for name, value in zip(names, values, strict=True):
            if name.text == last and not isinstance(value.content, Unknown):
                yield Elsewhere(value.content, value.frame(0), value.unit.facts.path)


def _is_reached(binding: Binding, start: Start) -> bool:
    """Whether no condition that stands over a binding, and not over the start, is known to fail."""
    guards = [guard for guard in binding.site.guards if guard not in start.call.site.guards]
    frame = Frame(start.scene.unit, binding.site, activation=start.activation)
    return start.resolution.conditions.choice(guards, frame) is not Choice.NEVER


def _is_used_before(binding: Binding, names: tuple[str, ...], scene: Scene) -> bool:
    """Whether a module has made its client by the time one of its attributes is set: in one function, or as the
    module's body runs; of two functions that others call nobody knows which runs first."""
    resolution, unit = Resolution(scene.program.everywhere), scene.unit
    set_at = ((binding.site, binding.span.start), run_at(unit, binding.site, binding.span.start, resolution))
    return any(
        used.scope == there.scope and position < bound and set(used.guards) <= set(there.guards)
        for last in {name.rpartition(".")[2] for name in names}
        for call in unit.calls_by_name.get(last, [])
        if any(n in names for t in targets(call.function, unit, call.site, scene.program) for n in t.names)
        for (used, position), (there, bound) in zip(
            ((call.site, call.span.start), run_at(unit, call.site, call.span.start, resolution)), set_at, strict=True
        )
    )


def _first_use(names: tuple[str, ...], start: Start) -> int:
    """Where the object is first handed to one of the calls."""
    scene, assigned = start.scene, start.call.assigned
    places = [
        call.span.start
        for call in (scene.facts.calls if assigned else ())
        if call.span.start > start.call.span.start
        and call.site.scope == start.call.site.scope
        and assigned in [dotted(argument.value) for argument in call.arguments]
        and any(n in names for t in targets(call.function, scene.unit, call.site, scene.program) for n in t.names)
    ]
    return min(places, default=len(scene.source.data) + 1)
