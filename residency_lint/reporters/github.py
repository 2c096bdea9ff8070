"""Workflow commands, which GitHub Actions shows as annotations on the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.findings import Finding, Level
from residency_lint.report import Report
from residency_lint.reporters.characters import printable
from residency_lint.reporters.counts import active
from residency_lint.reporters.locations import place
from residency_lint.reporters.summary import skip_words, summary
from residency_lint.skips import Skip

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(report: Report) -> Iterator[str]:
    for finding in active(report):
        properties = {"file": finding.path} | _lines(report, finding) | {"title": f"residency-lint: {finding.rule.id}"}
        yield _command(_COMMANDS[finding.level], properties, _message(finding))
    for skip in report.skips:
        yield _skip(skip)
    yield summary(report)


def _lines(report: Report, finding: Finding) -> dict[str, str]:
    found = place(report, finding.path, finding.span)
    if found is None:
        return {}
    lines = {"line": str(found.line), "endLine": str(found.end_line)}
    if found.line != found.end_line:
        # The runner drops columns of an annotation over several lines, and warns about them.
        return lines
    return lines | {"col": str(found.column), "endColumn": str(found.end_column)}


def _message(finding: Finding) -> str:
    advice = finding.fix.title if finding.fix else finding.sighting.hint
    return "\n".join(printable(text) for text in (finding.message, advice) if text)


def _skip(skip: Skip) -> str:
    properties = {"file": skip.path, "title": "residency-lint"}
    return _command("error" if skip.fatal else "warning", properties, skip_words(skip))


def _command(name: str, properties: dict[str, str], message: str) -> str:
    """https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts has the escapes."""
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {pairs}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text, keep="\r\n")).replace(":", "%3A").replace(",", "%2C")
