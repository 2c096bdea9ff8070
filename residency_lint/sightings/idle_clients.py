"""HTTP clients that send nothing to the base address they are made with."""

from __future__ import annotations

from residency_lint.expressions import Call, Name
from residency_lint.facts import BindingKind
from residency_lint.resolve.frames import Value
from residency_lint.resolve.readers import reads_elsewhere
from residency_lint.sightings.bindings import is_local, reads_of
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sends import base_of, client_of, is_kept_inside
from residency_lint.source import Span


def keeps_base(call: Call, span: Span, scene: Scene) -> bool:
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


def is_idle(call: Call, span: Span, scene: Scene) -> bool:
    """Whether a client is made with this base address and bears a name, and nothing in sight sends by it."""
    unit = scene.unit
    binding = unit.bindings_by_value.get(id(call))
    client = client_of(call, Value(call, unit, call.site), scene) if binding is not None else None
    base = base_of(call, client) if client is not None else None
    if binding is None or base is None or not base.span.contains(span) or binding.kind is not BindingKind.ASSIGNMENT:
        return False
    last = binding.target.rpartition(".")[2]
    names: dict[int, str] = {}
    for read in reads_of(binding, unit):
        names[read.span.start] = max(names.get(read.span.start, ""), read.name, key=len)
    if any(name.partition(f"{last}.")[2].partition(".")[0] not in _SENDS_NOTHING for name in names.values()):
        return False
    program = scene.program.everywhere
    if last != binding.target:
        return not program.files_naming(last, scene.path)
    return is_local(binding, unit) or not any(True for _ in reads_elsewhere(last, unit, program))


_SENDS_NOTHING = frozenset({"close", "aclose", "headers", "cookies", "auth", "timeout"})
"""What is done with a client besides sending."""


def _receiver(call: Call) -> str:
    base = getattr(call.function, "base", None)
    return base.id if isinstance(base, Name) else ""
