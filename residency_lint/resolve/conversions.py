"""Texts that go through a function on their way: an option's type, a field's converter or validator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import last_name
from residency_lint.expressions import (
    Argument,
    Attribute,
    Call,
    Elsewhere,
    Expression,
    Lambda,
    Listing,
    Name,
    Site,
    Subscript,
    Text,
)
from residency_lint.facts import ScopeKind
from residency_lint.fixes import Slot
from residency_lint.resolve.classes import decorator_name, lineage
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.program import Program
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_PLAIN = frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "title"})
"""Methods of texts that are handed over as functions: `type=str.lower`."""


def converted(
    values: Iterable[Value], function: Expression | None, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """What a function, seen at `frame`, makes of those values that are texts; one of a package says nothing."""
    is_method = isinstance(function, Attribute) and isinstance(function.base, Name) and function.base.id == "str"
    if function is None or not (is_method or _is_local(function, frame, resolution)):
        yield from values
        return
    for value in values:
        if not isinstance(value.content, Text):
            yield value
            continue
        text = Elsewhere(value.content, replace(value.frame(frame.depth + 1), chain=()), value.unit.facts.path)
        if not isinstance(function, Attribute) or not is_method:
            call = _call(function, (Argument(text, text.span),), frame.site)
        elif function.name in _PLAIN:
            call = _call(Attribute(text, function.name, text.span), (), frame.site)
        else:
            yield value
            continue
        for made in resolution.values(call, replace(frame, chain=value.chain[:-1]).deeper()):
            yield replace(made, fallback=made.fallback or value.fallback).chosen(value.choice)


def validated(
    values: Iterable[Value], target: Target, name: str, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """What the validators of a class make of the values of one of its fields."""
    found: Iterator[Value] = iter(values)
    functions = (*_annotated(target, name, frame), *_validators(target, name, frame, resolution.program))
    for function, there in functions:
        found = converted(list(found), function, there, resolution)
    yield from found


def _validators(target: Target, name: str, frame: Frame, program: Program) -> Iterator[tuple[Attribute, Frame]]:
    for owner in lineage(target, program):
        unit = owner.unit
        for scope in unit.scopes_below(owner.scope) if unit is not None else ():
            assert unit is not None
            method = unit.scope(scope)
            if method.kind is ScopeKind.FUNCTION and any(_is_validator(d, name) for d in method.decorators):
                end = unit.scope(0).span.end  # where the class is known by its name
                outside = Site(max(unit.scope(owner.scope).parent, 0), (), unit.scope(0).span)
                function = Attribute(Name(unit.scope(owner.scope).name, Span(end, end)), method.name, method.span)
                yield function, replace(frame, unit=unit, site=outside)


def _annotated(target: Target, name: str, frame: Frame) -> Iterator[tuple[Expression, Frame]]:
    """The functions of `Annotated[str, BeforeValidator(function)]`, as a field is declared or as a name of the file
    stands for it."""
    unit = target.unit
    for binding in unit.bindings.get((target.scope, name), []) if unit is not None else ():
        assert unit is not None
        declared = binding.annotation
        if isinstance(declared, Name):
            declared = next((one.value for one in unit.bindings.get((0, declared.id), [])[-1:]), None)
        parts = declared.key.items if isinstance(declared, Subscript) and isinstance(declared.key, Listing) else ()
        for part in parts:
            if isinstance(part, Call) and last_name(part.function) in _IN_ANNOTATIONS and part.arguments:
                yield part.arguments[0].value, replace(frame, unit=unit, site=part.site)


_IN_ANNOTATIONS = ("BeforeValidator", "AfterValidator", "PlainValidator")


def _is_validator(decorator: Expression, name: str) -> bool:
    """Whether it makes a method one that is given the value of a field, and gives back what counts."""
    return (
        isinstance(decorator, Call)
        and decorator_name(decorator) in ("field_validator", "validator")
        and any(isinstance(a.value, Text) and a.value.text in (name, "*") for a in decorator.arguments if not a.name)
    )


def _is_local(function: Expression, frame: Frame, resolution: Resolution) -> bool:
    if isinstance(function, Lambda):
        return True
    return any(target.is_local for target in targets(function, frame.unit, frame.site, resolution.program))


def _call(function: Expression, arguments: tuple[Argument, ...], site: Site) -> Call:
    span = function.span
    return Call(function, arguments, span, Slot(Span(span.end, span.end)), site)
