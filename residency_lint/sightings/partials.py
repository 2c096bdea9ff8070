"""Calls of what `functools.partial` made."""

from __future__ import annotations

from msgspec.structs import replace

from residency_lint.expressions import Call, Expression
from residency_lint.resolve.names import targets
from residency_lint.sightings.scene import Scene


def completed(call: Call, made: Expression | None, scene: Scene) -> Call | None:
    """A call with the function and the arguments that what it calls was made with; None where no partial made that."""
    if not isinstance(made, Call) or not made.arguments:
        return None
    if not any(t.name == "functools.partial" for t in targets(made.function, scene.unit, made.site, scene.program)):
        return None
    first, *others = made.arguments
    return replace(call, function=first.value, arguments=(*others, *call.arguments))
