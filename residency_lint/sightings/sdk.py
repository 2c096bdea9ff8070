"""SDK calls: which host each start of an SDK will reach, and what would move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from residency_lint.facts import (
    Attribute,
    Binding,
    Call,
    Constant,
    Expression,
    Mention,
    Role,
    Text,
)
from residency_lint.findings import Context, Sighting
from residency_lint.resolve.frames import Value
from residency_lint.resolve.names import Target, constructor_parameters, targets
from residency_lint.resolve.program import Unit
from residency_lint.resolve.values import resolve, told
from residency_lint.rules import NOWHERE, SdkSetting
from residency_lint.sightings.given import Given, arguments_of, given_to
from residency_lint.sightings.mistaken import mistaken, mistaken_sighting
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sdk_values import value_sightings
from residency_lint.sightings.starts import Start, module_bindings, setting_name, starts
from residency_lint.sightings.surroundings import talks_to_vendor
from residency_lint.sightings.switches import Seen, placed_in_branches
from residency_lint.sightings.writing import insertion
from residency_lint.source import Source, Span


def sdk_sightings(scene: Scene) -> Iterator[Sighting]:
    """A sighting for every value an SDK's region can take, and one for what no setting moves."""
    seen = [one for start in starts(scene) for one in _start_sightings(start)]
    for unit in {id(unit): unit for unit, _ in seen}.values():
        there = scene if unit is scene.unit else replace(scene, unit=unit, source=_source_of(unit, scene))
        yield from placed_in_branches([one for own, one in seen if own is unit], there)
    for call in scene.facts.calls:
        yield from _escape_sightings(call, scene)


def _source_of(unit: Unit, scene: Scene) -> Source:
    return scene.sources(unit.facts.path) or scene.source


def _start_sightings(start: Start) -> Iterator[tuple[Unit, Seen]]:
    """Each with the file in which, and the conditions under which, the data goes where it says."""
    arguments, opaque = arguments_of(start)
    for name, word in start.rule.off.items():
        if isinstance(switch := arguments.get(name), Constant) and switch.text == word:
            return
        # A module that is its own client is switched off by an attribute, unless that depends on something.
        if "." in name and any(
            _is_constant(b.value, word) and not b.site.guards for b in module_bindings(name, start.scene)
        ):
            return
    if not talks_to_vendor(start, arguments, opaque):
        return
    given = given_to(start, arguments, opaque)
    missing: list[str] = []
    settled: dict[SdkSetting, tuple[Value, ...]] = {}
    parts = [p for p in start.rule.parts or ("",) if p not in start.rule.only or _is_on(start.rule.only[p], arguments)]
    for part in parts:
        setting, values = _moving(part, start, given)
        if setting is None:
            missing.append(part)
        else:
            settled[setting] = values
    for setting, values in settled.items():
        for value in told(values):
            for one in value_sightings(value, setting, given.values[setting], start):
                yield value.unit, Seen(_mention(value), one)
    unit, here = start.scene.unit, Mention(Text("", start.span), Role.VALUE, start.call.site)
    for one in _replaced(settled, given, start):
        yield unit, Seen(here, one)
    if missing and start.rule.absent:
        settings = _moving_settings(missing, start)
        meant = mistaken(start)
        for binding in given.late:
            yield unit, Seen(here, _late_sighting(binding, start))
        if meant is not None:
            yield unit, Seen(here, mistaken_sighting(meant, settings, start))
        else:
            yield unit, Seen(here, _missing_sighting(missing, len(missing) < len(parts), start, given, settings))


def _mention(value: Value) -> Mention:
    """Where a value stands; the text that it is knows all the conditions around it."""
    span = getattr(value.content, "span", None) or Span(0, 0)
    known = value.unit.mention_around(span) if isinstance(value.content, Text) else None
    return replace(known, group=0, keys=()) if known else Mention(Text("", span), Role.VALUE, value.site)


def _is_on(name: str, arguments: Mapping[str, Expression]) -> bool:
    argument = arguments.get(name)
    return argument is not None and not (isinstance(argument, Constant) and argument.text in ("False", "None"))


def _is_constant(expression: Expression | None, word: str) -> bool:
    return isinstance(expression, Constant) and expression.text == word


def _moving(part: str, start: Start, given: Given) -> tuple[SdkSetting | None, tuple[Value, ...]]:
    """The setting that decides where a part goes: its own before the one for everything; `None` sets nothing."""
    own = [s for s in start.rule.settings if part and part in s.covers]
    general = [s for s in start.rule.settings if not s.covers]
    # What is assigned to the object afterwards replaces what its constructor was told.
    unset: tuple[SdkSetting | None, tuple[Value, ...]] = None, ()
    for setting in sorted(
        [*own, *general], key=lambda s: (not s.beats, bool(s.argument or s.module or s.env or s.entry))
    ):
        expression = given.values.get(setting)
        if expression is None:
            continue
        # What is assigned in another function is looked at there.
        bound = start.scene.unit.bindings_by_value.get(id(expression))
        site = bound.site if bound else start.call.site
        values = resolve(expression, start.scene.unit, site, start.scene.program)
        set_ones = tuple(v for v in values if not (isinstance(v.content, Constant) and v.content.text == "None"))
        if set_ones and all(value.text in setting.unset for value in set_ones):
            unset = unset if unset[0] else (setting, set_ones)
        elif set_ones:
            return setting, set_ones
    return unset


def _replaced(settled: Mapping[SdkSetting, tuple[Value, ...]], given: Given, start: Start) -> Iterator[Sighting]:
    """Texts in the call that another setting replaces, where all that counts leads to a wanted region."""
    wanted = start.scene.wanted(start.rule.vendor)
    counted = [
        one.region
        for setting, values in settled.items()
        for value in values
        for one in value_sightings(value, setting, given.values[setting], start)
    ]
    if not counted or any(region not in wanted for region in counted):
        return
    for setting, expression in given.values.items():
        if setting not in settled and isinstance(expression, Text) and start.call.span.contains(expression.span):
            words = f"`{setting_name(setting)}` gives way to `{setting_name(next(iter(settled)))}`"
            yield Sighting(
                rule=start.rule,
                path=start.scene.path,
                span=expression.span,
                statement=start.call.site.statement,
                region=counted[0],
                seen=expression.text,
                words=words,
                verb="and the data goes to",
                context=start.context,
            )


# --- what is missing, late, or cannot be moved -------------------------------------------------------


def _moving_settings(missing: list[str], start: Start) -> tuple[SdkSetting, ...]:
    """The one setting that moves all the missing parts, else one for each of them."""
    own = sorted((s for s in start.rule.settings if _takes(start.target, s)), key=lambda s: bool(s.until))
    whole = [s for s in own if not s.covers or set(s.covers) >= set(missing)]
    if whole:
        return (min(whole, key=lambda s: bool(s.covers)),)
    several = [next((s for s in own if part in s.covers), None) for part in missing]
    return tuple(dict.fromkeys(s for s in several if s is not None)) if None not in several else ()


def _missing_sighting(
    missing: list[str], is_partial: bool, start: Start, given: Given, settings: tuple[SdkSetting, ...]
) -> Sighting:
    rule, setting = start.rule, next(iter(settings), None)
    words = f"{start.title} sets no `{setting_name(setting) if setting else 'region'}`"
    if is_partial:
        words = f"{start.title} sets no host for {', '.join(missing)}"
    chain = (start.step(words), start.step(f"the SDK's own default: {rule.absent_host or rule.absent}"))
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
    return replace(found, rewrites=insertion(start, settings, given.values.get(setting)) if setting else ())


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
