"""The Python files of the repository that a file lies in, listed only when somebody asks who uses a name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator

from residency_lint.disk import Disk
from residency_lint.languages.file_names import is_test
from residency_lint.skips import Skip
from residency_lint.source_roots import SourceRoots

_MOST_FILES = 20_000
_MOST_BYTES = 256_000_000
_MOST_KEPT = 32_000_000
"""Bytes of files kept for the next name; beyond, they are read again."""
_LARGEST = 2_000_000
_MOST_NAMES = 200
_MOST_FOUND = 40
"""Files that hold a name; one that more hold is no name to look for."""
_MOST_PARSED = 300_000
"""Bytes of files that are parsed for nothing but their calls: a second."""

_SETS = re.compile(rb"^[ \t]*(?!self\.|cls\.)\w[\w.]*\.(\w+) = ", re.MULTILINE)


class Repository:
    """The Python files around those of a run, by the names they hold. Bounded: past a bound nothing is found."""

    def __init__(
        self, data: Callable[[str], bytes | Skip], disk: Disk, changes: Collection[str], known: Container[str]
    ) -> None:
        """`known`: the files that are parsed in any case."""
        self._data, self._disk, self._changes = data, disk, changes
        self._roots = SourceRoots(changes, disk)
        self._paths: dict[tuple[str, bool], tuple[str, ...]] = {}
        self._root_by_folder: dict[str, str] = {}
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}
        self._set: dict[str, frozenset[bytes]] = {}
        self._kept: dict[str, bytes] = {}
        self._kept_size = 0
        self._known = known
        self._parsed: set[str] = set()
        self._left = _MOST_PARSED

    def files_naming(self, name: str, path: str) -> tuple[str, ...]:
        """The other Python files of a file's repository that hold a name as a word of its own, and that lie beside,
        above or below the file or hold a name of the module by which they can come to it. What tests do tells only of
        tests."""
        key = name, path
        if key not in self._found:
            full = len(self._found) >= _MOST_NAMES
            self._found[key] = () if full else tuple(self._holding(name, path))
        return self._affordable(self._found[key])

    def files_setting(self, name: str, path: str) -> tuple[str, ...]:
        """As `files_naming`, of those that give something else than `self` an attribute of that name."""
        root = self._root_of(path)
        if root not in self._set:
            self._set[root] = self._attributes_set(root)
        return self.files_naming(f".{name} = ", path) if os.fsencode(name) in self._set[root] else ()

    def is_never_set(self, name: str, path: str) -> bool:
        """Whether `files_setting` has none for a name, as far as that is known: nothing is read for it."""
        known = self._set.get(self._root_of(path))
        return known is not None and os.fsencode(name) not in known

    def _attributes_set(self, root: str) -> frozenset[bytes]:
        found: set[bytes] = set()
        size = 0
        for path in self._listed(root):
            data = self.bytes_at(path)
            size += len(data)
            if size > _MOST_BYTES:
                break
            found.update(_SETS.findall(data))
        return frozenset(found)

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
        return self._roots.holding(self._root_of(path), name)

    def _holding(self, name: str, path: str) -> Iterator[str]:
        text = os.fsencode(name)
        is_method = name.startswith(".")  # `.send(` has borders of its own
        holds = re.compile(re.escape(text)) if is_method else _as_word(text)
        ways = [tuple(map(os.fsencode, way)) for way in (_of_packages(path) if is_method else self._ways(text, path))]
        folder = os.path.join(os.path.dirname(path), "") if os.path.dirname(path) else ""
        # Programs call methods of the modules below them, and are given what the files of configuration there say.
        from_above = is_method or not path.endswith(".py")
        kept, size = self._kept, 0
        for found in self._listed(self._root_of(path), with_tests=is_test(path)):
            data = kept.get(found) or self.bytes_at(found)
            size += len(data)
            if size > _MOST_BYTES:
                return
            # Plain searches first: a name of a framework stands in every other file, and few of them lead here.
            if text not in data or found == path:
                continue
            is_near = found.startswith(folder) or (from_above and _is_above(found, path))
            leading = [way for way in ways if all(word in data for word in way)]
            if (is_near or leading) and holds.search(data) and (is_near or _holds_one(leading, data)):
                yield found

    def _ways(self, text: bytes, path: str) -> Iterator[tuple[str, ...]]:
        """The names that an import from elsewhere holds: the last two of the module, or of a package around it that
        hands the text on; only the last one where imports may start from the folder."""
        folder, file = os.path.split(path)
        name = file.removesuffix(".py")
        while folder:
            in_package = os.path.join(folder, "__init__.py")
            data = self.bytes_at(in_package)
            if name != "__init__":
                yield (os.path.basename(folder), name) if self._disk.is_file(in_package) else (name,)
            if text not in data and b"import *" not in data and name != "__init__":
                return
            folder, name = os.path.dirname(folder), os.path.basename(folder)
        yield (name,)

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

    def _root_of(self, path: str) -> str:
        folder = os.path.dirname(path)
        if folder not in self._root_by_folder:
            self._root_by_folder[folder] = root_of(path)
        return self._root_by_folder[folder]

    def _listed(self, root: str, *, with_tests: bool = True) -> tuple[str, ...]:
        key = root, with_tests
        if key not in self._paths:
            if with_tests:
                below = {*self._disk.programs(root), *(path for path in self._changes if path.endswith(".py"))}
                self._paths[key] = tuple(sorted(below)[:_MOST_FILES])
            else:
                self._paths[key] = tuple(path for path in self._listed(root) if not is_test(path))
        return self._paths[key]


def _is_above(one: str, other: str) -> bool:
    """Whether the second file lies in the first one's folder, or below it."""
    folder = os.path.dirname(one)
    return not folder or other.startswith(os.path.join(folder, ""))


def _holds_one(ways: Iterable[tuple[bytes, ...]], data: bytes) -> bool:
    return any(all(_as_word(word).search(data) for word in way) for way in ways)


def _of_packages(path: str) -> list[tuple[str]]:
    """The last names of a module, any of which will do: who calls a method may know no more than a package."""
    parts = path.removesuffix(".py").replace(os.sep, "/").split("/")
    return [(part,) for part in parts if part != "__init__"][-3:]


def _as_word(text: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?<!\w)" + re.escape(text) + rb"(?!\w)")


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
