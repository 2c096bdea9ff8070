"""Report → rewritten files; the only module that writes code."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct, field
from msgspec.structs import replace

from residency_lint.errors import WriteError
from residency_lint.findings import Finding, Level
from residency_lint.fixes import Applicability, Fix, apply, edits_by_path, selected
from residency_lint.report import Report
from residency_lint.reported import is_asked_for
from residency_lint.scan import check_paths
from residency_lint.settings import Settings
from residency_lint.tree import Tree

_MOST_ROUNDS = 10


class Rewritten(Struct, frozen=True):
    """What fixing comes to: old and new bytes of every file that changes, and the report on the new ones."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    report: Report
    fixed: int
    locked: tuple[str, ...] = ()
    """Files that a fix would change and that cannot be written: they are left alone, and their findings stay."""

    @property
    def changed(self) -> list[str]:
        return sorted(path for path in self.after if self.after[path] != self.before[path])


def rewritten(report: Report, paths: Sequence[str], settings: Settings, tree: Tree) -> Rewritten:
    """Applies fixes in memory until none is left, keeping only what reads clean again.

    A fix is kept when its finding is gone and nothing new has appeared in any candidate of the run. With explicit
    paths nothing outside them is written: such fixes stay in the report.
    """
    state = _State(report)
    rewriting = _Rewriting(paths, settings, tree)
    refused: set[Fix] = set()
    fixed = 0
    for _ in range(_MOST_ROUNDS):
        taken, _rejected = selected(fix for fix in rewriting.fixes(state.report) if fix not in refused)
        if not taken:
            break
        kept, state = rewriting.kept(taken, state)
        fixed += len(kept)
        refused.update(fix for fix in taken if fix not in kept)
    locked = tuple(sorted(rewriting.locked))
    before = {path: rewriting.before[path] for path in state.after}
    return Rewritten(before, state.after, replace(state.report, fixed=fixed), fixed, locked)


class _State(Struct, frozen=True):
    """The new bytes so far, and the report on them."""

    report: Report
    after: Mapping[str, bytes] = field(default_factory=dict)


class _Rewriting:
    """Tries fixes on the files of one run."""

    def __init__(self, paths: Sequence[str], settings: Settings, tree: Tree) -> None:
        self._settings, self._tree = settings, tree
        self._paths = paths
        self._least = Applicability.UNSAFE if settings.unsafe_fixes else Applicability.SAFE
        self.before: dict[str, bytes] = {}
        self.locked: set[str] = set()

    def fixes(self, report: Report) -> list[Fix]:
        """What may be applied, by its applicability and by where it writes."""
        found = [f.fix for f in report.findings if f.fix is not None and f.silenced_by is None]
        found = [fix for fix in found if fix.edits and fix.applicability >= self._least]
        return [fix for fix in found if self._may_write({edit.path for edit in fix.edits})]

    def _may_write(self, paths: Collection[str]) -> bool:
        if not all(is_asked_for(path, self._paths) and not self._settings.is_excluded(path) for path in paths):
            return False
        locked = {path for path in paths if path not in self._tree.changes and not _is_writable(path)}
        self.locked |= locked
        return not locked

    def kept(self, fixes: Sequence[Fix], state: _State) -> tuple[list[Fix], _State]:
        """The fixes that hold, tried together and, if that fails, one after another."""
        new = self._tried(fixes, state)
        if _holds(state.report, new.report, len(fixes)):
            return list(fixes), new
        kept: list[Fix] = []
        best = state
        for fix in fixes if len(fixes) > 1 else ():
            # Always from the state at the start, which all offsets belong to.
            new = self._tried([*kept, fix], state)
            if _holds(state.report, new.report, len(kept) + 1):
                kept, best = [*kept, fix], new
        return kept, best

    def _tried(self, fixes: Sequence[Fix], state: _State) -> _State:
        after = dict(state.after)
        for path, edits in edits_by_path(fixes).items():
            source = state.report.sources[path]
            self.before.setdefault(path, source.data)
            after[path] = apply(source.data, edits, source.encoding)
        old = state.report
        new = check_paths(self._candidates(after), self._settings, self._tree.changed(after))
        return _State(replace(new, files=old.files, candidates=old.candidates, skips=old.skips), after)

    def _candidates(self, after: Mapping[str, bytes]) -> list[str]:
        """In the order of the first run: where two files lead to one finding, the first one tells."""
        known = dict.fromkeys([*self._tree.candidates, *after])
        return [path for path in known if path in after or path in self._tree.changes or os.path.lexists(path)]


def _holds(old: Report, new: Report, count: int) -> bool:
    """Whether that many findings are gone and none has come; what stands beside a right choice does no harm."""
    before, after = ([f for f in report.findings if not is_alternative(f)] for report in (old, new))
    appeared = Counter(map(_evidence, after)) - Counter(map(_evidence, before))
    return not appeared and len(after) <= len(before) - count


def is_alternative(finding: Finding) -> bool:
    """Whether it notes an entry of a choice that comes out right."""
    return finding.level is Level.NOTE and finding.fix is None and bool(finding.sighting.beside)


def _evidence(finding: Finding) -> tuple[str, str, str, str]:
    return finding.path, finding.rule.id, finding.sighting.seen, finding.level.value


def _is_writable(path: str) -> bool:
    """Whether a file may be replaced. Its mode counts by itself: to root everything else is writable."""
    target = os.path.realpath(path)
    try:
        mode = os.stat(target).st_mode
    except OSError:
        return False
    return bool(mode & 0o222) and os.access(target, os.W_OK) and os.access(os.path.dirname(target), os.W_OK)


def write(change: Rewritten) -> None:
    """Writes every changed file, or none. Raises WriteError; what was there is then there again."""
    copies: list[_Copy] = []
    try:
        for path in change.changed:
            copies.append(_Copy(path))
            copies[-1].prepare(change.before[path], change.after[path])
        for copy in copies:
            copy.put()
    except BaseException as error:
        lost = "; ".join(words for copy in reversed(copies) if (words := copy.put_back()))
        if isinstance(error, WriteError):
            raise
        if isinstance(error, OSError):
            raise WriteError(
                f"{copies[-1].path if not error.filename else _shown(copies, error)}: cannot be written: "
                f"{error.strerror}; {lost or 'nothing was changed'}"
            ) from error
        raise
    finally:
        for copy in copies:
            copy.remove()


def _shown(copies: Iterable[_Copy], error: OSError) -> str:
    """The file that an error speaks of, as the run names it."""
    names = {error.filename, error.filename2}
    return next((copy.path for copy in copies if names & {copy.target, copy.new, copy.old}), str(error.filename))


class _Copy:
    """A file's new text, complete and beside it, and its old one for as long as it may be needed."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.target = os.path.realpath(path)
        self.new = self.old = ""
        self._is_put = False

    def prepare(self, before: bytes, after: bytes) -> None:
        """Raises WriteError if the file is no longer what was read; OSError."""
        with open(self.target, "rb") as file:
            if file.read() != before:
                raise WriteError(f"{self.path}: changed while it was read; nothing was changed")
            status = os.fstat(file.fileno())
        descriptor, self.new = tempfile.mkstemp(prefix=".residency-lint-", dir=os.path.dirname(self.target))
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if hasattr(os, "chown"):
            # A run as root in a container leaves the owner; anybody else can only own it already.
            with suppress(OSError):
                os.chown(self.new, status.st_uid, status.st_gid)
        os.chmod(self.new, stat.S_IMODE(status.st_mode))
        self._keep_old()

    def _keep_old(self) -> None:
        """A second name of the old text: putting it back needs no room on the disk."""
        name = f"{self.new}.old"
        try:
            os.link(self.target, name)
        except OSError:
            self.old = name
            shutil.copy2(self.target, name)
        self.old = name

    def put(self) -> None:
        os.replace(self.new, self.target)
        self._is_put = True

    def put_back(self) -> str:
        """Undoes `put`; gives what to tell if even that fails."""
        if self._is_put:
            try:
                os.replace(self.old, self.target)
            except OSError as error:
                kept, self.old = self.old, ""
                return (
                    f"{self.path} has its new text and cannot be put back: {error.strerror}; the old one is in {kept}"
                )
            self._is_put = False
        return ""

    def remove(self) -> None:
        for name in (self.new, self.old):
            if name:
                with suppress(OSError):
                    os.unlink(name)
