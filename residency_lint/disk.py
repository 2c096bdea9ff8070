"""What a run asks of the disk about the code under scan, and what it was answered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, TypeVar

from residency_lint.gate import read_bytes
from residency_lint.listing import Kind, entries_below
from residency_lint.skips import Skip
from residency_lint.walk import shown

_T = TypeVar("_T")
Answers = Mapping[str, Mapping[str, str]]
"""Question → path → what the answer was, in short."""


class Disk:
    """Asks each question once, and knows afterwards what it was told."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}
        self._contents: dict[str, str] = {}
        self._short: dict[tuple[str, str], str] = {}

    def saw(self, path: str, data: bytes | Skip) -> None:
        """That somebody has read a file, and what there was in it."""
        if path not in self._contents:
            self._contents[path] = _content(data)

    def is_file(self, path: str) -> bool:
        return self._ask("file", path, os.path.isfile)

    def names(self, folder: str) -> tuple[str, ...]:
        """Of what lies in a folder and is neither program nor prose, sorted; none where it cannot be listed."""
        return self._ask("names", folder, _names)

    def files_and_folders(self, folder: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of folders, and of files as far as a project is known by them, sorted; links are files."""
        return self._ask("entries", folder, _files_and_folders)

    def programs(self, root: str) -> tuple[str, ...]:
        """The Python files below a folder, as reports name them, sorted. They may be read without a word to this."""
        return self._ask("programs", root, _programs)

    def answers(self) -> dict[str, dict[str, str]]:
        """All that was asked, for `confirms`."""
        found: dict[str, dict[str, str]] = {"data": dict(self._contents)}
        for key, answer in self._known.items():
            if key not in self._short:
                self._short[key] = _SHORT[key[0]](answer)
            found.setdefault(key[0], {})[key[1]] = self._short[key]
        return found

    def _ask(self, question: str, path: str, ask: Callable[[str], _T]) -> _T:
        key = question, path
        if key not in self._known:
            self._known[key] = ask(path)
        answer: _T = self._known[key]
        return answer


def confirms(answers: Answers) -> bool:
    """Whether the disk would answer the same today."""
    return all(_ASKED[question](path) == answer for question, told in answers.items() for path, answer in told.items())


def together(several: Iterable[Answers]) -> dict[str, dict[str, str]]:
    """The answers that several were given."""
    found: dict[str, dict[str, str]] = {}
    for answers in several:
        for question, told in answers.items():
            found.setdefault(question, {}).update(told)
    return found


_NO_SETTINGS = (".py", ".pyc", ".md", ".rst", ".js", ".jsx", ".ts", ".tsx", ".html", ".css", ".png", ".svg")
"""Ends of names. A new file of that kind changes no finding but its own, and need not make a run forget the others."""


def _names(folder: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(name for name in os.listdir(folder or ".") if not name.endswith(_NO_SETTINGS)))
    except OSError:
        return ()


_OF_PROJECTS = (".py", "pyproject.toml", "setup.cfg")


def _files_and_folders(folder: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        with os.scandir(folder) as entries:
            kinds = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return (), ()
    return (
        tuple(sorted(name for name, is_folder in kinds if not is_folder and name.endswith(_OF_PROJECTS))),
        tuple(sorted(name for name, is_folder in kinds if is_folder)),
    )


def _programs(root: str) -> tuple[str, ...]:
    found = (
        shown(entry[0])
        for entry in entries_below(root, lambda folder: False)
        if not isinstance(entry, Skip) and entry[1] is Kind.FILE and entry[0].endswith(".py")
    )
    return tuple(sorted(found))


def _content(data: bytes | Skip) -> str:
    return data.reason if isinstance(data, Skip) else sha256(data).hexdigest()


def _in_short(answer: object) -> str:
    return sha256(repr(answer).encode(errors="surrogateescape")).hexdigest()


def _state(paths: tuple[str, ...]) -> str:
    """Of many files: hashing what they hold would take longer than most runs."""
    states = []
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            states.append((path, 0, 0))
        else:
            states.append((path, status.st_size, status.st_mtime_ns))
    return _in_short(states)


_SHORT: Mapping[str, Callable[[Any], str]] = {
    "file": str,
    "names": _in_short,
    "entries": _in_short,
    "programs": _state,
}
_ASKED: Mapping[str, Callable[[str], str]] = {
    "data": lambda path: _content(read_bytes(path)),
    "file": lambda path: str(os.path.isfile(path)),
    "names": lambda folder: _in_short(_names(folder)),
    "entries": lambda folder: _in_short(_files_and_folders(folder)),
    "programs": lambda root: _state(_programs(root)),
}
