"""What becomes of a value: whether every use of it is in sight, and none sends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from residency_lint.facts import HOLE, Binding, BindingKind, Call, Mention, Name, Read, Role, ScopeKind, Site, Text
from residency_lint.resolve.frames import Value
from residency_lint.resolve.program import Unit
from residency_lint.resolve.templates import pieces_of
from residency_lint.resolve.values import resolve
from residency_lint.sightings.folded import makes_text
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sends import base_of, client_of, is_kept_inside
from residency_lint.source import Span

_DEEPEST = 6
_SHOWN = frozenset({Role.PRINTED, Role.COMPARED, Role.DESCRIBED, Role.ASSERTED, Role.LISTED, Role.DEAD})


def is_only_shown(mention: Mention, scene: Scene) -> bool:
    """A constant of which every use in sight prints or compares it."""
    if scene.facts.language != "python" or not mention.keys:
        return False
    unit, span = scene.unit, mention.text.span
    for binding in unit.bindings.get((mention.site.scope, mention.keys[0]), []):
        if binding.kind is BindingKind.ASSIGNMENT and binding.value is not None and binding.value.span.contains(span):
            roles = unit.roles_of_reads.get(binding.target, set())
            return bool(roles) and roles <= _SHOWN
    return False


@dataclass(frozen=True)
class Vain:
    """Expressions in whose place another setting decides, and calls that only make a part of what sends."""

    overruled: tuple[Span, ...] = ()
    parts: tuple[Span, ...] = ()
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True)
class Taken:
    """Where a destination is asked for, and what that comes to: texts all of which are known. `key`: of a mapping that
    is expanded there only this item is asked for."""

    span: Span
    texts: tuple[Text, ...]
    path: str
    key: str = ""

    def leaves_out(self, span: Span, origin: Mention | None) -> bool:
        """Whether a text that stands in the expression at `span` is no part of what is taken."""
        if (
            origin is None
            or origin.site.guards
            or not self.span.contains(span)
            or (self.key and origin.keys[-1:] != (self.key,))
        ):
            return False
        pieces = [piece for text in self.texts for _, piece in pieces_of(text, self.path)]
        return not any(p.path in ("", self.path) and p.span.overlaps(origin.text.span) for p in pieces)


def is_never_sent(
    span: Span, words: str, scene: Scene, vain: Vain, depth: int = 0, origin: Mention | None = None
) -> bool:
    """Whether every use of the expression at `span` is seen and none sends its `words`. What is not used at all counts
    as sent."""
    if depth > _DEEPEST or scene.facts.language != "python":
        return False
    origin = origin or scene.unit.mention_around(span)
    if any(other.contains(span) for other in vain.overruled):
        return True
    if any(taken.leaves_out(span, origin) for taken in vain.taken):
        return True
    call = scene.unit.innermost_call(span)
    binding = scene.unit.innermost_binding(span)
    if call is not None and (binding is None or _value_span(binding).contains(call.span)):
        if _changes(call, words, scene) or _keeps(call, span, scene):
            return True
        is_passed_on = call.span in vain.parts or makes_text(call, scene)
        return is_passed_on and is_never_sent(call.span, words, scene, vain, depth + 1, origin)
    if binding is None or not _is_plain(binding, scene.unit):
        return False
    reads = [read for read in _reads(binding, scene.unit) if not _is_updated(read, scene.unit)]
    if not reads:
        return _is_overwritten(binding, scene.unit)
    return all(read.role in _SHOWN or is_never_sent(read.span, words, scene, vain, depth + 1, origin) for read in reads)


def _changes(call: Call, words: str, scene: Scene) -> bool:
    """Whether a call makes another text, without these words in it."""
    if not makes_text(call, scene):
        return False
    made = resolve(call, scene.unit, call.site, scene.program)
    return bool(made) and all(
        value.text is not None and HOLE not in value.text and words.lower() not in value.text.lower() for value in made
    )


def _keeps(call: Call, span: Span, scene: Scene) -> bool:
    """Whether a client is made that never sends to this base address: its transport stays inside, or it is told another
    one before it is used."""
    here = Value(call, scene.unit, call.site)
    client = client_of(call, here, scene)
    base = base_of(call, client) if client is not None else None
    if client is None or base is None or not base.span.contains(span):
        return False
    if is_kept_inside(call, client, here, scene):
        return True
    target = f"{call.assigned}.{client.base}"
    later = next(
        (b for b in scene.unit.bindings.get((call.site.scope, target), []) if b.span.start > call.span.end), None
    )
    return (
        later is not None
        and later.site.guards == call.site.guards
        and not any(
            _receiver(other) == call.assigned and call.span.end < other.span.start < later.span.start
            for other in scene.facts.calls
        )
    )


def _receiver(call: Call) -> str:
    base = getattr(call.function, "base", None)
    return base.id if isinstance(base, Name) else ""


def _is_plain(binding: Binding, unit: Unit) -> bool:
    """Whether all reads of a binding bear its name: not those of an attribute, an item, or a class's field."""
    if binding.kind is not BindingKind.ASSIGNMENT or not binding.target.isidentifier():
        return False
    return unit.scope(binding.site.scope).kind is not ScopeKind.CLASS


def _reads(binding: Binding, unit: Unit) -> Iterator[Read]:
    """Where the value of a binding of a plain name is read."""
    for read in unit.reads_by_name.get(binding.target, ()):
        scope = next((s for s in unit.visible_scopes(read.site.scope) if (s, binding.target) in unit.bindings), -1)
        place = Site(read.site.scope, (), read.span)
        if scope == binding.site.scope and any(
            found is binding for found in unit.reaching(binding.target, scope, place, read.span.start)
        ):
            yield read


def _is_updated(read: Read, unit: Unit) -> bool:
    """Whether a mapping is read to be given more items: `options.update(…)`."""
    return any(getattr(call.function, "base", None) is read.expression for call in unit.calls_by_name.get("update", ()))


def _is_overwritten(binding: Binding, unit: Unit) -> bool:
    """Whether a later binding takes the place of this one whenever it was made."""
    later = [b for b in unit.bindings[binding.site.scope, binding.target] if b.span.start > binding.span.start]
    return any(set(other.site.guards) <= set(binding.site.guards) for other in later)


def _value_span(binding: Binding) -> Span:
    return binding.value.span if binding.value is not None else binding.span
