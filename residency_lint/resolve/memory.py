"""What expressions were found to be: the same question, asked on many ways to an answer, costs once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from msgspec.structs import replace

from residency_lint.expressions import Expression
from residency_lint.resolve.frames import Frame, Value
from residency_lint.source import Span

_MOST_VALUES = 64
_MOST_KEPT = 50_000
"""Expressions; some 50 MB."""
_NOWHERE = 1 << 60


class Memory:
    """The values of expressions, by where they stand and the call that leads there; `known` outlives one search.

    An answer is kept if it rests on no expression that is still being looked at: such a value leads back to itself. One
    that a way too long to be followed cut short answers the questions from as deep or deeper.
    """

    def __init__(self, known: dict[Any, Any]) -> None:
        self._known = known
        self._open: dict[object, int] = {}
        self._rests_on = _NOWHERE
        """The outermost of the open expressions that what is looked at now rests on."""
        self._is_cut = False
        self.deciding: frozenset[tuple[int, Span]] = frozenset()
        """The conditions that are being decided, by unit and place: what is bound under them does not count then."""

    @contextmanager
    def decides(self, condition: tuple[int, Span]) -> Iterator[None]:
        before, self.deciding = self.deciding, self.deciding | {condition}
        yield
        self.deciding = before

    def leave_open(self) -> None:
        """Notes that what is looked at now is the answer for this one time."""
        self._rests_on = -1

    def cut_short(self) -> None:
        """Notes that what is looked at now is as much of the answer as can be told from so deep."""
        self._is_cut = True

    def values(
        self, node: Expression, frame: Frame, find: Callable[[Expression, Frame], Iterable[Value]]
    ) -> Iterator[Value]:
        key = id(node), frame.key, self.deciding
        kept = self._known.get(key)
        if kept is not None and frame.depth >= kept[3]:
            self._is_cut = self._is_cut or kept[3] > 0
            return _after(frame, kept[2])
        if key in self._open:
            self._rests_on = min(self._rests_on, self._open[key])
            return iter([frame.unknown("a value that leads back to itself")])
        number = self._open[key] = len(self._open)
        before, self._rests_on = self._rests_on, _NOWHERE
        was_cut, self._is_cut = self._is_cut, False
        alone = Frame(frame.unit, frame.site, (), frame.depth, frame.activation) if frame.chain else frame
        try:
            found = tuple(islice(find(node, alone), _MOST_VALUES))
        finally:
            del self._open[key]
            rests_on = self._rests_on
            self._rests_on = before if rests_on >= number else min(before, rests_on)
        if rests_on >= number:
            if len(self._known) > _MOST_KEPT:
                self._known.clear()
            # Keys are identities: what they are of must stay alive.
            self._known[key] = node, alone, found, frame.depth if self._is_cut else 0
        self._is_cut = self._is_cut or was_cut
        return _after(frame, found)


def _after(frame: Frame, found: Iterable[Value]) -> Iterator[Value]:
    """Values, with the steps that led to where they were looked for."""
    if not frame.chain:
        return iter(found)
    chain = frame.chain
    return (replace(value, chain=(*chain, *(step for step in value.chain if step not in chain))) for value in found)
