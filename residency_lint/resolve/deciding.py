"""The word that decides between values, and what other words would have led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    Attribute,
    Branch,
    Call,
    Comparison,
    Constant,
    Elsewhere,
    Expression,
    Guard,
    Name,
    Text,
)
from residency_lint.facts import Return
from residency_lint.resolve.frames import Choice, Frame, Value, unless_set

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

Table = tuple[tuple[str, Expression], ...]


def by_word(value: Value, word: Value | None, table: Table) -> Value:
    """A value with the word that chose it, where that is one, and no other chose it before."""
    if word is None or not table or value.selector is not None:
        return value
    return replace(value, selector=word, table=table)


def deciding_word(test: Expression, choice: Choice, frame: Frame, resolution: Resolution) -> Value | None:
    """The one text that a condition compares with another, or the one truth value that it asks for."""
    if choice not in (Choice.SURE, Choice.DEFAULT):
        return None
    if isinstance(test, Comparison):
        if test.operator not in ("==", "!=") or not isinstance(test.right, Text):
            return None
        found = [v for v in unless_set(resolution.values(test.left, frame.aside())) if isinstance(v.content, Text)]
    elif isinstance(test, (Name, Attribute, Call)):
        found = [v for v in unless_set(resolution.values(test, frame.aside())) if isinstance(v.content, Constant)]
    else:
        return None
    return found[0] if len(found) == 1 else None


def table_of_branch(node: Branch, frame: Frame) -> Table:
    """`a if region == "eu" else b`: what the words lead to that are told."""
    return (
        *_led_to(Guard(node.test, True, 0), node.then, frame),
        *_led_to(Guard(node.test, False, 0), node.otherwise, frame),
    )


def table_of_returns(entry: Return, returns: list[Return], frame: Frame) -> Table:
    """As of a branch, of the `return` statements that the conditions of one choose among."""
    spans = {_asked(guard.test) for guard in entry.site.guards}
    return tuple(
        pair
        for other in returns
        for guard in other.site.guards[-1:]
        if _asked(guard.test) in spans
        for pair in _led_to(guard, other.value, replace(frame, site=other.site))
    )


def _led_to(guard: Guard, value: Expression, frame: Frame) -> Table:
    """The word for which a condition comes out so, where it is one, with what that leads to."""
    test, placed = guard.test, Elsewhere(value, frame, frame.unit.facts.path)
    if not isinstance(test, Comparison):
        return ((str(guard.holds), placed),)
    is_named = guard.holds is (test.operator == "==")
    return ((test.right.text, placed),) if is_named and isinstance(test.right, Text) else ()


def _asked(test: Expression) -> object:
    """What a condition asks for: the name, else the place it stands at."""
    left = test.left if isinstance(test, Comparison) else test
    return left.id if isinstance(left, Name) else left.span
