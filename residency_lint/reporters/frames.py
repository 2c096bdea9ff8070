"""The line a finding lies in, with a caret under every character of it."""

from __future__ import annotations

from collections.abc import Sequence

from residency_lint.findings import Finding
from residency_lint.reporters.characters import blank, printable, width
from residency_lint.reporters.locations import locate
from residency_lint.reporters.secrets import ELLIPSIS, Mask, masks
from residency_lint.source import Source, Span

COLUMNS = 120
"""Characters of a line that are shown."""
_BEFORE = 40
"""Characters left of the span that stay when a line is cut."""


def frame(source: Source, span: Span, secrets: Sequence[Finding]) -> list[str]:
    """Three lines with a gutter; of a span over several lines the first is shown."""
    place = locate(source, span)
    line = source.line(place.line)
    start = min(place.column - 1, len(line))
    end = place.end_column - 1 if place.end_line == place.line else len(line)
    line, start, end = _masked(line, start, min(end, len(line)), masks(source, place.line, secrets))
    before, marked, after = _cut(line, start, end)
    gutter = " " * len(str(place.line))
    carets = blank(before) + "^" * max(1, width(marked))
    return [f"{gutter} |", f"{place.line} | {before}{marked}{after}".rstrip(), f"{gutter} | {carets}"]


def _masked(line: str, start: int, end: int, masks: Sequence[Mask]) -> tuple[str, int, int]:
    """The line with its masks on, and where the span's ends have moved to."""
    for mask in reversed(masks):
        line = line[: mask.start] + mask.word + line[mask.end :]
        start = _moved(start, mask, mask.start)
        end = _moved(end, mask, mask.start + len(mask.word))
    return line, start, end


def _moved(position: int, mask: Mask, inside: int) -> int:
    if position <= mask.start:
        return position
    return inside if position < mask.end else position + len(mask.word) - (mask.end - mask.start)


def _cut(line: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands before, in and after the span, at most `COLUMNS` characters of it, printable."""
    first, last = 0, len(line)
    if len(line) > COLUMNS:
        first = max(0, min(start - _BEFORE, len(line) - COLUMNS))
        last = first + COLUMNS
    head = ELLIPSIS if first else ""
    tail = ELLIPSIS if last < len(line) else ""
    shown = (line[first:start], line[start : min(end, last)], line[end:last])
    before, marked, after = (printable(part, keep="\t") for part in shown)
    return head + before, marked.replace("\t", " "), after + tail
