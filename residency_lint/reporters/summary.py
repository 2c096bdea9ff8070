"""What a run comes to, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.findings import Finding, Level
from residency_lint.fixes import Applicability
from residency_lint.report import Report
from residency_lint.reporters.characters import printable
from residency_lint.source import Skip

APPLICABILITY_WORDS = {Applicability.SAFE: "safe", Applicability.UNSAFE: "unsafe", Applicability.DISPLAY: "shown"}


def active(report: Report) -> list[Finding]:
    """The findings that nothing silences."""
    return [finding for finding in report.findings if finding.silenced_by is None]


def skip_line(skip: Skip) -> str:
    return f"{printable(skip.path)}: {skip_words(skip)}\n"


def skip_words(skip: Skip) -> str:
    return f"{'not read' if skip.fatal else 'read in part'}: {printable(skip.reason)}"


def summary(report: Report) -> str:
    """A line. That nothing leaves is only said when everything was read and nothing silenced."""
    fixed = f"Fixed {report.fixed}. " if report.fixed else ""
    if not report.findings and not report.skips:
        region = f": {', '.join(report.declared)}" if report.declared else ""
        return f"{fixed}No data leaves the declared region{region} ({_count(report.files, 'file')}).\n"
    findings = active(report)
    found = ", ".join(_level_counts(findings)) or "nothing"
    aside = ", ".join(_asides(report))
    total = f"Found {found}{f' ({aside})' if aside else ''} in {_count(report.files, 'file')}"
    return fixed + "; ".join([total, *_fixable(findings)]) + ".\n"


def _level_counts(findings: list[Finding]) -> Iterator[str]:
    for level in Level:
        number = sum(finding.level is level for finding in findings)
        if number:
            yield _count(number, level.value)


def _asides(report: Report) -> Iterator[str]:
    silenced = len(report.findings) - len(active(report))
    if silenced:
        yield f"{silenced} silenced"
    unread = sum(skip.fatal for skip in report.skips)
    if unread:
        yield f"{_count(unread, 'file')} not read"
    if len(report.skips) > unread:
        yield f"{_count(len(report.skips) - unread, 'file')} read in part"


def _fixable(findings: list[Finding]) -> Iterator[str]:
    fixes = [finding.fix for finding in findings if finding.fix]
    safe = sum(fix.applicability is Applicability.SAFE for fix in fixes)
    unsafe = sum(fix.applicability is Applicability.UNSAFE for fix in fixes)
    parts = [f"{safe} fixable with --fix"] if safe else []
    if unsafe:
        parts.append(f"{unsafe} {'more' if safe else 'fixable'} with --unsafe-fixes")
    if parts:
        yield ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
