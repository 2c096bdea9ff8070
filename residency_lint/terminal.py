"""What a person at a terminal sees of a run while it lasts, and how standard output is written."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from residency_lint.report import Place, Report

_T = TypeVar("_T")
PIECEMEAL = ("text", "concise")
"""Formats that are read from the top; the others are whole documents."""


def watched(items: Iterable[_T], number: int, doing: str) -> Iterator[_T]:
    """The same, with a bar on standard error where a run at a terminal takes longer than a moment."""
    if number < _FEWEST or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, number, doing, file=sys.stderr) as bar:
        yield from bar


class Early:
    """Shows findings at a terminal as soon as they are certain: somebody waits for the first of them."""

    def __init__(self, output_format: str) -> None:
        self._format = output_format
        self.shown: set[Place] = set()

    def __call__(self, report: Report) -> None:
        from residency_lint.report import place_of
        from residency_lint.reporters import beginning

        report = report.without(self.shown)
        if report.shown and sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)  # the bar
        put_out(beginning(self._format, report))
        self.shown.update(map(place_of, report.shown))


_FEWEST = 4
"""Shares of the files; fewer are done before anybody reads a bar."""


def put_out(pieces: Iterable[str]) -> None:
    """Standard output is the report, in UTF-8 whatever the terminal says."""
    output = sys.stdout.buffer if hasattr(sys.stdout, "buffer") else None
    for piece in pieces:
        if output is None:
            sys.stdout.write(piece)
        else:
            output.write(piece.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
