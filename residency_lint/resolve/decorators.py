"""Functions of the repository that stand in the place of others: what their decorators call them with."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.expressions import Attribute, Call, Expression, Name, Site
from residency_lint.facts import BindingKind, ScopeKind
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit
from residency_lint.source import Span


def decorating(scope: int, unit: Unit, program: Program) -> list[Target | None]:
    """The decorators of a function: those of the repository, and None for each other one."""
    entry = unit.scope(scope)
    site = Site(max(entry.parent, 0), (), Span(entry.span.start, entry.span.start))
    found: list[Target | None] = []
    for decorator in entry.decorators:
        function = decorator.function if isinstance(decorator, Call) else decorator
        local = [
            t
            for t in targets(function, unit, site, program)
            if t.unit is not None and t.unit.scope(t.scope).kind is ScopeKind.FUNCTION
        ]
        found.append(local[0] if local else None)
    return found


def calls_by_decorators(scope: int, unit: Unit, program: Program) -> Iterator[tuple[Unit, Call]]:
    """The calls by which decorators of the repository run a function with arguments of their own: `function(HOST)` in
    what stands in its place. Where they only hand on what they are given, its callers decide."""
    for target in decorating(scope, unit, program):
        if target is None or target.unit is None:
            continue
        there, inner = target.unit, list(_below(target.scope, target.unit))
        for index in (target.scope, *inner):
            for parameter in there.scope(index).parameters[:1]:
                for call in there.calls_by_name.get(parameter, ()):
                    if call.site.scope in inner and isinstance(call.function, Name) and _adds(call, there):
                        yield there, call


def _below(scope: int, unit: Unit) -> Iterator[int]:
    for index in unit.scopes_below(scope):
        yield index
        yield from _below(index, unit)


def _adds(call: Call, unit: Unit) -> bool:
    entry = unit.scope(call.site.scope)
    own = {*entry.parameters, entry.rest, entry.options}
    if any(argument.star and _is_changed(argument.value, call.site.scope, unit) for argument in call.arguments):
        return True
    return any(
        not (isinstance(argument.value, Name) and argument.value.id in own)
        and not (isinstance(argument.value, Attribute) and argument.star)
        for argument in call.arguments
    )


def _is_changed(collected: Expression, scope: int, unit: Unit) -> bool:
    """Whether a function changes what it collects: `kwargs.setdefault(…)`, `kwargs["host"] = …`."""
    name = collected.id if isinstance(collected, Name) else ""
    bindings = (*unit.bindings.get((scope, name), ()), *unit.items.get((scope, name), ()))
    return any(binding.kind is not BindingKind.PARAMETER for binding in bindings)


def decorated_with(scope: int, unit: Unit, program: Program) -> Iterator[tuple[Unit, int]]:
    """The functions of the file in whose place a decorator puts the one that stands in it, and that it gives back."""
    entry = unit.scope(scope)
    outer = unit.scope(entry.parent) if entry.parent > 0 else None
    if outer is None or outer.kind is not ScopeKind.FUNCTION:
        return
    if not any(isinstance(r.value, Name) and r.value.id == entry.name for r in unit.returns.get(entry.parent, ())):
        return
    makers = {entry.parent, outer.parent}
    for index, other in enumerate(unit.facts.scopes):
        if other.kind is ScopeKind.FUNCTION and other.decorators and index not in (scope, *makers):
            found = decorating(index, unit, program)
            if any(target is not None and target.unit is unit and target.scope in makers for target in found):
                yield unit, index
