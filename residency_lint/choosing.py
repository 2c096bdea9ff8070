"""Programs that name no vendor and yet decide where data goes: by what they take of what other files say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice

from residency_lint.call_rules import SdkCall
from residency_lint.findings import Finding
from residency_lint.languages import READERS
from residency_lint.languages.file_names import language_of
from residency_lint.resolve.imports import paths_imported
from residency_lint.resolve.program import Program
from residency_lint.search import Candidate
from residency_lint.settings import Settings
from residency_lint.tree import Tree

_DEEPEST = 3
_MOST_SENDERS = 500
_MOST_IMPORTERS = 16


def choosing(findings: Iterable[Finding], others: Iterable[str], settings: Settings, tree: Tree) -> Iterator[Candidate]:
    """Of the files that are no candidates by themselves: those that name a file in which a table of regions was found,
    and those that send by HTTP and are reached by a text that was found to lead outside."""
    told = [finding for finding in findings if not isinstance(finding.rule, SdkCall)]
    if not told:
        return
    tables = {os.fsencode(os.path.basename(f.path)) for f in told if f.sighting.beside and _reader(f.path) == "config"}
    roots = {f.path for f in told if _reader(f.path) == "python"}
    programs = {p: d for p in sorted(others) if _reader(p) == "python" and isinstance(d := tree.data(p), bytes)}
    naming = {path for path, data in programs.items() if any(name in data for name in tables)}
    catalog = settings.catalog_for(told[0].path)
    clients = {name.partition(".")[0].encode() for name in (*catalog.http.functions, *catalog.http.clients)}
    senders = [path for path, data in programs.items() if path not in naming and any(name in data for name in clients)]
    reach = _Reach(frozenset(map(os.path.normpath, (*roots, *naming))), tree.program(catalog))
    found = {path for path in senders[:_MOST_SENDERS] if reach.has(path) or reach.is_called(path)}
    for path in sorted(naming | found):
        yield Candidate(path, len(programs[path]))


def _reader(path: str) -> str | None:
    return READERS[language_of(path)]


class _Reach:
    """Whether files lead by their imports to some others."""

    def __init__(self, goals: frozenset[str], program: Program) -> None:
        self._goals, self._program = goals, program
        self._imports: dict[str, frozenset[str]] = {}

    def has(self, path: str) -> bool:
        if not self._goals:
            return False
        seen = new = {os.path.normpath(path)}
        for _ in range(_DEEPEST):
            new = {found for one in new for found in self._imported(one)} - seen
            if new & self._goals:
                return True
            seen = seen | new
        return False

    def is_called(self, path: str) -> bool:
        """Whether a file that imports this one has them in reach, and may hand it what they say."""
        stem = os.path.basename(path).removesuffix(".py")
        stem = os.path.basename(os.path.dirname(path)) if stem == "__init__" else stem
        itself = os.path.normpath(path)
        naming = islice(self._program.files_naming(stem, path), _MOST_IMPORTERS) if stem else ()
        return any(
            itself in self._imported(one) and (os.path.normpath(one) in self._goals or self.has(one)) for one in naming
        )

    def _imported(self, path: str) -> frozenset[str]:
        if path not in self._imports:
            self._imports[path] = frozenset(map(os.path.normpath, paths_imported(path, self._program)))
        return self._imports[path]
