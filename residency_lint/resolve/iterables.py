"""What can be gone through: comprehensions, generators, views of mappings, and the functions that make more of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    Argument,
    Attribute,
    Call,
    Comprehension,
    Constant,
    Element,
    Expression,
    Listing,
    Mapping,
    Name,
)
from residency_lint.fixes import Slot
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.classes import receivers
from residency_lint.resolve.config_mappings import Sections, item_of
from residency_lint.resolve.enums import is_enum, members, named
from residency_lint.resolve.frames import Activation, Choice, Frame, Value
from residency_lint.resolve.names import targets
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST_ITEMS = 64
_DEEPEST = 4
"""Mappings expanded into one another."""


def listed(value: Value, resolution: Resolution) -> list[Expression] | None:
    """What one goes through, each with its place; None where that cannot be told."""
    there = value.frame(len(value.chain))
    if isinstance(value.content, Listing):
        found: list[Expression] = []
        for item in value.content.items[:_MOST_ITEMS]:
            if isinstance(item, Element):  # `[*hosts, "…"]`
                inner = _items(item.base, there, resolution)
                if inner is None:
                    return None
                found += inner
            else:
                found.append(placed(item, there))
        return found
    if isinstance(value.content, Mapping):
        entries = _entries(value, resolution)
        return None if entries is None else [key for key, _ in entries]
    return None


def loop_of(node: Element) -> int:
    """What stands for a loop in the place of a scope, where it is gone through item by item."""
    return -2 - node.span.start


def elements(node: Element, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What a loop's target gets, one after another; of a comprehension or loop that is being gone through, its item."""
    comprehension = frame.site.scope if frame.unit.is_comprehension(frame.site) else None
    for scope in (comprehension, loop_of(node)):
        turn = frame.activation_of(frame.unit, scope) if scope is not None else None
        if turn is not None and turn.receiver is not None:
            steps = (*frame.chain, *(step for step in turn.receiver.chain if step not in frame.chain))
            yield replace(turn.receiver, chain=steps)
            return
    enum = next((t for _, t in receivers(node.base, frame, resolution) if is_enum(t, resolution.program)), None)
    if enum is not None:
        for name in members(enum):
            yield from named(enum, name, frame, resolution)
        return
    for container in resolution.values(node.base, frame.deeper()):
        items = listed(container, resolution)
        if items is None:
            yield frame.unknown("a value made elsewhere")
        for item in items or ():
            yield from resolution.values(item, container.frame(frame.depth + 1))


def comprehended(node: Comprehension, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The list or mapping that a comprehension makes."""
    for container in resolution.values(node.base, frame.deeper()):
        items = listed(container, resolution)
        if items is None:
            yield frame.unknown("what a comprehension makes of something made elsewhere")
            continue
        made = list(islice(_made(node, items, frame, resolution), _MOST_ITEMS))
        if node.is_mapping:
            yield frame.value(Mapping(tuple((None, one) for one in made), node.span))
        else:
            yield frame.value(Listing(tuple(made), node.span))


def _made(node: Comprehension, items: list[Expression], frame: Frame, resolution: Resolution) -> Iterator[Expression]:
    """What a comprehension makes of each item for which its conditions hold."""
    for item in items:
        for value in islice(resolution.values(item, frame.deeper()), _MOST_ITEMS):
            activation = Activation(frame.unit, node.scope, _call(node.base, (), node.span, frame), frame, value)
            for entry in frame.unit.yields.get(node.scope, []):
                there = replace(frame, site=entry.site, depth=frame.depth + 1, activation=activation)
                guards = [guard for guard in entry.site.guards if guard not in frame.site.guards]
                if resolution.conditions.choice(guards, there) is Choice.NEVER:
                    resolution.pass_over(item, frame)
                elif node.is_nested:
                    for inner in resolution.values(entry.value, there):
                        yield from _parts(inner)
                else:
                    yield placed(entry.value, there)


def _parts(made: Value) -> Iterator[Expression]:
    """What an inner comprehension made, each with its place."""
    there = made.frame(len(made.chain))
    if isinstance(made.content, Listing):
        yield from (placed(item, there) for item in made.content.items)
    elif isinstance(made.content, Mapping):
        yield from (placed(item, there) for _, item in made.content.items)


# --- methods ---------------------------------------------------------------------------------------


def of_method(node: Call, frame: Frame, resolution: Resolution) -> list[Value] | None:
    """`table.items()`, `hosts.pop()`; None for a method of anything else."""
    if not isinstance(node.function, Attribute) or node.function.name not in _METHODS:
        return None
    if node.arguments and node.function.name not in ("pop", "items"):
        return None
    found: list[Value] = []
    for container in resolution.values(node.function.base, frame.deeper()):
        if node.arguments and isinstance(container.content, Sections):
            container = _section(node.arguments[0].value, container, frame, resolution)
        content = container.content
        if isinstance(content, Listing) and content.items and node.function.name in ("pop", "popleft"):
            found += _popped(node, container, content, frame, resolution)
        elif (
            isinstance(content, Mapping)
            and node.function.name != "pop"
            and (entries := _entries(container, resolution))
        ):
            view = tuple(_viewed(node.function.name, key, item, node.span) for key, item in entries)
            found.append(frame.value(Listing(view, node.span)))
        else:
            return None
    return found or None


def _section(name: Expression, whole: Value, frame: Frame, resolution: Resolution) -> Value:
    """`config.items("section")` of a `configparser`."""
    names = {value.text for value in resolution.values(name, frame.aside())}
    assert isinstance(whole.content, Sections)
    found = item_of(whole.content, names.pop() or "") if len(names) == 1 else None
    return replace(whole, content=found) if isinstance(found, Mapping) else frame.unknown("a section of a file")


_METHODS = frozenset({"items", "values", "keys", "pop", "popleft"})


def _popped(node: Call, container: Value, content: Listing, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The last item or the one asked for; in a loop, every one."""
    items = content.items
    asked = node.arguments[0].value if node.arguments else None
    if not any(loop.contains(node.span) for loop in frame.unit.facts.loops):
        is_first = getattr(node.function, "name", "") == "popleft"
        at = 0 if is_first else number_of(asked) if asked is not None else -1
        items = items[at:][:1] if at is not None else items
    for item in items:
        yield from resolution.values(item, container.frame(frame.depth + 1))


def _viewed(view: str, key: Expression, item: Expression, span: Span) -> Expression:
    return Listing((key, item), span) if view == "items" else key if view == "keys" else item


def _entries(value: Value, resolution: Resolution, depth: int = 0) -> list[tuple[Expression, Expression]] | None:
    """The keys and values of a mapping, expanded ones too, each with its place; of a key the last value counts."""
    assert isinstance(value.content, Mapping)
    there = value.frame(len(value.chain))
    found: dict[object, tuple[Expression, Expression]] = {}
    for key, item in value.content.items[:_MOST_ITEMS]:
        if key is not None:
            found[getattr(key, "text", key)] = (placed(key, there), placed(item, there))
            continue
        for inner in resolution.values(item, there.deeper()):
            # `d = {**d, …}` in a loop expands itself.
            is_plain = isinstance(inner.content, Mapping) and depth < _DEEPEST
            entries = _entries(inner, resolution, depth + 1) if is_plain else None
            if entries is None:
                return None
            found.update((getattr(getattr(k, "expression", k), "text", k), (k, v)) for k, v in entries)
    return list(found.values())


# --- functions -------------------------------------------------------------------------------------


def of_function(
    name: str, node: Call, arguments: list[Expression], frame: Frame, resolution: Resolution
) -> list[Value] | None:
    """`sorted(hosts)`, `next(…)`, `map(f, hosts)`; None for any other function, or where nothing is known of it."""
    if name == "next" and arguments:
        return _next(node, arguments, frame, resolution)
    make = _FUNCTIONS.get(name)
    given = [_items(argument, frame, resolution) for argument in arguments]
    if make is None or not given:
        return None
    if name in ("map", "filter"):
        given[0] = [arguments[0]]
    if name == "filter" and len(given) > 1 and given[1] is not None:
        given[1] = _filtered(arguments[0], given[1], node, frame, resolution)
    known = [items for items in given if items is not None]
    if len(known) < len(given):
        return None
    return [frame.value(Listing(tuple(make(known, node, frame)), node.span))]


def _items(argument: Expression, frame: Frame, resolution: Resolution) -> list[Expression] | None:
    values = list(islice(resolution.values(argument, frame.deeper()), 2))
    return listed(values[0], resolution) if len(values) == 1 else None


def _next(node: Call, arguments: list[Expression], frame: Frame, resolution: Resolution) -> list[Value] | None:
    """The first item of what is made here; of an iterator that bears a name, any."""
    items = _items(arguments[0], frame, resolution)
    if items is None:
        return None
    taken = items if isinstance(arguments[0], (Name, Attribute)) else items[:1]
    if not taken:
        return list(resolution.as_fallback(arguments[1], frame)) if len(arguments) > 1 else None
    for item in items[len(taken) :]:
        resolution.pass_over(item, frame)
    return [value for item in taken for value in resolution.values(item, frame.deeper())]


def _filtered(
    function: Expression, items: list[Expression], node: Call, frame: Frame, resolution: Resolution
) -> list[Expression]:
    """The items for which a function may hold; for `None`, those that are true by themselves."""
    found: list[Expression] = []
    for item in items:
        test = item if isinstance(function, Constant) else _call(function, (item,), node.span, frame)
        if resolution.conditions.decision(test, frame.deeper()) is False:
            resolution.pass_over(item, frame)
        else:
            found.append(item)
    return found


def _mapped(given: list[list[Expression]], node: Call, frame: Frame) -> Iterator[Expression]:
    function = given[0][0]
    for items in zip(*given[1:], strict=False):
        yield placed(_call(function, items, node.span, frame), frame)


def _call(function: Expression, arguments: tuple[Expression, ...], span: Span, frame: Frame) -> Call:
    given = tuple(Argument(one, one.span) for one in arguments)
    return Call(function, given, span, Slot(Span(span.end, span.end)), frame.site)


def _numbered(given: list[list[Expression]], node: Call, frame: Frame) -> Iterator[Expression]:
    for number, item in enumerate(given[0]):
        yield Listing((Constant(str(number), node.span), item), node.span)


_Makes = Callable[[list[list[Expression]], Call, Frame], Iterator[Expression]]

_FUNCTIONS: dict[str, _Makes] = {
    **dict.fromkeys(
        ("list", "tuple", "set", "frozenset", "sorted", "iter", "itertools.cycle", "collections.deque"),
        lambda given, node, frame: iter(given[0]),
    ),
    "reversed": lambda given, node, frame: reversed(given[0]),
    "filter": lambda given, node, frame: iter(given[1] if len(given) > 1 else []),
    "itertools.chain": lambda given, node, frame: (item for items in given for item in items),
    "zip": lambda given, node, frame: (Listing(items, node.span) for items in zip(*given, strict=False)),
    "enumerate": _numbered,
    "map": _mapped,
}
"""Functions of what can be gone through: what one goes through then."""


def function_name(node: Call, frame: Frame, resolution: Resolution) -> str:
    """The qualified name of what is called; of a builtin, its own."""
    found = targets(node.function, frame.unit, frame.site, resolution.program)
    if not found and isinstance(node.function, Name):
        return node.function.id
    return found[0].name if found and not found[0].is_local else ""


def number_of(expression: Expression) -> int | None:
    text = expression.text if isinstance(expression, Constant) else ""
    return int(text) if text.removeprefix("-").isdigit() else None
