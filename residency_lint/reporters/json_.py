"""Everything a report knows, as JSON; `version` rises when a key changes its meaning or goes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from residency_lint import __version__
from residency_lint.findings import Finding, Step
from residency_lint.fixes import Edit, Fix
from residency_lint.report import Report
from residency_lint.reporters.counts import APPLICABILITY_WORDS
from residency_lint.reporters.locations import place
from residency_lint.skips import Skip
from residency_lint.source import Span

JsonObject = dict[str, object]

VERSION = 1


def render(report: Report) -> Iterator[str]:
    document: JsonObject = {
        "version": VERSION,
        "tool": {"name": "residency-lint", "version": __version__},
        "declared": list(report.declared),
        "declared_in": report.declared_in,
        "findings": [_finding(report, finding) for finding in report.findings],
        "skips": [_skip(skip) for skip in report.skips],
        "files": report.files,
        "candidates": report.candidates,
        "fixed": report.fixed,
    }
    yield json.dumps(document, indent=2) + "\n"


def _finding(report: Report, finding: Finding) -> JsonObject:
    return {
        "path": finding.path,
        **_lines(report, finding.path, finding.span),
        "start": finding.span.start,
        "end": finding.span.end,
        "rule": finding.rule.id,
        "vendor": finding.rule.vendor,
        "title": finding.rule.title,
        "level": finding.level.value,
        "verdict": finding.verdict.value,
        "message": finding.message,
        "seen": finding.sighting.seen,
        "observed_region": finding.sighting.region,
        "allowed_regions": list(finding.allowed),
        "context": finding.sighting.context.name.lower(),
        "chain": [_step(report, step) for step in finding.sighting.chain],
        "related": [_step(report, step) for step in finding.related],
        "fix": _fix(report, finding.fix) if finding.fix else None,
        "hint": finding.sighting.hint,
        "docs": finding.rule.docs,
        "silenced": _silenced(finding),
        "fingerprint": finding.fingerprint,
    }


def _step(report: Report, step: Step) -> JsonObject:
    found = place(report, step.path, step.span)
    return {
        "path": step.path,
        "line": found.line if found else None,
        "column": found.column if found else None,
        "words": step.words,
    }


def _fix(report: Report, fix: Fix) -> JsonObject:
    return {
        "title": fix.title,
        "applicability": APPLICABILITY_WORDS[fix.applicability],
        "consequence": fix.consequence,
        "edits": [_edit(report, edit) for edit in fix.edits],
    }


def _edit(report: Report, edit: Edit) -> JsonObject:
    bounds: JsonObject = {"path": edit.path, "start": edit.span.start, "end": edit.span.end, "text": edit.text}
    return bounds | _lines(report, edit.path, edit.span)


def _lines(report: Report, path: str, span: Span) -> JsonObject:
    found = place(report, path, span)
    return {
        "line": found.line if found else None,
        "column": found.column if found else None,
        "end_line": found.end_line if found else None,
        "end_column": found.end_column if found else None,
    }


def _silenced(finding: Finding) -> JsonObject | None:
    silenced = finding.silenced_by
    return {"reason": silenced.reason, "rules": list(silenced.rule_ids)} if silenced else None


def _skip(skip: Skip) -> JsonObject:
    return {"path": skip.path, "reason": skip.reason, "fatal": skip.fatal}
