"""An object that is given on: by a function to its callers, or to a client that is told something else afterwards."""

from __future__ import annotations

from dataclasses import replace

from residency_lint.facts import Argument, Call, Name, ScopeKind
from residency_lint.resolve.names import targets
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


def is_overruled(start: Start) -> bool:
    """Whether every client that an object is given to is told afterwards, by an attribute of its own, where to send."""
    clients = [client for client in start.scene.facts.calls if _takes(client.arguments, start)]
    return bool(clients) and all(_is_told(client, start) for client in clients)


def _takes(arguments: tuple[Argument, ...], start: Start) -> bool:
    return bool(start.call.assigned) and any(
        argument.value is start.call or (isinstance(argument.value, Name) and argument.value.id == start.call.assigned)
        for argument in arguments
    )


def _is_told(client: Call, start: Start) -> bool:
    scene = start.scene
    for target in targets(client.function, scene.unit, client.site, scene.program):
        for rule in (scene.catalog.sdk_calls[n] for n in target.names if n in scene.catalog.sdk_calls):
            if any(start.rule.id in setting.spelling.builders for setting in rule.settings):
                places = [f"{client.assigned}.{s.attribute}" for s in rule.settings if s.attribute]
                return any(scene.unit.bindings.get((client.site.scope, place)) for place in places)
    return False
