"""What the values of an SDK's settings say: words, members, cloud regions; hosts are said by `sdk_hosts`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.arns import pinned
from residency_lint.expressions import Constant, Expression, Text
from residency_lint.findings import Rewrite, Sighting
from residency_lint.resolve.frames import Unknown
from residency_lint.sightings.clouds import region_rewrites
from residency_lint.sightings.members import instead_of_constant, instead_of_text, member_of
from residency_lint.sightings.sdk_hosts import host_values
from residency_lint.sightings.selections import selected_by_word, with_its_word
from residency_lint.sightings.setting_values import SettingValue, source_of
from residency_lint.sightings.starts import Start
from residency_lint.sightings.writing import insertion
from residency_lint.verdicts import NOWHERE


def value_sightings(one: SettingValue, expression: Expression) -> Iterator[Sighting]:
    """What a value says; `expression` is what the setting is given, of which it is one value."""
    value, setting = one.value, one.setting
    kind = setting.spelling.kind
    if (member := member_of(one)) is not None:
        yield from _members(member, one)
    elif isinstance(value.content, Unknown):
        # Where the SDK has no default of its own, configuration decides, and nothing is said of it.
        if one.start.rule.absent:
            yield _untold(value.content, expression, one)
    elif value.text == "" and setting.empty:
        yield _empty(one)
    elif kind == "region":
        yield from _region_values(one)
    elif kind in ("host", "host:port", "url", "dsn", "connection-string"):
        yield from host_values(one)
    elif kind == "object":
        yield from _object_values(one)
    else:
        yield from _word_values(one)


def _members(unknown: Unknown, one: SettingValue) -> Iterator[Sighting]:
    """A member; where a word selects it beside one of a wanted region, the word has made the choice."""
    own = _member(unknown, one)
    selected = selected_by_word(one.setting.spelling.column(unknown.name), one)
    if selected is not None:
        yield selected
        own = replace(own, beside=frozenset(one.wanted), chosen=False)
    yield own


def _member(unknown: Unknown, one: SettingValue) -> Sighting:
    """A member of an enum of the SDK, or one of its constants."""
    setting, start = one.setting, one.start
    spellings = setting.spelling.values if setting.spelling.kind == "enum" else {}
    region = setting.spelling.column(unknown.name)
    source = source_of(one.value, start)
    assert unknown.span is not None
    text = Text(source.slice(unknown.span), unknown.span, path=source.path)
    last = unknown.name.rpartition(".")[2]
    first = len(text.text) - len(last) if text.text.endswith(last) else 0
    evidence = one.passage(text).at(first, len(text.text))
    return evidence.sighting(
        start.rule,
        region,
        words=f"`{one.name}` is `{text.text}`",
        verb="and leads to",
        chain=one.chain,
        rewrites=tuple(
            evidence.rewrite(name, spellings[name].rpartition(".")[2], start.rule.fix)
            for name in one.wanted
            if name in spellings and name != region
        )
        or instead_of_constant(unknown, one),
    )


def _untold(unknown: Unknown, expression: Expression, one: SettingValue) -> Sighting:
    start = one.start
    hint = ""
    if unknown.env and not one.value.fallback:
        hint = f"set {unknown.env}: where it is missing, nothing says where the data goes"
    return replace(
        start.sighting(expression.span, None, seen=one.name, words=start.words_for(one.setting)),
        reason=unknown.reason,
        chain=(start.step(start.title), *one.value.chain),
        hint=hint,
    )


def _empty(one: SettingValue) -> Sighting:
    """An empty text, which the SDK takes for none."""
    value, start = one.value, one.start
    assert isinstance(value.content, Text)
    whole, rule = one.whole(value.content), start.rule
    return whole.sighting(
        rule,
        rule.absent or NOWHERE,
        seen=rule.absent_host or start.name,
        words=f"`{one.name}` is empty: {start.title} sends to {rule.absent_host or 'its default'}",
        verb="in",
        chain=one.chain,
        rewrites=one.rewrites(whole),
    )


def _object_values(one: SettingValue) -> Iterator[Sighting]:
    """What an object says, its own start does; a text is none."""
    value, setting, start = one.value, one.setting, one.start
    if not isinstance(value.content, Text):
        return
    words = f"`{one.name}` takes an object; `{value.content.text}` is a text"
    rewrites: tuple[Rewrite, ...] = ()
    argument = next((a for a in start.call.arguments if a.value is value.content), None)
    if argument is not None:
        rewrites = insertion(start, (setting,), argument)
    evidence = one.whole(value.content)
    yield evidence.sighting(start.rule, NOWHERE, words=words, verb="", chain=one.chain, rewrites=rewrites)


def _word_values(one: SettingValue) -> Iterator[Sighting]:
    content, setting, start = one.value.content, one.setting, one.start
    if not isinstance(content, (Text, Constant)):
        return
    word, spellings = content.text, setting.spelling.values
    region = setting.spelling.column(word)
    selected = selected_by_word(region, one)
    evidence = one.whole(content)
    shown = f'"{word}"' if isinstance(content, Text) else word
    wanted = [name for name in one.wanted if spellings.get(name, word) != word]
    is_enum = setting.spelling.kind == "enum"
    default = start.rule.absent if is_enum else ""  # What is no member is compared with one, and changes nothing.
    if is_enum:
        wanted = []  # A member's name does not belong inside a text: the member replaces it.
    own = evidence.sighting(
        start.rule,
        region or default or NOWHERE,
        words=f"`{one.name}` is {shown}" + ("" if region else f", which {start.title} does not know"),
        verb="and leads to" if region else "and defaults to" if default else "",
        chain=one.chain,
        rewrites=tuple(evidence.rewrite(name, spellings[name], start.rule.fix) for name in wanted)
        or (instead_of_text(content, one) if is_enum and isinstance(content, Text) else ()),
    )
    yield from with_its_word(own, selected, one)


def _region_values(one: SettingValue) -> Iterator[Sighting]:
    """A cloud region; not one that a test's emulator is told, nor one that the service is bound to."""
    value, start = one.value, one.start
    if not isinstance(value.content, Text):
        return
    scene, region = start.scene, value.content.text
    settings = [rule for rule, _, _ in scene.catalog.settings if rule.vendor == start.rule.vendor]
    if scene.facts.is_test and any(s.emulators and re.search(s.emulators, scene.source.text) for s in settings):
        return
    if (selected := selected_by_word(region, one)) is not None:
        yield selected
        return
    evidence = one.whole(value.content)
    held = pinned(start.service, "", region, scene.catalog.pinned, evidence.passage.surroundings)
    if held is not None and not held.maybe:
        return
    yield evidence.sighting(
        start.rule,
        region,
        words=f"{start.title} is told `{region}`",
        verb="",
        chain=one.chain,
        rewrites=region_rewrites(start.rule, evidence, start.rule.fix),
        reason="" if region in scene.regions(start.rule.vendor) else "no table knows this region",
        pinned=held.why if held else "",
    )


def is_pinned(region: str, start: Start) -> bool:
    """Whether the service that is called lies in this region whatever it is told."""
    service = start.service
    held = pinned(service, "", region, start.scene.catalog.pinned, "") if service else None
    return held is not None and not held.maybe
