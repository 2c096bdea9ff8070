"""The report for people at a terminal: each finding with its line, how the value got there, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from residency_lint.findings import Finding
from residency_lint.report import Report
from residency_lint.reporters.characters import printable
from residency_lint.reporters.counts import APPLICABILITY_WORDS, shown
from residency_lint.reporters.frames import frame
from residency_lint.reporters.locations import finding_words, step_words
from residency_lint.reporters.secrets import secrets_by_path
from residency_lint.reporters.summary import skip_line, summary


def render(report: Report) -> Iterator[str]:
    yield from findings(report)
    if report.skips:
        yield "".join(map(skip_line, report.skips)) + "\n"
    yield summary(report)


def findings(report: Report) -> Iterator[str]:
    """What is said of the findings, without the end."""
    secrets = secrets_by_path(report)
    for finding in shown(report):
        yield "\n".join(_lines(report, finding, secrets)) + "\n\n"


def _lines(report: Report, finding: Finding, secrets: Mapping[str, Sequence[Finding]]) -> Iterator[str]:
    head = f"{finding_words(report, finding)}: {finding.level.value}[{finding.rule.id}] {printable(finding.message)}"
    yield head
    margin = " "
    source = report.sources.get(finding.path)
    if source:
        framed = frame(source, finding.span, secrets.get(finding.path, ()))
        margin = framed[0].removesuffix("|")
        yield from framed
    for line in (*_chain(report, finding), *_advice(report, finding)):
        yield margin + line


def _chain(report: Report, finding: Finding) -> Iterator[str]:
    chain = finding.sighting.chain
    if len(chain) > 1:
        yield "= because"
        for step in chain:
            yield f"    {step_words(report, step)}"
    for step in finding.related:
        if step not in chain:
            yield f"= see {step_words(report, step)}"


def _advice(report: Report, finding: Finding) -> Iterator[str]:
    declared_in = f" (declared in {printable(report.declared_in)})" if report.declared_in else ""
    if finding.allowed:
        yield f"= allowed: {', '.join(finding.allowed)}{declared_in}"
    fix = finding.fix
    if fix:
        yield f"= fix ({APPLICABILITY_WORDS[fix.applicability]}): {printable(fix.title)}"
        if fix.consequence:
            yield f"    {printable(fix.consequence)}"
    elif finding.sighting.hint:
        yield f"= hint: {printable(finding.sighting.hint)}"
