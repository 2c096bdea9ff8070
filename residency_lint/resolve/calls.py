"""The values that calls and operators make: environment look-ups, formatting, joining, functions of the repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from residency_lint.facts import (
    HOLE,
    Attribute,
    Call,
    Constant,
    Expression,
    Listing,
    Mapping,
    Name,
    ScopeKind,
    Subscript,
    Text,
)
from residency_lint.resolve.classes import method_of, receivers
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Activation, Choice, Frame, Unknown, Value
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Unit
from residency_lint.resolve.templates import brace_parts, percent_parts, pieces_of, replaced_parts
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


_MOST_COMBINATIONS = 64


def called(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The values of a call; one that nothing is known of is a value of its own."""
    variable = environment_variable(node, frame, resolution)
    if variable is not None:
        is_get = written(node.function).rpartition(".")[2] in ("get", "getenv", "pop")
        yield from environment_values(variable, _default(node), frame, resolution, optional=is_get)
        return
    arguments = [a.value for a in node.arguments if not a.name and not a.star]
    method = node.function.name if isinstance(node.function, Attribute) else ""
    if isinstance(node.function, Attribute) and method in _METHODS:
        yield from _METHODS[method](node.function.base, node, frame, resolution)
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
        default = next((a.value for a in node.arguments if a.name == "default"), None)
        first = arguments[0] if arguments and any(t.name == "pydantic.Field" for t in names) else None
        if default is None and first is None:
            yield frame.unknown("a field without a default")
        else:
            yield from resolution.as_fallback(default or first or node, frame)
    elif builtin in ("str", "bool") and len(arguments) == 1:
        yield from resolution.values(arguments[0], frame.deeper())
    elif builtin == "dict":
        items = tuple((Text(a.name, a.span, plain=False) if a.name else None, a.value) for a in node.arguments)
        yield frame.value(Mapping(items, node.span))
    else:
        yield from _returned(node, frame, resolution)


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


# --- the environment -------------------------------------------------------------------------------


def environment_variable(node: Call | Subscript, frame: Frame, resolution: Resolution) -> str | None:
    """The variable that an expression looks up ("" where its name is no text), None for any other expression."""
    looked_in = node.base if isinstance(node, Subscript) else node.function
    names = {t.name for t in targets(looked_in, frame.unit, frame.site, resolution.program)}
    if isinstance(node, Subscript):
        key: Expression = node.key
        found = "os.environ" in names
    else:
        if not node.arguments:
            return None
        key = node.arguments[0].value
        found = bool(names & _LOOKUPS) or _is_environment_reader(node.function, frame, resolution)
    return (key.text if isinstance(key, Text) else "") if found else None


def environment_values(
    variable: str, default: Expression | None, frame: Frame, resolution: Resolution, *, optional: bool = False
) -> Iterator[Value]:
    is_set = False
    for unit, mention in set_values(variable, frame.unit, resolution.program):
        is_set = True
        there = replace(frame.via_file(unit, mention.text.span, f"{variable} is set here"), site=mention.site)
        yield there.value(replace(mention.text, path=unit.facts.path))
    if is_set:
        return
    reason = f"environment variable {variable}" if variable else "an environment variable"
    yield frame.value(Unknown(reason, env=variable, optional=optional), fallback=default is not None)
    if default is not None:
        words = f"{variable or 'the variable'} is not set: its fallback"
        yield from resolution.as_fallback(default, frame.via(default.span, words))


def _default(node: Call) -> Expression | None:
    named = next((a.value for a in node.arguments if a.name == "default"), None)
    positional = [a.value for a in node.arguments if not a.name]
    return named or (positional[1] if len(positional) > 1 else None)


def _is_environment_reader(function: Expression, frame: Frame, resolution: Resolution) -> bool:
    """`env = environ.Env()` then `env(…)`, `env.str(…)`: an object of a settings library."""
    base = function.base if isinstance(function, Attribute) else function
    if not isinstance(base, Name):
        return False
    unit = frame.unit
    made_by = [
        target.name
        for scope in unit.visible_scopes(frame.site.scope)
        for binding in unit.bindings.get((scope, base.id), [])
        if isinstance(binding.value, Call)
        for target in targets(binding.value.function, unit, binding.site, resolution.program)
    ]
    return any(name in _ENVIRONMENT_CLASSES for name in made_by)


_LOOKUPS = {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "decouple.config"}
_ENVIRONMENT_CLASSES = {"environ.Env", "environs.Env", "starlette.config.Config", "decouple.Config"}


# --- texts -----------------------------------------------------------------------------------------


def joined(parts: tuple[Expression, ...], span: Span, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The texts that parts make, one for each combination of their values."""
    options = [list(resolution.values(part, frame.aside())) for part in parts]
    for combination in islice(product(*options), _MOST_COMBINATIONS):
        steps = tuple(step for value in combination if len(value.chain) > 1 for step in value.chain)
        folded = _folded(combination, span, frame.unit.facts.path)
        is_fallback = any(value.fallback for value in combination)
        yield replace(frame.value(folded, fallback=is_fallback), chain=(*frame.chain, *steps))


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
