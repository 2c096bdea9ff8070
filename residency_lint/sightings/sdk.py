"""SDK calls: which host each start of an SDK will reach, and what would move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from residency_lint.facts import (
    Attribute,
    Binding,
    Branch,
    Constant,
    Elsewhere,
    Expression,
    Name,
    Opaque,
)
from residency_lint.findings import Sighting
from residency_lint.resolve.arguments import arguments_of, items_of
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Unknown, Value
from residency_lint.resolve.names import Target, constructor_parameters, targets
from residency_lint.resolve.values import told
from residency_lint.rules import NOWHERE, SdkSetting
from residency_lint.sightings.contexts import in_contexts, latest, weighed
from residency_lint.sightings.escapes import escape_sightings
from residency_lint.sightings.handed_on import handed_on, is_overruled
from residency_lint.sightings.mistaken import mistaken, mistaken_sighting
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sdk_values import value_sightings
from residency_lint.sightings.starts import Start, module_bindings, setting_name, starts
from residency_lint.sightings.writing import insertion


def sdk_sightings(scene: Scene) -> Iterator[Sighting]:
    """A sighting for every value an SDK's region can take, and one for what no setting moves."""
    for start in starts(scene):
        yield from in_contexts(start, _setting_expressions(start), _start_sightings)
    for call in scene.facts.calls:
        yield from escape_sightings(call, scene)


@dataclass
class _Given:
    """What a call's arguments and later assignments say. `opaque`: arguments that cannot be seen into."""

    values: dict[SdkSetting, Expression] = field(default_factory=dict)
    opaque: str = ""
    late: list[Binding] = field(default_factory=list)


@dataclass(frozen=True)
class _Gap:
    """Parts that no setting moves. `is_partial`: others are moved; `unset`: the `None` that settings come to."""

    parts: list[str]
    is_partial: bool
    unset: tuple[Value, ...]


def _start_sightings(start: Start) -> Iterator[Sighting]:
    arguments, opaque = _arguments(start)
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
    given = _given(start, arguments, opaque)
    missing: list[str] = []
    settled: dict[SdkSetting, tuple[Value, ...]] = {}
    unset: tuple[Value, ...] = ()
    is_certain = False
    parts = [p for p in start.rule.parts or ("",) if p not in start.rule.only or _is_on(start.rule.only[p], arguments)]
    for part in parts:
        moving, nones = _moving(part, start, given)
        settled |= moving
        if not moving or nones:
            missing.append(part)
            is_certain = is_certain or not moving
            unset = nones
    for setting, values in settled.items():
        yield from weighed(
            (value, sighting)
            for value in told(values)
            for sighting in value_sightings(value, setting, given.values[setting], start)
        )
    for binding in given.late:
        yield _late_sighting(binding, start)
    if missing and start.rule.absent and not is_overruled(start):
        settings = _moving_settings(missing, start)
        meant = mistaken(start)
        if meant is not None:
            found = mistaken_sighting(meant, settings, start)
        else:
            gap = _Gap(missing, len(missing) < len(parts), unset)
            found = _missing_sighting(gap, settings, start, given)
        yield replace(found, certain=is_certain)


def _setting_expressions(start: Start) -> Iterator[Expression]:
    """What a start is given for its settings, as far as it stands in the file."""
    arguments, _ = _arguments(start)
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


def _arguments(start: Start) -> tuple[dict[str, Expression], str]:
    """Arguments by parameter name, and why some cannot be seen."""
    parameters: tuple[str, ...] = ()
    if start.target.is_local:
        parameters = constructor_parameters(start.target)
    elif start.rule.signatures:
        parameters = start.rule.signatures[0].parameters
    found = arguments_of(start.call, start.frame, start.resolution)
    return {**found.named, **dict(zip(parameters, found.positional, strict=False))}, found.opaque


def _given(start: Start, arguments: Mapping[str, Expression], opaque: str) -> _Given:
    given = _Given(opaque=opaque)
    for setting in start.rule.settings:
        early, late = _assignments(setting, start)
        given.late += late
        if setting.argument in arguments:
            given.values[setting] = arguments[setting.argument]
        elif early and early[-1] is not None:
            given.values[setting] = early[-1]
        elif (item := _item_of_argument(setting, arguments, start)) is not None:
            given.values[setting] = item
        elif (later := _from_callers(setting, start)) is not None:
            given.values[setting] = later
    return given


def _from_callers(setting: SdkSetting, start: Start) -> Expression | None:
    """What every caller assigns to the object that the function around a start gives back."""
    found: Expression | None = None
    for own in handed_on(start) if setting.attribute or setting.item else ():
        last = next(reversed(_assignments(setting, own)[0]), None)
        if last is None:
            return None
        value = Elsewhere(last, own.frame, own.scene.path)
        found = (
            value if found is None else Branch(Opaque("one of several callers", value.span), found, value, value.span)
        )
    return found


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


def _moving(part: str, start: Start, given: _Given) -> tuple[dict[SdkSetting, tuple[Value, ...]], tuple[Value, ...]]:
    """The settings that decide where a part goes, its own before the one for everything, with what they can be; and
    the `None` that is left where all of them can set nothing."""
    own = [s for s in start.rule.settings if part and part in s.covers]
    general = [s for s in start.rule.settings if not s.covers]
    found: dict[SdkSetting, tuple[Value, ...]] = {}
    nones: tuple[Value, ...] = ()
    emptied: dict[SdkSetting, tuple[Value, ...]] = {}
    # What is assigned to the object afterwards replaces what its constructor was told.
    for setting in sorted([*own, *general], key=lambda s: (not s.beats, bool(s.argument or s.module or s.env))):
        expression = given.values.get(setting)
        if expression is None:
            continue
        values = start.values(expression)
        left = tuple(v for v in values if isinstance(v.content, Constant) and v.content.text == "None")
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


# --- what is missing, or late -------------------------------------------------------


def _moving_settings(missing: list[str], start: Start) -> tuple[SdkSetting, ...]:
    """The one setting that moves all the missing parts, else one for each of them."""
    own = sorted((s for s in start.rule.settings if _takes(start.target, s)), key=lambda s: bool(s.until))
    whole = [s for s in own if not s.covers or set(s.covers) >= set(missing)]
    if whole:
        return (min(whole, key=lambda s: bool(s.covers)),)
    several = [next((s for s in own if part in s.covers), None) for part in missing]
    return tuple(dict.fromkeys(s for s in several if s is not None)) if None not in several else ()


def _missing_sighting(gap: _Gap, settings: tuple[SdkSetting, ...], start: Start, given: _Given) -> Sighting:
    rule, setting = start.rule, next(iter(settings), None)
    words = f"{start.title} sets no `{setting_name(setting) if setting else 'region'}`"
    if gap.is_partial:
        words = f"{start.title} sets no host for {', '.join(gap.parts)}"
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
    return replace(found, rewrites=insertion(start, settings, given.values.get(setting), gap.unset) if setting else ())


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
