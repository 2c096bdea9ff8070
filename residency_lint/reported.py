"""The findings of all files → those of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from residency_lint.call_rules import SdkCall
from residency_lint.findings import Finding
from residency_lint.fixes import Applicability
from residency_lint.report import Place, place_of


def as_reported(findings: Iterable[Finding], paths: Sequence[str]) -> list[Finding]:
    """One finding for each piece of evidence of a run; fixes are made where it was asked to look."""
    return [_with_command(finding, paths) for finding in _once(findings)]


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each piece of evidence, also when two files led to it; by path and place."""
    kept: dict[Place, Finding] = {}
    # What an SDK is told may stand in a file that was looked at before the one that starts it.
    for finding in sorted(findings, key=precedence):
        kept.setdefault(place_of(finding), finding)
    return sorted(kept.values(), key=lambda finding: (finding.path, finding.span, finding.rule.id))


def precedence(finding: Finding) -> tuple[bool, bool]:
    """What an SDK is told says more than the text alone; that one start passes it over, less than that one takes it."""
    return not (isinstance(finding.rule, SdkCall) or finding.sighting.is_settled), not finding.fails


def is_asked_for(path: str, paths: Sequence[str]) -> bool:
    """Whether a path is one of those given, or lies below one; without any, below the current folder."""
    full = os.path.abspath(path)
    roots = (os.path.abspath(root) for root in paths or ["."])
    return any(full == root or full.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _with_command(finding: Finding, paths: Sequence[str]) -> Finding:
    """A fix outside what was asked for is not made there; it comes with the command that makes it."""
    fix = finding.fix
    outside = sorted({edit.path for edit in fix.edits if not is_asked_for(edit.path, paths)}) if fix else []
    if fix is None or not outside:
        return finding
    flags = "--fix" if fix.applicability is Applicability.SAFE else "--fix --unsafe-fixes"
    title = f"{fix.title}: `residency-lint check {flags} {' '.join(outside)}` applies it"
    return replace(finding, fix=replace(fix, title=title, applicability=Applicability.DISPLAY))
