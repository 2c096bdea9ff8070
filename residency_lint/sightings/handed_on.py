"""An object that a function makes and gives back: what its callers do with it is done to it."""

from __future__ import annotations

from dataclasses import replace

from residency_lint.facts import Name, ScopeKind
from residency_lint.sightings.starts import Start


def handed_on(start: Start) -> list[Start]:
    """The start as each caller of the function around it has it; empty where one of them does not keep it."""
    call, unit = start.call, start.scene.unit
    scope = unit.scope(call.site.scope)
    if scope.kind is not ScopeKind.FUNCTION or not any(
        entry.value is call or (isinstance(entry.value, Name) and entry.value.id == call.assigned)
        for entry in unit.returns.get(call.site.scope, [])
    ):
        return []
    callers = unit.calls_by_name.get(scope.name, [])
    if not callers or not all(caller.assigned for caller in callers):
        return []
    return [
        replace(start, call=replace(call, assigned=caller.assigned, site=caller.site, span=caller.span))
        for caller in callers
    ]
