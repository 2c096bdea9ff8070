"""Destinations that only show once the pieces of a text are put together, or a text is changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import HOLE, Attribute, Call, Comparison, Expression, Joined, Site, Text
from residency_lint.facts import Mention, Role, ScopeKind
from residency_lint.findings import Context, Sighting
from residency_lint.fixes import Applicability
from residency_lint.resolve import formats, texts, urls
from residency_lint.resolve.contexts import contexts
from residency_lint.resolve.frames import Choice, Frame, Value
from residency_lint.resolve.names import targets
from residency_lint.resolve.values import Resolution, decide, resolve
from residency_lint.sightings.alternatives import Seen
from residency_lint.sightings.evidence import Passage
from residency_lint.sightings.hosts import host_at
from residency_lint.sightings.named_regions import names_vendor, regions_of_holed
from residency_lint.sightings.scene import Scene, context_of
from residency_lint.sightings.sends import Send, addresses, addresses_by_call, addresses_in_contexts, is_settled, sends
from residency_lint.sightings.texts import text_sightings
from residency_lint.source import Span


def folded_sightings(scene: Scene) -> Iterator[Sighting]:
    """Destinations that only show once the pieces of a text are put together."""
    for joined, site in _put_together(scene):
        context = _context(joined, site, scene)
        if context is not None:
            fewest = 1 if isinstance(joined, Call) and not _is_template(joined) else 2
            for values in _by_call(joined, site, scene):
                # A default says nothing about the branch that is taken when it is not chosen.
                if isinstance(joined, Joined) and _is_left_out_by_default(joined, site, scene):
                    values = tuple(value for value in values if not value.fallback)
                yield from _of_values(values, fewest, site, context, scene)
    for send in sends(scene):
        context = context_of(send.mention, scene.facts)
        if context is not None:
            own = () if send.base is not None else _by_call(send.address, send.call.site, scene, is_sent=True)
            for values in (*own, *addresses_by_call(send, scene)):
                yield from _of_values(values, 2, send.call.site, context, scene)


def sent_sightings(scene: Scene, seen: list[Seen]) -> Iterator[Sighting]:
    """What the addresses of HTTP calls name that can come to nothing else, whatever stands beside it; of addresses that
    are put together, what was `seen` in one of their pieces already."""
    own = {_evidence(one.sighting) for one in seen}
    told_already = {_place(one.sighting) for one in seen if one.sighting.rule.level != "note"}
    noted = (one.sighting for one in seen if _is_noted(one.sighting, scene))
    kinds = {_place(one): one.rule.id for one in noted if _place(one) not in told_already}
    for send in sends(scene):
        context, values = context_of(send.mention, scene.facts), addresses(send, scene)
        if send.call.site.guards and context is not None:
            # Gone through item by item, a loop's conditions may come out one way whatever is set.
            settled = filter(is_settled, addresses_in_contexts(send, scene))
            values = tuple(value for found in settled for value in found)
        if context is not None and is_settled(values):
            found = [
                (value.text, one)
                for value in values
                for one in _of_values((value,), 0, send.call.site, context, scene)
                if _is_whole(value) or _evidence(one) in own
            ]
            asked = _in_context(send, scene) if found else None
            told = [one for text, one in found if asked is None or text in asked]
            yield from (replace(one, beside=frozenset(), is_settled=True) for one in told)
        if context is not None and kinds:
            yield from _of_another_kind(send, context, kinds, scene)


def _of_another_kind(
    send: Send, context: Context, kinds: Mapping[tuple[str, Span, str, str | None], str], scene: Scene
) -> Iterator[Sighting]:
    """What an address surely names whose piece was seen to be less: of `api.example.com` the site `example.com`."""
    for values in addresses_in_contexts(send, scene):
        alone = tuple(replace(value, table=()) for value in values)
        if is_settled(alone):
            for one in _of_values(alone, 0, send.call.site, context, scene, takes_entries=True):
                if kinds.get(_place(one), one.rule.id) != one.rule.id:
                    yield replace(one, beside=frozenset(), is_settled=True)


def _is_whole(value: Value) -> bool:
    return isinstance(value.content, Text) and len(value.content.pieces) < 2


def _is_noted(one: Sighting, scene: Scene) -> bool:
    """Whether it leads outside, but is such that it is only noted: a web interface."""
    return one.rule.level == "note" and one.region not in scene.wanted(one.rule.vendor)


def _place(one: Sighting) -> tuple[str, Span, str, str | None]:
    return one.path, one.span, one.rule.vendor, one.region


def _evidence(one: Sighting) -> tuple[str, Span, str, str | None]:
    return one.path, one.span, one.rule.id, one.region


def _in_context(send: Send, scene: Scene) -> set[str | None] | None:
    """What the address of a call comes to in the calls that lead there: `self.host` is that of the object in hand. None
    where no call matters."""
    site, resolution = send.call.site, Resolution(scene.program.everywhere)
    activations = contexts((send.address,), scene.unit, site, resolution)
    if send.base is not None:
        return {value.text for values in addresses_by_call(send, scene) for value in values}
    if activations == [None]:
        return None
    frames = [Frame(scene.unit, site, activation=activation) for activation in activations]
    return {v.text for frame in frames for v in Resolution(scene.program.everywhere).all_values(send.address, frame)}


def _by_call(joined: Expression, site: Site, scene: Scene, *, is_sent: bool = False) -> Iterator[tuple[Value, ...]]:
    """What is put together, once for each call that runs it where several give different parts: nobody chooses among
    calls, all of them are made. An only call tells which class the object in hand is of."""
    values, program = resolve(joined, scene.unit, site, scene.program), scene.program
    if _is_left_to_callers(values, site, scene):
        program = scene.program.everywhere
        values = resolve(joined, scene.unit, site, program)
    names_host = is_sent or len(values) > 1 or any("." in (value.text or "") for value in values)
    activations = contexts((joined,), scene.unit, site, Resolution(program)) if names_host else [None]
    if len(activations) < 2 and (len(values) > 1 or activations == [None]):
        yield values
        return
    for activation in activations:
        frame = Frame(scene.unit, site, activation=activation)
        if Resolution(program).conditions.choice(site.guards, frame) is not Choice.NEVER:
            yield Resolution(program).all_values(joined, frame)


def _is_left_to_callers(values: tuple[Value, ...], site: Site, scene: Scene) -> bool:
    """Whether a function makes one of several hosts of a vendor: the files that call it may name none themselves."""
    is_open = len(values) > 1 or any(HOLE in (value.text or "") for value in values)
    is_inner = scene.unit.scope(site.scope).kind is not ScopeKind.MODULE
    return is_open and is_inner and any(names_vendor(value.text or "", scene) for value in values)


def _of_values(
    values: tuple[Value, ...], fewest: int, site: Site, context: Context, scene: Scene, *, takes_entries: bool = False
) -> Iterator[Sighting]:
    """What texts of at least `fewest` pieces name, where one expression has these values."""
    found = [
        (
            value,
            replace(
                _shared(one) if value.table and one.path != scene.path else one,
                chain=value.chain,
                certain=one.certain and not value.fallback,
            ),
        )
        for value in values
        if isinstance(value.content, Text) and len(value.content.pieces) >= fewest and value.content.text != HOLE
        for one in text_sightings(
            Passage(Mention(value.content, Role.VALUE, site), context, scene, is_only=len(values) == 1)
        )
    ]
    # One template with several values is a table of hosts.
    named = {one.region for _, one in found if one.region}
    for value, one in found:
        # What is taken with nothing set has no rivals in what may be given instead.
        is_default = value.choice is Choice.DEFAULT
        rivals = (other for other in values if not (is_default and other.choice is Choice.OTHER))
        beside = named.union(*(regions_of_holed(rival.text or "", scene) for rival in rivals)) - {one.region}
        if takes_entries or not _is_table_entry(one, scene):
            is_taken = is_default and all(other.choice in (Choice.DEFAULT, Choice.OTHER) for other in values)
            beside_it = frozenset(beside) if len(values) > 1 else one.beside
            yield replace(one, beside=beside_it, chosen=one.chosen or is_taken)


def _shared(one: Sighting) -> Sighting:
    """An entry of another file's table: who asks for it under another word gets the new text as well."""
    rewrites = (replace(r, applicability=min(r.applicability, Applicability.UNSAFE)) for r in one.rewrites)
    return replace(one, rewrites=tuple(rewrites))


def _context(expression: Joined | Call, site: Site, scene: Scene) -> Context | None:
    mention = Mention(Text("", expression.span), Role.VALUE, site)
    return context_of(_role_of(expression, mention, scene), scene.facts)


def _is_table_entry(one: Sighting, scene: Scene) -> bool:
    """Whether a piece stands under a key that is called like its region: it is right there, and judged there. What is
    taken of a file of settings only the program tells."""
    unit = scene.unit if one.path == scene.path else scene.program.unit_at(one.path)
    mention = unit.mention_around(one.span) if unit and unit.facts.language == "python" else None
    if mention is None or not mention.group or not mention.keys or mention.keys[-1].lower() != one.region:
        return False
    # `https://example.com` says nothing yet: only with what follows it does it name more than a domain.
    return "." not in mention.text.text or host_at(mention.text.text, scene.catalog) is not None


def _is_left_out_by_default(joined: Joined, site: Site, scene: Scene) -> bool:
    """Whether a condition on one of the names that are put together fails for their defaults."""
    names = {written(part) for part in joined.parts}
    return any(
        decide(guard.test, scene.unit, site, scene.program) is (not guard.holds)
        for guard in site.guards
        if isinstance(guard.test, Comparison) and written(guard.test.left) in names
    )


def _put_together(scene: Scene) -> Iterator[tuple[Joined | Call, Site]]:
    if not scene.can_put_together:
        return
    yield from scene.facts.joins
    yield from ((call, call.site) for call in scene.facts.calls if makes_text(call, scene))


def makes_text(call: Call, scene: Scene) -> bool:
    """Whether a call makes a text, an address maybe, of others."""
    name = call.function.name if isinstance(call.function, Attribute) else getattr(call.function, "id", "")
    return name in _MAKES_TEXT or _is_url_function(call, scene)


def _is_template(call: Call) -> bool:
    return isinstance(call.function, Attribute) and call.function.name in ("format", "join", "__mod__")


def _is_url_function(call: Call, scene: Scene) -> bool:
    names = {target.name for target in targets(call.function, scene.unit, call.site, scene.program)}
    return urls.url_function(names) is not None


_MAKES_TEXT = frozenset(("__getslice__", *texts.METHODS, *formats.METHODS, *urls.METHODS)) - {"encode", "decode"}


def _role_of(joined: Joined | Call, mention: Mention, scene: Scene) -> Mention:
    """The role that the pieces of a joined text play; the key that one is looked up under is none of them."""
    first, last = (bisect_left(scene.unit.mention_starts, at) for at in (joined.span.start, joined.span.end))
    found = [other for other in scene.unit.mentions[first:last] if joined.span.contains(other.text.span)]
    other = next((one for one in found if one.role is not Role.KEY), found[0] if found else None)
    return replace(mention, role=other.role) if other is not None else mention
