"""Files of settings that an SDK reads by itself: the section that a start takes, and those that it passes over."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.call_rules import SdkSetting
from residency_lint.expressions import Attribute, Call, Expression
from residency_lint.facts import Mention, Role
from residency_lint.findings import Sighting
from residency_lint.resolve.arguments import arguments_of
from residency_lint.resolve.dotenv import found_file, path_in
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.names import targets
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import Resolution
from residency_lint.sightings.evidence import Passage
from residency_lint.sightings.starts import Start


def values_in_section(setting: SdkSetting, start: Start) -> Iterator[Expression]:
    """What the section of the file says that the start takes; nothing where that section cannot be told."""
    sections = set(_sections(setting, start))
    for unit, mention in _lines(setting, start):
        if mention.keys[0] in sections:
            yield replace(mention.text, path=unit.facts.path)


def sections_passed_over(setting: SdkSetting, start: Start) -> Iterator[Sighting]:
    """What other sections of the file say, as entries of a choice that is made."""
    rule, scene = start.rule, start.scene
    wanted, sections = frozenset(scene.wanted(rule.vendor)), set(_sections(setting, start))
    for unit, mention in _lines(setting, start):
        region = mention.text.text
        if mention.keys[0] not in sections and region in scene.regions(rule.vendor) and region not in wanted:
            text = replace(mention.text, path=unit.facts.path)
            evidence = Passage(Mention(text, Role.VALUE, start.call.site), start.context, scene).at(0, len(region))
            words = f"{start.title} takes another section than `{mention.keys[0]}`"
            chain = (start.step(start.title),)
            yield evidence.sighting(rule, region, words=words, verb="for", chain=chain, beside=wanted)


def _lines(setting: SdkSetting, start: Start) -> Iterator[tuple[Unit, Mention]]:
    """The setting's key in each section of the file that a variable names."""
    program = start.scene.program.everywhere
    for one in set_values(setting.file, start.scene.unit, program)[:1]:
        path = path_in(one.value, one.unit)
        unit = _named(path, one.unit, start) if path else None
        for mention in unit.mentions if unit is not None else ():
            if unit is not None and len(mention.keys) == 2 and mention.keys[1] == setting.key:
                yield unit, mention


def _named(path: str, unit: Unit, start: Start) -> Unit | None:
    """The file of the repository that a path names; in an image its folders have other names."""
    parts = path.strip("/").split("/")
    for first in range(len(parts)):
        found = found_file("/".join(parts[first:]), unit, start.scene.program.everywhere)
        if found is not None and found.facts.language != "python":
            return found
    return None


def _sections(setting: SdkSetting, start: Start) -> Iterator[str]:
    """The headings of the section that is taken: for the one that the program names, or the one for none."""
    names = list(_names(setting, start))
    for name in names or [setting.section["absent"]]:
        yield name
        yield setting.section["prefix"] + name


def _names(setting: SdkSetting, start: Start) -> Iterator[str]:
    scene, resolution = start.scene, start.resolution
    for call, frame in _makers(setting, start):
        given = arguments_of(call, frame, resolution).named.get(setting.section["argument"])
        names = [value.text for value in resolution.all_values(given, frame) if value.text] if given else []
        if names:
            yield from names
            return
    for variable in setting.section["env"].split():
        for one in set_values(variable, scene.unit, scene.program.everywhere)[:1]:
            yield from (
                value.text
                for value in Resolution(scene.program.everywhere).all_values(one.value, Frame(one.unit, one.site))
                if value.text
            )
            return


def _makers(setting: SdkSetting, start: Start) -> Iterator[tuple[Call, Frame]]:
    """The calls that may name the section: the one that made what the start is a method of, or one for all starts."""
    unit, function = start.scene.unit, start.call.function
    if start.is_method and isinstance(function, Attribute):
        for value in start.values(function.base):
            if isinstance(value.content, Call):
                yield value.content, value.frame(0)
        return
    whole = setting.section["setup"]
    for call in unit.calls_by_name.get(whole.rpartition(".")[2], ()):
        found = targets(call.function, unit, call.site, start.scene.program)
        if any(whole in target.names for target in found):
            yield call, Frame(unit, call.site)
