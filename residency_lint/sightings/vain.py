"""What SDK calls are given in vain: another of their settings decides, or the service lies in one place anyway."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.facts import Text
from residency_lint.resolve.frames import Unknown
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sdk import given_of, moving, start_arguments
from residency_lint.sightings.sdk_values import is_pinned
from residency_lint.sightings.starts import Start, starts
from residency_lint.sightings.uses import Vain
from residency_lint.source import Span


def vain(scene: Scene) -> Vain:
    """What a file gives to its SDK calls without effect."""
    found = list(starts(scene))
    parts = frozenset(start.call.span for start in found if start.rule.id in scene.catalog.builders)
    return Vain(frozenset(span for start in found for span in _overruled(start)), parts)


def _overruled(start: Start) -> Iterator[Span]:
    arguments, opaque = start_arguments(start)
    given = given_of(start, arguments, opaque)
    if any(setting.covers for setting in given.values):
        return
    deciding, nones = moving("", start, given)
    if len(deciding) != 1 or nones:
        return
    decisive, values = next(iter(deciding.items()))
    if any(isinstance(value.content, Unknown) for value in values):
        return
    yield from (expression.span for setting, expression in given.values.items() if setting is not decisive)
    if decisive.spelling.kind == "region" and all(
        isinstance(value.content, Text) and is_pinned(value.content.text, start) for value in values
    ):
        yield given.values[decisive].span
