"""What mappings and listings hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import (
    Constant,
    Elsewhere,
    Expression,
    Listing,
    Mapping,
    Subscript,
    Text,
)
from residency_lint.resolve.arguments import certain_items
from residency_lint.resolve.config_mappings import Sections
from residency_lint.resolve.documents import Document
from residency_lint.resolve.enums import enum_of, named, outer_members, outer_name
from residency_lint.resolve.frames import Frame, Unknown, Value, told, unless_set
from residency_lint.resolve.iterables import listed
from residency_lint.resolve.keys import word_of
from residency_lint.resolve.lookups import lookup_in
from residency_lint.resolve.options import is_parsed_pair, parsed_values
from residency_lint.resolve.questions import index_of

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def item_values(
    base: Expression, key: Expression, default: Expression | None, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """`base[key]` or `base.get(key, default)` on mappings that can be seen."""
    enum = enum_of(base, frame, resolution.program)
    if enum is not None:
        for wanted in resolution.values(key, frame.deeper()):
            yield from named(enum, wanted.text or "", frame, resolution)
        return
    containers = tuple(resolution.values(base, frame.deeper()))
    usual = told(containers)
    for container in containers:
        if container not in usual:
            yield container  # What is not told of the table is not told of its items, their defaults included.
            if default is not None:
                resolution.pass_over(default, frame)
        elif isinstance(container.content, Mapping):
            yield from _items(container, key, default, frame, resolution)
        elif isinstance(container.content, Listing) and (found := _number(key, frame, resolution)) is not None:
            number, of_key = found
            items_there = listed(container, resolution) or []
            if -len(items_there) <= number < len(items_there):
                for value in resolution.values(items_there[number], container.frame(frame.depth + 1)):
                    yield replace(value, fallback=value.fallback or of_key.fallback).chosen(of_key.choice)
            else:
                yield frame.unknown(f"an item of `{written(base)}`")
        elif is_parsed_pair(container.content):
            # `args, rest = parser.parse_known_args()`
            found = _number(key, frame, resolution)
            is_first = found is not None and found[0] == 0
            yield container if is_first else frame.unknown("what a command line leaves over")
        elif isinstance(key, Text) and (parsed := parsed_values(key.text, container, resolution)) is not None:
            yield from parsed  # `vars(parser.parse_args())["host"]`
        elif (looked_up := lookup_in(container, key, default, frame, resolution)) is not None:
            yield from looked_up.values(frame, resolution)
        else:
            yield from _item_of_something(base, container, key, frame, resolution)
            if default is not None:
                yield from resolution.as_fallback(default, frame)


def _number(key: Expression, frame: Frame, resolution: Resolution) -> tuple[int, Value] | None:
    """The only number that a key is with nothing set, and the value that says so."""
    values = told(tuple(unless_set(resolution.values(key, frame.aside()))))
    content = values[0].content if len(values) == 1 else None
    number = index_of(content) if isinstance(content, Constant) else None
    return None if number is None else (number, values[0])


def _item_of_something(
    base: Expression, container: Value, key: Expression, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """`ServerZone["EU"]` is the same as `ServerZone.EU`, and `SERVER_URL[EU_ZONE]["v2"]` as `SERVER_URL.EU_ZONE.v2`."""
    reason = f"an item of `{written(base)}`"
    owner = outer_name(base, frame, resolution)
    if isinstance(container.content, Unknown) and isinstance(base, Subscript):
        owner = container.content.name
    if not owner:
        yield frame.unknown(reason)
        return
    yield from outer_members(owner, resolution.values(key, frame.deeper()), frame.unknown(reason), resolution)


def _items(
    container: Value, key: Expression, default: Expression | None, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    known, is_whole = certain_items(container, resolution)
    keys = tuple(resolution.values(key, frame.deeper()))
    usual = told(keys)
    for wanted in keys:
        word = word_of(wanted, resolution)
        item = known.get(word) if word is not None else None
        if word is None or (item is None and not is_whole):
            env = wanted.content.env if isinstance(wanted.content, Unknown) else ""
            yield frame.value(Unknown("an item under a key that cannot be told", env=env)).chosen(wanted.choice)
        # The choice was made where the key was written, so its steps come first.
        chosen_by_name = wanted.text is not None and len(wanted.chain) > len(frame.chain) + 1
        for other in _of_files(known.values(), container) if item is not None else ():
            # Nothing but what is asked for in a file is used.
            resolution.pass_over(other if other is not item else None, frame)
        if item is not None:
            chain = wanted.chain if chosen_by_name else container.chain
            selector = wanted if chosen_by_name else None
            for value in resolution.values(item, replace(frame.deeper(), chain=chain)):
                value = replace(value, fallback=value.fallback or wanted.fallback or container.fallback)
                value = replace(value, selector=selector or value.selector, table=tuple(known.items()))
                yield value.chosen(container.choice).chosen(wanted.choice)
        elif default is not None and wanted in usual:
            yield from resolution.as_fallback(default, frame)
        elif default is not None:
            resolution.pass_over(default, frame)  # The look-up of the key has a fallback of its own.


def _of_files(items: Iterable[Expression], container: Value) -> Iterator[Expression]:
    """What configuration says, of a mapping that is read from a file or a text, or made of several."""
    for item in items:
        place = item.place if isinstance(item, Elsewhere) else None
        unit = place.unit if isinstance(place, Frame) else container.unit
        if unit.facts.language != "python" or isinstance(container.content, (Document, Sections)):
            yield item
