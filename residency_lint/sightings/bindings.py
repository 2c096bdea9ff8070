"""Bindings and what reads them: which reads may get the value that one of them gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from residency_lint.expressions import Site
from residency_lint.facts import Binding, BindingKind, Read, ScopeKind
from residency_lint.resolve.program import Program
from residency_lint.resolve.readers import reads_elsewhere
from residency_lint.resolve.units import Unit
from residency_lint.source import Span


def value_span(binding: Binding) -> Span:
    return binding.value.span if binding.value is not None else binding.span


def is_plain(binding: Binding, unit: Unit) -> bool:
    """Whether all reads of a binding bear its name: not those of an attribute, an item, or a class's field."""
    if binding.kind is not BindingKind.ASSIGNMENT or not binding.target.isidentifier():
        return False
    return unit.scope(binding.site.scope).kind is not ScopeKind.CLASS


def is_local(binding: Binding, unit: Unit) -> bool:
    return "." not in binding.target and unit.scope(binding.site.scope).kind in (
        ScopeKind.FUNCTION,
        ScopeKind.COMPREHENSION,
    )


def is_unread(binding: Binding, unit: Unit, program: Program) -> bool:
    """Whether nothing reads a name, in other files either."""
    if not is_plain(binding, unit) or any(True for _ in reads_of(binding, unit)):
        return False
    return is_local(binding, unit) or not any(True for _ in reads_elsewhere(binding.target, unit, program))


def is_updated(read: Read, unit: Unit) -> bool:
    """Whether a holder is read to be told something else: `options.update(…)`, `variable.set(…)`."""
    return any(
        read.expression in (call, call.function, getattr(call.function, "base", None))
        for name in _UPDATES
        for call in unit.calls_by_name.get(name, ())
    )


_UPDATES = ("update", "set", "reset")


def is_overwritten(binding: Binding, unit: Unit) -> bool:
    """Whether a later binding takes the place of this one whenever it was made."""
    guards = set(binding.site.guards)
    # The last one first: as a rule it is the answer, and a name may have thousands.
    latest_first = reversed(unit.bindings[binding.site.scope, binding.target])
    later = takewhile(lambda other: other.span.start > binding.span.start, latest_first)
    return any(guards.issuperset(other.site.guards) for other in later)


def is_replaced_at_once(binding: Binding, unit: Unit) -> bool:
    """Whether an attribute or item gets another value before anything runs that could read this one."""
    if binding.kind is not BindingKind.ASSIGNMENT or binding.target.isidentifier():
        return False
    later = [b for b in unit.bindings[binding.site.scope, binding.target] if b.span.start > binding.span.start]
    if not later or not set(later[0].site.guards) <= set(binding.site.guards):
        return False
    owner, between = binding.target.partition(".")[0].partition("[")[0], Span(binding.span.end, later[0].span.end)
    return not any(between.contains(call.span) for call in unit.facts.calls) and not any(
        between.contains(read.span) for read in unit.reads_by_word.get(owner, ())
    )


def reads_of(binding: Binding, unit: Unit) -> Iterator[Read]:
    """The reads that can get what a binding gives its target: of the name, or of an attribute of that name."""
    # What is put into a container is read with it.
    target, scope = binding.target.partition("[")[0], binding.site.scope
    if "." not in target and unit.scope(scope).kind is not ScopeKind.CLASS:
        for read in unit.reads_by_word.get(target, ()):
            if read.name.partition(".")[0] == target and _owner(target, read.site.scope, unit) == scope:
                yield read
        return
    last = target.rpartition(".")[2]
    for read in unit.reads_by_word.get(last, ()):
        if last in read.name.split(".")[1:] or read.site.scope == scope:
            yield read


def reaches(binding: Binding, read: Read, unit: Unit) -> bool:
    place = Site(read.site.scope, (), read.span)
    found = unit.reaching(binding.target, binding.site.scope, place, read.span.start)
    return any(one is binding for one in found)


def _owner(name: str, scope: int, unit: Unit) -> int | None:
    """The scope whose binding a name means."""
    return next(
        (s for s in unit.visible_scopes(scope) if (s, name) in unit.bindings or (s, name) in unit.imports), None
    )


def widest(starts: Iterator[int], unit: Unit) -> list[Read]:
    """Of `a`, `a.b` and `a.b.get("c")`, read in one place, the last."""
    return [unit.widest_reads[start] for start in sorted(set(starts)) if start in unit.widest_reads]
