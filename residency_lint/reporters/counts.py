"""How much was found, and how much of it can be fixed."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.findings import Finding, Level
from residency_lint.fixes import Applicability
from residency_lint.report import Report
from residency_lint.reporters.characters import number_of

APPLICABILITY_WORDS = {Applicability.SAFE: "safe", Applicability.UNSAFE: "unsafe", Applicability.DISPLAY: "shown"}


def active(report: Report) -> list[Finding]:
    """The findings that nothing silences."""
    return [finding for finding in report.findings if finding.silenced_by is None]


def shown(report: Report) -> list[Finding]:
    """Those of them that are to be shown."""
    return [finding for finding in report.shown if finding.silenced_by is None]


def counts(report: Report) -> str:
    """As part of a sentence."""
    findings = active(report)
    found = ", ".join(_level_counts(findings)) or "nothing"
    aside = ", ".join(_asides(report))
    total = f"Found {found}{f' ({aside})' if aside else ''} in {number_of(report.files, 'file')}"
    return "; ".join([total, *_fixable(findings)])


def _level_counts(findings: list[Finding]) -> Iterator[str]:
    for level in Level:
        number = sum(finding.level is level for finding in findings)
        if number:
            yield number_of(number, level.value)


def _asides(report: Report) -> Iterator[str]:
    silenced = len(report.findings) - len(active(report))
    if silenced:
        yield f"{silenced} silenced"
    unread = sum(skip.fatal for skip in report.skips)
    if unread:
        yield f"{number_of(unread, 'file')} not read"
    if len(report.skips) > unread:
        yield f"{number_of(len(report.skips) - unread, 'file')} read in part"


def _fixable(findings: list[Finding]) -> Iterator[str]:
    fixes = [finding.fix for finding in findings if finding.fix]
    safe = sum(fix.applicability is Applicability.SAFE for fix in fixes)
    unsafe = sum(fix.applicability is Applicability.UNSAFE for fix in fixes)
    parts = [f"{safe} fixable with --fix"] if safe else []
    if unsafe:
        parts.append(f"{unsafe} {'more' if safe else 'fixable'} with --unsafe-fixes")
    if parts:
        yield ", ".join(parts)
