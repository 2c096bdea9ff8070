"""Texts that nothing uses: a later value or a caller's stands in their place, or no line in sight reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from residency_lint.facts import (
    Binding,
    Branch,
    Call,
    Expression,
    Fallback,
    Joined,
    Listing,
    Mapping,
    Mention,
    Read,
    Role,
    ScopeKind,
    Text,
)
from residency_lint.findings import Context, Sighting
from residency_lint.resolve.calls import written
from residency_lint.resolve.frames import Unknown, Value, told
from residency_lint.resolve.program import Unit
from residency_lint.resolve.values import resolve
from residency_lint.rules import Endpoint, SdkCall, Setting
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.switches import Seen
from residency_lint.source import Span


def without_unused(placed: list[Sighting], seen: list[Seen], sdk: list[Sighting], scene: Scene) -> Iterator[Sighting]:
    """Sightings in texts without those whose value gets nowhere; an entry of a table is never its choice then.

    What no line reads may be read from elsewhere, unless all that is used here of its vendor leads to where it may:
    then it is an alternative that was not taken.
    """
    if scene.facts.language != "python":
        yield from placed
        return
    uses = {(one.sighting.path, one.sighting.span): _use_of(one.mention, scene) for one in seen}
    with_use = [(one, uses.get((one.path, one.span), _Use.USED)) for one in placed]
    used = [*sdk, *(one for one, use in with_use if use is _Use.USED)]
    for one, use in with_use:
        if use is _Use.LEFT_OUT and one.beside:
            yield replace(one, chosen=False)
        elif use is _Use.UNREAD and _is_not_taken(one, used, scene):
            yield replace(one, context=Context.UNUSED)
        elif use not in (_Use.LEFT_OUT, _Use.SHOWN):
            yield one


def _is_not_taken(unread: Sighting, used: list[Sighting], scene: Scene) -> bool:
    vendor = unread.rule.vendor
    regions = {
        one.region
        for one in used
        if one.rule.vendor == vendor
        and (one.rule is unread.rule or (isinstance(one.rule, SdkCall) and isinstance(unread.rule, Endpoint | Setting)))
    }
    return unread.context is Context.CODE and bool(regions) and regions <= set(scene.wanted(vendor))


class _Use(Enum):
    """What the file does with a text that it keeps under a name."""

    USED = "its value is used, or that cannot be told"
    LEFT_OUT = "every read of the name is seen, and none gets this value"
    UNREAD = "nothing in this file reads the name"
    SHOWN = "only other files read the name, and none of them sends the value"


def _use_of(mention: Mention, scene: Scene) -> _Use:
    """Whether a text's value gets anywhere. A text that a call takes, or that no name keeps, is used."""
    unit, span = scene.unit, mention.text.span
    if any(_is_choice(read.expression) and not _may_get(read, span, scene) for read in unit.reads_around(span)):
        return _Use.LEFT_OUT
    binding = unit.binding_around(span)
    if binding is not None and binding.value is not None and _keeps(binding.value, span):
        reads = _widest(_reads_of(binding, unit), unit)
        if not reads:
            if _is_local(binding, unit):
                return _Use.LEFT_OUT
            return _Use.SHOWN if _is_only_shown_elsewhere(binding, scene) else _Use.UNREAD
    else:
        returned = next((r for r in scene.facts.returns if r.value.span.contains(span)), None)
        if returned is None or not _keeps(returned.value, span):
            return _Use.USED
        reads = _widest(_calls_of(unit.scope(returned.site.scope).name, unit), unit)
        if not reads:
            return _Use.UNREAD
    uses = [read for read in reads if read.role not in _SHOWN]
    return _Use.USED if any(_may_get(read, span, scene) for read in uses) else _Use.LEFT_OUT


def _is_choice(expression: Expression) -> bool:
    """Whether an expression takes one of the values that stand in it: `a or b`, `a if b else c`, a look-up."""
    if isinstance(expression, Call):
        return written(expression.function).rpartition(".")[2] in _LOOKUPS
    return isinstance(expression, Fallback | Branch)


_SHOWN = frozenset({Role.PRINTED, Role.COMPARED, Role.DESCRIBED, Role.ASSERTED, Role.LISTED, Role.DEAD})
"""What may be done with a value that is not sent."""
_LOOKUPS = frozenset({"getenv", "get", "pop", "setdefault", "config", "getattr", "str"})
"""Calls that give back what they find, or a default."""
_KEEPING = frozenset({"getenv", "environ.get", "Field", "field", "attrib", "dict", "SimpleNamespace"})
"""Calls that only keep what they are given."""


def _keeps(value: Expression, span: Span) -> bool:
    """Whether a text is (a part of) the value itself, not something that a call on the way sends."""
    if not value.span.contains(span):
        return False
    if isinstance(value, Text):
        return True
    parts: tuple[Expression, ...] = ()
    if isinstance(value, Joined):
        parts = value.parts
    elif isinstance(value, Listing):
        parts = value.items
    elif isinstance(value, Fallback):
        parts = value.options
    elif isinstance(value, Mapping):
        parts = tuple(item for _, item in value.items)
    elif isinstance(value, Branch):
        parts = (value.then, value.otherwise)
    elif isinstance(value, Call):
        name = written(value.function)
        if name.rpartition(".")[2] in _KEEPING or name.endswith("environ.get"):
            parts = tuple(argument.value for argument in value.arguments)
    return any(_keeps(part, span) for part in parts)


def _is_local(binding: Binding, unit: Unit) -> bool:
    return "." not in binding.target and unit.scope(binding.site.scope).kind is ScopeKind.FUNCTION


def _is_only_shown_elsewhere(binding: Binding, scene: Scene) -> bool:
    """Whether other files read a module's constant, and all of them list, print or compare it."""
    name, program = binding.target, scene.program.everywhere
    if binding.site.scope or not name.isidentifier():
        return False
    units = [program.unit_at(path) for path in program.files_naming(name, scene.path)]
    others = [unit for unit in units if unit is not None and not unit.facts.is_test]
    if any(entry.name == name and entry.bound not in ("", name) for unit in others for entry in unit.facts.imports):
        return False
    reads = [read for unit in others for read in unit.facts.reads if read.name.rpartition(".")[2] == name]
    return bool(reads) and all(read.role in _SHOWN for read in reads)


def _reads_of(binding: Binding, unit: Unit) -> Iterator[Read]:
    """The reads that can get what a binding gives its target: of the name, or of an attribute of that name."""
    target, scope = binding.target, binding.site.scope
    if "[" in target:
        # What is put into a container is read with it.
        target = target.partition("[")[0]
    if "." not in target and unit.scope(scope).kind is not ScopeKind.CLASS:
        for read in unit.facts.reads:
            if read.name.partition(".")[0] == target and _owner(target, read.site.scope, unit) == scope:
                yield read
        return
    last = target.rpartition(".")[2]
    for read in unit.facts.reads:
        first, *attributes = read.name.split(".")
        if last in attributes or (first == last and read.site.scope == scope):
            yield read


def _owner(name: str, scope: int, unit: Unit) -> int | None:
    """The scope whose binding a name means."""
    return next(
        (s for s in unit.visible_scopes(scope) if (s, name) in unit.bindings or (s, name) in unit.imports), None
    )


def _calls_of(name: str, unit: Unit) -> Iterator[Read]:
    for read in unit.facts.reads:
        if isinstance(read.expression, Call) and written(read.expression.function).rpartition(".")[2] == name:
            yield read


def _widest(reads: Iterator[Read], unit: Unit) -> list[Read]:
    """Of `a`, `a.b` and `a.b.get("c")`, read in one place, the last."""
    return [unit.widest_reads[start] for start in sorted({read.span.start for read in reads})]


def _may_get(read: Read, span: Span, scene: Scene) -> bool:
    values = told(resolve(read.expression, scene.unit, read.site, scene.program))
    return not values or any(_is_of(value, span, scene) for value in values)


def _is_of(value: Value, span: Span, scene: Scene) -> bool:
    """Whether a value is, or may be, made of the text at a span of this file."""
    content = value.content
    if isinstance(content, Unknown):
        return True
    if value.unit is not scene.unit:
        return False
    if isinstance(content, Text) and content.pieces:
        return any(piece.span == span for _, piece in content.pieces)
    return content.span.contains(span)
