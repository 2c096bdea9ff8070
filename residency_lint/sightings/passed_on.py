"""What of an expression is passed on: parts of a value, and the calls that keep, choose or change it."""

from __future__ import annotations

from residency_lint.dotted import written
from residency_lint.expressions import (
    HOLE,
    Branch,
    Call,
    Expression,
    Fallback,
    Joined,
    Listing,
    Mapping,
    Name,
    Text,
)
from residency_lint.facts import Read
from residency_lint.resolve.frames import Value
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import resolve
from residency_lint.sightings.folded import makes_text
from residency_lint.sightings.scene import Scene
from residency_lint.source import Span


def gives_keys(read: Read, unit: Unit, value: Value) -> bool:
    """Whether a call makes of a mapping no more than its keys: `sorted(HOSTS)`."""
    call = unit.innermost_call(read.span)
    name = call.function.id if call is not None and isinstance(call.function, Name) else ""
    return (
        isinstance(value.content, Mapping)
        and name in _OF_KEYS
        and call is not None
        and any(argument.value.span == read.span for argument in call.arguments)
    )


_OF_KEYS = frozenset({"sorted", "list", "tuple", "set", "frozenset", "iter", "len"})
_LOOKUPS = frozenset({"getenv", "get", "pop", "setdefault", "config", "getattr", "str"})
"""Calls that give back what they find, or a default."""
_KEEPING = frozenset({"getenv", "Field", "field", "attrib", "dict", "SimpleNamespace", "ContextVar"})
"""Calls that only keep what they are given."""


def is_choice(expression: Expression) -> bool:
    """Whether an expression takes one of the values that stand in it: `a or b`, `a if b else c`, a look-up."""
    if isinstance(expression, Call):
        return written(expression.function).rpartition(".")[2] in _LOOKUPS
    return isinstance(expression, Fallback | Branch)


def only_keeps(call: Call) -> bool:
    name = written(call.function)
    return name.rpartition(".")[2] in _KEEPING or name.endswith("environ.get")


def is_part_of(value: Expression, span: Span) -> bool:
    """Whether an expression is (a part of) a value itself, not of something that a call on the way sends."""
    if not value.span.contains(span):
        return False
    if isinstance(value, Text):
        return True
    if value.span == span:
        return isinstance(value, Name) or (isinstance(value, Call) and only_keeps(value))
    parts: tuple[Expression, ...] = ()
    if isinstance(value, Joined):
        parts = value.parts
    elif isinstance(value, Listing):
        parts = value.items
    elif isinstance(value, Fallback):
        parts = value.options
    elif isinstance(value, Mapping):
        parts = tuple(item for _, item in value.items)
    elif isinstance(value, Branch):
        parts = (value.then, value.otherwise)
    elif isinstance(value, Call) and only_keeps(value):
        parts = tuple(argument.value for argument in value.arguments)
    return any(is_part_of(part, span) for part in parts)


def makes_another(call: Call, words: str, origin: Span, scene: Scene) -> bool:
    """Whether a call makes another text, without these words in it; a function of the repository one of what stands at
    `origin`."""
    made = resolve(call, scene.unit, call.site, scene.program)
    is_made = bool(made) and all(
        value.text is not None and HOLE not in value.text and words.lower() not in value.text.lower() for value in made
    )
    return is_made and (makes_text(call, scene) or all(_is_made_of(value, origin, scene) for value in made))


def _is_made_of(value: Value, origin: Span, scene: Scene) -> bool:
    """Whether a text was changed on the way, or put together with parts of another one of the file."""
    if not isinstance(value.content, Text):
        return False
    pieces = [piece for _, piece in value.content.pieces]
    return any(
        text.path in ("", scene.path) and text.span.overlaps(origin)
        for text in (*pieces, *([value.content] if value.unit is scene.unit else ()))
    )
