"""Facts, values and catalogue → what code talks to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from residency_lint.call_rules import SdkCall
from residency_lint.findings import Context, Sighting
from residency_lint.rules import Setting
from residency_lint.sightings.alternatives import Seen
from residency_lint.sightings.closed import as_sent
from residency_lint.sightings.evidence import Passage
from residency_lint.sightings.folded import folded_sightings, sent_sightings
from residency_lint.sightings.passed_over import passed_by_sends
from residency_lint.sightings.scene import Scene, context_of, is_silent
from residency_lint.sightings.sdk import sdk_sightings
from residency_lint.sightings.switches import placed_in_switches
from residency_lint.sightings.texts import text_sightings
from residency_lint.sightings.uncalled import without_uncalled
from residency_lint.sightings.unsent_lines import is_unsent, unsent_lines
from residency_lint.sightings.unused import without_unused
from residency_lint.sightings.vain import vain
from residency_lint.sightings.variables import sets_nothing

__all__ = ["MOST", "Scene", "is_silent", "sightings"]


MOST = 5_000
"""Texts of one file that are looked at for destinations; past them it is a list, and nobody reads on."""


def sightings(scene: Scene) -> tuple[tuple[Sighting, ...], bool]:
    """Everything in a file that names a destination, allowed or not, by position; one for each piece of evidence. And
    whether that is not all of it.

    Where an SDK rule and a host rule see the same value, the SDK rule's stays.
    """
    if _is_host_list(scene):
        return (), False
    in_vain = vain(scene)
    sdk = list(sdk_sightings(scene, in_vain))
    texts, is_cut = _texts(scene)
    placed = list(placed_in_switches(texts, scene))
    used = without_unused(placed, texts, sdk, scene, in_vain)
    sent = [*sent_sightings(scene, texts), *passed_by_sends(scene), *unsent_lines(scene)]
    found = [*sdk, *sent, *used, *folded_sightings(scene)]
    kept = _Kept()
    # A word alone says least: whoever sees which hosts it selects knows better.
    for one in sorted(found, key=lambda one: isinstance(one.rule, Setting) and one.rule.needs_vendor):
        rivals = kept.overlapping(one)
        if not any(_covers(rival, one) for rival in rivals):
            for rival in rivals:
                if _covers(one, rival):
                    kept.remove(rival)
            kept.add(one)
    words = [one for one in kept if isinstance(one.rule, Setting) and _is_telling_word(one.rule)]
    left = [one for one in kept if not one.muted and not any(_is_made_of(one, word) for word in words)]
    left = without_uncalled(as_sent(left, scene), scene)
    return tuple(sorted(left, key=lambda s: (s.path, s.span))), is_cut


class _Kept:
    """Sightings by place, so that many in one file cost no more than their number."""

    def __init__(self) -> None:
        self._all: dict[int, Sighting] = {}
        self._blocks: dict[tuple[str, int], list[Sighting]] = {}

    def __iter__(self) -> Iterator[Sighting]:
        return iter(self._all.values())

    def add(self, one: Sighting) -> None:
        self._all[id(one)] = one
        for block in self._of(one):
            self._blocks.setdefault(block, []).append(one)

    def remove(self, one: Sighting) -> None:
        self._all.pop(id(one), None)

    def overlapping(self, one: Sighting) -> list[Sighting]:
        near = {id(other): other for block in self._of(one) for other in self._blocks.get(block, ())}
        return [other for key, other in near.items() if key in self._all and other.span.overlaps(one.span)]

    @staticmethod
    def _of(one: Sighting) -> list[tuple[str, int]]:
        return [(one.path, block) for block in range(one.span.start >> 8, (one.span.end >> 8) + 1)]


def _is_host_list(scene: Scene) -> bool:
    """Whether a file is a list of everybody's hosts (a tracker or block list), which recognises and sends nothing."""
    if scene.facts.language == "python" or len(scene.facts.mentions) < _MANY_OWNERS:
        return False
    owners = {
        ".".join(found["host"].lower().split(".")[-2:])
        for mention in scene.facts.mentions
        if len(mention.text.text) < 100 and (found := _ONLY_A_HOST.fullmatch(mention.text.text.strip()))
    }
    return len(owners) >= _MANY_OWNERS


_MANY_OWNERS = 100
_ONLY_A_HOST = re.compile(r"(?:https?://|\|\||0\.0\.0\.0\s+|127\.0\.0\.1\s+)?(?P<host>(?:[\w*-]+\.)+[a-zA-Z]{2,})[/^]?")


def _covers(one: Sighting, other: Sighting) -> bool:
    """Whether `one`, found earlier or wider, makes `other` a second report of the same evidence."""
    if one.span == other.span:
        return True
    if isinstance(one.rule, SdkCall) and isinstance(other.rule, SdkCall):
        return False  # one start, or one setting of it, among the arguments of another
    return one.span.contains(other.span) and (one.rule.vendor != "aws" or one.rule.vendor == other.rule.vendor)


def _is_telling_word(rule: Setting) -> bool:
    return rule.spelling.kind == "word" and not rule.needs_vendor


def _is_made_of(one: Sighting, word: Sighting) -> bool:
    """Whether `one` is put together from a word that was seen by itself: the wrong value was born there."""
    last = one.chain[-1] if one.chain and one is not word else None
    return last is not None and (last.path, last.span, one.rule.vendor) == (word.path, word.span, word.rule.vendor)


def _texts(scene: Scene) -> tuple[list[Seen], bool]:
    """What single texts name, and whether there is more."""
    every = _every_text(scene)
    seen = list(islice(every, MOST))
    choices = {id(one) for one in _choices(seen)}
    return [one for one in seen if id(one) not in choices], next(every, None) is not None


def _every_text(scene: Scene) -> Iterator[Seen]:
    for mention in scene.facts.mentions:
        if not scene.names_something(mention.text.text):
            continue
        context = context_of(mention, scene.facts)
        if context is None:
            continue
        if context is Context.CODE and sets_nothing(mention, scene):
            context = Context.SAMPLE
        for found in text_sightings(Passage(mention, context, scene)):
            wanted = frozenset(scene.wanted(found.rule.vendor))
            if found.region not in wanted and is_unsent(mention, found.rule.vendor, scene):
                found = replace(found, beside=found.beside | wanted, chosen=False)
            yield Seen(mention, found)


def _choices(seen: list[Seen]) -> list[Seen]:
    """Cloud regions that are entries of a form's list: many regions under one key of many like objects."""
    alike: dict[tuple[str, ...], list[Seen]] = {}
    for one in seen:
        if isinstance(one.sighting.rule, Setting) and one.mention.group:
            alike.setdefault(one.mention.keys, []).append(one)
    return [
        one
        for entries in alike.values()
        if len({entry.sighting.region for entry in entries}) >= _MANY_REGIONS
        and len({entry.mention.group for entry in entries}) > 1
        for one in entries
    ]


_MANY_REGIONS = 5
