"""What stands where an SDK takes something else: entries of a choice that is made."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.expressions import Call, Elsewhere, Expression, Mapping, Text
from residency_lint.facts import Mention, Role
from residency_lint.findings import Sighting
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import Resolution
from residency_lint.sightings.evidence import Passage
from residency_lint.sightings.hosts import host_at
from residency_lint.sightings.scene import Scene, context_of
from residency_lint.sightings.sends import Send, addresses, is_settled, sends
from residency_lint.sightings.starts import Start


def passed_over(start: Start) -> Iterator[Sighting]:
    """Hosts outside that stand where the start takes others: they are entries of a choice that is made."""
    scene = start.scene
    wanted = frozenset(scene.wanted(start.rule.vendor))
    for expression, unit in start.passed if wanted else ():
        for text in _texts_in(expression):
            found = host_at(text.text, scene.catalog)
            if found is None and (word := _word_passed_over(text, unit.facts.path, wanted, start)) is not None:
                yield word
            if found is None or found[0].rule.vendor != start.rule.vendor or found[0].region in wanted:
                continue
            row, first, last = found
            text = text if text.path else replace(text, path=unit.facts.path)
            mention = Mention(text, Role.VALUE, start.call.site)
            evidence = Passage(mention, start.context, scene).at(first, last)
            words = f"{start.title} takes another host than `{evidence.words}`"
            yield evidence.sighting(
                start.rule, row.region, words=words, verb="in", chain=(start.step(start.title),), beside=wanted
            )


def passed_by_sends(scene: Scene) -> Iterator[Sighting]:
    """The same of other files' hosts, and HTTP calls whose address can come to nothing but a host inside."""
    for send in sends(scene):
        context = context_of(send.mention, scene.facts)
        # What stands under a key that is written out is chosen by nothing else.
        values = tuple(v if v.selector else replace(v, table=()) for v in addresses(send, scene))
        rows = [found[0] for value in values if (found := host_at(value.text or "", scene.catalog))]
        inside = {row.rule.vendor for row in rows if row.region in scene.wanted(row.rule.vendor)}
        is_inside = all(row.region in scene.wanted(row.rule.vendor) for row in rows)
        # An entry of a file of settings, under a key that the code says.
        alone = tuple(replace(value, table=()) for value in values)
        if context is None or not is_settled(alone) or not inside or not is_inside:
            continue
        for text in (
            text if text.path else replace(text, path=unit.facts.path)
            for expression, unit in passed_by(send, scene)
            for text in _texts_in(expression)
        ):
            other = host_at(text.text, scene.catalog)
            if other is None or other[0].rule.vendor not in inside or text.path == scene.path:
                continue
            row, first, last = other
            wanted = frozenset(scene.wanted(row.rule.vendor))
            if row.region not in wanted:
                evidence = Passage(replace(send.mention, text=text), context, scene).at(first, last)
                yield evidence.sighting(row.rule, row.region, beside=wanted, is_settled=True)


def passed_by(send: Send, scene: Scene) -> list[tuple[Expression, Unit]]:
    """What stands where the address of a call takes something else, each with its file."""
    passed: list[tuple[Expression, Unit]] = []
    Resolution(scene.program.everywhere, passed).all_values(send.address, Frame(scene.unit, send.call.site))
    if send.base is not None and send.base_value is not None:
        there = Frame(send.base_value.unit, send.base_value.site)
        Resolution(scene.program.everywhere, passed).all_values(send.base, there)
    return passed


def _word_passed_over(text: Text, path: str, wanted: frozenset[str], start: Start) -> Sighting | None:
    """The same for a word that names a region, and for a cloud's region."""
    kinds = {setting.spelling.kind for setting in start.rule.settings}
    columns = (setting.spelling.column(text.text) for setting in start.rule.settings if setting.spelling.kind == "word")
    region = next(filter(None, columns), "")
    if "region" in kinds and text.text in start.scene.regions(start.rule.vendor):
        region = text.text
    if not region or region in wanted:
        return None
    text = text if text.path else replace(text, path=path)
    evidence = Passage(Mention(text, Role.VALUE, start.call.site), start.context, start.scene).at(0, len(text.text))
    words = f"{start.title} takes another word than `{text.text}`"
    return evidence.sighting(
        start.rule, region, words=words, verb="for", chain=(start.step(start.title),), beside=wanted
    )


def _texts_in(expression: Expression) -> Iterator[Text]:
    if isinstance(expression, Text):
        yield expression
    elif isinstance(expression, Elsewhere):
        yield from _texts_in(expression.expression)
    elif isinstance(expression, (Call, Mapping)):
        inner = [value for _, value in expression.items] if isinstance(expression, Mapping) else []
        inner += [argument.value for argument in expression.arguments] if isinstance(expression, Call) else []
        for one in inner:
            yield from _texts_in(one)
