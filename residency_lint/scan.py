"""Paths → report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

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


_T = TypeVar("_T")


class Watched(Protocol):
    """Hands on what it is given, for somebody who shows how far a run is: files that are searched, candidates that are
    checked."""

    def __call__(self, items: Iterable[_T], number: int, doing: str) -> Iterable[_T]: ...


def _unwatched(items: Iterable[_T], number: int, doing: str) -> Iterable[_T]:
    return items


def check_paths(
    paths: Sequence[str], settings: Settings, tree: Tree | None = None, watched: Watched = _unwatched
) -> Report:
    """Checks files, and what lies in folders. Raises ConfigError for wrong settings and paths that do not exist."""
    tree = tree or Tree()
    gates = _Gates(settings)
    findings: list[Finding] = []
    skips: list[Skip] = []
    candidates: list[tuple[str, int]] = []
    others: list[str] = []
    count = 0
    on_disk = [path for path in paths or ["."] if path not in tree.changes]
    given = (path for path in paths if path in tree.changes and not settings.is_excluded(path))
    entries = [*files(on_disk, is_excluded=settings.is_excluded), *given]
    for entry in watched(entries, len(entries), "Searching"):
        data = entry if isinstance(entry, Skip) else tree.data(entry)
        count += not isinstance(entry, Skip)
        if isinstance(data, Skip):
            skips.append(data)
        elif isinstance(entry, str) and gates.is_candidate(entry, data):
            candidates.append((entry, len(data)))
        elif isinstance(entry, str):
            others.append(entry)
    if candidates:
        # Most of the start, and most runs of a hook need none of it.
        from residency_lint.inspection import as_reported
        from residency_lint.parallel import check_files

        results = list(watched(check_files(candidates, settings, tree), len(candidates), "Checking"))
        choosing = list(_choosing((f for found in results if isinstance(found, list) for f in found), others, tree))
        results += check_files(choosing, settings, tree)
        candidates += choosing
        tree.candidates += [path for path, _ in candidates]
        skips += [found for found in results if isinstance(found, Skip) and found.fatal]
        findings = as_reported([f for found in results if isinstance(found, list) for f in found], paths)
    general = _general(settings)
    return Report(
        findings=tuple(findings),
        skips=tuple(skips),
        files=count,
        candidates=len(candidates),
        declared=general.allowed.words if general else (),
        declared_in=general.declared_in if general else "",
        sources=tree.sources_of(findings),
    )


def _choosing(findings: Iterable[Finding], others: Iterable[str], tree: Tree) -> Iterator[tuple[str, int]]:
    """The programs that name a file in which a table of regions was found: what they take of it, only they tell."""
    tables = {
        os.fsencode(os.path.basename(finding.path))
        for finding in findings
        if finding.sighting.beside and READERS[language_of(finding.path)] == "config"
    }
    for path in others if tables else ():
        data = tree.data(path) if READERS[language_of(path)] == "python" else b""
        if isinstance(data, bytes) and any(name in data for name in tables):
            yield path, len(data)


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
