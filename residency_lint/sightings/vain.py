"""What SDK calls are given in vain: another of their settings decides, or the service lies in one place anyway."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.expressions import Elsewhere, Text
from residency_lint.resolve.frames import Unknown, Value
from residency_lint.sightings.given import arguments_by_name, given_to
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sdk import moving
from residency_lint.sightings.sdk_values import is_pinned
from residency_lint.sightings.sends import addresses, is_settled, sends
from residency_lint.sightings.starts import Start, starts
from residency_lint.sightings.taken import Taken
from residency_lint.sightings.uses import Vain
from residency_lint.source import Span


def vain(scene: Scene) -> Vain:
    """What a file gives to its SDK calls without effect."""
    found = list(starts(scene))
    parts = frozenset(start.call.span for start in found if start.rule.id in scene.catalog.builders)
    taken = (*(one for start in found for one in _taken(start)), *_addressed(scene))
    return Vain(frozenset(span for start in found for span in _overruled(start)), parts, taken)


def _taken(start: Start) -> Iterator[Taken]:
    """What a start's settings come to."""
    arguments, opaque = arguments_by_name(start)
    for setting, expression in given_to(start, arguments, opaque).values.items():
        values = start.values(expression)
        if isinstance(expression, Elsewhere) and expression.path != start.scene.path:
            continue
        yield from _known(expression.span, values, start.scene.path)
        for argument in start.call.arguments:
            if argument.star == "**" and setting.argument:
                yield from _known(argument.value.span, values, start.scene.path, setting.argument)


def _addressed(scene: Scene) -> Iterator[Taken]:
    """What the addresses of HTTP calls come to."""
    for send in sends(scene):
        values = addresses(send, scene)
        yield from _known(send.address.span, values, scene.path)
        if send.base is not None and send.base_value is not None and send.base_value.unit is scene.unit:
            yield from _known(send.base.span, values, scene.path)
        for argument in send.call.arguments:
            if argument.star == "**":
                yield from _known(argument.value.span, values, scene.path, "url")


def _known(span: Span, values: tuple[Value, ...], path: str, key: str = "") -> Iterator[Taken]:
    if is_settled(values):
        texts = tuple(value.content for value in values if isinstance(value.content, Text))
        yield Taken(span, texts, path, key)


def _is_always_set(unknown: Unknown) -> bool:
    """Whether a program that runs has a value there: `os.environ["X"]` fails where nothing sets it."""
    return bool(unknown.env) and not unknown.optional


def _overruled(start: Start) -> Iterator[Span]:
    arguments, opaque = arguments_by_name(start)
    given = given_to(start, arguments, opaque)
    if any(setting.covers for setting in given.values):
        return
    deciding, nones = moving("", start, given)
    if len(deciding) != 1 or nones:
        return
    decisive, values = next(iter(deciding.items()))
    if any(isinstance(value.content, Unknown) and not _is_always_set(value.content) for value in values):
        return
    for setting, expression in given.values.items():
        # `client.configuration.zone` decides about the object that the argument `configuration` is: it is no other one.
        if setting is not decisive and not decisive.attribute.startswith(f"{setting.argument}."):
            yield expression.span
    if decisive.spelling.kind == "region" and all(
        isinstance(value.content, Text) and is_pinned(value.content.text, start) for value in values
    ):
        yield given.values[decisive].span
