"""Settings that other files of the program assign: to an SDK that is a module, to an object that this file makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from residency_lint.dotted import expression_of
from residency_lint.expressions import Branch, Call, Elsewhere, Expression, Opaque
from residency_lint.facts import Binding
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.names import targets
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import Resolution
from residency_lint.sightings.starts import Start
from residency_lint.sightings.surroundings import objects


def to_module(name: str, start: Start) -> Expression | None:
    """What other files assign to a module's attribute, by its qualified name: `analytics.host = …`."""
    module, _, attribute = name.rpartition(".")
    program = start.scene.program.everywhere
    return _one_of(
        Elsewhere(binding.value, Frame(there, binding.site), there.facts.path)
        for there, owner, binding in _assigned(attribute, start)
        if binding.value is not None
        and any(
            module in target.names
            for target in targets(expression_of(owner, binding.span), there, binding.site, program)
        )
    )


def to_object(place: str, start: Start) -> Expression | None:
    """What other files assign to a place on the object that a module has made: `tracker.client.host = …`."""
    if not any(scope == 0 for scope, _ in objects(start)):
        return None
    return _one_of(
        Elsewhere(binding.value, Frame(there, binding.site), there.facts.path)
        for there, owner, binding in _assigned(place, start)
        if binding.value is not None and _is_made_by(start, owner, binding, there)
    )


def _one_of(values: Iterable[Expression]) -> Expression | None:
    """Which of several files runs first, and whether before the start is used, is nobody's to tell: each is taken to be
    in time."""
    found: Expression | None = None
    for value in values:
        several = Opaque("one of several files", value.span)
        found = value if found is None else Branch(several, found, value, value.span)
    return found


def _assigned(place: str, start: Start) -> Iterator[tuple[Unit, str, Binding]]:
    """The assignments of other files to `owner.place`, tests apart: the file, the owner, and the binding."""
    program = start.scene.program.everywhere
    for path in program.files_setting(place.rpartition(".")[2], start.scene.path):
        there = program.unit_at(path)
        for binding in there.facts.bindings if there is not None and not there.facts.is_test else ():
            owner = binding.target.removesuffix(f".{place}")
            if there is not None and owner != binding.target:
                yield there, owner, binding


def _is_made_by(start: Start, owner: str, binding: Binding, there: Unit) -> bool:
    resolution = Resolution(start.scene.program.everywhere)
    made = resolution.values(expression_of(owner, binding.span), Frame(there, binding.site))
    return any(
        isinstance(value.content, Call)
        and value.content.span == start.call.span
        and value.unit.facts.path == start.scene.path
        for value in made
    )
