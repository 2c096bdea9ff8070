"""Region switches: tables and branches that name several regions, and the default that chooses among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from residency_lint.expressions import (
    HOLE,
    Attribute,
    Branch,
    Call,
    Comparison,
    Constant,
    Expression,
    Fallback,
    Guard,
    Listing,
    Mapping,
    Site,
    Subscript,
    Text,
)
from residency_lint.findings import Rewrite, Sighting, Step
from residency_lint.fixes import Applicability
from residency_lint.resolve.contexts import contexts
from residency_lint.resolve.frames import Frame, Unknown, Value, told
from residency_lint.resolve.iterables import number_of
from residency_lint.resolve.values import Resolution, decide, resolve
from residency_lint.sightings.alternatives import Neighbours, Seen, other_branches, regions_beside
from residency_lint.sightings.named_regions import holed_texts, names_region
from residency_lint.sightings.scene import Scene
from residency_lint.source import Span


def placed_in_switches(seen: list[Seen], scene: Scene) -> Iterator[Sighting]:
    """The sightings, each with the regions its table or condition names beside it, and one for every default that
    chooses among them by a word."""
    holed = list(holed_texts(scene))
    near = Neighbours(seen)
    defaults: dict[tuple[str, Span], Sighting] = {}
    for one in seen:
        branches = list(other_branches(one, near.in_branches(one), holed))
        beside = regions_beside(one, near.in_tables(one), scene).union(*(regions for _, regions in branches))
        if not beside:
            yield one.sighting
            continue
        chosen, words = _chosen(one, [guard for guard, _ in branches], scene)
        for word in words:
            default = _default(one, word, [*near.in_tables(one), *near.in_branches(one)], scene)
            defaults.setdefault((default.path, default.span), default)
        yield replace(one.sighting, beside=one.sighting.beside | frozenset(beside), chosen=chosen and not words)
    yield from defaults.values()


def placed_in_branches(seen: list[Seen], scene: Scene) -> Iterator[Sighting]:
    """As `placed_in_switches`, of conditions alone: where an SDK is told several regions, or started several times."""
    near = Neighbours(seen)
    defaults: dict[tuple[str, Span], Sighting] = {}
    for one in seen:
        branches = list(other_branches(one, near.in_branches(one), []))
        beside = frozenset(region for _, regions in branches for region in regions)
        chosen, words = _decided(one, [guard for guard, _ in branches], scene)
        for word in words if beside and chosen else ():
            default = _default(one, word, near.in_branches(one), scene)
            defaults.setdefault((default.path, default.span), default)
        yield replace(one.sighting, beside=beside, chosen=chosen and not words) if beside else one.sighting
    yield from defaults.values()


# --- tables ----------------------------------------------------------------------------------------


# --- defaults --------------------------------------------------------------------------------------


def _chosen(one: Seen, dividing: list[Guard], scene: Scene) -> tuple[bool, list[Value]]:
    """Whether, with nothing set, the condition or key leads to this entry; and the words that make it so, when those
    are texts written somewhere as defaults, or by callers."""
    for selector in _selectors(one, scene):
        return True, [selector] if isinstance(selector.content, Text) else []
    return _decided(one, dividing, scene)


def _decided(one: Seen, dividing: list[Guard], scene: Scene) -> tuple[bool, list[Value]]:
    decisions = [(decide(g.test, scene.unit, one.mention.site, scene.program.everywhere), g) for g in dividing]
    if any(d is (not g.holds) for d, g in decisions):
        return False, []
    if any(d is not None for d, _ in decisions):
        return True, _deciding_words(dividing, one, scene)[:1]
    # Nobody chooses among callers: each word that leads here does.
    words = [word for guard in dividing for word in _words_for(guard, one, scene)]
    return bool(words), words


def _deciding_words(dividing: list[Guard], one: Seen, scene: Scene) -> list[Value]:
    return [value for guard in dividing for value in _compared(guard, one, scene)]


def _words_for(guard: Guard, one: Seen, scene: Scene) -> Iterator[Value]:
    """Of several words that are compared with one, those for which a condition comes out as it is written here."""
    test = guard.test
    if isinstance(test, Comparison) and test.operator == "==" and isinstance(test.right, Text):
        for value in _compared(guard, one, scene):
            if (value.text == test.right.text) is guard.holds:
                yield value


def _compared(guard: Guard, one: Seen, scene: Scene) -> Iterator[Value]:
    """The texts that a comparison is made with."""
    if isinstance(guard.test, Comparison):
        for value in resolve(guard.test.left, scene.unit, one.mention.site, scene.program.everywhere):
            if isinstance(value.content, Text) and value.content is not guard.test.left:
                yield value


def _selectors(one: Seen, scene: Scene) -> Iterator[Value]:
    """Defaults of keys with which the table is read: `HOSTS[region]` where `region` defaults to this entry's key."""
    for expression, site in scene.facts.selections:
        base, key = _base_and_key(expression)
        if base is None or key is None or (isinstance(key, Text) and key.text not in one.mention.keys):
            continue
        if isinstance(key, Text) and _is_spare(expression, one, scene):
            continue
        for container in resolve(base, scene.unit, site, scene.program.everywhere):
            if not isinstance(container.content, Mapping | Listing):
                continue
            for value in _words_of(key, site, scene):
                if _holds(container.content, value, one.mention.text.span):
                    yield value


def _words_of(key: Expression, site: Site, scene: Scene) -> Iterator[Value]:
    """What a key comes to; `self.region` is that of the objects that are made, each of its own class."""
    resolution = Resolution(scene.program.everywhere)
    activations = contexts((key,), scene.unit, site, resolution) if isinstance(key, Attribute) else [None]
    for activation in activations:
        yield from resolution.all_values(key, Frame(scene.unit, site, activation=activation))


def _is_spare(expression: Expression, one: Seen, scene: Scene) -> bool:
    """Whether something else is taken where it stands: as the default of a look-up that finds what it looks for,
    `HOSTS.get(region, HOSTS["us"])`, or in a branch that is not, `HOSTS["eu"] if IS_EU else HOSTS["us"]`."""
    for choice, site in _choices_around(expression, scene):
        found = told(resolve(choice, scene.unit, site, scene.program.everywhere))
        if found and not any(
            isinstance(value.content, Unknown) or value.content.span.contains(one.mention.text.span) for value in found
        ):
            return True
    return False


def _choices_around(expression: Expression, scene: Scene) -> Iterator[tuple[Expression, Site]]:
    call = scene.unit.innermost_call(expression.span)
    is_lookup = call is not None and getattr(call.function, "name", "") in ("get", "pop") and len(call.arguments) > 1
    if call is not None and is_lookup and call.arguments[1].value.span.contains(expression.span):
        yield call, call.site
    for read in scene.unit.reads_around(expression.span):
        if isinstance(read.expression, Branch | Fallback):
            yield read.expression, read.site


def _base_and_key(expression: Expression) -> tuple[Expression | None, Expression | None]:
    if isinstance(expression, Subscript):
        return expression.base, expression.key
    if isinstance(expression, Call) and expression.arguments:
        base = getattr(expression.function, "base", None)
        return base, expression.arguments[0].value
    return None, None


def _holds(container: Mapping | Listing, key: Value, span: Span) -> bool:
    """Whether a word, or a number in a list, leads to the entry at a span."""
    if isinstance(container, Mapping):
        word = key.text
        items = [v for k, v in container.items if word is not None and isinstance(k, Text) and k.text == word]
    else:
        number = number_of(key.content) if isinstance(key.content, Constant) else None
        is_index = number is not None and -len(container.items) <= number < len(container.items)
        items = [container.items[number]] if number is not None and is_index else []
    return any(item.span.contains(span) for item in items)


def default_of(one: Seen, word: Value, seen: Iterable[Seen], scene: Scene) -> Sighting | None:
    """The word that chooses an entry, if there is one of the same file that can be chosen in its stead."""
    regions = scene.wanted(one.sighting.rule.vendor)
    others = [
        other
        for other in seen
        if other.sighting.region in regions and other.sighting.rule.vendor == one.sighting.rule.vendor
        if other.mention.group and other.mention.group == one.mention.group
    ]
    told = [_word_for(region, one, others, scene) for region in regions]
    if not names_region(filter(None, told), one.sighting.rule.vendor, scene):
        return None
    return _default(one, word, others, scene)


def _default(one: Seen, value: Value, seen: Iterable[Seen], scene: Scene) -> Sighting:
    """The default word as the place where the wrong value is born; its entry becomes a step of the chain."""
    assert isinstance(value.content, Text)
    text = value.content
    path, span = scene.locate(text, 0, len(text.text))
    word = text.text
    rewrites = []
    for region in scene.wanted(one.sighting.rule.vendor):
        other = _word_for(region, one, seen, scene)
        edit = scene.edit(text, 0, len(word), other) if other else None
        if edit is not None:
            rewrites.append(Rewrite(region, other, (edit,), one.sighting.rule.fix))
    if not rewrites:
        # The other entry has no word of its own: it is what any other word leads to.
        rewrites = [replace(r, applicability=min(r.applicability, Applicability.UNSAFE)) for r in one.sighting.rewrites]
    entry = Step(scene.path, one.sighting.span, f"which selects {one.sighting.seen}")
    return replace(
        one.sighting,
        path=path,
        span=span,
        statement=value.site.statement,
        words=f'the default "{word}" selects `{one.sighting.seen}`',
        verb="in",
        chain=(*value.chain, entry),
        rewrites=tuple(rewrites),
        beside=frozenset(),
        chosen=False,
    )


def _word_for(region: str, one: Seen, seen: Iterable[Seen], scene: Scene) -> str:
    """The word that selects a region: its table's key, the text its branch compares with, or its own name where an
    unknown part of a host takes it."""
    for other in seen:
        if other.sighting.region != region or other.sighting.rule.vendor != one.sighting.rule.vendor:
            continue
        if other.mention.group and len(other.mention.keys) == len(one.mention.keys):
            differing = [b for a, b in zip(one.mention.keys, other.mention.keys, strict=True) if a != b]
            if len(differing) == 1:
                return differing[0]
        for guard in other.mention.site.guards:
            test = guard.test
            if guard.holds and isinstance(test, Comparison) and test.operator == "==" and isinstance(test.right, Text):
                return test.right.text
    for text, _, regions in holed_texts(scene):
        hosts = {h for h, rows in scene.catalog.hosts.items() for row in rows if row.region == region}
        if region in regions and any(host in text.text.replace(HOLE, region) for host in hosts):
            return region
    return ""
