"""Lines that give a program a variable which nothing in it takes, where all that it tells an SDK leads elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname, join, normpath

from msgspec.structs import replace

from residency_lint.call_rules import SdkCall
from residency_lint.facts import Mention, Role
from residency_lint.findings import Context, Sighting
from residency_lint.resolve.deployments import sets_variable
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit
from residency_lint.sightings.evidence import Passage
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.texts import text_sightings
from residency_lint.sightings.variables import sets_nothing


def unread_lines(told: Iterable[Sighting], scene: Scene) -> Iterator[Sighting]:
    """Of a file whose starts of an SDK are all told to stay inside, the lines of its environment that name a place
    outside under a variable that no program names, or that something stronger sets: what such a line says is not taken.

    An SDK may read one by itself; where it does, and nothing in the program is stronger, that start is not inside.
    """
    taken: dict[str, list[Sighting]] = {}
    for one in told:
        if not one.muted and (one.chosen or not one.beside):
            taken.setdefault(one.rule.vendor, []).append(one)
    for vendor, found in taken.items():
        if all(one.region in scene.wanted(vendor) for one in found):
            rule = found[0].rule
            for unit, mention in lines(scene) if found[0].context is Context.CODE else ():
                if isinstance(rule, SdkCall) and not is_taken(mention.keys[-1], unit.facts.path, scene):
                    yield from (replace(one, rule=rule) for one in outside(vendor, mention, unit, scene))


def lines(scene: Scene) -> Iterator[tuple[Unit, Mention]]:
    """What the program's environment says of hosts, under names."""
    program = scene.program.everywhere
    for path in program.environment_files(scene.path):
        unit = program.unit_at(path)
        if unit is not None and is_of_others(unit, program):
            continue
        for mention in unit.mentions if unit is not None else ():
            if unit is None or not mention.keys or mention.role is not Role.VALUE:
                continue
            if sets_variable(mention, unit) and scene.names_something(mention.text.text):
                yield unit, mention


def is_of_others(unit: Unit, program: Program) -> bool:
    """Whether a file gives an environment to programs that are not read: of another language, of other services."""
    folder = dirname(unit.facts.path)
    services = {mention.keys[1] for mention in unit.mentions if mention.keys[:1] == ("services",) and mention.keys[1:]}
    return len(services) > 1 or any(program.is_file(normpath(join(folder, name))) for name in _OF_OTHER_LANGUAGES)


_OF_OTHER_LANGUAGES = ("package.json", "go.mod", "pom.xml", "build.gradle", "Gemfile", "composer.json", "Cargo.toml")
"""What lies beside a program that is not of Python."""


def is_taken(variable: str, path: str, scene: Scene) -> bool:
    """Whether a program may get a variable as a file sets it: some name it, and nothing stronger sets it there."""
    program = scene.program.everywhere
    paths = (scene.path, *program.files_naming(variable, scene.path))
    named = re.compile(rb"\b%s\b" % re.escape(variable.encode()))
    units = (program.unit_at(one) for one in paths if named.search(program.data_at(one)))
    found = [set_values(variable, unit, program) for unit in units if unit is not None]
    return any(not ones or any(one.unit.facts.path == path for one in ones) for ones in found)


def outside(vendor: str, mention: Mention, unit: Unit, scene: Scene) -> Iterator[Sighting]:
    """The places outside that a line names, as an alternative that is not taken."""
    source = scene.sources(unit.facts.path)
    if source is None:
        return
    wanted = frozenset(scene.wanted(vendor))
    there = replace(scene, source=source, unit=unit)
    if sets_nothing(mention, there):
        return  # which is said of it there
    for one in text_sightings(Passage(mention, Context.CODE, there)):
        if one.rule.vendor == vendor and one.region not in wanted:
            yield replace(one, beside=wanted, chosen=False, rewrites=())
