"""What the values of an SDK's settings say: hosts, words, cloud regions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from residency_lint.arns import pinned
from residency_lint.call_rules import SdkSetting
from residency_lint.catalog import HostRow
from residency_lint.expressions import HOLE, Constant, Expression, Text
from residency_lint.facts import Mention, Role
from residency_lint.findings import Rewrite, Sighting, Step
from residency_lint.fixes import Applicability
from residency_lint.resolve.frames import Unknown, Value
from residency_lint.rules import Endpoint
from residency_lint.sightings.clouds import region_rewrites
from residency_lint.sightings.evidence import Evidence, Passage
from residency_lint.sightings.hosts import host_at, host_rewrites
from residency_lint.sightings.members import instead_of_constant, instead_of_text, member_of
from residency_lint.sightings.named_regions import names_region
from residency_lint.sightings.shapes import wrong_shape
from residency_lint.sightings.starts import Start, setting_name
from residency_lint.sightings.texts import text_sightings
from residency_lint.sightings.writing import insertion
from residency_lint.verdicts import NOWHERE


def value_sightings(value: Value, setting: SdkSetting, expression: Expression, start: Start) -> Iterator[Sighting]:
    kind = setting.spelling.kind
    if (member := member_of(value, setting, start)) is not None:
        yield from _members(member, value, setting, start)
    elif isinstance(value.content, Unknown):
        # Where the SDK has no default of its own, configuration decides, and nothing is said of it.
        if start.rule.absent:
            yield _untold(value.content, value, expression, setting, start)
    elif value.text == "" and setting.empty:
        yield _empty(value, setting, start)
    elif kind == "region":
        yield from _region_values(value, setting, start)
    elif kind in ("host", "host:port", "url", "dsn", "connection-string"):
        yield from _host_values(value, setting, start)
    elif kind == "object":
        yield from _object_values(value, setting, start)
    else:
        yield from _word_values(value, setting, start)


def _members(unknown: Unknown, value: Value, setting: SdkSetting, start: Start) -> Iterator[Sighting]:
    """A member; where a word selects it beside one of a wanted region, the word has made the choice."""
    own = _member(unknown, value, setting, start)
    selected = _selected(setting.spelling.column(unknown.name), value, setting, start)
    if selected is not None:
        yield selected
        own = replace(own, beside=frozenset(start.scene.wanted(start.rule.vendor)), chosen=False)
    yield own


def _member(unknown: Unknown, value: Value, setting: SdkSetting, start: Start) -> Sighting:
    """A member of an enum of the SDK, or one of its constants."""
    spellings = setting.spelling.values if setting.spelling.kind == "enum" else {}
    region = setting.spelling.column(unknown.name)
    source = start.scene.sources(value.unit.facts.path) or start.scene.source
    assert unknown.span is not None
    text = Text(source.slice(unknown.span), unknown.span, path=source.path)
    last = unknown.name.rpartition(".")[2]
    first = len(text.text) - len(last) if text.text.endswith(last) else 0
    evidence = _passage(text, value, start).at(first, len(text.text))
    return evidence.sighting(
        start.rule,
        region,
        words=f"`{setting_name(setting)}` is `{text.text}`",
        verb="and leads to",
        chain=_chain(value, setting, start),
        rewrites=tuple(
            evidence.rewrite(name, spellings[name].rpartition(".")[2], start.rule.fix)
            for name in start.scene.wanted(start.rule.vendor)
            if name in spellings and name != region
        )
        or instead_of_constant(unknown, value, setting, start),
    )


def _untold(unknown: Unknown, value: Value, expression: Expression, setting: SdkSetting, start: Start) -> Sighting:
    hint = ""
    if unknown.env and not value.fallback:
        hint = f"set {unknown.env}: where it is missing, nothing says where the data goes"
    return replace(
        start.sighting(expression.span, None, seen=setting_name(setting), words=start.words_for(setting)),
        reason=unknown.reason,
        chain=(start.step(start.title), *value.chain),
        hint=hint,
    )


def _empty(value: Value, setting: SdkSetting, start: Start) -> Sighting:
    """An empty text, which the SDK takes for none."""
    assert isinstance(value.content, Text)
    whole, rule = _whole(value.content, value, start), start.rule
    return whole.sighting(
        rule,
        rule.absent or NOWHERE,
        seen=rule.absent_host or start.name,
        words=f"`{setting_name(setting)}` is empty: {start.title} sends to {rule.absent_host or 'its default'}",
        verb="in",
        chain=_chain(value, setting, start),
        rewrites=_whole_values(setting, whole, start),
    )


def _host_values(value: Value, setting: SdkSetting, start: Start) -> Iterator[Sighting]:
    text = value.content
    if not isinstance(text, Text) or not text.text:
        return
    # The parts of a DSN that are not known are a key and numbers.
    is_dsn = setting.spelling.kind == "dsn"
    if HOLE in text.text and not is_dsn:
        return
    passage = _passage(text, value, start)
    found = host_at(text.text.replace(HOLE, "7"), start.scene.catalog)
    chain = _chain(value, setting, start)
    if found is None:
        yield from _unknown_hosts(passage, setting, start, chain)
        return
    row, first, last = found
    if words := wrong_shape(text.text, setting):
        whole = passage.at(0, len(text.text))
        rewrites = _whole_values(setting, whole, start)
        yield whole.sighting(start.rule, NOWHERE, words=words, verb="", chain=chain, rewrites=rewrites)
        return
    selected = _selected(row.region, value, setting, start) if isinstance(row.rule, Endpoint) else None
    evidence = passage.at(first, last)
    is_endpoint = isinstance(row.rule, Endpoint)
    own = evidence.sighting(
        start.rule,
        row.region if is_endpoint else NOWHERE,
        words=f"{start.title} sends to `{evidence.words.replace(HOLE, '…')}`",
        verb="in" if is_endpoint else "",
        chain=chain,
        rewrites=_host_rewrites(row, evidence, setting, start),
    )
    yield from _with_its_word(own, selected, value, start)


def _selected(region: str, value: Value, setting: SdkSetting, start: Start) -> Sighting | None:
    """The word that selects a value beside some of other regions: there the choice is made."""
    word, scene = value.selector, start.scene
    if word is None or not isinstance(word.content, (Text, Constant)):
        return None
    if isinstance(word.content, Text) and word.content.pieces:
        return None
    words: dict[str, str] = {}
    for key, item in value.table:
        for other in start.values(item):
            if led_to := _region_of(other, setting, start):
                words.setdefault(led_to, key)
    wanted = [name for name in scene.wanted(start.rule.vendor) if name in words]
    if isinstance(word.content, Constant) and not _is_written(word, word.content, start):
        return None
    # Another tenant is not another region, nor is `DEBUG` a switch for one: only what is called like one can be that.
    is_flag = isinstance(word.content, Constant)
    if not wanted or not names_region(_line_of(word, start) if is_flag else words.values(), start.rule.vendor, scene):
        return None
    content = word.content
    if isinstance(content, Text) and not content.path:
        content = replace(content, path=word.unit.facts.path)
    whole = _whole(content, word, start)
    fix = min(start.rule.fix, Applicability.UNSAFE) if is_flag else start.rule.fix
    shown = f'"{word.content.text}"' if isinstance(word.content, Text) else word.content.text
    return whole.sighting(
        start.rule,
        region,
        words=f"{shown} selects the region that {start.title} sends to",
        verb="in",
        chain=_chain(value, setting, start),
        rewrites=tuple(whole.rewrite(name, words[name], fix) for name in wanted if name != region),
    )


def _is_written(value: Value, flag: Constant, start: Start) -> bool:
    """Whether a flag stands there as such: `action="store_true"` only stands for one."""
    source = start.scene.sources(value.unit.facts.path) or start.scene.source
    return source.slice(flag.span) == flag.text


def _line_of(value: Value, start: Start) -> list[str]:
    """The words on the line that a value stands on."""
    source = start.scene.sources(value.unit.facts.path) or start.scene.source
    at = value.content.span.start if not isinstance(value.content, Unknown) else 0
    first, last = source.data.rfind(b"\n", 0, at) + 1, source.data.find(b"\n", at)
    return source.data[first : last if last >= 0 else None].decode("utf-8", "replace").split()


def _with_its_word(own: Sighting, selected: Sighting | None, value: Value, start: Start) -> Iterator[Sighting]:
    """A value, or the word that has made the choice; a flag that has made it leaves a note where the value stands."""
    if selected is None:
        yield own
        return
    yield selected
    if value.selector is not None and isinstance(value.selector.content, Constant):
        yield replace(own, beside=frozenset(start.scene.wanted(start.rule.vendor)), chosen=False)


def _region_of(value: Value, setting: SdkSetting, start: Start) -> str:
    """The region that one of the values to choose from leads to; empty where none is known."""
    if (member := member_of(value, setting, start)) is not None:
        return setting.spelling.column(member.name)
    if setting.spelling.kind == "region":
        return value.text or ""
    if value.text and (named := setting.spelling.column(value.text)):
        return named
    found = host_at(value.text, start.scene.catalog) if value.text else None
    return found[0].region if found is not None else ""


def _unknown_hosts(passage: Passage, setting: SdkSetting, start: Start, chain: tuple[Step, ...]) -> Iterator[Sighting]:
    """A host that no table knows: a proxy, and nobody can tell where it sends on to. Not this machine."""
    found = _ADDRESS.match(passage.text)
    host = found["host"].lower() if found else ""
    if "." not in host or _OWN_HOST.search(host) or any(True for _ in text_sightings(passage)):
        return
    assert found is not None
    yield passage.at(*found.span("host")).sighting(
        start.rule,
        None,
        words=f"{start.title} sends to `{host}`",
        reason="no table knows where this host sends on to",
        chain=chain,
        hint=f"`{setting_name(setting)}` decides where the data goes",
    )


_ADDRESS = re.compile(r"(?:https?://)?(?P<host>[\w.-]+)(?=[:/?#]|$)")
_OWN_HOST = re.compile(r"^[\d.]+$|(?:^|\.)(?:localhost|local|internal|test|invalid|svc)$")


def _host_rewrites(row: HostRow, evidence: Evidence, setting: SdkSetting, start: Start) -> tuple[Rewrite, ...]:
    """The host's twins; where it is none of the vendor's, or an exact setting wants hosts of another row, those of the
    setting's row, for a person to look at."""
    wanted = start.scene.catalog.rules.get(f"{start.rule.vendor}/{setting.spelling.endpoint}")
    is_endpoint = isinstance(row.rule, Endpoint)
    if not isinstance(wanted, Endpoint):
        return host_rewrites(row, evidence) if is_endpoint else ()
    if is_endpoint and (not setting.spelling.exact or wanted is row.rule):
        return host_rewrites(row, evidence)
    fix = min(wanted.fix, Applicability.UNSAFE)
    return tuple(
        evidence.rewrite(region, address.host, fix)
        for region in start.scene.wanted(wanted.vendor)
        for address in wanted.columns.get(region, ())[:1]
    )


def _passage(text: Text, value: Value, start: Start) -> Passage:
    return Passage(Mention(text, Role.VALUE, value.site), start.context, start.scene)


def _chain(value: Value, setting: SdkSetting, start: Start) -> tuple[Step, ...]:
    return (start.step(start.words_for(setting)), *value.chain)


def _whole_values(setting: SdkSetting, whole: Evidence, start: Start) -> tuple[Rewrite, ...]:
    """The host of each wanted region, as the setting wants it, instead of a whole value."""
    row = start.scene.catalog.rules.get(f"{start.rule.vendor}/{setting.spelling.endpoint}")
    if not isinstance(row, Endpoint):
        return ()
    return tuple(
        whole.rewrite(region, _written(address.host, setting), row.fix)
        for region in start.scene.wanted(row.vendor)
        for address in row.columns.get(region, ())[:1]
    )


def _written(host: str, setting: SdkSetting) -> str:
    return f"https://{host}{setting.spelling.path}" if setting.spelling.kind == "url" else host


def _object_values(value: Value, setting: SdkSetting, start: Start) -> Iterator[Sighting]:
    """What an object says, its own start does; a text is none."""
    if not isinstance(value.content, Text):
        return
    words = f"`{setting_name(setting)}` takes an object; `{value.content.text}` is a text"
    rewrites: tuple[Rewrite, ...] = ()
    argument = next((a for a in start.call.arguments if a.value is value.content), None)
    if argument is not None:
        rewrites = insertion(start, (setting,), argument)
    evidence = _whole(value.content, value, start)
    yield evidence.sighting(
        start.rule, NOWHERE, words=words, verb="", chain=_chain(value, setting, start), rewrites=rewrites
    )


def _word_values(value: Value, setting: SdkSetting, start: Start) -> Iterator[Sighting]:
    content = value.content
    if not isinstance(content, (Text, Constant)):
        return
    word, spellings = content.text, setting.spelling.values
    region = setting.spelling.column(word)
    selected = _selected(region, value, setting, start)
    evidence = _whole(content, value, start)
    shown = f'"{word}"' if isinstance(content, Text) else word
    wanted = [name for name in start.scene.wanted(start.rule.vendor) if spellings.get(name, word) != word]
    is_enum = setting.spelling.kind == "enum"
    default = start.rule.absent if is_enum else ""  # What is no member is compared with one, and changes nothing.
    if is_enum:
        wanted = []  # A member's name does not belong inside a text: the member replaces it.
    own = evidence.sighting(
        start.rule,
        region or default or NOWHERE,
        words=f"`{setting_name(setting)}` is {shown}" + ("" if region else f", which {start.title} does not know"),
        verb="and leads to" if region else "and defaults to" if default else "",
        chain=_chain(value, setting, start),
        rewrites=tuple(evidence.rewrite(name, spellings[name], start.rule.fix) for name in wanted)
        or (instead_of_text(content, setting, start) if is_enum and isinstance(content, Text) else ()),
    )
    yield from _with_its_word(own, selected, value, start)


def _region_values(value: Value, setting: SdkSetting, start: Start) -> Iterator[Sighting]:
    """A cloud region; not one that a test's emulator is told, nor one that the service is bound to."""
    if not isinstance(value.content, Text):
        return
    scene, region = start.scene, value.content.text
    settings = [rule for rule, _, _ in scene.catalog.settings if rule.vendor == start.rule.vendor]
    if scene.facts.is_test and any(s.emulators and re.search(s.emulators, scene.source.text) for s in settings):
        return
    if (selected := _selected(region, value, setting, start)) is not None:
        yield selected
        return
    evidence = _whole(value.content, value, start)
    held = pinned(_service(start), "", region, scene.catalog.pinned, evidence.passage.surroundings)
    if held is not None and not held.maybe:
        return
    yield evidence.sighting(
        start.rule,
        region,
        words=f"{start.title} is told `{region}`",
        verb="",
        chain=_chain(value, setting, start),
        rewrites=region_rewrites(start.rule, evidence, start.rule.fix),
        reason="" if region in scene.regions(start.rule.vendor) else "no table knows this region",
        pinned=held.why if held else "",
    )


def is_pinned(region: str, start: Start) -> bool:
    """Whether the service that is called lies in this region whatever it is told."""
    service = _service(start)
    held = pinned(service, "", region, start.scene.catalog.pinned, "") if service else None
    return held is not None and not held.maybe


def _service(start: Start) -> str:
    return next((a.value.text for a in start.call.arguments[:1] if isinstance(a.value, Text)), "")


def _whole(content: Text | Constant, value: Value, start: Start) -> Evidence:
    text = content if isinstance(content, Text) else Text(content.text, content.span, path=value.unit.facts.path)
    return _passage(text, value, start).at(0, len(text.text))
