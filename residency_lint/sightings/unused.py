"""Sightings in texts that nothing in sight sends."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.call_rules import SdkCall
from residency_lint.findings import Context, Sighting
from residency_lint.rules import Endpoint, Setting
from residency_lint.sightings.alternatives import Seen
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.switches import default_of
from residency_lint.sightings.uses import Fate, Vain, fate_of, words_that_take


def without_unused(
    placed: list[Sighting], seen: list[Seen], sdk: list[Sighting], scene: Scene, vain: Vain
) -> Iterator[Sighting]:
    """Sightings in texts without those whose value gets nowhere; an entry of a table is never its choice then.

    What no line reads may be read from elsewhere, unless all that is used here of its vendor leads to where it may:
    then it is an alternative that was not taken.
    """
    # A word that is only compared is kept; that it selects a host as a default is another row's sighting of it.
    fates = {
        (one.sighting.path, one.sighting.span, one.sighting.rule.id): fate_of(
            one.mention.text.span, one.sighting.seen, scene, vain, one.sighting.span
        )
        for one in seen
    }
    with_fate = [(one, fates.get((one.path, one.span, one.rule.id), Fate.SENT)) for one in placed]
    used = [*sdk, *(one for one, fate in with_fate if fate in (Fate.SENT, Fate.TAKEN))]
    for one, fate in with_fate:
        if fate is Fate.KEPT and one.beside:
            yield replace(one, chosen=False)
        elif fate is Fate.TAKEN and one.beside:
            words = list(_by_words(one, seen, scene))
            yield from words
            yield replace(one, chosen=not words)
        elif fate is Fate.UNREAD and _is_not_taken(one, used, scene):
            yield replace(one, context=Context.UNUSED)
        elif fate is Fate.BESIDE:
            yield replace(one, beside=one.beside | frozenset(scene.wanted(one.rule.vendor)))
        elif fate is not Fate.KEPT:
            yield one


def _by_words(one: Sighting, seen: list[Seen], scene: Scene) -> Iterator[Sighting]:
    """The words of other files that choose an entry, where another word can be written for them."""
    entry = next(
        e for e in seen if (e.sighting.path, e.sighting.span, e.sighting.rule) == (one.path, one.span, one.rule)
    )
    for word in words_that_take(entry.mention.text.span, scene):
        chosen = default_of(entry, word, seen, scene)
        if chosen is not None:
            yield chosen


def _is_not_taken(unread: Sighting, used: list[Sighting], scene: Scene) -> bool:
    vendor = unread.rule.vendor
    regions = {
        one.region
        for one in used
        if one.rule.vendor == vendor
        and (one.rule is unread.rule or (isinstance(one.rule, SdkCall) and isinstance(unread.rule, Endpoint | Setting)))
    }
    return unread.context is Context.CODE and bool(regions) and regions <= set(scene.wanted(vendor))
