"""A start of an SDK as the calls that lead to it run it, and what they come to together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from residency_lint.expressions import Branch, Constant, Elsewhere, Expression
from residency_lint.facts import Binding
from residency_lint.findings import Rewrite, Sighting
from residency_lint.fixes import Applicability, Edit
from residency_lint.resolve.contexts import contexts, reached
from residency_lint.resolve.frames import Activation, Choice, Frame, Value
from residency_lint.resolve.loops import iterations
from residency_lint.sightings.passed_over import passed_over
from residency_lint.sightings.starts import Start


def in_contexts(
    start: Start, expressions: Iterable[Expression], look: Callable[[Start], Iterable[Sighting]]
) -> Iterator[Sighting]:
    """What a start comes to, one sighting for each piece of evidence; what lies outside first."""
    scene = start.scene
    way = reached(scene.unit, start.call.site, start.resolution)
    found: list[tuple[Start, list[Sighting]]] = []
    expressions = list(expressions)
    for activation in _activations(expressions, start):
        one = replace(start, activation=activation, passed=start.passed)
        choice = one.resolution.conditions.choice(start.call.site.guards, one.frame)
        if choice is not Choice.NEVER:
            found.append((one, list(look(one))))
    kept: dict[tuple[object, ...], Sighting] = {}
    for one, sightings in found:
        for sighting in sightings:
            if _is_missing(sighting, one) and not all(any(_is_missing(s, o) for s in ss) for o, ss in found):
                sighting = _at_the_caller(sighting, one)
            kept.setdefault((sighting.path, sighting.span, sighting.region), sighting)
    kept |= {key: one for key, one in _by_other_ways(found, start) if key in kept}
    wanted = scene.wanted(start.rule.vendor)
    for sighting in sorted(kept.values(), key=lambda s: s.region in wanted):
        # Of a table, another entry is the usual one, or the only one.
        is_usual = way not in _UNUSUAL or sighting.region in wanted
        yield sighting if is_usual else replace(sighting, beside=sighting.beside | frozenset(wanted), chosen=False)
    taken = {(path, span) for path, span, _ in kept}
    yield from (s for s in passed_over(start) if (s.path, s.span) not in taken)


def _activations(expressions: list[Expression], start: Start) -> Iterator[Activation | None]:
    """The calls that lead to a start; in a loop whose items it expands, once for each of these."""
    unit, site = start.scene.unit, start.call.site
    expanded = [argument.value for argument in start.call.arguments if argument.star]
    for activation in contexts(expressions, unit, site, start.resolution):
        if expanded:
            frames = iterations(expanded, Frame(unit, site, activation=activation), start.resolution)
            yield from (frame.activation for frame in frames)
        else:
            yield activation


def _by_other_ways(
    found: list[tuple[Start, list[Sighting]]], start: Start
) -> Iterator[tuple[tuple[object, ...], Sighting]]:
    """What shows only in calls that are not made with nothing set, where others are: `BACKENDS[name]()` makes one of
    several objects, and the entries that its default does not lead to are alternatives."""
    ways = [(_way(one), sightings) for one, sightings in found]
    usual = {(s.path, s.span, s.region) for way, ss in ways if way not in _UNUSUAL for s in ss}
    wanted = frozenset(start.scene.wanted(start.rule.vendor))
    for way, sightings in ways if usual else ():
        for one in sightings if way in _UNUSUAL else ():
            key = one.path, one.span, one.region
            if key not in usual and one.region not in wanted:
                yield key, replace(one, beside=one.beside | wanted, chosen=False)


_UNUSUAL = (Choice.OTHER, Choice.NEVER)


def _way(start: Start) -> Choice:
    """Whether the calls are made by way of which a start is reached."""
    found, activation = Choice.SURE, start.activation
    while activation is not None and found not in _UNUSUAL:
        choice = start.resolution.conditions.choice(activation.call.site.guards, activation.caller)
        found, activation = max(found, choice, key=lambda one: one.value), activation.caller.activation
    return found


def _is_missing(sighting: Sighting, start: Start) -> bool:
    return sighting.span == start.span and any(rewrite.adds for rewrite in sighting.rewrites)


def _at_the_caller(sighting: Sighting, start: Start) -> Sighting:
    """Where other callers give what is missing, its place is the call that does not."""
    activation = start.activation
    if activation is None or not any(argument.star for argument in start.call.arguments):
        return sighting
    while any(a.star for a in activation.call.arguments) and activation.caller.activation is not None:
        activation = activation.caller.activation
    call, path = activation.call, activation.caller.unit.facts.path
    rewrites = tuple(_moved(rewrite, activation, start) for rewrite in sighting.rewrites)
    return replace(sighting, path=path, span=call.span, statement=call.site.statement, rewrites=rewrites, certain=True)


def _moved(rewrite: Rewrite, activation: Activation, start: Start) -> Rewrite:
    """An argument that is added to the caller's call instead; only where it needs no import."""
    path = activation.caller.unit.facts.path
    name, is_argument, _ = rewrite.value.partition("=")
    if len(rewrite.edits) != 1 or not is_argument or not name.isidentifier():
        return replace(rewrite, edits=(), applicability=Applicability.DISPLAY)
    edit: Edit = activation.call.slot.edit(path, rewrite.value)
    level = rewrite.applicability if path == start.scene.path else min(rewrite.applicability, Applicability.UNSAFE)
    return replace(rewrite, edits=(edit,), applicability=level)


def weighed(found: Iterable[tuple[Value, Sighting]]) -> Iterator[Sighting]:
    """The sightings of one setting's values, each with the regions of the others where conditions choose."""
    found = list(found)
    regions = {sighting.region for _, sighting in found if sighting.region}
    for value, sighting in found:
        beside = frozenset(regions - {sighting.region})
        if beside and value.choice in (Choice.WORD, Choice.OTHER):
            sighting = replace(sighting, beside=beside, chosen=False)
        elif value.choice is Choice.OPEN and len(found) > 1:
            sighting = replace(sighting, certain=False)
        yield sighting


def latest(bindings: list[Binding], start: Start) -> Expression | None:
    """What a place holds after several assignments: the last one, and under conditions what they choose."""
    held: Expression | None = None
    for binding in sorted(bindings, key=lambda binding: binding.span):
        if binding.value is None:
            continue
        guards = [guard for guard in binding.site.guards if guard not in start.call.site.guards]
        frame = Frame(start.scene.unit, binding.site, activation=start.activation)
        path = start.scene.path
        value: Expression = Elsewhere(binding.value, frame, path)
        if not guards:
            held = binding.value if binding.site.scope == start.call.site.scope else value
            continue
        for guard in reversed(guards):
            otherwise = held if held is not None else Constant("None", binding.span)
            test = Elsewhere(guard.test, frame, path)
            then, other = (value, otherwise) if guard.holds else (otherwise, value)
            value = Branch(test, then, other, binding.span)
        held = value
    return held
