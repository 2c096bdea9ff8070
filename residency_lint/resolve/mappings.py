"""Mappings that are made: with items set later, of mappings (one that has lost a key, several of which the first
counts), of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Attribute, Call, Elsewhere, Expression, Listing, Mapping, Opaque, Text
from residency_lint.facts import Binding, ScopeKind
from residency_lint.resolve.arguments import certain_items, placed
from residency_lint.resolve.classes import decorated, fields, lineage, method_of, receivers
from residency_lint.resolve.frames import Choice, Frame, Unknown, Value
from residency_lint.resolve.names import Target
from residency_lint.resolve.told_mappings import items_of_functions

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST_VARIANTS = 4


def chained(maps: list[Expression], node: Call, frame: Frame) -> Value:
    """`ChainMap(first, second)`."""
    return frame.value(Mapping(tuple((None, one) for one in reversed(maps)), node.span))


def _without(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """A mapping after `del base[key]`, or `base.pop(key)`."""
    keys = {value.text for value in resolution.values(node.arguments[0].value, frame.aside())}
    for value in resolution.values(base, frame.deeper()):
        known, is_whole = certain_items(value, resolution, frame.depth + 1)
        if not isinstance(value.content, Mapping) or not is_whole or len(keys) != 1 or None in keys:
            yield value  # Whatever is asked for afterwards is no less known than before.
            continue
        for key in known.keys() & keys:
            resolution.pass_over(known[key or ""], frame)
        left = tuple((Text(k, item.span, plain=False), item) for k, item in known.items() if k not in keys)
        yield frame.value(Mapping(left, value.content.span))


def of_pairs(node: Call, frame: Frame, resolution: Resolution) -> Value:
    """`dict(host=…)`, `dict(base, host=…)`, `dict(zip(regions, hosts))`."""
    found: list[tuple[Expression | None, Expression]] = []
    for argument in node.arguments:
        key = Text(argument.name, argument.span, plain=False) if argument.name else None
        pairs = None if argument.name or argument.star else _pairs(argument.value, frame, resolution)
        found += [(key, argument.value)] if pairs is None else pairs
    return frame.value(Mapping(tuple(found), node.span))


def _pairs(expression: Expression, frame: Frame, resolution: Resolution) -> list[tuple[Expression, Expression]] | None:
    """What is listed two by two; None for anything else."""
    values = list(resolution.values(expression, frame.deeper()))
    if len(values) != 1 or not isinstance(values[0].content, Listing):
        return None
    found: list[tuple[Expression, Expression]] = []
    for item in values[0].content.items:
        pair = list(resolution.values(item, values[0].frame(frame.depth + 1)))
        content = pair[0].content if len(pair) == 1 else None
        if not isinstance(content, Listing) or len(content.items) != 2:
            return None
        key, value = (placed(one, pair[0].frame(frame.depth + 1)) for one in content.items)
        found.append((key, value))
    return found


# --- objects ---------------------------------------------------------------------------------------


def of_object(thing: Expression, node: Expression, frame: Frame, resolution: Resolution) -> Value | None:
    """`asdict(settings)`, `vars(settings)`: what an object of the repository's classes bears, by name; None for any
    other object."""
    found = [target for _, target in receivers(thing, frame, resolution)]
    names = _names(found[0], resolution) if len(found) == 1 else []
    left_out = _left_out(node)
    if not names or left_out is None:
        return None
    items = ((name, Attribute(thing, name, node.span)) for name in names if name not in left_out)
    return frame.value(Mapping(tuple((Text(n, node.span, plain=False), placed(a, frame)) for n, a in items), node.span))


def of_method(node: Call, frame: Frame, resolution: Resolution) -> Value | None:
    """`settings.model_dump()`, `options._asdict()`; None where the class says itself what that is."""
    if not isinstance(node.function, Attribute) or node.function.name not in _DUMPS:
        return None
    thing, name = node.function.base, node.function.name
    if any(method_of(owner, name, resolution.program) for _, owner in receivers(thing, frame, resolution)):
        return None
    return of_object(thing, node, frame, resolution)


_DUMPS = {"model_dump", "dict", "_asdict"}


def _names(target: Target, resolution: Resolution) -> list[str]:
    """The fields of a class; without any, what its constructor sets."""
    classes = [one for one in lineage(target, resolution.program) if one.unit is not None]
    found = [name for name in fields(target, resolution.program) if any(_is_field(one, name) for one in classes)]
    found += [name for one in classes for name in _computed(one)]
    constructor = method_of(target, "__init__", resolution.program)
    if found or constructor is None or constructor.unit is None:
        return found
    receiver = next(iter(constructor.unit.scope(constructor.scope).parameters), "")
    bound = (name for scope, name in constructor.unit.bindings if scope == constructor.scope)
    return [name.partition(".")[2] for name in bound if name.startswith(f"{receiver}.") and name.count(".") == 1]


def _is_field(target: Target, name: str) -> bool:
    """Whether a class declares a field: with its type, or by a call as of `attr.ib()`."""
    assert target.unit is not None
    bindings = target.unit.bindings.get((target.scope, name), [])
    return any(b.is_typed or (isinstance(b.value, Call) and name != "model_config") for b in bindings)


def _computed(target: Target) -> list[str]:
    assert target.unit is not None
    below = (target.unit.scope(index) for index in target.unit.scopes_below(target.scope))
    return [s.name for s in below if s.kind is ScopeKind.FUNCTION and decorated(s, frozenset({"computed_field"}))]


def _left_out(node: Expression) -> set[str] | None:
    """The fields that a call leaves out; None where it makes other names, or not all can be told."""
    found: set[str] = set()
    for argument in node.arguments if isinstance(node, Call) else ():
        if argument.name in ("include", "by_alias", "filter", "dict_factory"):
            return None
        if argument.name == "exclude":
            items = argument.value.items if isinstance(argument.value, (Listing, Mapping)) else ()
            texts = [item.text for item in items if isinstance(item, Text)]
            if not texts or len(texts) < len(items):
                return None
            found.update(texts)
    return found


def with_items(value: Value, binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """A mapping with the items that are set after it was made; without those that may not be."""
    unit, scope = frame.unit, binding.site.scope
    later = unit.items.get((scope, binding.target), []) if isinstance(value.content, (Mapping, Call)) else []
    variants = [value]
    for item in later:
        is_before = scope != frame.site.scope or item.span.start < frame.site.statement.start
        there = replace(frame, site=item.site).deeper()
        choice = resolution.conditions.choice([g for g in item.site.guards if g not in frame.site.guards], there)
        if item.span.start < binding.span.start or not is_before or choice is Choice.NEVER or item.value is None:
            continue
        key = Text(item.key, item.span, plain=False)
        added = ((key, Elsewhere(item.value, there, unit.facts.path)),)
        changed = [
            replace(one, content=Mapping((*one.content.items, *added), one.content.span)).chosen(choice)
            for one in variants
            if isinstance(one.content, Mapping)
        ]
        variants = changed if choice is Choice.SURE else [*variants, *changed][:_MOST_VARIANTS]
    for told, choice in items_of_functions(binding, frame, resolution) if isinstance(value.content, Mapping) else ():
        changed = [
            replace(one, content=Mapping((*one.content.items, told), one.content.span)).chosen(choice)
            for one in variants
            if isinstance(one.content, Mapping)
        ]
        variants = changed if choice is Choice.SURE else [*variants, *changed][:_MOST_VARIANTS]
    yield from variants


def collected_with_items(value: Value, binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """As `with_items`, for a parameter: of a mapping that callers give, all that is known may be what is set here."""
    is_untold = isinstance(value.content, Unknown) and not value.content.name and value.content.target is None
    if is_untold and (binding.site.scope, binding.target) in frame.unit.items:
        assert isinstance(value.content, Unknown)
        rest = Opaque(value.content.reason, binding.span)
        known = list(
            with_items(replace(value, content=Mapping(((None, rest),), rest.span)), binding, frame, resolution)
        )
        is_mapping = any(isinstance(one.content, Mapping) and len(one.content.items) > 1 for one in known)
        yield from known if is_mapping else [value]
    else:
        yield from with_items(value, binding, frame, resolution)


METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {"__delitem__": _without}
"""Methods of mappings that make another one, by name."""
