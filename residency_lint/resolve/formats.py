"""Texts that are made by filling in others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Argument, Call, Expression, Listing, Mapping, Text
from residency_lint.resolve.arguments import arguments_of
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.iterables import listed
from residency_lint.resolve.names import targets
from residency_lint.resolve.templates import brace_parts, dollar_parts, percent_parts, replaced_parts
from residency_lint.resolve.texts import changed_values, joined, only_text

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def formatted(
    base: Expression,
    node: Call,
    frame: Frame,
    resolution: Resolution,
    split: Callable[[Text, Call], tuple[Expression, ...]],
) -> Iterator[Value]:
    """The texts that a call makes of a template, which `split` cuts into its parts."""
    for value in resolution.values(base, frame.deeper()):
        if isinstance(value.content, Text):
            yield from joined(split(value.content, node), node.span, replace(frame, chain=value.chain), resolution)
        else:
            yield frame.unknown("a formatted text")


def _percent(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    argument = node.arguments[0]
    if not isinstance(argument.value, (Text, Listing, Mapping)):
        values = list(resolution.values(argument.value, frame.aside()))
        content = values[0].content if len(values) == 1 else None
        if isinstance(content, Mapping):
            node = _with(_expanded(argument.value, node, frame, resolution), node)
        elif isinstance(content, Listing):
            items = tuple(listed(values[0], resolution) or ())
            node = replace(node, arguments=(replace(argument, value=Listing(items, argument.span)),))
    yield from formatted(base, node, frame, resolution, percent_parts)


def _with(expanded: Call, node: Call) -> Call:
    """Named arguments as the one mapping that `%` takes."""
    items = tuple((Text(a.name, a.span, plain=False), a.value) for a in expanded.arguments if a.name)
    return replace(node, arguments=(Argument(Mapping(items, node.span), node.span),))


def _format(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    if any(argument.star for argument in node.arguments):
        node = _seen(node, frame, resolution)
    yield from formatted(base, node, frame, resolution, brace_parts)


def _format_map(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    if node.arguments:
        node = _expanded(node.arguments[0].value, node, frame, resolution)
    yield from formatted(base, node, frame, resolution, brace_parts)


def _substitute(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`string.Template(…).substitute(…)`."""
    given = [replace(argument, star=argument.star or ("" if argument.name else "**")) for argument in node.arguments]
    node = _seen(replace(node, arguments=tuple(given)), frame, resolution)
    for value in resolution.values(base, frame.deeper()):
        made = value.content
        if not isinstance(made, Call) or not made.arguments or not _is_template(made, value, resolution):
            yield frame.value(Unknown("a formatted text"))
            continue
        for template in resolution.values(made.arguments[0].value, value.frame(frame.depth + 1)):
            if isinstance(template.content, Text):
                parts = dollar_parts(template.content, node)
                yield from joined(parts, node.span, replace(frame, chain=template.chain), resolution)
            else:
                yield frame.value(Unknown("a formatted text"))


def _is_template(made: Call, value: Value, resolution: Resolution) -> bool:
    found = targets(made.function, value.unit, value.site, resolution.program)
    return any(target.name == "string.Template" for target in found)


def _expanded(mapping: Expression, node: Call, frame: Frame, resolution: Resolution) -> Call:
    """The call with the items of a mapping as its named arguments."""
    return _seen(replace(node, arguments=(Argument(mapping, mapping.span, star="**"),)), frame, resolution)


def _seen(node: Call, frame: Frame, resolution: Resolution) -> Call:
    """A call with what `*` and `**` expand, as far as that can be seen."""
    found = arguments_of(node, frame, resolution)
    positional = [Argument(value, value.span) for value in found.positional]
    named = [Argument(value, value.span, name) for name, value in found.named.items()]
    return replace(node, arguments=(*positional, *named))


def _join(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    values = list(resolution.values(node.arguments[0].value, frame.deeper())) if node.arguments else []
    items = listed(values[0], resolution) if len(values) == 1 else None
    if items is None:
        yield frame.unknown("a joined text")
        return
    # Nothing may be written between all items because one is wrong.
    between = only_text(base, frame, resolution)
    parts: list[Expression] = []
    for item in items:
        parts += [base, item] if parts and (between is None or between.text) else [item]
    yield from joined(tuple(parts), node.span, frame, resolution)


def _replaced(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`text.replace(old, new)`: where `new` has several values, or one that is not known, the text put together."""
    arguments = [argument.value for argument in node.arguments]
    is_fixed = len(arguments) == 2 and isinstance(arguments[0], Text) and bool(arguments[0].text)
    if is_fixed and only_text(arguments[1], frame, resolution) is None:
        yield from formatted(base, node, frame, resolution, replaced_parts)
    else:
        yield from changed_values(base, node, frame, resolution)


METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {
    "__mod__": _percent,
    "format": _format,
    "format_map": _format_map,
    "substitute": _substitute,
    "safe_substitute": _substitute,
    "join": _join,
    "replace": _replaced,
}
"""Methods that fill in a text, by name."""
