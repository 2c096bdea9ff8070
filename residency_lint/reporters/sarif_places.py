"""The locations, regions and fixes of a SARIF log."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from residency_lint.findings import Finding
from residency_lint.fixes import Edit, Fix, edits_by_path
from residency_lint.report import Report
from residency_lint.reporters.counts import APPLICABILITY_WORDS
from residency_lint.reporters.locations import locate
from residency_lint.reporters.secrets import holds_secret
from residency_lint.source import Span

JsonObject = dict[str, object]


def artifact(path: str) -> JsonObject:
    """Relative paths stay relative; every byte that a URI cannot hold is percent-encoded, a colon included."""
    pure = PurePath(path)
    if pure.is_absolute():
        return {"uri": pure.as_uri()}
    return {"uri": quote(os.fsencode(pure.as_posix()), safe="/")}


def physical(report: Report, path: str, span: Span) -> JsonObject:
    return {"physicalLocation": {"artifactLocation": artifact(path), "region": region(report, path, span)}}


def quoted(report: Report, finding: Finding, secrets: Sequence[Finding]) -> JsonObject:
    """Where a finding lies, with the text there, unless a secret of the same file stands in it."""
    path, span = finding.path, finding.span
    shown = region(report, path, span)
    source = report.sources.get(path)
    if source and not holds_secret(source, span, secrets):
        shown["snippet"] = {"text": source.slice(span)}
    return {"physicalLocation": {"artifactLocation": artifact(path), "region": shown}}


def region(report: Report, path: str, span: Span) -> JsonObject:
    """Bytes, and lines and columns where the report carries the file."""
    in_bytes: JsonObject = {"byteOffset": span.start, "byteLength": span.end - span.start}
    source = report.sources.get(path)
    if source is None:
        return in_bytes
    found = locate(source, span)
    return {
        "startLine": found.line,
        "startColumn": found.column,
        "endLine": found.end_line,
        "endColumn": found.end_column,
        **in_bytes,
    }


def fix_object(report: Report, fix: Fix) -> JsonObject:
    words = f"{fix.title} ({fix.consequence})" if fix.consequence else fix.title
    changes = [_change(report, path, edits) for path, edits in sorted(edits_by_path([fix]).items())]
    applicability = APPLICABILITY_WORDS[fix.applicability]
    return {
        "description": {"text": words},
        "artifactChanges": changes,
        "properties": {"applicability": applicability},
    }


def _change(report: Report, path: str, edits: list[Edit]) -> JsonObject:
    return {"artifactLocation": artifact(path), "replacements": [_replacement(report, edit) for edit in sorted(edits)]}


def _replacement(report: Report, edit: Edit) -> JsonObject:
    """Text for the lines and columns, bytes for the byte offsets: each kind of region wants its own (SARIF 3.57.4)."""
    source = report.sources.get(edit.path)
    binary = b64encode(edit.text.encode(source.encoding if source else "utf-8")).decode("ascii")
    return {
        "deletedRegion": region(report, edit.path, edit.span),
        "insertedContent": {"text": edit.text, "binary": binary},
    }
