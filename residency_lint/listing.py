"""What lies below a folder: git's own listing, or a walk that honours the ignore files."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from residency_lint.skips import Skip

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Kind(Enum):
    """What an entry is; folders that are links are `LINK`."""

    FILE = "file"
    LINK = "link"
    FOLDER = "folder"


Entry: TypeAlias = tuple[str, Kind]
"""An absolute path and what lies there."""
_Rules: TypeAlias = "tuple[tuple[str, GitIgnoreSpec], ...]"
"""Folders with what their ignore file says, outermost first."""


def entries_below(asked: str, is_pruned: Callable[[str], bool]) -> Iterator[Entry | Skip]:
    """Files and links below an absolute folder, in no order, and the folders that could not be listed.

    Submodules and nested repositories are entered, each listed by its own git, as ripgrep and ruff do: their code
    ships too, and what is somebody else's can be excluded. Links to folders are not followed.
    """
    pending: list[tuple[str, _Rules | None]] = [(asked, ())]
    while pending:
        folder, rules = pending.pop()
        is_top = folder == asked or os.path.exists(os.path.join(folder, ".git"))
        entries = _listed_by_git(folder) if is_top else None
        if entries is None:
            rules = _rules_above(folder) if is_top else rules
            entries, rules = _scanned(folder, rules, is_asked=folder == asked)
        elif not entries and folder == asked:
            # Git ignores everything in it; but it was asked for by name.
            entries, rules = _scanned(folder, None, is_asked=True)
        for entry in entries:
            if isinstance(entry, Skip) or entry[1] is not Kind.FOLDER:
                yield entry
            elif not is_pruned(entry[0]):
                pending.append((entry[0], rules))


# --- git -----------------------------------------------------------------------------------------


def _listed_by_git(folder: str) -> list[Entry | Skip] | None:
    """Files, links and nested repositories of a work tree; None where git cannot tell."""
    output = _git_output(folder)
    if output is None:
        return None
    names, warnings = output
    found: list[Entry | Skip] = [
        Skip(os.path.join(folder, inner), f"cannot be listed: {reason}")
        for inner, reason in re.findall(r"could not open directory '(.*)/': (.*)", os.fsdecode(warnings))
    ]
    links: dict[str, bool] = {"": False}
    for name in dict.fromkeys(os.fsdecode(names).split("\0")[:-1]):  # unmerged files are listed up to three times
        inner = name.rstrip("/")
        # The index may still hold the files of a folder that has become a link; they are listed where they lie.
        if not _is_behind_link(folder, os.path.dirname(inner), links):
            path = os.path.join(folder, inner)
            kind = _kind(path)
            if kind is not None:
                found.append((path, kind))
    return found


def _git_output(folder: str) -> tuple[bytes, bytes] | None:
    git = _git_program() if _in_work_tree(os.path.realpath(folder)) else None
    if git is None:
        return None
    import subprocess  # 5 ms, and files that are named do not need it

    # GIT_* of a hook would point to another repository. Nothing in a repository's own configuration may run:
    # `core.fsmonitor` does under the plain command, and a partial clone would fetch what it misses.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.bareRepository=explicit"]
    command = [git, *safe, "ls-files", "-z", "-c", "-o", "--exclude-standard"]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (done.stdout, done.stderr) if done.returncode == 0 else None


def _in_work_tree(folder: str) -> bool:
    """Whether git can have something to say: asking it costs as much as reading a hundred files."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False
    return True


def _git_program() -> str | None:
    """Git by its full path: Windows looks into the current folder, the one under scan, first (CVE-2023-40590)."""
    name = "git.exe" if os.name == "nt" else "git"
    programs = (os.path.join(folder, name) for folder in os.get_exec_path() if os.path.isabs(folder))
    return next((program for program in programs if os.access(program, os.X_OK)), None)


def _is_behind_link(folder: str, inner: str, links: dict[str, bool]) -> bool:
    """Whether a folder on the way to `inner` is a link; `links` keeps the answers."""
    known = links.get(inner)
    if known is not None:
        return known
    parts = inner.split("/")
    for count in range(1, len(parts) + 1):
        outer, here = "/".join(parts[: count - 1]), "/".join(parts[:count])
        if here not in links:
            links[here] = links[outer] or os.path.islink(os.path.join(folder, here))
    return links[inner]


def _kind(path: str) -> Kind | None:
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None  # deleted, and git does not know yet
    except OSError:
        return Kind.FILE  # whoever reads it will say why it cannot be read
    if stat.S_ISDIR(mode):
        # A submodule that is not checked out is an empty folder; git in it would list the outer repository.
        return Kind.FOLDER if os.path.exists(os.path.join(path, ".git")) else None
    return Kind.LINK if stat.S_ISLNK(mode) else Kind.FILE if stat.S_ISREG(mode) else None


# --- without git ---------------------------------------------------------------------------------

_NEVER_ENTERED = frozenset({".git", ".hg", ".svn", ".bzr", "CVS", "__pycache__", "node_modules"})


def _scanned(folder: str, rules: _Rules | None, *, is_asked: bool) -> tuple[list[Entry | Skip], _Rules | None]:
    """The entries right in a folder that no ignore file names, and the rules that hold below it.

    Without a work tree (`rules` is None) ignore files are not looked at, as with ripgrep: an exported tree holds what
    was tracked, and a tracked file may well fit a pattern.
    """
    try:
        with os.scandir(folder) as listing:
            entries = {entry.name: entry for entry in listing}
    except OSError as error:
        return [Skip(folder, f"cannot be listed: {error.strerror}")], rules
    if "pyvenv.cfg" in entries and not is_asked:
        return [], rules
    if rules is not None and ".gitignore" in entries and entries[".gitignore"].is_file(follow_symlinks=False):
        rules = (*rules, (folder, _rules_in(folder)))
    found: list[Entry | Skip] = []
    for name, entry in entries.items():
        kind = _kind_of(entry)
        if kind is None or (kind is Kind.FOLDER and name in _NEVER_ENTERED):
            continue
        if not (rules and _is_left_out(entry.path, kind, rules)):
            found.append((entry.path, kind))
    return found, rules


def _kind_of(entry: os.DirEntry[str]) -> Kind | None:
    # The most frequent first.
    if entry.is_file(follow_symlinks=False):
        return Kind.FILE
    if entry.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.LINK if entry.is_symlink() else None


def _is_left_out(path: str, kind: Kind, rules: _Rules) -> bool:
    for folder, spec in reversed(rules):
        inner = path[len(os.path.join(folder, "")) :] + ("/" if kind is Kind.FOLDER else "")
        include = spec.check_file(inner).include
        if include is not None:
            return include
    return False


def _rules_above(folder: str) -> _Rules | None:
    """The ignore files between a folder and the work tree it lies in; None if it lies in none."""
    rules: list[tuple[str, GitIgnoreSpec]] = []
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, inner = os.path.dirname(folder), folder
        if folder == inner:
            return None
        if os.path.isfile(os.path.join(folder, ".gitignore")):
            rules.append((folder, _rules_in(folder)))
    return tuple(reversed(rules))


def _rules_in(folder: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # 20 ms, and seldom needed

    try:
        with open(os.path.join(folder, ".gitignore"), "rb") as file:
            lines = os.fsdecode(file.read().removeprefix(b"\xef\xbb\xbf")).splitlines()
    except OSError:
        lines = []
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        # Git passes over a bad line; pathspec refuses the file.
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
