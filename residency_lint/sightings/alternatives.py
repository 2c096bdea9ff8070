"""Which sightings of a file are alternatives to one another: entries of one table, branches of one condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import (
    HOLE,
    Guard,
    Site,
    Text,
)
from residency_lint.facts import Mention, Role, ScopeKind
from residency_lint.findings import Sighting
from residency_lint.resolve.deployments import sets_variable
from residency_lint.resolve.enums import is_enum
from residency_lint.resolve.names import Target
from residency_lint.rules import Setting
from residency_lint.sightings.named_regions import names_region
from residency_lint.sightings.scene import Scene


class Seen(Struct, frozen=True):
    """A sighting and the text it was seen in."""

    mention: Mention
    sighting: Sighting


class Neighbours:
    """Which sightings of a file can be alternatives to one: of another region of the same vendor, in its container, in
    a parallel one, or in its scope. Of many with one region a few stand for all."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self._index: dict[tuple[object, ...], dict[str, list[Seen]]] = {}
        for one in seen:
            if one.sighting.region is not None:
                for key in self._keys(one):
                    entries = self._index.setdefault(key, {}).setdefault(one.sighting.region, [])
                    if len(entries) < _MOST_NEIGHBOURS:
                        entries.append(one)

    def in_tables(self, one: Seen) -> list[Seen]:
        keys = self._keys(one)[: 3 if one.mention.group or one.mention.callee else 2]
        return [other for key in keys for other in self._others(key, one)]

    def in_branches(self, one: Seen) -> list[Seen]:
        return self._others(self._keys(one)[2], one)

    def _others(self, key: tuple[object, ...], one: Seen) -> list[Seen]:
        by_region = self._index.get(key, {})
        return [other for region, found in by_region.items() if region != one.sighting.region for other in found]

    @staticmethod
    def _keys(one: Seen) -> tuple[tuple[object, ...], ...]:
        mention, vendor = one.mention, one.sighting.rule.vendor
        return (
            ("container", vendor, mention.site.scope, mention.group),
            ("parallel", vendor, mention.site.scope, one.sighting.rule.id, len(mention.keys), mention.keys[-1:]),
            ("scope", vendor, mention.site.scope),
        )


_MOST_NEIGHBOURS = 20


def regions_beside(one: Seen, seen: Iterable[Seen], scene: Scene) -> set[str]:
    """Regions that other entries of the same container name: any of the vendor's in a plain list, those of the
    same rule under other keys."""
    return {
        other.sighting.region
        for other in seen
        if other is not one
        and other.sighting.region is not None
        and other.sighting.rule.vendor == one.sighting.rule.vendor
        and other.sighting.region != one.sighting.region
        and _are_alternatives(one, other, scene)
    }


def _are_alternatives(one: Seen, other: Seen, scene: Scene) -> bool:
    mine, theirs = one.mention, other.mention
    if mine.site.scope != theirs.site.scope:
        return False
    if _are_members(mine, theirs, scene):
        return True
    if mine.group and mine.group == theirs.group:
        if any(taken.contains(mine.text.span) for taken in scene.unit.taken_one_by_one):
            return False  # a loop takes every one of them
        if mine.keys == theirs.keys:
            return True
        return one.sighting.rule.id == other.sighting.rule.id and _are_entries(one, other, scene)
    if one.sighting.rule.id != other.sighting.rule.id or len(mine.keys) != len(theirs.keys) or len(mine.keys) < 2:
        return False
    # {"us": {"host": …}, "eu": {"host": …}}: the paths differ in one step that is not the last, and it names a region;
    # in {"web": {"host": …}, "worker": {"host": …}} each stands for itself.
    steps = [(a, b) for a, b in zip(mine.keys, theirs.keys, strict=True) if a != b]
    is_inner = len(steps) == 1 and mine.keys[-1] == theirs.keys[-1]
    return is_inner and bool(mine.group and theirs.group) and names_region(steps[0], one.sighting.rule.vendor, scene)


def _are_members(mine: Mention, theirs: Mention, scene: Scene) -> bool:
    """Whether two texts stand in members of an enum, in which there is more than they; one that is read by its name
    is chosen where it is read."""
    if not all(one.group or one.callee for one in (mine, theirs)) or mine.keys[:1] == theirs.keys[:1]:
        return False
    scope = scene.unit.scope(mine.site.scope)
    if scope.kind is not ScopeKind.CLASS or not mine.keys:
        return False
    name = mine.keys[0]
    is_read = any(read.name.startswith(f"{scope.name}.{name}") for read in scene.unit.reads_by_word.get(name, []))
    return not is_read and is_enum(Target(scope.name, scene.unit, mine.site.scope), scene.program)


def _are_entries(one: Seen, other: Seen, scene: Scene) -> bool:
    """Whether two keys of a container lead to the same thing in two regions. `track_url` and `engage_url`, `AWS_REGION`
    and `S3_REGION` are two settings: nobody chooses between them."""
    keys = [seen.mention.keys[-1] for seen in (one, other) if seen.mention.keys]
    if names_region(keys, one.sighting.rule.vendor, scene):
        return True
    # The lines of a flat file, and a program's variables, are settings, each for itself.
    is_flat = scene.facts.language in ("env", "properties", "ini", "dockerfile", "shell")
    is_flat = is_flat or all(sets_variable(seen.mention, scene.unit) for seen in (one, other))
    return not is_flat and not isinstance(one.sighting.rule, Setting) and _frame(one) == _frame(other)


def _frame(seen: Seen) -> str:
    """A text without the part that names the region."""
    return seen.mention.text.text.lower().replace(seen.sighting.seen.lower(), HOLE).rstrip("/")


def other_branches(
    one: Seen, seen: Iterable[Seen], holed: list[tuple[Text, Site, set[str]]]
) -> Iterator[tuple[Guard, set[str]]]:
    """The conditions that decide between this place and others, as they stand for this one, with the regions named
    over there."""
    mine = one.mention
    for other in seen:
        region = other.sighting.region
        is_rival = other is not one and other.sighting.rule.vendor == one.sighting.rule.vendor
        if is_rival and region and region != one.sighting.region:
            yield from ((guard, {region}) for guard in _dividing(mine, other.mention))
    for text, site, regions in holed:
        for guard in _dividing(mine, Mention(text, Role.VALUE, site)):
            yield guard, regions


def _dividing(mine: Mention, other: Mention) -> Iterator[Guard]:
    ours, theirs = mine.site.guards, other.site.guards
    if other.site.scope != mine.site.scope:
        return
    yield from (a for a in ours for b in theirs if _opposed(a, b))
    # `host = US` and then `if eu: host = EU`.
    if mine.keys and mine.keys == other.keys and len(theirs) == len(ours) + 1 and theirs[:-1] == ours:
        yield replace(theirs[-1], holds=not theirs[-1].holds)


def _opposed(one: Guard, other: Guard) -> bool:
    return one.chain == other.chain and one.test.span == other.test.span and one.holds != other.holds
