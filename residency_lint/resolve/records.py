"""Fields of namespaces, copies and named tuples: `SimpleNamespace(host=…)`, `replace(settings, host=…)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Argument, Attribute, Call, Expression, Listing, Name, Text
from residency_lint.resolve.arguments import Arguments, arguments_of, items_of, placed
from residency_lint.resolve.classes import constructed_by
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.names import targets

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def of_call(call: Call, name: str, value: Value, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`SimpleNamespace(host=…).host`, `replace(settings, host=…).host`."""
    names = {t.name for t in targets(call.function, value.unit, value.site, resolution.program)}
    there = replace(value.frame(frame.depth + 1), chain=frame.chain)
    arguments = arguments_of(call, there, resolution)
    base = _copied(call, names, arguments)
    if base is None and not names & {"types.SimpleNamespace", "argparse.Namespace"}:
        return
    if name in arguments.named:
        yield from resolution.values(arguments.named[name], there)
    if base is not None:
        copied = Attribute(base, name, call.span)
        if name in arguments.named:
            for replaced in resolution.values(copied, there):
                if isinstance(replaced.content, Text):
                    resolution.pass_over(replaced.content, replaced.frame(0))
        else:
            yield from resolution.values(copied, there)


def copied(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """`replace(settings, host=…)`, `settings.model_copy(update={…})`, as the call that would make the changed object;
    None for any other call, and where that cannot be told."""
    names = {t.name for t in targets(node.function, frame.unit, frame.site, resolution.program)}
    method = node.function.name if isinstance(node.function, Attribute) else ""
    by_function = bool(names & _COPY)
    if not by_function and method not in _COPY_METHODS:
        return None
    arguments = arguments_of(node, frame, resolution)
    update = arguments.named.get("update") if not by_function else None
    changes = arguments.named if by_function else items_of(update, frame, resolution) if update is not None else {}
    base = arguments.positional[0] if by_function and arguments.positional else getattr(node.function, "base", None)
    values = list(resolution.values(base, frame.deeper())) if base is not None else []
    if changes is None or arguments.opaque or not all(constructed_by(one, resolution.program) for one in values):
        return None
    return iter([_changed(value, changes, frame, resolution) for value in values]) if values else None


def _changed(value: Value, changes: dict[str, Expression], frame: Frame, resolution: Resolution) -> Value:
    made = value.content
    assert isinstance(made, Call)
    for argument in made.arguments:
        if argument.name in changes:
            resolution.pass_over(argument.value, value.frame(0))
    kept = [argument for argument in made.arguments if argument.name not in changes]
    new = [Argument(placed(one, frame), one.span, name) for name, one in changes.items()]
    return replace(value, content=replace(made, arguments=(*kept, *new)))


_COPY = {"dataclasses.replace", "copy.replace", "attrs.evolve", "attr.evolve"}
_COPY_METHODS = ("model_copy", "copy")


def _copied(call: Call, names: set[str], arguments: Arguments) -> Expression | None:
    """What a call makes a copy of: `replace(settings, …)`, `settings._replace(…)`; None where it makes none."""
    if "dataclasses.replace" in names:
        return next(iter(arguments.positional), None)
    is_method = isinstance(call.function, Attribute) and call.function.name in ("_replace", "model_copy")
    return call.function.base if is_method and isinstance(call.function, Attribute) else None


def of_tuple(call: Call, name: str, value: Value, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """A field of what a named tuple is made of: `Settings = namedtuple("Settings", …)`, `Settings("eu").region`."""
    there = replace(value.frame(frame.depth + 1), chain=frame.chain)
    for made in resolution.values(call.function, there) if isinstance(call.function, (Name, Attribute)) else ():
        if not isinstance(made.content, Call) or made.content is call:
            continue
        names = {t.name for t in targets(made.content.function, made.unit, made.site, resolution.program)}
        if not names & {"collections.namedtuple", "typing.NamedTuple"}:
            continue
        known, given = arguments_of(made.content, made.frame(0), resolution), arguments_of(call, there, resolution)
        fields_of = known.positional[1] if len(known.positional) > 1 else known.named.get("field_names")
        names_of = _field_names(fields_of, made, resolution) if fields_of is not None else []
        if name not in names_of:
            continue
        at = names_of.index(name)
        defaults = _items_of(known.named.get("defaults"), made, resolution)
        late = at - len(names_of) + len(defaults)
        found = given.named.get(name) or (given.positional[at] if at < len(given.positional) else None)
        if found is not None:
            yield from resolution.values(found, there)
        elif late >= 0:
            yield from resolution.values(defaults[late], made.frame(frame.depth + 1))


def _field_names(fields_of: Expression, made: Value, resolution: Resolution) -> list[str]:
    names: list[str] = []
    for value in resolution.values(fields_of, made.frame(1)):
        if isinstance(value.content, Text):
            names += value.content.text.replace(",", " ").split()
        elif isinstance(value.content, Listing):
            for item in value.content.items:
                first = item.items[0] if isinstance(item, Listing) and item.items else item
                names.append(first.text if isinstance(first, Text) else "")
    return names


def _items_of(expression: Expression | None, made: Value, resolution: Resolution) -> tuple[Expression, ...]:
    values = list(resolution.values(expression, made.frame(1))) if expression is not None else []
    return values[0].content.items if len(values) == 1 and isinstance(values[0].content, Listing) else ()
