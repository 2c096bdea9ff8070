"""Paths → candidates: the files in which something may be found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from residency_lint.gate import Gate, gate_for
from residency_lint.languages import READERS
from residency_lint.languages.file_names import language_of
from residency_lint.parallel import spread
from residency_lint.settings import Settings
from residency_lint.skips import Skip
from residency_lint.tree import Tree
from residency_lint.watching import Watched, unwatched

_MANY = 8_000
"""Files; fewer are searched sooner than processes start."""
_SHARE = 1_000
"""Files that one process searches at a time."""


class Candidate(Struct, frozen=True):
    """A file that holds a text or a word that concerns the policy; `size` in bytes."""

    path: str
    size: int
    handed_on: frozenset[str] = frozenset()
    """The modules another file must hand on to it, or there is nothing in it."""


def search(
    paths: Sequence[str], settings: Settings, tree: Tree, watched: Watched = unwatched, *, is_whole: bool = False
) -> tuple[list[Candidate], list[Skip]]:
    """The candidates among files, in order, and the files that could not be read. Raises ConfigError.

    `is_whole`: no other file can hand anything on to these.
    """
    shares = [list(paths[start : start + _SHARE]) for start in range(0, len(paths), _SHARE)]
    searched = spread(_searched, shares, settings, tree, pays=len(paths) >= _MANY)
    found = [entry for share in watched(searched, len(shares), "Searching") for entry in share]
    candidates = [entry for entry in found if isinstance(entry, Candidate)]
    skips = [entry for entry in found if isinstance(entry, Skip)]
    return list(_reached(candidates, tree)) if is_whole else candidates, skips


def _reached(candidates: Sequence[Candidate], tree: Tree) -> Iterator[Candidate]:
    """Those to which somebody can hand on what they need: `from .stream import segment` is of no SDK where no file
    imports one of that name."""
    importers = [c.path for c in candidates if not c.handed_on and _is_program(READERS[language_of(c.path)])]
    known: dict[str, bool] = {}
    for candidate in candidates:
        for module in candidate.handed_on - set(known):
            gate = gate_for(frozenset(), modules=frozenset({module}))
            known[module] = any(isinstance(d, bytes) and gate.look(d) == frozenset() for d in map(tree.data, importers))
        if not candidate.handed_on or any(known[module] for module in candidate.handed_on):
            yield candidate


def _searched(paths: list[str], settings: Settings, tree: Tree) -> list[Candidate | Skip]:
    gates = _Gates(settings)
    found: list[Candidate | Skip] = []
    for path in paths:
        data = tree.data(path)
        if isinstance(data, Skip):
            found.append(data)
        elif (handed_on := gates.look(path, data)) is not None:
            found.append(Candidate(path, len(data), handed_on))
    return found


class _Gates:
    """One gate for each policy and catalogue."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gates: dict[tuple[int, int, str], Gate] = {}
        self._kept: list[object] = []

    def look(self, path: str, data: bytes) -> frozenset[str] | None:
        policy, index = self._settings.policy_for(path), self._settings.index_for(path)
        kind = READERS[language_of(path)]
        key = (id(policy), id(index), kind)
        if key not in self._gates:
            # What else says something: in programs an SDK's name, in configuration a vendor's (`mixpanel: region: …`).
            is_program = _is_program(kind)
            words = index.worded_vendors if kind == "config" else index.words if is_program else frozenset()
            self._gates[key] = gate_for(
                index.atoms([policy]) | {"residency:"}, words, index.modules if is_program else frozenset()
            )
            self._kept += [policy, index]  # so that no id is used again
        return self._gates[key].look(data)


def _is_program(reader: str) -> bool:
    return reader in ("python", "notebook")
