"""What functions put into a mapping of the module: `settings["host"] = host` in a `configure(host)` that is called."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from residency_lint.expressions import Elsewhere, Expression, Text
from residency_lint.facts import Binding, ScopeKind
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.frames import Activation, Choice, Frame
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_DEEPEST = 4
_MOST = 16
Item = tuple[Expression | None, Expression]


def items_of_functions(binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[tuple[Item, Choice]]:
    """The items, in the order in which they are most likely set: by functions that the module's body leads to, and by
    the one that reads the mapping, before it does."""
    unit = frame.unit
    if binding.site.scope != 0 or not binding.target.isidentifier():
        return
    around = [s for s in unit.visible_scopes(frame.site.scope) if unit.scope(s).kind is ScopeKind.FUNCTION]
    for scope in _setting(binding.target, unit):
        if scope in around:
            continue
        for activation in islice(runs(scope, unit, resolution), _MOST):
            for item in unit.items[scope, binding.target]:
                if not comes_before(frame, item.site.scope, item.span, unit, resolution):
                    yield from _item(item, Frame(unit, item.site, activation=activation), resolution)
    for scope in reversed(around):
        for item in unit.items.get((scope, binding.target), ()) if (scope, binding.target) not in unit.bindings else ():
            if scope != frame.site.scope or item.span.start < frame.site.statement.start:
                yield from _item(item, Frame(unit, item.site, activation=frame.activation), resolution)


def runs(scope: int, unit: Unit, resolution: Resolution, depth: int = 0) -> Iterator[Activation]:
    """The calls of a function that the module's body comes to, by way of others as well, whatever is set."""
    for site in call_sites(scope, unit, resolution) if depth < _DEEPEST else ():
        caller = Frame(site.unit, site.call.site)
        if resolution.conditions.choice(site.call.site.guards, caller) is not Choice.SURE:
            continue
        if site.call.site.scope == 0:
            yield site.activation(unit, scope, caller)
        else:
            for outer in runs(site.call.site.scope, site.unit, resolution, depth + 1):
                yield site.activation(unit, scope, Frame(site.unit, site.call.site, activation=outer))


def _setting(name: str, unit: Unit) -> Iterator[int]:
    """The functions that set items of a name that is not their own."""
    for scope, target in unit.items:
        if target == name and unit.scope(scope).kind is ScopeKind.FUNCTION and (scope, name) not in unit.bindings:
            yield scope


def _item(item: Binding, frame: Frame, resolution: Resolution) -> Iterator[tuple[Item, Choice]]:
    choice = resolution.conditions.choice(item.site.guards, frame)
    if choice is Choice.NEVER or item.value is None:
        return
    key = item.target.partition("[")[2][:-1]
    value = Elsewhere(item.value, frame.deeper(), frame.unit.facts.path)
    yield (None if key == "**" else Text(key, item.span, plain=False), value), choice


def comes_before(frame: Frame, scope: int, span: Span, unit: Unit, resolution: Resolution) -> bool:
    """Whether the program most likely reads the mapping before the item is set."""
    if frame.site.statement == unit.scope(0).span:
        return False
    read = _way(frame.site.scope, frame.site.statement.start, unit, resolution)
    bound = _way(scope, span.start, unit, resolution)
    return any(place in bound and read[place] < bound[place] for place in read)


def _way(scope: int, position: int, unit: Unit, resolution: Resolution) -> dict[int, int]:
    """Scope → where it comes, first, to what stands in another one."""
    found = {scope: position}
    while unit.scope(scope).kind is ScopeKind.FUNCTION:
        own = [s.call for s in call_sites(scope, unit, resolution) if s.unit is unit and s.call.site.scope not in found]
        if not own:
            break
        first = min(own, key=lambda call: call.span.start)
        scope = first.site.scope
        found[scope] = first.span.start
    return found
