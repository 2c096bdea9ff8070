"""SDK calls: which host each start of an SDK will reach, and what would move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from residency_lint.call_rules import SdkSetting
from residency_lint.expressions import Call, Constant, Expression, Text
from residency_lint.facts import Mention, Role
from residency_lint.findings import Context, Sighting
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Unknown, Value, told
from residency_lint.sightings.alternatives import Seen
from residency_lint.sightings.bindings import is_unread
from residency_lint.sightings.config_sections import sections_passed_over
from residency_lint.sightings.contexts import in_contexts, weighed
from residency_lint.sightings.escapes import escape_sightings
from residency_lint.sightings.given import Given, arguments_by_name, assignments, given_to
from residency_lint.sightings.members import as_members
from residency_lint.sightings.missing import Gap, late_sighting, missing_sighting, moving_settings
from residency_lint.sightings.mistaken import mistaken, mistaken_sighting, refused, refused_sighting
from residency_lint.sightings.overruled import is_overruled
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sdk_values import value_sightings
from residency_lint.sightings.setting_values import SettingValue
from residency_lint.sightings.starts import Start, module_bindings, rule_of, setting_name, starts
from residency_lint.sightings.surroundings import is_replaced, known, talks_to_vendor
from residency_lint.sightings.switches import placed_in_branches
from residency_lint.sightings.unread_lines import unread_lines
from residency_lint.sightings.unset import left_unset, without_own_default
from residency_lint.sightings.uses import Fate, Vain, fate_of


def sdk_sightings(scene: Scene, vain: Vain) -> Iterator[Sighting]:
    """A sighting for every value an SDK's region can take, and one for what no setting moves."""
    of_starts = [
        (start, one)
        for start in starts(scene)
        if not (start.rule.id in scene.catalog.builders and fate_of(start.call.span, "", scene, vain) is Fate.KEPT)
        for one in in_contexts(start, _setting_expressions(start), _start_sightings)
    ]
    seen = [
        (start.scene.unit, Seen(Mention(Text("", start.span), Role.VALUE, start.call.site), one))
        for start, one in _with_unread(of_starts, scene)
    ]
    found: list[Sighting] = []
    for unit in {id(unit): unit for unit, _ in seen}.values():
        source = scene.sources(unit.facts.path) or scene.source
        there = scene if unit is scene.unit else replace(scene, unit=unit, source=source)
        found += placed_in_branches([one for own, one in seen if own is unit], there)
    # What a client that is switched on is given as well is told of, and what one takes that another passes over.
    yield from sorted(found, key=lambda sighting: (sighting.muted, bool(sighting.beside)))
    yield from unread_lines(found, scene)
    for call in scene.facts.calls:
        yield from escape_sightings(call, scene)


def _with_unread(found: list[tuple[Start, Sighting]], scene: Scene) -> Iterator[tuple[Start, Sighting]]:
    """The sightings of starts; an object for clients that nothing reads is an alternative that was not taken, where all
    that is told to its vendor's clients leads to where it may."""
    used = [(start, one) for start, one in found if not _is_unread(start)]
    for start, one in found:
        vendor = one.rule.vendor
        regions = {other.region for _, other in used if other.rule.vendor == vendor}
        is_inside = bool(regions) and regions <= set(scene.wanted(vendor))
        is_left = is_inside and one.region not in scene.wanted(vendor) and one.context is Context.CODE
        yield start, replace(one, context=Context.UNUSED) if is_left and _is_unread(start) else one


def _is_unread(start: Start) -> bool:
    scene = start.scene
    binding = scene.unit.bindings_by_value.get(id(start.call)) if start.rule.id in scene.catalog.builders else None
    return binding is not None and is_unread(binding, scene.unit, scene.program.everywhere)


def _start_sightings(start: Start) -> Iterator[Sighting]:
    arguments, opaque = arguments_by_name(start)
    is_off = _is_off(start, arguments)
    yield from (replace(sighting, muted=is_off) for sighting in _told(start, arguments, opaque))


def _told(start: Start, arguments: Mapping[str, Expression], opaque: str) -> Iterator[Sighting]:
    if not talks_to_vendor(start, arguments, opaque):
        return
    given = given_to(start, arguments, opaque)
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
    if missing and settled and not set(missing) & set(_used(parts, start)):
        missing = []
    for setting, values in settled.items():
        yield from weighed(
            (value, sighting)
            for value in told(values)
            if value not in unset  # what that leads to is said of the start
            for sighting in value_sightings(SettingValue(value, setting, start), given.values[setting])
        )
    for setting in settled:
        yield from sections_passed_over(setting, start) if setting.file else ()
    yield from _replaced(settled, given, start)
    surplus = refused(start) if settled and not missing else None
    if surplus is not None:
        yield refused_sighting(surplus, start)
    if missing and start.rule.absent and not is_overruled(start):
        for binding in given.late:
            yield late_sighting(binding, start)
        settings = moving_settings(missing, start)
        meant = mistaken(start)
        if meant is not None:
            found = mistaken_sighting(meant, settings, start)
        else:
            gap = Gap(missing, len(missing) < len(parts), unset)
            found = missing_sighting(gap, settings, start, given)
        yield replace(found, certain=is_certain)
    elif missing and (column := _default_of_service(start)) and not given.opaque:
        start = replace(start, rule=replace(start.rule, absent=column))
        found = missing_sighting(Gap(missing, False, unset), moving_settings(missing, start), start, given)
        unit, program = start.scene.unit, start.scene.program
        if any(True for name in start.rule.ignored_env for _ in set_values(name, unit, program)):
            yield replace(found, certain=False)
        else:
            # Most programs are told by the environment that they run in, and that is not in sight.
            yield replace(found, region=None, reason=f"where nothing sets one, it is {column}", rewrites=())


def _used(parts: list[str], start: Start) -> list[str]:
    """The parts that the program's calls talk to; all of them where none of those calls is in sight."""
    scene, sent_by = start.scene, start.rule.sent_by
    called = [part for part in parts if any(_is_called(name, scene) for name in sent_by.get(part, "").split())]
    return [part for part in parts if part in called or part not in sent_by] if called else parts


def _is_called(method: str, scene: Scene) -> bool:
    own = scene.unit.calls_by_name.get(method)
    return bool(own) or any(True for _ in scene.program.everywhere.files_naming(f".{method}", scene.path))


def _default_of_service(start: Start) -> str:
    first = next((a.value for a in start.call.arguments if not a.star), None)
    return start.rule.absent_for.get(first.text, "") if isinstance(first, Text) else ""


def _setting_expressions(start: Start) -> Iterator[Expression]:
    """What a start is given for its settings, as far as it stands in the file."""
    arguments, _ = arguments_by_name(start)
    settings = start.rule.settings
    names = {setting.argument or setting.entry.partition("[")[0] for setting in settings} | set(start.rule.off)
    yield from (value for name, value in arguments.items() if name in names)
    yield from (argument.value for argument in start.call.arguments if argument.star)
    for setting in settings:
        early, _ = assignments(setting, start)
        yield from (value for value in early if value is not None)


def _is_off(start: Start, arguments: Mapping[str, Expression]) -> bool:
    """Whether a client sends nothing: switched off, or something of the project's own takes what it would send."""
    for name, word in start.rule.off.items():
        switch = known(arguments.get(name), start)
        if isinstance(switch, Constant) and switch.text == word:
            return True
        # A module that is its own client is switched off by an attribute, unless that depends on something.
        if "." in name and any(
            _is_constant(b.value, word) and not b.site.guards for b in module_bindings(name, start.scene)
        ):
            return True
    return is_replaced(start, arguments)


def _is_on(name: str, arguments: Mapping[str, Expression]) -> bool:
    argument = arguments.get(name)
    return argument is not None and not (isinstance(argument, Constant) and argument.text in ("False", "None"))


def _is_constant(expression: Expression | None, word: str) -> bool:
    return isinstance(expression, Constant) and expression.text == word


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
        [*own, *general], key=lambda s: (not s.beats, bool(s.argument or s.receiver or s.module or s.env or s.entry))
    ):
        expression = given.values.get(setting)
        if expression is None:
            continue
        values = as_members(start.values(expression), setting, start)
        values = without_own_default(values, expression, setting, start)
        left = tuple(value for value in values if not _says_something(value, setting, start))
        set_ones = tuple(value for value in values if value not in left)
        if set_ones and all(_gives_way(value, setting) for value in told(set_ones)):
            emptied = emptied or {setting: set_ones}
        elif set_ones:
            found[setting] = set_ones
            # `getenv(name, None)`: whether the variable is set decides, and that is said of it.
            nones = () if any(isinstance(v.content, Unknown) for v in set_ones) else left
            nones = nones or left_unset(set_ones, start)
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
    arguments, opaque = arguments_by_name(there)
    given = given_to(there, arguments, opaque)
    return bool(opaque) or bool(moving("", there, given)[0])


def _gives_way(value: Value, setting: SdkSetting) -> bool:
    """Whether the SDK takes a value for none."""
    return value.text in setting.unset or (bool(setting.empty) and value.text == "")


def _replaced(settled: Mapping[SdkSetting, tuple[Value, ...]], given: Given, start: Start) -> Iterator[Sighting]:
    """Texts in the call that another setting replaces, where all that counts leads to a wanted region."""
    wanted = start.scene.wanted(start.rule.vendor)
    counted = [
        one.region
        for setting, values in settled.items()
        for value in values
        for one in value_sightings(SettingValue(value, setting, start), given.values[setting])
    ]
    if not counted or any(region not in wanted for region in counted):
        return
    for setting, expression in given.values.items():
        if setting not in settled and isinstance(expression, Text) and start.call.span.contains(expression.span):
            words = f"`{setting_name(setting)}` gives way to `{setting_name(next(iter(settled)))}`"
            yield start.sighting(
                expression.span, counted[0], seen=expression.text, words=words, verb="and the data goes to"
            )
