"""SDK calls: which host each start of an SDK will reach, and what would move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from residency_lint.facts import (
    Attribute,
    Binding,
    Call,
    Constant,
    Expression,
    Name,
    Text,
)
from residency_lint.findings import Context, Sighting
from residency_lint.resolve.arguments import arguments_of, items_of
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Unknown, Value, told
from residency_lint.resolve.names import Target, constructor_parameters, targets
from residency_lint.resolve.values import resolve
from residency_lint.rules import NOWHERE, SdkSetting
from residency_lint.sightings.contexts import in_contexts, latest, weighed
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sdk_values import value_sightings
from residency_lint.sightings.starts import Start, module_bindings, rule_of, setting_name, starts
from residency_lint.sightings.uses import Fate, Vain, fate_of
from residency_lint.sightings.writing import insertion
from residency_lint.source import Span


def sdk_sightings(scene: Scene, vain: Vain) -> Iterator[Sighting]:
    """A sighting for every value an SDK's region can take, and one for what no setting moves."""
    for start in starts(scene):
        is_part = start.rule.id in scene.catalog.builders
        if not (is_part and fate_of(start.call.span, "", scene, vain) is Fate.KEPT):
            yield from in_contexts(start, _setting_expressions(start), _start_sightings)
    for call in scene.facts.calls:
        yield from _escape_sightings(call, scene)


@dataclass
class Given:
    """What a call's arguments and later assignments say. `opaque`: arguments that cannot be seen into."""

    values: dict[SdkSetting, Expression] = field(default_factory=dict)
    opaque: str = ""
    late: list[Binding] = field(default_factory=list)


def _start_sightings(start: Start) -> Iterator[Sighting]:
    arguments, opaque = start_arguments(start)
    for name, word in start.rule.off.items():
        if isinstance(switch := arguments.get(name), Constant) and switch.text == word:
            return
        # A module that is its own client is switched off by an attribute, unless that depends on something.
        if "." in name and any(
            _is_constant(b.value, word) and not b.site.guards for b in module_bindings(name, start.scene)
        ):
            return
    if start.rule.needs and not opaque and not any(name in arguments for name in start.rule.needs):
        return
    given = given_of(start, arguments, opaque)
    missing: list[str] = []
    settled: dict[SdkSetting, tuple[Value, ...]] = {}
    unset: tuple[Value, ...] = ()
    is_certain = False
    parts = [p for p in start.rule.parts or ("",) if p not in start.rule.only or _is_on(start.rule.only[p], arguments)]
    for part in parts:
        deciding, nones = moving(part, start, given)
        settled |= deciding
        if not deciding or nones:
            missing.append(part)
            is_certain = is_certain or not deciding
            unset = nones
    for setting, values in settled.items():
        yield from weighed(
            (value, sighting)
            for value in told(values)
            for sighting in value_sightings(value, setting, given.values[setting], start)
        )
    for binding in given.late:
        yield _late_sighting(binding, start)
    if missing and start.rule.absent:
        found = _missing_sighting(missing, len(missing) < len(parts), start, given, unset)
        yield replace(found, certain=is_certain)
    elif missing and (column := _default_of_service(start)) and not given.opaque:
        start = replace(start, rule=replace(start.rule, absent=column))
        yield replace(_missing_sighting(missing, False, start, given, unset), rule=start.rule, certain=False)


def _default_of_service(start: Start) -> str:
    first = next((a.value for a in start.call.arguments if not a.star), None)
    return start.rule.absent_for.get(first.text, "") if isinstance(first, Text) else ""


def _setting_expressions(start: Start) -> Iterator[Expression]:
    """What a start is given for its settings, as far as it stands in the file."""
    arguments, _ = start_arguments(start)
    settings = start.rule.settings
    names = {setting.argument or setting.item.partition("[")[0] for setting in settings} | set(start.rule.off)
    yield from (value for name, value in arguments.items() if name in names)
    yield from (argument.value for argument in start.call.arguments if argument.star)
    for setting in settings:
        early, _ = _assignments(setting, start)
        yield from (value for value in early if value is not None)


def _is_on(name: str, arguments: Mapping[str, Expression]) -> bool:
    argument = arguments.get(name)
    return argument is not None and not (isinstance(argument, Constant) and argument.text in ("False", "None"))


def _is_constant(expression: Expression | None, word: str) -> bool:
    return isinstance(expression, Constant) and expression.text == word


def start_arguments(start: Start) -> tuple[dict[str, Expression], str]:
    """Arguments by parameter name, and why some cannot be seen."""
    parameters: tuple[str, ...] = ()
    if start.target.is_local:
        parameters = constructor_parameters(start.target)
    elif start.rule.signatures:
        parameters = start.rule.signatures[0].parameters
    found = arguments_of(start.call, start.frame, start.resolution)
    return {**found.named, **dict(zip(parameters, found.positional, strict=False))}, found.opaque


def given_of(start: Start, arguments: Mapping[str, Expression], opaque: str) -> Given:
    given = Given(opaque=opaque)
    for setting in start.rule.settings:
        early, late = _assignments(setting, start)
        given.late += late
        if setting.argument in arguments:
            given.values[setting] = arguments[setting.argument]
        elif setting.receiver and start.is_method and isinstance(start.call.function, Attribute):
            given.values[setting] = start.call.function.base
        elif early and early[-1] is not None:
            given.values[setting] = early[-1]
        elif (item := _item_of_argument(setting, arguments, start)) is not None:
            given.values[setting] = item
    return given


def _item_of_argument(setting: SdkSetting, arguments: Mapping[str, Expression], start: Start) -> Expression | None:
    """What a mapping that is an argument holds under a setting's key; a mapping that cannot be seen into itself."""
    name = setting.item.partition("[")[0]
    return _item(setting, arguments[name], start) if name in arguments else None


def _item(setting: SdkSetting, mapping: Expression, start: Start) -> Expression | None:
    items = items_of(mapping, start.frame, start.resolution)
    return mapping if items is None else items.get(setting.item.rstrip("]").partition("[")[2])


def _assignments(setting: SdkSetting, start: Start) -> tuple[list[Expression | None], list[Binding]]:
    """What is assigned in time, latest last, to where a setting lives, and the assignments that come too late."""
    scene, call = start.scene, start.call
    if setting.module:
        return [latest(module_bindings(setting.module, scene), start)], []
    if setting.env:
        before = (call.site, call.span.start)
        return [one.value for one in set_values(setting.env, scene.unit, scene.program, before=before)], []
    if not call.assigned:
        return [], []
    if setting.setter:
        return [
            other.arguments[0].value
            for other in scene.facts.calls
            if other.arguments and _dotted_is(other.function, f"{call.assigned}.{setting.setter}")
        ], []
    key = (call.site.scope, f"{call.assigned}.{setting.attribute or setting.item}")
    bindings = [b for b in scene.unit.bindings.get(key, []) if b.span.start > call.span.start]
    copied = _first_use(setting.before, start)
    timely = [binding for binding in bindings if binding.span.start < copied]
    early = [latest(timely, start)] if timely else []
    if setting.item and not early:
        whole = scene.unit.bindings.get((call.site.scope, f"{call.assigned}.{setting.item.partition('[')[0]}"), [])
        early = [
            _item(setting, b.value, start) for b in whole if b.value is not None and b.span.start > call.span.start
        ]
    return early, [binding for binding in bindings if binding.span.start >= copied]


def _first_use(names: tuple[str, ...], start: Start) -> int:
    """Where the object is first handed to one of the calls."""
    scene, assigned = start.scene, start.call.assigned
    places = [
        call.span.start
        for call in scene.facts.calls
        if call.span.start > start.call.span.start
        and call.site.scope == start.call.site.scope
        and any(_dotted_is(argument.value, assigned) for argument in call.arguments)
        and any(n in names for t in targets(call.function, scene.unit, call.site, scene.program) for n in t.names)
    ]
    return min(places, default=len(scene.source.data) + 1)


def _dotted_is(expression: Expression, name: str) -> bool:
    names: list[str] = []
    while isinstance(expression, Attribute):
        names.append(expression.name)
        expression = expression.base
    return isinstance(expression, Name) and ".".join([expression.id, *reversed(names)]) == name


def moving(part: str, start: Start, given: Given) -> tuple[dict[SdkSetting, tuple[Value, ...]], tuple[Value, ...]]:
    """The settings that decide where a part goes, its own before the one for everything, with what they can be; and
    the `None` that is left where all of them can set nothing."""
    own = [s for s in start.rule.settings if part and part in s.covers]
    general = [s for s in start.rule.settings if not s.covers]
    found: dict[SdkSetting, tuple[Value, ...]] = {}
    nones: tuple[Value, ...] = ()
    emptied: dict[SdkSetting, tuple[Value, ...]] = {}
    # What is assigned to the object afterwards replaces what its constructor was told.
    for setting in sorted(
        [*own, *general], key=lambda s: (not s.beats, bool(s.argument or s.receiver or s.module or s.env))
    ):
        expression = given.values.get(setting)
        if expression is None:
            continue
        values = start.values(expression)
        left = tuple(value for value in values if not _says_something(value, setting, start))
        set_ones = tuple(value for value in values if value not in left)
        if setting.empty and set_ones and all(value.text == "" for value in told(set_ones)):
            emptied = emptied or {setting: set_ones}
        elif set_ones:
            found[setting] = set_ones
            # `getenv(name, None)`: whether the variable is set decides, and that is said of it.
            nones = () if any(isinstance(v.content, Unknown) for v in set_ones) else left
            if not nones:
                return found, ()
        elif not found:
            nones = left
    return found or emptied, () if emptied and not found else nones


def _says_something(value: Value, setting: SdkSetting, start: Start) -> bool:
    """`None` sets nothing, and neither does an object without a setting of its own or a default."""
    content = value.content
    if isinstance(content, Constant) and content.text == "None":
        return False
    if not isinstance(content, Call) or (not setting.receiver and setting.spelling.kind != "object"):
        return True
    rules = start.scene.catalog.rules
    made_by = [rules[id_] for id_ in setting.spelling.builders]
    found = rule_of(content.function, value.site, replace(start.scene, unit=value.unit))
    if found is None or found[0] not in made_by or found[0].absent:
        return True  # What it says, or fails to say, is its own affair.
    there = Start(content, *found, replace(start.scene, unit=value.unit))
    arguments, opaque = start_arguments(there)
    given = given_of(there, arguments, opaque)
    return bool(opaque) or bool(moving("", there, given)[0])


# --- what is missing, late, or cannot be moved -------------------------------------------------------


def _missing_sighting(
    missing: list[str], is_partial: bool, start: Start, given: Given, unset: tuple[Value, ...]
) -> Sighting:
    rule = start.rule
    moving_ones = [s for s in rule.settings if not s.until and (not s.covers or set(s.covers) >= set(missing))]
    setting = next(iter(sorted(moving_ones, key=lambda s: bool(s.covers))), None)
    words = f"{start.title} sets no `{setting_name(setting) if setting else 'region'}`"
    if is_partial:
        words = f"{start.title} sets no host for {', '.join(missing)}"
    called = start.activation.caller.chain if start.activation else ()
    chain = (start.step(words), *called, start.step(f"the SDK's own default: {rule.absent_host or rule.absent}"))
    found = Sighting(
        rule=rule,
        path=start.scene.path,
        span=start.span,
        statement=start.call.site.statement,
        region=rule.absent,
        seen=rule.absent_host or start.name,
        words=words,
        verb="and defaults to",
        context=start.context,
        chain=chain,
    )
    if given.opaque:
        return replace(found, region=None, reason=given.opaque)
    if setting is None or not _takes(start.target, setting):
        return found
    return replace(found, rewrites=insertion(start, setting, given.values.get(setting), unset))


def _takes(target: Target, setting: SdkSetting) -> bool:
    """Whether a class of the repository has the parameter (an SDK of its own may be older than the catalogue's)."""
    return not target.is_local or not setting.argument or setting.argument in constructor_parameters(target)


def _late_sighting(binding: Binding, start: Start) -> Sighting:
    words = f"`{binding.target}` is set after the client copied it: it has no effect"
    return Sighting(
        rule=start.rule,
        path=start.scene.path,
        span=binding.span,
        statement=binding.site.statement,
        region=start.rule.absent or NOWHERE,
        seen=binding.target,
        words=words,
        verb="and the data goes to",
        context=start.context,
        chain=(start.step(start.title), start.step(words, binding.span)),
        hint="set it before the client is made",
    )


def _escape_sightings(call: Call, scene: Scene) -> Iterator[Sighting]:
    """Methods that go to one region whatever their object was told."""
    function = call.function
    if not isinstance(function, Attribute) or not any(
        name.endswith("." + function.name) for name in scene.catalog.escapes
    ):
        return
    names = {name for t in targets(function, scene.unit, call.site, scene.program) for name in t.names}
    for value in resolve(function.base, scene.unit, call.site, scene.program):
        if isinstance(value.content, Call):
            made_by = targets(value.content.function, value.unit, value.content.site, scene.program)
            names |= {f"{name}.{function.name}" for t in made_by for name in t.names}
    for name in sorted(names & set(scene.catalog.escapes)):
        rule = scene.catalog.escapes[name]
        yield Sighting(
            rule=rule,
            path=scene.path,
            span=Span(function.span.start, function.span.end),
            statement=call.site.statement,
            region=rule.goes_to,
            seen=name,
            words=f"`{function.name}()` ignores the configured host",
            verb="and sends to",
            context=Context.TEST if scene.facts.is_test else Context.CODE,
            hint=rule.why,
        )
