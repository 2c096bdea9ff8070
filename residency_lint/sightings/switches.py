"""Region switches: tables and branches that name several regions, and the default that chooses among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from residency_lint.expressions import (
    HOLE,
    Call,
    Comparison,
    Constant,
    Expression,
    Guard,
    Listing,
    Mapping,
    Site,
    Subscript,
    Text,
)
from residency_lint.facts import Mention, Role, ScopeKind
from residency_lint.findings import Rewrite, Sighting, Step
from residency_lint.fixes import Applicability
from residency_lint.resolve.enums import is_enum
from residency_lint.resolve.frames import Unknown, Value, told
from residency_lint.resolve.names import Target
from residency_lint.resolve.values import decide, resolve
from residency_lint.rules import Setting
from residency_lint.sightings.named_regions import holed_texts, names_region
from residency_lint.sightings.scene import Scene
from residency_lint.source import Span


@dataclass(frozen=True)
class Seen:
    """A sighting and the text it was seen in."""

    mention: Mention
    sighting: Sighting


def placed_in_switches(seen: list[Seen], scene: Scene) -> Iterator[Sighting]:
    """The sightings, each with the regions its table or condition names beside it, and one for every default that
    chooses among them by a word."""
    holed = list(holed_texts(scene))
    near = _Neighbours(seen)
    defaults: dict[tuple[str, Span], Sighting] = {}
    for one in seen:
        branches = list(_other_branches(one, near.in_branches(one), holed))
        beside = _beside(one, near.in_tables(one), scene).union(*(regions for _, regions in branches))
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
    near = _Neighbours(seen)
    defaults: dict[tuple[str, Span], Sighting] = {}
    for one in seen:
        branches = list(_other_branches(one, near.in_branches(one), []))
        beside = frozenset(region for _, regions in branches for region in regions)
        chosen, words = _decided(one, [guard for guard, _ in branches], scene)
        for word in words if beside and chosen else ():
            default = _default(one, word, near.in_branches(one), scene)
            defaults.setdefault((default.path, default.span), default)
        yield replace(one.sighting, beside=beside, chosen=chosen and not words) if beside else one.sighting
    yield from defaults.values()


class _Neighbours:
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


# --- tables ----------------------------------------------------------------------------------------


def _beside(one: Seen, seen: Iterable[Seen], scene: Scene) -> set[str]:
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
    # The lines of a flat file are settings, each for itself.
    is_flat = scene.facts.language in ("env", "properties", "ini", "dockerfile", "shell")
    return not is_flat and not isinstance(one.sighting.rule, Setting) and _frame(one) == _frame(other)


def _frame(seen: Seen) -> str:
    """A text without the part that names the region."""
    return seen.mention.text.text.lower().replace(seen.sighting.seen.lower(), HOLE).rstrip("/")


def _other_branches(
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
            for value in resolve(key, scene.unit, site, scene.program.everywhere):
                if _holds(container.content, value, one.mention.text.span):
                    yield value


def _is_spare(expression: Expression, one: Seen, scene: Scene) -> bool:
    """Whether it is the default of a look-up that finds something else: `HOSTS.get(region, HOSTS["us"])`."""
    call = scene.unit.innermost_call(expression.span)
    if call is None or getattr(call.function, "name", "") not in ("get", "pop") or len(call.arguments) < 2:
        return False
    if not call.arguments[1].value.span.contains(expression.span):
        return False
    found = told(resolve(call, scene.unit, call.site, scene.program.everywhere))
    return bool(found) and not any(
        isinstance(value.content, Unknown) or value.content.span.contains(one.mention.text.span) for value in found
    )


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
        number = key.content.text if isinstance(key.content, Constant) else ""
        is_index = number.lstrip("-").isdecimal() and -len(container.items) <= int(number) < len(container.items)
        items = [container.items[int(number)]] if is_index else []
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
