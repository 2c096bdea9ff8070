"""One line a finding, `[*]` where `--fix` would make it right."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.findings import Finding
from residency_lint.fixes import Applicability
from residency_lint.report import Report
from residency_lint.reporters.characters import printable
from residency_lint.reporters.counts import shown
from residency_lint.reporters.locations import finding_words
from residency_lint.reporters.summary import skip_line, summary


def render(report: Report) -> Iterator[str]:
    yield from findings(report)
    yield from map(skip_line, report.skips)
    yield summary(report)


def findings(report: Report) -> Iterator[str]:
    """What is said of the findings, without the end."""
    for finding in shown(report):
        yield _line(report, finding)


def _line(report: Report, finding: Finding) -> str:
    star = " [*]" if finding.fix and finding.fix.applicability is Applicability.SAFE else ""
    what = f"{finding.level.value} [{finding.rule.id}] {printable(finding.message)}{star}"
    return f"{finding_words(report, finding)}: {what}\n"
