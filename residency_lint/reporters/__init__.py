"""The formats a report can be written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from residency_lint.report import Report
from residency_lint.reporters.summary import skip_line, summary

Renderer = Callable[[Report], Iterator[str]]
"""Yields pieces of text, newlines included; joined they are the whole output."""

FORMATS = {
    "text": "text",
    "concise": "concise",
    "json": "json_",
    "sarif": "sarif",
    "github": "github",
}
"""name on the command line → module here. Modules and not functions: a hook that prints text loads no JSON."""


def renderer(name: str) -> Renderer:
    """For one of FORMATS."""
    if name in ("text", "concise"):
        return lambda report: _render(name, report) if report.findings else _quiet(report)
    return lambda report: _render(name, report)


def beginning(name: str, report: Report) -> Iterator[str]:
    """The findings alone, for one of the formats that need not be written as a whole: text, concise."""
    found: Iterator[str] = import_module(f"{__name__}.{FORMATS[name]}").findings(report)
    return found


def _render(name: str, report: Report) -> Iterator[str]:
    found: Iterator[str] = import_module(f"{__name__}.{FORMATS[name]}").render(report)
    return found


def _quiet(report: Report) -> Iterator[str]:
    """What people read of a run that found nothing; how findings are shown is not even imported."""
    yield from map(skip_line, report.skips)
    yield summary(report)
