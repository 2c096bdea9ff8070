"""Where things lie, in the numbers that people and machines read."""

from __future__ import annotations

from msgspec import Struct

from residency_lint.findings import Finding, Step
from residency_lint.report import Report
from residency_lint.reporters.characters import printable
from residency_lint.source import Source, Span


class Location(Struct, frozen=True):
    """1-based lines and columns (code points); the end column is the one after the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def locate(source: Source, span: Span) -> Location:
    return Location(*source.place(span.start), *source.place(span.end))


def place(report: Report, path: str, span: Span) -> Location | None:
    """None for a file that the report does not carry: an edit may lie in one, or a finding about a broken file."""
    source = report.sources.get(path)
    return locate(source, span) if source else None


def finding_words(report: Report, finding: Finding) -> str:
    """`path:line:column`."""
    found = place(report, finding.path, finding.span)
    path = printable(finding.path)
    return f"{path}:{found.line}:{found.column}" if found else path


def step_words(report: Report, step: Step) -> str:
    """`path:line words`."""
    found = place(report, step.path, step.span)
    path = printable(step.path)
    return f"{path}:{found.line} {printable(step.words)}" if found else f"{path} {printable(step.words)}"
