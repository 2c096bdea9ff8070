"""An object that is given to a client which is told something else afterwards."""

from __future__ import annotations

from residency_lint.expressions import Argument, Call, Name
from residency_lint.resolve.names import targets
from residency_lint.sightings.starts import Start


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
