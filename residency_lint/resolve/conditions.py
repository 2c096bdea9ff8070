"""Whether code under conditions runs, as far as the values of what they ask for tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    FAILED_IMPORT,
    HOLE,
    Call,
    Comparison,
    Constant,
    Expression,
    Guard,
    Name,
    Negation,
    Opaque,
    Text,
)
from residency_lint.facts import Binding
from residency_lint.resolve.enums import member_of
from residency_lint.resolve.frames import Choice, Frame, Unknown, unless_set
from residency_lint.resolve.guards import guards_before
from residency_lint.resolve.imports import importers
from residency_lint.resolve.interpreters import by_version
from residency_lint.resolve.lookups import is_set
from residency_lint.resolve.origins import import_fails
from residency_lint.resolve.questions import holds_item, in_order
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def _is_of_program(test: Expression) -> bool:
    """`__name__ == "__main__"`."""
    return (
        isinstance(test, Comparison)
        and test.operator == "=="
        and isinstance(test.left, Name)
        and test.left.id == "__name__"
        and isinstance(test.right, Text)
    )


def _path(frame: Frame) -> str:
    return frame.unit.facts.path


_SAME = ("==", "!=", "is", "is not")
_MOST_OPEN = 4
"""Conditions that are decided on the way to one; beyond, it cannot be told."""


class Conditions:
    """The conditions that one search for values meets."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution

    def is_undecided(self, binding: Binding, frame: Frame) -> bool:
        """Whether a binding is made under a condition that is being decided."""
        return any(self._is_open((id(frame.unit), guard.test.span)) for guard in binding.site.guards)

    def _is_open(self, condition: tuple[int, Span]) -> bool:
        deciding = self._resolution.memory.deciding
        return condition in deciding or len(deciding) >= _MOST_OPEN

    def choice(self, guards: Iterable[Guard], frame: Frame) -> Choice:
        """Whether code under conditions runs."""
        found = Choice.SURE
        for guard in guards:
            if guard.holds and _is_of_program(guard.test) and not importers(_path(frame), self._resolution.program):
                continue  # Nobody but who runs the file comes here.
            # What a condition guards runs after it: `if not client: client = Client()`.
            before = replace(frame, site=replace(frame.site, guards=guards_before(guard, frame.site.guards)))
            condition = id(frame.unit), guard.test.span
            is_open = self._is_open(condition)
            with self._resolution.memory.decides(condition):
                holds = None if is_open else self.decision(guard.test, before)
                is_fixed = holds is not None and self._is_fixed(guard.test, before)
            if holds is None:
                by_word = isinstance(guard.test, Comparison) and isinstance(guard.test.right, Text)
                one = Choice.WORD if by_word else Choice.OPEN
            elif is_fixed:
                one = Choice.SURE if holds is guard.holds else Choice.NEVER
            else:
                one = Choice.DEFAULT if holds is guard.holds else Choice.OTHER
            found = max(one, found, key=lambda choice: choice.value)
        return found

    def decision(self, test: Expression, frame: Frame) -> bool | None:
        if isinstance(test, Negation):
            inner = self.decision(test.operand, frame.deeper())
            return None if inner is None else not inner
        if isinstance(test, Comparison):
            return self._comparison(test, frame)
        if isinstance(test, Opaque) and test.reason == FAILED_IMPORT:
            return import_fails(test, frame.unit, self._resolution.program)
        values = unless_set(self._resolution.values(test, frame.aside()))
        truths = {value.truth for value in values}
        # With nothing set, an unknown environment variable leaves the fallback to decide.
        truths.discard(None)
        if len(values) == 1 and values[0].is_unset:
            return False
        return truths.pop() if len(truths) == 1 else None

    def _comparison(self, test: Comparison, frame: Frame) -> bool | None:
        if test.operator in _SAME and (members := self._members(test, frame)) is not None:
            return members == (test.operator in ("==", "is"))
        if (holds := by_version(test, frame, self._resolution)) is not None:
            return holds
        left = self._only(test.left, frame)
        if left is None:
            return None
        if test.operator in ("in", "not in"):
            is_text = not left.startswith("\0")
            if is_text and (found := is_set(left, test.right, frame, self._resolution)) is not None:
                # Code that only runs where a variable is set (`if "KEY" not in os.environ: raise …`) runs somewhere.
                is_demanded = not found and test.operator == "not in"
                return None if is_demanded else found is (test.operator == "in")
            containers = list(self._resolution.values(test.right, frame.aside()))
            found = holds_item(left, containers[0], self._resolution) if len(containers) == 1 else None
            return None if found is None else found is (test.operator == "in")
        right = self._only(test.right, frame)
        if test.operator not in _SAME:
            # A count that the program keeps itself may be another one by then: only what is given to it counts.
            is_given = any(value.fallback for value in self._resolution.values(test.left, frame.aside()))
            return in_order(left, test.operator, right) if is_given else None
        return None if right is None else (left == right) is (test.operator in ("==", "is"))

    def _members(self, test: Comparison, frame: Frame) -> bool | None:
        """Whether both operands are the same member of an enum; None where not both are known to be one."""
        found: list[Binding] = []
        for node in (test.left, test.right):
            values = list(self._resolution.values(node, frame.aside()))
            one = member_of(values[0], self._resolution.program) if len(values) == 1 else None
            if one is None:
                return None
            found.append(one)
        return found[0] is found[1]

    def _only(self, node: Expression, frame: Frame) -> str | None:
        """The one value that is known of an operand, as a word like those of `word_of`: `"None"` and None differ."""
        values = unless_set(self._resolution.values(node, frame.aside()))
        known = [value.content for value in values if not isinstance(value.content, Unknown)]
        if len(values) == 1 and values[0].is_unset:
            return "\0None"
        if len(known) != 1:
            return None
        content = known[0]
        if isinstance(content, Text):
            return None if HOLE in content.text else content.text
        if isinstance(content, Call) and isinstance(content.function, Name) and content.function.id == "object":
            return f"\0object {id(content)}"  # `_UNSET = object()` is like nothing else
        return f"\0{content.text}" if isinstance(content, Constant) else None

    def _is_fixed(self, test: Expression, frame: Frame) -> bool:
        """Whether a condition rests on constants alone, or on which files there are."""
        if isinstance(test, Opaque):
            return test.reason == FAILED_IMPORT
        operands: tuple[Expression, ...] = (test,)
        if isinstance(test, Comparison):
            operands = (test.left, test.right)
        elif isinstance(test, Negation):
            operands = (test.operand,)
        return not any(
            value.fallback or isinstance(value.content, Unknown)
            for operand in operands
            for value in self._resolution.values(operand, frame.aside())
        )
