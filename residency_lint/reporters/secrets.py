"""What must not leave a file: the stretches of text that secrets stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from residency_lint.findings import Finding
from residency_lint.report import Report
from residency_lint.reporters.locations import locate
from residency_lint.source import Source, Span

ELLIPSIS = "…"

# A rule may point at the telling part only: hidden is all that stands in one piece with it, but for a name before it.
_TOKENS = re.compile(r"""(?:\w+=)?(?P<secret>[^\s"'`]+)""")


class Mask(Struct, frozen=True):
    """Characters `start` to `end` of a line are shown as `word`."""

    start: int
    end: int
    word: str


def secrets_by_path(report: Report) -> Mapping[str, Sequence[Finding]]:
    """Silenced ones too: the line of another finding may hold them."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if getattr(finding.rule, "secret", False):  # by name: a report without findings needs no rules
            found.setdefault(finding.path, []).append(finding)
    return found


def holds_secret(source: Source, span: Span, secrets: Sequence[Finding]) -> bool:
    if not secrets:
        return False
    place = locate(source, span)
    return any(masks(source, line, secrets) for line in range(place.line, place.end_line + 1))


def masks(source: Source, number: int, secrets: Sequence[Finding]) -> list[Mask]:
    """The masks of a 1-based line, by position; none overlaps another."""
    merged: list[Mask] = []
    for mask in sorted(_masks(source, number, secrets), key=lambda mask: mask.start):
        if merged and mask.start < merged[-1].end:
            last = merged.pop()
            mask = Mask(last.start, max(last.end, mask.end), last.word)
        merged.append(mask)
    return merged


def _masks(source: Source, number: int, secrets: Sequence[Finding]) -> Iterator[Mask]:
    line = source.line(number) if secrets else ""
    for secret in secrets:
        place = locate(source, secret.span)
        if place.line <= number <= place.end_line:
            start = place.column - 1 if place.line == number else 0
            end = place.end_column - 1 if place.end_line == number else len(line)
            yield _grown(line, start, end, secret.sighting.seen)


def _grown(line: str, start: int, end: int, seen: str) -> Mask:
    touched = [token.span("secret") for token in _TOKENS.finditer(line) if token.end() > start and token.start() < end]
    start = min([start, *(first for first, _ in touched)])
    end = max([end, *(last for _, last in touched)])
    return Mask(start, end, seen.rstrip(ELLIPSIS) + ELLIPSIS)
