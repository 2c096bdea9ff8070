"""Copies of objects with some fields changed: `replace(settings, host=…)`, `settings.model_copy(update={…})`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from residency_lint.expressions import Attribute, Call, Expression
from residency_lint.resolve.frames import Value
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Program

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_METHODS = ("_replace", "model_copy", "evolve")
_FUNCTIONS = frozenset({"dataclasses.replace", "copy.replace", "attr.evolve", "attrs.evolve"})
_DEEPEST = 6


def original_of(value: Value, program: Program) -> Expression | None:
    """What a call copies; None for any other call."""
    call = value.content
    if not isinstance(call, Call):
        return None
    names = {t.name for t in targets(call.function, value.unit, value.site, program)}
    if names & _FUNCTIONS:
        return next((a.value for a in call.arguments if not a.name and not a.star), None)
    function = call.function
    return function.base if isinstance(function, Attribute) and function.name in _METHODS else None


def maker_of(value: Value, resolution: Resolution, depth: int = 0) -> Value:
    """The value that makes the object of which a value is a copy, of copies as well; itself where it is none."""
    original = original_of(value, resolution.program) if depth < _DEEPEST else None
    if original is None:
        return value
    found = list(resolution.values(original, value.frame(depth + 1)))
    return maker_of(found[0], resolution, depth + 1) if len(found) == 1 else value
