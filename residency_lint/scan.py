"""Paths → report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from residency_lint.errors import ConfigError
from residency_lint.gate import Gate, gate_for
from residency_lint.languages import READERS
from residency_lint.languages.file_names import language_of
from residency_lint.policy import Policy
from residency_lint.report import Report
from residency_lint.settings import Settings
from residency_lint.source import Skip
from residency_lint.tree import Tree
from residency_lint.walk import files

if TYPE_CHECKING:
    from residency_lint.findings import Finding


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
    if findings:
        from residency_lint.inspection import as_reported

        findings = as_reported(findings, paths)
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


class _Gates:
    """One gate for each policy and catalogue."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gates: dict[tuple[int, int, str], Gate] = {}
        self._kept: list[object] = []

    def is_candidate(self, path: str, data: bytes) -> bool:
        policy, index = self._settings.policy_for(path), self._settings.index_for(path)
        kind = READERS[language_of(path)]
        key = (id(policy), id(index), kind)
        if key not in self._gates:
            # What else says something: in programs an SDK's name, in configuration a vendor's (`mixpanel: region: …`).
            is_program = kind in ("python", "notebook")
            words = index.worded_vendors if kind == "config" else index.words if is_program else frozenset()
            self._gates[key] = gate_for(
                index.atoms([policy]) | {"residency:"}, words, index.modules if is_program else frozenset()
            )
            self._kept += [policy, index]  # so that no id is used again
        return self._gates[key].is_candidate(data)


def _general(settings: Settings) -> Policy | None:
    """What holds in the current folder, if anything is declared for it."""
    try:
        return settings.policy_for("")
    except ConfigError:
        return None
