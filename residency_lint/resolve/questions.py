"""What is asked of texts and lists: `host.startswith("eu")`, `"eu" in name`, `len(hosts)`; and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from residency_lint.expressions import (
    HOLE,
    Call,
    Constant,
    Element,
    Elsewhere,
    Expression,
    Joined,
    Listing,
    Mapping,
    Text,
)
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.interpreters import ORDER
from residency_lint.resolve.iterables import listed, number_of
from residency_lint.resolve.keys import word_of

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST_TIMES = 8


def holds_item(text: str, container: Value, resolution: Resolution) -> bool | None:
    """Whether a word like those of `word_of` is in a text, a list, or the keys of a mapping; None where that cannot be
    told."""
    content = container.content
    if isinstance(content, Text):
        return None if HOLE in content.text or text.startswith("\0") else text in content.text
    if not isinstance(content, (Listing, Mapping)):
        return None
    items = listed(container, resolution)
    if items is None:
        return None
    is_sure = True
    for item in items:
        values = list(resolution.values(item, container.frame(len(container.chain)).aside()))
        word = word_of(values[0], resolution) if len(values) == 1 else None
        if word == text:
            return True
        is_sure = is_sure and word is not None
    return False if is_sure else None


def in_order(left: str, sign: str, right: str | None) -> bool | None:
    """Whether an order holds between two whole numbers, as words like those of `word_of`; None for anything else."""
    numbers = [_NUMBER.fullmatch(word or "") for word in (left, right)]
    first, second = (int(number[1]) if number else None for number in numbers)
    return ORDER[sign](first, second) if sign in ORDER and first is not None and second is not None else None


_NUMBER = re.compile(r"\0(-?[0-9]{1,9})")


def length(expression: Expression, node: Call, frame: Frame, resolution: Resolution) -> Value:
    """`len(text)`, of a list as well."""
    values = list(resolution.values(expression, frame.aside()))
    content = values[0].content if len(values) == 1 else None
    if isinstance(content, Text) and HOLE not in content.text:
        return frame.value(Constant(str(len(content.text)), node.span))
    if isinstance(content, Listing):
        is_plain = not any(isinstance(item, Element) for item in content.items)
        items = content.items if is_plain else listed(values[0], resolution)
        return frame.unknown("a length") if items is None else frame.value(Constant(str(len(items)), node.span))
    if isinstance(content, Unknown) and content.name == "sys.argv":
        return frame.value(Constant("1", node.span), fallback=True)  # the program's own name, where nothing is given
    return frame.unknown("a length")


def counted(kind: str, expression: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`int(text)`, `bool(text)`: the number or the truth value that is made of it; what cannot be told stays that."""
    for value in resolution.values(expression, frame.deeper()):
        number = _WHOLE.fullmatch(value.text) if kind == "int" and value.text is not None else None
        truth = value.truth if kind == "bool" else None
        word = str(int(number[1])) if number is not None else None if truth is None else str(truth)
        if word is None:
            yield value
        else:
            yield frame.value(Constant(word, node.span), fallback=value.fallback).chosen(value.choice)


_WHOLE = re.compile(r"\s*([+-]?[0-9]{1,9})\s*")


def _begins_or_ends(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`text.startswith(words)`, `text.endswith(words)`."""
    asked = [_texts(argument.value, frame, resolution) for argument in node.arguments]
    for value in resolution.values(base, frame.aside()):
        text = value.text
        if text is None or HOLE in text or len(asked) != 1 or asked[0] is None:
            yield frame.unknown("what a text begins or ends with")
        else:
            found = getattr(str, getattr(node.function, "name", ""))(text, asked[0])
            yield frame.value(Constant(str(found), node.span), fallback=value.fallback)


def _texts(expression: Expression, frame: Frame, resolution: Resolution) -> tuple[str, ...] | None:
    values = list(resolution.values(expression, frame.aside()))
    if len(values) != 1:
        return None
    if isinstance(values[0].content, Listing):
        inner = [_texts(item, values[0].frame(frame.depth + 1), resolution) for item in values[0].content.items]
        return None if None in inner else tuple(text for one in inner for text in one or ())
    return (values[0].text,) if values[0].text is not None and HOLE not in values[0].text else None


def _negative(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    for value in resolution.values(base, frame.aside()):
        number = number_of(value.content) if isinstance(value.content, Constant) else None
        yield frame.unknown("a computed value") if number is None else frame.value(Constant(str(-number), node.span))


def _times(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`"-eu" * is_eu`: the text so many times."""
    times = [_number(value) for value in resolution.values(node.arguments[0].value, frame.aside())]
    for value in resolution.values(base, frame.deeper()):
        known = times[0] if len(times) == 1 else None
        if not isinstance(value.content, Text) or known is None or known > _MOST_TIMES:
            yield frame.unknown("a computed value")
        elif known == 1:
            yield value
        else:
            place = Elsewhere(value.content, value.frame(frame.depth + 1), value.unit.facts.path)
            yield from resolution.values(Joined((place,) * max(known, 0), node.span), frame.deeper())


def _number(value: Value) -> int | None:
    return index_of(value.content) if isinstance(value.content, Constant) else None


def index_of(constant: Constant) -> int | None:
    """A number, or the one that a truth value counts as."""
    return {"True": 1, "False": 0}.get(constant.text, number_of(constant))


METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {
    **dict.fromkeys(("startswith", "endswith"), _begins_or_ends),
    "__neg__": _negative,
    "__mul__": _times,
}
"""Methods that tell something of what they are called on, by name; and what operators make of numbers."""
