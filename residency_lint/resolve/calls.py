"""The values that calls and operators make: environment look-ups, formatting, joining, functions of the repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from residency_lint.facts import (
    HOLE,
    Argument,
    Attribute,
    Call,
    Constant,
    Elsewhere,
    Expression,
    Joined,
    Lambda,
    Listing,
    Mapping,
    Name,
    ScopeKind,
    Subscript,
    Text,
)
from residency_lint.fixes import Slot
from residency_lint.resolve.classes import method_of, receivers
from residency_lint.resolve.config_values import file_values, section_item
from residency_lint.resolve.frames import Activation, Choice, Frame, Unknown, Value
from residency_lint.resolve.lookups import lookup
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Unit
from residency_lint.resolve.templates import brace_parts, percent_parts, pieces_of, replaced_parts
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


_MOST_COMBINATIONS = 64


def called(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The values of a call; one that nothing is known of is a value of its own."""
    looked_up = lookup(node, frame, resolution)
    if looked_up is not None:
        yield from looked_up.values(frame, resolution, node.span.start)
        return
    read = file_values(node, frame, resolution)
    if read is not None:
        yield from read
        return
    arguments = [a.value for a in node.arguments if not a.name and not a.star]
    method = node.function.name if isinstance(node.function, Attribute) else ""
    if isinstance(node.function, Attribute) and method in _METHODS:
        yield from _METHODS[method](node.function.base, node, frame, resolution)
    elif method == "get" and (option := section_item(node, frame, resolution)) is not None:
        yield from option
    elif isinstance(node.function, Attribute) and method in ("get", "pop", "setdefault") and arguments:
        default = arguments[1] if len(arguments) > 1 else Constant("None", node.span)
        yield from resolution.item(node.function.base, arguments[0], default, frame)
    else:
        yield from _function(node, arguments, frame, resolution)


def _function(node: Call, arguments: list[Expression], frame: Frame, resolution: Resolution) -> Iterator[Value]:
    names = targets(node.function, frame.unit, frame.site, resolution.program)
    builtin = node.function.id if isinstance(node.function, Name) and not names else ""
    if any(target.name == "urllib.parse.urljoin" for target in names) and len(arguments) == 2:
        yield from _url_joined(arguments, node, frame, resolution)
    elif any(target.name in _FIELDS for target in names):
        yield from _field(node, arguments, any(t.name == "pydantic.Field" for t in names), frame, resolution)
    elif any(target.name in _DEPENDS for target in names) and arguments:
        yield from resolution.values(_call_of(arguments[0], node), frame.deeper())
    elif isinstance(node.function, Attribute) and node.function.name in _VALIDATES and arguments:
        expanded = Argument(arguments[0], arguments[0].span, star="**")
        yield frame.value(replace(_call_of(node.function.base, node), arguments=(expanded,)))
    elif builtin == "vars" and len(arguments) == 1:
        yield from resolution.values(arguments[0], frame.deeper())
    elif builtin == "getattr" and len(arguments) > 1 and isinstance(arguments[1], Text):
        yield from _got(node, arguments, arguments[1].text, frame, resolution)
    elif builtin in ("str", "bool") and len(arguments) == 1:
        yield from resolution.values(arguments[0], frame.deeper())
    elif builtin == "dict":
        items = tuple((Text(a.name, a.span, plain=False) if a.name else None, a.value) for a in node.arguments)
        yield frame.value(Mapping(items, node.span))
    else:
        yield from _returned(node, frame, resolution)


def _got(node: Call, arguments: list[Expression], name: str, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`getattr(settings, "HOST", default)`: the attribute, or the default where nothing is seen to have it."""
    found = list(resolution.values(Attribute(arguments[0], name, node.span), frame.deeper()))
    for value in found:
        if len(arguments) < 3 or not isinstance(value.content, Unknown):
            yield value
    if len(arguments) > 2 and any(isinstance(value.content, Unknown) for value in found):
        yield from resolution.as_fallback(arguments[2], frame)


def _call_of(function: Expression, node: Call) -> Call:
    """The call of a function that another call makes."""
    return Call(function, (), node.span, Slot(Span(node.span.end, node.span.end)), node.site)


_DEPENDS = {"fastapi.Depends", "fastapi.params.Depends"}
_VALIDATES = {"model_validate", "parse_obj"}


def _field(
    node: Call, arguments: list[Expression], is_pydantic: bool, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """The default of a field, or what the function makes that is called for it."""
    named = {a.name: a.value for a in node.arguments if a.name}
    default = named.get("default", arguments[0] if arguments and is_pydantic else None)
    factory = named.get("default_factory", named.get("factory"))
    if default is not None:
        yield from resolution.as_fallback(default, frame)
    elif factory is not None:
        made = _call_of(factory, node)
        if isinstance(factory, Lambda):
            called = Activation(frame.unit, factory.scope, made, frame)
            yield from results(frame.unit, factory.scope, called, frame, resolution)
        else:
            yield from resolution.as_fallback(made, frame)
    else:
        yield frame.unknown("a field without a default")


_FIELDS = {
    "pydantic.Field",
    "dataclasses.field",
    "attr.ib",
    "attr.field",
    "attrs.field",
}
"""What declares a field whose default is an argument."""


def _returned(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What a function of the repository returns for the arguments of a call."""
    for unit, scope, receiver in _functions(node.function, frame, resolution):
        if unit.returns.get(scope):
            step = frame.via(node.span, f"`{written(node.function)}()`")
            yield from results(unit, scope, Activation(unit, scope, node, frame, receiver), step, resolution)
            return
    yield frame.value(node)


def results(unit: Unit, scope: int, activation: Activation, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What the `return` statements of a function give that one call can come to."""
    returns = unit.returns.get(scope, [])
    for entry in returns:
        there = replace(frame, unit=unit, site=entry.site, depth=frame.depth + 1, activation=activation)
        choice = resolution.choice(entry.site.guards, there)
        if choice is Choice.NEVER:
            resolution.pass_over(entry.value, there)
            continue
        for value in resolution.values(entry.value, there):
            yield value.chosen(choice if len(returns) > 1 else Choice.SURE)


def _functions(function: Expression, frame: Frame, resolution: Resolution) -> Iterator[tuple[Unit, int, Value | None]]:
    """The functions that an expression can stand for, with what a method is called on."""
    program = resolution.program
    for target in targets(function, frame.unit, frame.site, program):
        if target.unit is not None and target.unit.scope(target.scope).kind is ScopeKind.FUNCTION:
            yield target.unit, target.scope, None
    if isinstance(function, Attribute):
        for made, owner in receivers(function.base, frame, resolution):
            method = method_of(owner, function.name, program)
            if method is not None and method.unit is not None:
                yield method.unit, method.scope, made


# --- texts -----------------------------------------------------------------------------------------


def joined(parts: tuple[Expression, ...], span: Span, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The texts that parts make, one for each combination of their values."""
    options = [list(resolution.values(part, frame.aside())) for part in parts]
    for combination in islice(product(*options), _MOST_COMBINATIONS):
        steps = tuple(step for value in combination if len(value.chain) > 1 for step in value.chain)
        folded = _folded(combination, span, frame.unit.facts.path)
        is_fallback = any(value.fallback for value in combination)
        value = replace(frame.value(folded, fallback=is_fallback), chain=(*frame.chain, *steps))
        for part in combination:
            value = value.chosen(part.choice)
        yield _selected(value, parts, combination, span, frame)


def _selected(
    value: Value, parts: tuple[Expression, ...], combination: tuple[Value, ...], span: Span, frame: Frame
) -> Value:
    """A text of which a word chose one part: the table of what the other words would have made of it."""
    chosen = [index for index, part in enumerate(combination) if part.selector is not None]
    if len(chosen) != 1:
        return value
    at, path = chosen[0], frame.unit.facts.path
    table = tuple(
        (word, Elsewhere(Joined((*parts[:at], item, *parts[at + 1 :]), span), frame, path))
        for word, item in combination[at].table
    )
    return replace(value, selector=combination[at].selector, table=table)


def _folded(values: tuple[Value, ...], span: Span, path: str) -> Text:
    text = ""
    pieces: list[tuple[int, Text]] = []
    for value in values:
        content = value.content
        if isinstance(content, Text):
            pieces += [(len(text) + start, piece) for start, piece in pieces_of(content, value.unit.facts.path)]
            text += content.text
        else:
            text += content.text if isinstance(content, Constant) else HOLE
    return Text(text, span, plain=False, pieces=tuple(pieces), path=path)


def _formatted(
    base: Expression,
    node: Call,
    frame: Frame,
    resolution: Resolution,
    split: Callable[[Text, Call], tuple[Expression, ...]],
) -> Iterator[Value]:
    for value in resolution.values(base, frame.deeper()):
        if isinstance(value.content, Text):
            yield from joined(split(value.content, node), node.span, replace(frame, chain=value.chain), resolution)
        else:
            yield frame.unknown("a formatted text")


def _percent(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    yield from _formatted(base, node, frame, resolution, percent_parts)


def _format(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    yield from _formatted(base, node, frame, resolution, brace_parts)


def _join(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    listing = node.arguments[0].value if node.arguments else None
    if not isinstance(base, Text) or not isinstance(listing, Listing):
        yield frame.unknown("a joined text")
        return
    parts: list[Expression] = []
    for item in listing.items:
        parts += [base, item] if parts else [item]
    yield from joined(tuple(parts), node.span, frame, resolution)


def _kept(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    yield from resolution.values(base, frame.deeper())


def _cased(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    assert isinstance(node.function, Attribute)
    for value in resolution.values(base, frame.deeper()):
        content = value.content
        if isinstance(content, Text):
            text = content.text.lower() if node.function.name == "lower" else content.text.upper()
            value = replace(value, content=replace(content, text=text, plain=content.plain and text == content.text))
        yield value


def _replaced(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`text.replace(old, new)`."""
    if len(node.arguments) != 2 or not isinstance(node.arguments[0].value, Text) or not node.arguments[0].value.text:
        yield from _kept(base, node, frame, resolution)
        return
    yield from _formatted(base, node, frame, resolution, replaced_parts)


def written(node: Expression) -> str:
    """Names and attributes as written, for look-ups and messages."""
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Attribute):
        return f"{written(node.base)}.{node.name}"
    if isinstance(node, Call):
        return f"{written(node.function)}()"
    if isinstance(node, Subscript):
        return f"{written(node.base)}[…]"
    return "…"


_METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {
    "__mod__": _percent,
    "format": _format,
    "join": _join,
    "replace": _replaced,
    "lower": _cased,
    "upper": _cased,
    **dict.fromkeys(("strip", "rstrip", "lstrip", "encode", "decode", "removesuffix", "removeprefix"), _kept),
}


def _url_joined(arguments: list[Expression], node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    for base in resolution.values(arguments[0], frame.deeper()):
        if not isinstance(base.content, Text):
            yield base
            continue
        pieces = pieces_of(base.content, base.unit.facts.path)
        for path in resolution.values(arguments[1], frame.deeper()):
            text = urljoin(base.content.text, path.text or HOLE)
            yield replace(base, content=Text(text, node.span, plain=False, pieces=pieces))
