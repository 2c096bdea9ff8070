"""The word or flag that selects a setting's value beside some of other regions: there the choice is made."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.expressions import Constant, Text
from residency_lint.findings import Sighting
from residency_lint.fixes import Applicability
from residency_lint.resolve.frames import Unknown, Value
from residency_lint.sightings.hosts import host_at
from residency_lint.sightings.members import member_of
from residency_lint.sightings.named_regions import names_region
from residency_lint.sightings.setting_values import SettingValue, source_of
from residency_lint.sightings.starts import Start


def selected_by_word(region: str, one: SettingValue) -> Sighting | None:
    """The word that selects a value beside some of other regions: there the choice is made."""
    word, start = one.value.selector, one.start
    if word is None or not isinstance(word.content, (Text, Constant)):
        return None
    if isinstance(word.content, Text) and word.content.pieces:
        return None
    words: dict[str, str] = {}
    for key, item in one.value.table:
        for other in start.values(item):
            if led_to := _region_of(replace(one, value=other)):
                words.setdefault(led_to, key)
    wanted = [name for name in one.wanted if name in words]
    if isinstance(word.content, Constant) and not _is_written(word, word.content, start):
        return None
    # Another tenant is not another region, nor is `DEBUG` a switch for one: only what is called like one can be that.
    is_flag = isinstance(word.content, Constant)
    near = _line_of(word, start) if is_flag else words.values()
    if not wanted or not names_region(near, start.rule.vendor, start.scene):
        return None
    content = word.content
    if isinstance(content, Text) and not content.path:
        content = replace(content, path=word.unit.facts.path)
    whole = replace(one, value=word).whole(content)
    fix = min(start.rule.fix, Applicability.UNSAFE) if is_flag else start.rule.fix
    shown = f'"{word.content.text}"' if isinstance(word.content, Text) else word.content.text
    return whole.sighting(
        start.rule,
        region,
        words=f"{shown} selects the region that {start.title} sends to",
        verb="in",
        chain=one.chain,
        rewrites=tuple(whole.rewrite(name, words[name], fix) for name in wanted if name != region),
    )


def _is_written(value: Value, flag: Constant, start: Start) -> bool:
    """Whether a flag stands there as such: `action="store_true"` only stands for one."""
    return source_of(value, start).slice(flag.span) == flag.text


def _line_of(value: Value, start: Start) -> list[str]:
    """The words on the line that a value stands on."""
    source = source_of(value, start)
    at = value.content.span.start if not isinstance(value.content, Unknown) else 0
    first, last = source.data.rfind(b"\n", 0, at) + 1, source.data.find(b"\n", at)
    return source.data[first : last if last >= 0 else None].decode("utf-8", "replace").split()


def with_its_word(own: Sighting, selected: Sighting | None, one: SettingValue) -> Iterator[Sighting]:
    """A value, or the word that has made the choice; a flag that has made it leaves a note where the value stands."""
    if selected is None:
        yield own
        return
    yield selected
    if one.value.selector is not None and isinstance(one.value.selector.content, Constant):
        yield replace(own, beside=frozenset(one.wanted), chosen=False)


def _region_of(one: SettingValue) -> str:
    """The region that one of the values to choose from leads to; empty where none is known."""
    value, setting = one.value, one.setting
    if (member := member_of(one)) is not None:
        return setting.spelling.column(member.name)
    if setting.spelling.kind == "region":
        return value.text or ""
    if value.text and (named := setting.spelling.column(value.text)):
        return named
    found = host_at(value.text, one.start.scene.catalog) if value.text else None
    return found[0].region if found is not None else ""
