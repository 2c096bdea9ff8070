"""The folders of a repository that imports start from, where it holds several projects; looked for only when an import
leads nowhere nearer."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from residency_lint.disk import Disk
from residency_lint.walk import shown

_MARKS = frozenset(("pyproject.toml", "setup.py", "setup.cfg"))
"""What lies at the top of a project."""
_INNER = ("src", "lib", "python")
_DEEPEST = 3
_MOST_FOLDERS = 1_000
_MOST_ROOTS = 100
_NOT_OURS = frozenset(("node_modules", "site-packages", "venv", "dist", "build", "__pycache__"))


class SourceRoots:
    """The roots below a folder, by what they hold. Bounded: what lies past a bound is not found."""

    def __init__(self, changes: Collection[str], disk: Disk) -> None:
        self._changes, self._disk = changes, disk
        self._known: dict[str, dict[str, tuple[str, ...]]] = {}

    def holding(self, top: str, name: str) -> tuple[str, ...]:
        """The roots below `top` that hold a module or package of a name, written as the paths of a run."""
        if top not in self._known:
            index: dict[str, tuple[str, ...]] = {}
            for root, held in [*_on_disk(top, self._disk), *_in_memory(self._changes)]:
                for entry in held:
                    module = entry.removesuffix(".py")
                    if root not in index.get(module, ()):
                        index[module] = (*index.get(module, ()), root)
            self._known[top] = index
        return self._known[top].get(name, ())


def _on_disk(top: str, disk: Disk) -> Iterator[tuple[str, list[str]]]:
    pending, seen, found = [(top, 0)], 0, 0
    while pending and seen < _MOST_FOLDERS and found < _MOST_ROOTS:
        folder, depth = pending.pop(0)
        seen += 1
        files, folders = _entries(folder, disk)
        if depth and (os.path.basename(folder) in _INNER or not _MARKS.isdisjoint(files)):
            found += 1
            yield shown(folder), [*files, *folders]
        if depth < _DEEPEST:
            pending += [(os.path.join(folder, name), depth + 1) for name in folders]


def _in_memory(changes: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """The same for files that stand in for what is on disk."""
    marked = {os.path.dirname(path) for path in changes if os.path.basename(path) in _MARKS}
    for path in changes:
        parts = path.replace(os.sep, "/").split("/")
        for depth in range(1, min(len(parts), _DEEPEST + 1)):
            root = "/".join(parts[:depth])
            if parts[depth - 1] in _INNER or root in marked:
                yield root, [parts[depth]]


def _entries(folder: str, disk: Disk) -> tuple[list[str], list[str]]:
    """The names of the files and of the folders that may hold code."""
    files, folders = disk.files_and_folders(folder)
    return (
        [name for name in files if name.endswith(".py") or name in _MARKS],
        [name for name in folders if (name.isidentifier() or "-" in name) and name not in _NOT_OURS],
    )
