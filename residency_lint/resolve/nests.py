"""Things that lie in one another, as the parts of a program do: which of them lie around a place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from residency_lint.source import Span

T = TypeVar("T")


class Nest(Generic[T]):
    """Spans of which any two are apart, or one lies in the other; asked in the time that their depth takes."""

    def __init__(self, things: Iterable[T], span_of: Callable[[T], Span]) -> None:
        """Of several with one span, the last counts as the innermost."""
        pairs = [(span_of(thing), thing) for thing in things]
        self._entries = sorted(pairs, key=lambda pair: (pair[0].start, -pair[0].end))
        self._starts = [span.start for span, _ in self._entries]
        self._outer: list[int] = []
        inside: list[int] = []
        for index, (span, _) in enumerate(self._entries):
            while inside and not self._entries[inside[-1]][0].contains(span):
                inside.pop()
            self._outer.append(inside[-1] if inside else -1)
            inside.append(index)

    def around(self, span: Span) -> Iterator[T]:
        """What holds a span, the innermost first."""
        index = bisect_right(self._starts, span.start) - 1
        while index >= 0:
            whole, thing = self._entries[index]
            if whole.contains(span):
                yield thing
            index = self._outer[index]
