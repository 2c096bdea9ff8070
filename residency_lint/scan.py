"""Paths → report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from residency_lint.errors import ConfigError
from residency_lint.findings import Finding
from residency_lint.fixes import Applicability
from residency_lint.gate import Gate, gate_for
from residency_lint.languages import READERS
from residency_lint.languages.file_names import language_of
from residency_lint.policy import Policy
from residency_lint.report import Report
from residency_lint.rules import SdkCall
from residency_lint.settings import Settings
from residency_lint.source import Skip, Span
from residency_lint.tree import Tree, sdk_words
from residency_lint.walk import files


def check_paths(paths: Sequence[str], settings: Settings, tree: Tree | None = None) -> Report:
    """Checks files, and what lies in folders. Raises ConfigError for wrong settings and paths that do not exist."""
    tree = tree or Tree()
    gates = _Gates(settings)
    findings: list[Finding] = []
    skips: list[Skip] = []
    count = candidates = 0
    on_disk = [path for path in paths or ["."] if path not in tree.changes]
    given = (path for path in paths if path in tree.changes and not settings.is_excluded(path))
    for entry in [*files(on_disk, is_excluded=settings.is_excluded), *given]:
        if isinstance(entry, Skip):
            skips.append(entry)
            continue
        count += 1
        data = tree.data(entry)
        if isinstance(data, Skip):
            skips.append(data)
        elif gates.is_candidate(entry, data):
            candidates += 1
            tree.candidates.append(entry)
            from residency_lint.inspection import check_file  # most of the start, and most runs of a hook need none

            found = check_file(entry, settings, tree)
            if isinstance(found, Skip):
                skips += [found] if found.fatal else []
            else:
                findings += found
    findings = [_with_command(finding, paths) for finding in _once(findings)]
    general = _general(settings)
    return Report(
        findings=tuple(findings),
        skips=tuple(skips),
        files=count,
        candidates=candidates,
        declared=general.allowed.words if general else (),
        declared_in=general.declared_in if general else "",
        sources=tree.sources_of(findings),
    )


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


class _Gates:
    """One gate for each policy and catalogue."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gates: dict[tuple[int, int, str], Gate] = {}
        self._kept: list[object] = []

    def is_candidate(self, path: str, data: bytes) -> bool:
        policy, catalog = self._settings.policy_for(path), self._settings.catalog_for(path)
        kind = READERS[language_of(path)]
        key = (id(policy), id(catalog), kind)
        if key not in self._gates:
            # What else says something: in programs an SDK's name, in configuration a vendor's (`mixpanel: region: …`).
            modules, words = sdk_words(catalog) if kind in ("python", "notebook") else (frozenset(), frozenset())
            words = catalog.worded_vendors if kind == "config" else words
            self._gates[key] = gate_for(catalog.atoms([policy]) | {"residency:"}, words, modules)
            self._kept += [policy, catalog]  # so that no id is used again
        return self._gates[key].is_candidate(data)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each piece of evidence, also when two files led to it; by path and place."""
    kept: dict[tuple[str, Span, str], Finding] = {}
    # What an SDK is told may stand in a file that was looked at before the one that starts it.
    for finding in sorted(findings, key=_precedence):
        kept.setdefault((finding.path, finding.span, finding.rule.vendor), finding)
    return sorted(kept.values(), key=lambda finding: (finding.path, finding.span, finding.rule.id))


def _precedence(finding: Finding) -> tuple[bool, bool]:
    """What an SDK is told says more than the text alone; that one start passes it over, less than that one takes it."""
    return not isinstance(finding.rule, SdkCall), not finding.fails


def _general(settings: Settings) -> Policy | None:
    """What holds in the current folder, if anything is declared for it."""
    try:
        return settings.policy_for("")
    except ConfigError:
        return None
