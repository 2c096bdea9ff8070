"""Fields of namespaces, copies and named tuples: `SimpleNamespace(host=…)`, `replace(settings, host=…)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from residency_lint.expressions import Attribute, Call, Expression, Listing, Name, Text
from residency_lint.resolve.arguments import arguments_of, known_items
from residency_lint.resolve.copies import original_of
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.names import targets

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def of_call(call: Call, name: str, value: Value, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`SimpleNamespace(host=…).host`, `replace(settings, host=…).host`."""
    copied = field_of_copy(value, name, frame, resolution)
    if copied is not None:
        yield from copied
        return
    names = {t.name for t in targets(call.function, value.unit, value.site, resolution.program)}
    if not names & {"types.SimpleNamespace", "argparse.Namespace"}:
        return
    there = replace(value.frame(frame.depth + 1), chain=frame.chain)
    arguments = arguments_of(call, there, resolution)
    if name in arguments.named:
        yield from resolution.values(arguments.named[name], there)


def _changes_of(call: Call, frame: Frame, resolution: Resolution) -> dict[str, Expression]:
    """The fields that a call which copies changes."""
    found = arguments_of(call, frame, resolution).named
    if getattr(call.function, "name", "") == "model_copy":
        return known_items(found["update"], frame, resolution)[0] if "update" in found else {}
    return found


def field_of_copy(value: Value, name: str, frame: Frame, resolution: Resolution) -> list[Value] | None:
    """A field of a copy; None where the value is none."""
    call, original = value.content, original_of(value, resolution.program)
    if original is None or not isinstance(call, Call):
        return None
    there = replace(value.frame(frame.depth + 1), chain=frame.chain)
    changed = _changes_of(call, there, resolution)
    copied = Attribute(original, name, call.span)
    if name not in changed:
        return list(resolution.values(copied, there))
    for replaced in resolution.values(copied, there):
        if isinstance(replaced.content, Text):
            resolution.pass_over(replaced.content, replaced.frame(0))
    return list(resolution.values(changed[name], there))


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
