"""The Python files of the repository that a file lies in, listed only when somebody asks who uses a name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator

from residency_lint.listing import Kind, entries_below
from residency_lint.skips import Skip
from residency_lint.source_roots import SourceRoots
from residency_lint.walk import shown

_MOST_FILES = 20_000
_MOST_BYTES = 256_000_000
_MOST_KEPT = 32_000_000
"""Bytes of files kept for the next name; beyond, they are read again."""
_LARGEST = 2_000_000
_MOST_NAMES = 200
_MOST_FOUND = 40
"""Files that hold a name; one that more hold is no name to look for."""
_MOST_PARSED = 1_000_000
"""Bytes of files that are parsed for nothing but their calls: some seconds."""


class Repository:
    """The Python files around those of a run, by the names they hold. Bounded: past a bound nothing is found."""

    def __init__(self, data: Callable[[str], bytes | Skip], changes: Collection[str], known: Container[str]) -> None:
        """`known`: the files that are parsed in any case."""
        self._data, self._changes = data, changes
        self._roots = SourceRoots(changes)
        self._paths: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}
        self._kept: dict[str, bytes] = {}
        self._kept_size = 0
        self._known = known
        self._parsed: set[str] = set()
        self._left = _MOST_PARSED

    def files_naming(self, name: str, path: str) -> tuple[str, ...]:
        """The other Python files of a file's repository that hold a name as a word of its own, and that lie beside,
        above or below the file or hold part of its module's name as well."""
        root = root_of(path)
        key = root, name
        if key not in self._found:
            full = len(self._found) >= _MOST_NAMES
            self._found[key] = () if full else tuple(self._holding(name, root))
        modules = _module_words(path)
        return self._affordable(
            found
            for found in self._found[key]
            if found != path and (_is_near(found, path) or modules.search(self.bytes_at(found)))
        )

    def _affordable(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The files, as long as they are few and what was not parsed yet stays in bounds; else none."""
        found = tuple(paths)
        fresh = [path for path in found if path not in self._parsed and path not in self._known]
        size = sum(len(self.bytes_at(path)) for path in fresh)
        if len(found) > _MOST_FOUND or size > self._left:
            return ()
        self._left -= size
        self._parsed.update(fresh)
        return found

    def source_roots(self, path: str, name: str) -> tuple[str, ...]:
        """The folders of a file's repository that imports may start from and that hold a module of a name."""
        return self._roots.holding(root_of(path), name)

    def _holding(self, name: str, root: str) -> Iterator[str]:
        word = os.fsencode(name)
        # `.send(` for a method: it has borders of its own.
        borders = (b"", b"") if name.startswith(".") else (rb"(?<!\w)", rb"(?!\w)")
        pattern = re.compile(re.escape(word).join(borders))
        size = 0
        for path in self._listed(root):
            data = self.bytes_at(path)
            size += len(data)
            if size > _MOST_BYTES:
                return
            if word in data and pattern.search(data):
                yield path

    def bytes_at(self, path: str) -> bytes:
        """Of a file that is there; none of one too large to be looked into for names."""
        if path in self._kept:
            return self._kept[path]
        data = self._data(path)
        if not isinstance(data, bytes) or len(data) > _LARGEST:
            return b""
        if self._kept_size + len(data) <= _MOST_KEPT:
            self._kept[path] = data
            self._kept_size += len(data)
        return data

    def _listed(self, root: str) -> tuple[str, ...]:
        if root not in self._paths:
            below = {
                shown(entry[0])
                for entry in entries_below(root, lambda folder: False)
                if not isinstance(entry, Skip) and entry[1] is Kind.FILE and entry[0].endswith(".py")
            }
            below |= {path for path in self._changes if path.endswith(".py")}
            self._paths[root] = tuple(sorted(below)[:_MOST_FILES])
        return self._paths[root]


def _is_near(one: str, other: str) -> bool:
    """Whether one of the files lies in the other's folder, or below it."""
    folders = [os.path.join(os.path.dirname(path), "") if os.path.dirname(path) else "" for path in (one, other)]
    return folders[0].startswith(folders[1]) or folders[1].startswith(folders[0])


def _module_words(path: str) -> re.Pattern[bytes]:
    """The last names of a module, as words: an import that leads to it holds one of them."""
    parts = [part for part in path.removesuffix(".py").replace(os.sep, "/").split("/") if part != "__init__"]
    words = b"|".join(re.escape(os.fsencode(part)) for part in parts[-3:])
    return re.compile(rb"(?<!\w)(?:" + words + rb")(?!\w)")


def root_of(path: str) -> str:
    """The work tree a file lies in, else the current folder if it lies below that, else its own folder; absolute."""
    here = os.path.dirname(os.path.abspath(path))
    current = os.getcwd()
    outer = current if os.path.join(here, "").startswith(os.path.join(current, "")) else here
    return work_tree_around(here) or outer


def work_tree_around(folder: str) -> str | None:
    """The folder with a `.git` that an absolute one lies in, or is."""
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, inner = os.path.dirname(folder), folder
        if folder == inner:
            return None
    return folder
