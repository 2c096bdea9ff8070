"""What a run comes to, in one sentence, and what it could not read."""

from __future__ import annotations

from residency_lint.report import Report
from residency_lint.reporters.characters import number_of, printable
from residency_lint.skips import Skip


def skip_line(skip: Skip) -> str:
    return f"{printable(skip.path)}: {skip_words(skip)}\n"


def skip_words(skip: Skip) -> str:
    return f"{'not read' if skip.fatal else 'read in part'}: {printable(skip.reason)}"


def summary(report: Report) -> str:
    """A line. That nothing leaves is only said when everything was read and nothing silenced."""
    fixed = f"Fixed {report.fixed}. " if report.fixed else ""
    if not report.findings and not report.skips:
        region = f": {', '.join(report.declared)}" if report.declared else ""
        return f"{fixed}No data leaves the declared region{region} ({number_of(report.files, 'file')}).\n"
    from residency_lint.reporters.counts import counts  # most runs of a hook find nothing

    return f"{fixed}{counts(report)}.\n"
