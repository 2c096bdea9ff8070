"""What SDK calls are given in vain: another of their settings decides, or the service lies in one place anyway."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.facts import Text
from residency_lint.resolve.frames import Unknown
from residency_lint.sightings.given import arguments_by_name, given_to
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sdk import moving
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
    arguments, opaque = arguments_by_name(start)
    given = given_to(start, arguments, opaque)
    if any(setting.covers for setting in given.values):
        return
    deciding, nones = moving("", start, given)
    if len(deciding) != 1 or nones:
        return
    decisive, values = next(iter(deciding.items()))
    if any(isinstance(value.content, Unknown) for value in values):
        return
    for setting, expression in given.values.items():
        # `client.configuration.zone` decides about the object that the argument `configuration` is: it is no other one.
        if setting is not decisive and not decisive.attribute.startswith(f"{setting.argument}."):
            yield expression.span
    if decisive.spelling.kind == "region" and all(
        isinstance(value.content, Text) and is_pinned(value.content.text, start) for value in values
    ):
        yield given.values[decisive].span
