"""What decides about a start from around its call: variables, other names of its object, how its package is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from residency_lint.call_rules import SdkSetting
from residency_lint.dotted import written
from residency_lint.expressions import Call, Constant, Elsewhere, Expression, Lambda, Site, Text
from residency_lint.resolve.contexts import run_at
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.names import targets
from residency_lint.sightings.objects import names_of
from residency_lint.sightings.signatures import is_required
from residency_lint.sightings.starts import Start

_OFF = ("", "0", "false", "no", "off")


def set_in_time(setting: SdkSetting, start: Start) -> list[Expression]:
    """The values that a variable has when the SDK reads it."""
    scene = start.scene
    found = set_values(start.variable(setting), scene.unit, scene.program, before=_read_at(setting, start))
    return [one.value for one in found]


def _read_at(setting: SdkSetting, start: Start) -> tuple[Site, int]:
    """Where the SDK reads a variable: where it is called, or where its package is imported."""
    call = start.call
    if setting.at_import:
        package = start.rule.names[0].partition(".")[0]
        own = [entry for entry in start.scene.facts.imports if entry.module.partition(".")[0] == package]
        if own:
            first = min(own, key=lambda entry: entry.span)
            return first.site, first.span.start
    return run_at(start.scene.unit, call.site, call.span.start, start.resolution, last=True)


def item_defaults(place: str, start: Start) -> Iterator[Expression]:
    """`configuration.server_variables.setdefault("site", …)`."""
    mapping, _, key = place.rstrip("]").partition("[")
    names = {f"{name}.{mapping}.setdefault" for _, name in objects(start)}
    for call in start.scene.unit.calls_by_name.get("setdefault", []):
        values = [argument.value for argument in call.arguments]
        is_later = call.span.start > start.call.span.start and written(call.function) in names
        if is_later and len(values) == 2 and isinstance(values[0], Text) and values[0].text == key:
            yield values[1]


def talks_to_vendor(start: Start, arguments: Mapping[str, Expression], opaque: str) -> bool:
    """Whether a call that may concern the local machine alone reaches the vendor."""
    rule = start.rule
    if rule.needs_package:
        return any(a.name in rule.needs for a in start.call.arguments) or is_required(rule, start.scene)
    if not rule.needs or opaque or any(name in arguments for name in rule.needs):
        return True
    if not start.call.arguments or not rule.used_by:
        for name in rule.needs_env:
            values = set_in_time(SdkSetting(rule.settings[0].spelling, env=name), start)
            if values and not (isinstance(values[-1], Text) and values[-1].text.lower() in _OFF):
                return True
    return any(
        name == known or (known.endswith(".") and name.startswith(known))
        for call in (start.scene.facts.calls if rule.used_by else ())
        for target in targets(call.function, start.scene.unit, call.site, start.scene.program)
        for name in target.names
        for known in rule.used_by
    )


def is_replaced(start: Start, arguments: Mapping[str, Expression]) -> bool:
    """Whether an argument puts something of the project's own in the place of what sends."""
    scene = start.scene
    for name, abstract in start.rule.replaced_by.items():
        value, site = arguments.get(name), start.call.site
        if isinstance(value, Elsewhere):
            value = value.expression
        if isinstance(value, Lambda):
            return True
        made = value.function if isinstance(value, Call) else value
        for target in targets(made, scene.unit, site, scene.program) if made is not None else ():
            if target.unit is None:
                continue
            entry = target.unit.scope(target.scope)
            place = Site(max(entry.parent, 0), (), entry.span)
            bases = [t for base in entry.bases for t in targets(base, target.unit, place, scene.program)]
            if not any(base.unit is None and base.name not in abstract.split("|") for base in bases):
                return True
    return False


def counts(setting: SdkSetting, start: Start, arguments: Mapping[str, Expression]) -> bool:
    """Whether the settings are given with which this one has a meaning."""
    for name, wanted in setting.given.items():
        expression = arguments.get(name) or _assigned(name, start)
        value = known(expression, start)
        if expression is not None and value is None:
            continue  # What cannot be told is taken to be as it should.
        if ("-" if value is None or value.text == "None" else value.text) not in wanted.split("|"):
            return False
    return True


def known(expression: Expression | None, start: Start) -> Constant | Text | None:
    """The one constant or text that an expression comes to."""
    values = start.values(expression) if expression is not None else ()
    found = [value.content for value in values]
    return found[0] if len(found) == 1 and isinstance(found[0], (Constant, Text)) else None


def _assigned(name: str, start: Start) -> Expression | None:
    bindings = [
        binding
        for scope, own in objects(start)
        for binding in start.scene.unit.bindings.get((scope, f"{own}.{name}"), [])
    ]
    return bindings[-1].value if bindings else None


def objects(start: Start) -> list[tuple[int, str]]:
    """The names by which the object that a start makes is at hand, each with its scope."""
    call, scene = start.call, start.scene
    found = list(names_of(call, scene))
    for holder in scene.facts.calls if start.rule.held_by else ():
        if any(a.value.span == call.span or (holder.site.scope, written(a.value)) in found for a in holder.arguments):
            attribute = next(
                (kept for name, kept in start.rule.held_by.items() if _stands_for(holder, name, start)), ""
            )
            if attribute:
                found += [(scope, f"{name}.{attribute}") for scope, name in _names_of_holder(holder, start)]
    return found


def _names_of_holder(call: Call, start: Start) -> Iterator[tuple[int, str]]:
    """What a call is assigned to, or bound to by a `with`."""
    binding = start.scene.unit.bindings_by_value.get(id(call))
    if binding is not None and not call.assigned:
        yield call.site.scope, binding.target
    yield from names_of(call, start.scene, with_makers=True)


def _stands_for(call: Call, name: str, start: Start) -> bool:
    found = targets(call.function, start.scene.unit, call.site, start.scene.program)
    return any(name in target.names for target in found)
