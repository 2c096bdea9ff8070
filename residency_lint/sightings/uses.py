"""What becomes of a value: whether anything in sight sends it."""

from __future__ import annotations

from enum import Enum
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import (
    Attribute,
    Call,
    Elsewhere,
    Listing,
    Text,
)
from residency_lint.facts import Binding, BindingKind, Read, Role
from residency_lint.resolve.arguments import given
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.contexts import contexts, is_called_otherwise
from residency_lint.resolve.frames import Choice, Frame, Unknown, Value, told
from residency_lint.resolve.program import Program
from residency_lint.resolve.readers import reads_elsewhere
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import Resolution, resolve
from residency_lint.sightings.bindings import (
    is_local,
    is_overwritten,
    is_plain,
    is_replaced_at_once,
    is_updated,
    reaches,
    reads_of,
    value_span,
    widest,
)
from residency_lint.sightings.folded import makes_text
from residency_lint.sightings.idle_clients import is_idle, keeps_base
from residency_lint.sightings.option_defaults import reads_of_default
from residency_lint.sightings.passed_on import gives_keys, is_choice, is_part_of, makes_another, only_keeps
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.taken import Taken
from residency_lint.source import Span

_DEEPEST = 8
_MOST_ELSEWHERE = 64


class Fate(Enum):
    """What the program does with a value."""

    SENT = "it may be sent"
    TAKEN = "another file takes just this one of several"
    BESIDE = "where it stands, another part is asked for"
    KEPT = "every use of it is seen, and none sends it"
    UNREAD = "nothing in sight uses it"


class Vain(Struct, frozen=True):
    """Expressions in whose place another setting decides, and calls that only make a part of what sends."""

    overruled: frozenset[Span] = frozenset()
    parts: frozenset[Span] = frozenset()
    taken: tuple[Taken, ...] = ()


def fate_of(span: Span, words: str, scene: Scene, vain: Vain, telling: Span | None = None) -> Fate:
    """What becomes of the expression at a span, in which `words` are what matters, at `telling` if not all of it."""
    telling = telling or span
    if scene.facts.language != "python":
        return Fate.SENT
    if _never_runs(span, scene):
        return Fate.KEPT
    fate = _Search(span, words, telling, scene, replace(vain, taken=())).fate(span, 0)
    if fate is not Fate.KEPT and vain.taken and _Search(span, words, telling, scene, vain).fate(span, 0) is Fate.KEPT:
        return Fate.BESIDE
    return fate


def words_that_take(span: Span, scene: Scene) -> list[Value]:
    """The words by which other files take the expression at a span out of the several that a module binds."""
    binding = scene.unit.innermost_binding(span)
    if binding is None or binding.site.scope != 0:
        return []
    search, program = _Search(span, "", span, scene, Vain()), scene.program.everywhere
    found: dict[Span, Value] = {}
    for unit, read in islice(reads_elsewhere(binding.target.partition("[")[0], scene.unit, program), _MOST_ELSEWHERE):
        for value in resolve(read.expression, unit, read.site, program):
            word = value.selector
            if word is not None and isinstance(word.content, Text) and search._is_of(value):
                found.setdefault(word.content.span, word)
    return list(found.values())


def _never_runs(span: Span, scene: Scene) -> bool:
    """Whether constants keep the code from being run that an expression stands in."""
    mention = scene.unit.mention_around(span)
    if mention is None or not mention.site.guards:
        return False
    conditions = Resolution(scene.program.everywhere).conditions
    return conditions.choice(mention.site.guards, Frame(scene.unit, mention.site)) is Choice.NEVER


class _Search(Struct, frozen=True):
    """One search for the uses of the expression at `origin`, and of what is made of it."""

    origin: Span
    words: str
    telling: Span
    scene: Scene
    vain: Vain

    def fate(self, span: Span, depth: int) -> Fate:
        unit = self.scene.unit
        if depth > _DEEPEST:
            return Fate.SENT
        binding, call, returned = unit.innermost_binding(span), unit.innermost_call(span), unit.returned_around(span)
        if self._is_overruled(span, call) or self._is_left_out(span, unit):
            return Fate.KEPT
        origin = unit.mention_around(self.origin) if self.vain.taken else None
        if any(one.leaves_out(span, origin, self.telling) for one in self.vain.taken):
            return Fate.KEPT
        is_default = binding is not None and binding.kind is BindingKind.PARAMETER
        if binding is not None and is_default and _is_overridden(binding, unit, self.scene.program.everywhere):
            return Fate.KEPT
        around = [value_span(binding)] if binding is not None else []
        around += [returned.value.span] if returned is not None else []
        if call is not None and all(outer.contains(call.span) for outer in around):
            return self._of_call(call, span, depth)
        if returned is not None and all(outer.contains(returned.value.span) for outer in around):
            return self._of_result(returned.site.scope) if is_part_of(returned.value, span) else Fate.SENT
        if binding is None:
            return Fate.SENT
        return self._of_binding(binding, span, depth)

    def _is_overruled(self, span: Span, call: Call | None) -> bool:
        if not self.vain.overruled:
            return False
        return span in self.vain.overruled or any(
            argument.value.span in self.vain.overruled and argument.value.span.contains(span)
            for argument in (call.arguments if call is not None else ())
        )

    def _is_left_out(self, span: Span, unit: Unit) -> bool:
        """Whether a choice around it (`a or b`, `a if b else c`, a look-up) takes another value."""
        return any(is_choice(read.expression) and not self._may_get(read, unit) for read in unit.reads_around(span))

    # --- holders -----------------------------------------------------------------------------------

    def _of_call(self, call: Call, span: Span, depth: int) -> Fate:
        if makes_another(call, self.words, self.origin, self.scene) or keeps_base(call, span, self.scene):
            return Fate.KEPT
        if is_idle(call, span, self.scene):
            return Fate.UNREAD
        reads = reads_of_default(call, span, self.scene.unit)
        if reads and not any(self._may_get(read, self.scene.unit) for read in reads):
            return Fate.KEPT
        if call.span in self.vain.parts or makes_text(call, self.scene) or only_keeps(call):
            return self.fate(call.span, depth + 1)
        return Fate.SENT

    def _of_result(self, scope: int) -> Fate:
        """Of what a function returns; a file that names it may call it."""
        unit = self.scene.unit
        name, parent = unit.scope(scope).name, unit.scope(scope).parent
        reads = widest((call.span.start for call in unit.calls_by_name.get(name, ())), unit)
        if not reads:
            is_named = parent == 0 and any(True for _ in reads_elsewhere(name, unit, self.scene.program.everywhere))
            return Fate.SENT if is_named else Fate.UNREAD
        is_got = any(read.role not in _SHOWN and self._may_get(read, unit) for read in reads)
        return Fate.SENT if is_got else Fate.KEPT

    def _of_binding(self, binding: Binding, span: Span, depth: int) -> Fate:
        unit = self.scene.unit
        is_part = binding.value is not None and is_part_of(binding.value, span)
        by_name = is_plain(binding, unit) or binding.kind is BindingKind.PARAMETER
        if not by_name and is_replaced_at_once(binding, unit):
            return Fate.KEPT
        if not is_part and not by_name:
            return Fate.SENT
        itself = value_span(binding)
        found = [r for r in reads_of(binding, unit) if not is_updated(r, unit) and not itself.contains(r.span)]
        reads = widest((read.span.start for read in found), unit)
        named = {read.span.start: read.span for read in found if read.name == binding.target}
        uses = [read for read in reads if read.role not in _SHOWN and self._gets(read, binding, is_part)]
        fates = {self.fate(named[read.span.start], depth + 1) if by_name else Fate.SENT for read in uses}
        if not fates <= {Fate.KEPT, Fate.UNREAD}:
            return Fate.SENT
        if Fate.UNREAD in fates:
            return Fate.UNREAD
        if not is_part:
            is_kept = any(reaches(binding, read, unit) for read in found) or is_overwritten(binding, unit)
            return Fate.KEPT if is_kept else Fate.SENT
        elsewhere = self._elsewhere(binding)
        if elsewhere is not Fate.UNREAD:
            return elsewhere
        if reads or is_local(binding, unit) or (by_name and is_overwritten(binding, unit)):
            return Fate.KEPT
        return Fate.UNREAD

    def _gets(self, read: Read, binding: Binding, is_part: bool) -> bool:
        """Whether a read of a binding's target may get this value."""
        unit = self.scene.unit
        if is_plain(binding, unit) and not reaches(binding, read, unit):
            return False
        return not is_part or (self._may_get(read, unit) and not self._is_left_out(read.span, unit))

    def _elsewhere(self, binding: Binding) -> Fate:
        """What the other files do with a value that a module binds."""
        if binding.site.scope != 0 or "." in binding.target:
            return Fate.UNREAD
        program, found = self.scene.program.everywhere, Fate.UNREAD
        for number, (unit, read) in enumerate(
            reads_elsewhere(binding.target.partition("[")[0], self.scene.unit, program)
        ):
            if number == _MOST_ELSEWHERE:
                return Fate.SENT
            default = unit.innermost_binding(read.span)
            is_default = default is not None and default.kind is BindingKind.PARAMETER
            is_overridden = default is not None and is_default and _is_overridden(default, unit, program)
            if read.role in _SHOWN or is_overridden or self._is_left_out(read.span, unit):
                found = Fate.KEPT
                continue
            values = told(resolve(read.expression, unit, read.site, program))
            if not values or any(isinstance(value.content, Unknown) for value in values):
                return Fate.SENT
            own = [value for value in values if self._is_of(value) and not gives_keys(read, unit, value)]
            if own:
                return Fate.TAKEN if not any(value.fallback for value in own) else Fate.SENT
            found = Fate.KEPT
        return found

    # --- values ------------------------------------------------------------------------------------

    def _may_get(self, read: Read, unit: Unit) -> bool:
        """Whether what a file reads may be (made of) the value, in one of the contexts that it is read in."""
        resolution = Resolution(self.scene.program)
        everywhere = Resolution(self.scene.program.everywhere)
        for activation in contexts([read.expression], unit, read.site, everywhere):
            resolution = everywhere if activation is not None else Resolution(self.scene.program)
            frame = Frame(unit, read.site, activation=activation)
            if activation is not None and resolution.conditions.choice(read.site.guards, frame) is Choice.NEVER:
                continue
            values = told(resolution.all_values(read.expression, frame))
            # What is only given by hand, where there is a default, is anything: that default counts.
            usual = [v for v in values if not (isinstance(v.content, Unknown) and v.choice is Choice.OTHER)]
            if not usual or any(isinstance(v.content, Unknown) or self._is_of(v) for v in usual):
                return True
            # `get_client().track(…)`: what is called on a value has it.
            if _is_called_on(read) and any(v.content is read.expression for v in usual):
                return True
        return False

    def _is_of(self, value: Value) -> bool:
        """Whether a value is made of the expression at the origin."""
        content = value.content
        if value.unit is not self.scene.unit or isinstance(content, Unknown):
            return False
        if isinstance(content, Text) and content.pieces:
            return any(piece.span == self.origin for _, piece in content.pieces)
        placed = [item for item in content.items if isinstance(item, Elsewhere)] if isinstance(content, Listing) else []
        if placed:  # What is gone through: any of its items may be, as far as they are no other texts.
            return any(not isinstance(one.expression, Text) or one.span.contains(self.origin) for one in placed)
        return content.span.contains(self.origin)


_SHOWN = frozenset({Role.PRINTED, Role.COMPARED, Role.DESCRIBED, Role.ASSERTED, Role.LISTED, Role.DEAD})
"""What may be done with a value that is not sent."""


def _is_called_on(read: Read) -> bool:
    return isinstance(read.expression, Call) and isinstance(read.expression.function, Attribute)


def _is_overridden(binding: Binding, unit: Unit, program: Program) -> bool:
    """Whether every caller gives a parameter something else than its default."""
    scope, resolution = binding.site.scope, Resolution(program)
    if is_called_otherwise(scope, unit, resolution):
        return False
    calls = [s.activation(unit, scope, Frame(s.unit, s.call.site)) for s in call_sites(scope, unit, resolution)]
    return bool(calls) and all(given(call, binding.target, resolution)[0] is not None for call in calls)
