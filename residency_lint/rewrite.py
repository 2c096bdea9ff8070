"""Report → rewritten files; the only module that writes code."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from residency_lint.errors import WriteError
from residency_lint.findings import Finding, Report
from residency_lint.fixes import Applicability, Fix, apply, edits_by_path, selected
from residency_lint.scan import Tree, check_paths
from residency_lint.settings import Settings

_MOST_ROUNDS = 10


@dataclass(frozen=True)
class Rewritten:
    """What fixing comes to: old and new bytes of every file that changes, and the report on the new ones."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    report: Report
    fixed: int

    @property
    def changed(self) -> list[str]:
        return sorted(path for path in self.after if self.after[path] != self.before[path])


def rewritten(report: Report, paths: Sequence[str], settings: Settings, tree: Tree) -> Rewritten:
    """Applies fixes in memory until none is left, keeping only what reads clean again.

    A fix is kept when its finding is gone and nothing new has appeared in the files it touches, or in any that rests on
    them. With explicit paths nothing outside them is written: such fixes stay in the report.
    """
    least = Applicability.UNSAFE if settings.unsafe_fixes else Applicability.SAFE
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    refused: set[Fix] = set()
    fixed = 0
    for _ in range(_MOST_ROUNDS):
        fixes = [f for f in _fixes(report, least, paths) if f not in refused]
        taken, _rejected = selected(fixes)
        if not taken:
            break
        kept, after, report = _kept(taken, report, paths, settings, tree, before, after)
        fixed += len(kept)
        refused.update(fix for fix in taken if fix not in kept)
    return Rewritten(before, after, replace(report, fixed=fixed), fixed)


def _fixes(report: Report, least: Applicability, paths: Sequence[str]) -> list[Fix]:
    inside = _Inside(paths)
    return [
        f.fix
        for f in report.findings
        if f.fix is not None
        and f.silenced_by is None
        and f.fix.edits
        and f.fix.applicability >= least
        and all(edit.path in inside for edit in f.fix.edits)
    ]


class _Inside:
    """Whether a file lies in one of the paths that were asked for."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._roots = [os.path.abspath(path) for path in paths or ["."]]

    def __contains__(self, path: str) -> bool:
        full = os.path.abspath(path)
        return any(full == root or full.startswith(root.rstrip(os.sep) + os.sep) for root in self._roots)


def _kept(
    fixes: Collection[Fix],
    report: Report,
    paths: Sequence[str],
    settings: Settings,
    tree: Tree,
    before: dict[str, bytes],
    after: dict[str, bytes],
) -> tuple[list[Fix], dict[str, bytes], Report]:
    """The fixes that hold, tried together and, if that fails, one after another."""
    new, found = _tried(fixes, report, paths, settings, tree, before, after)
    if _holds(report, found, len(fixes)):
        return list(fixes), new, found
    if len(fixes) == 1:
        return [], after, report
    kept: list[Fix] = []
    for fix in list(fixes)[::-1]:  # from the end backwards: what is tried does not move what is left
        new, found = _tried([fix], report, paths, settings, tree, before, after)
        if _holds(report, found, 1):
            kept, after, report = [*kept, fix], new, found
    return kept, after, report


def _tried(
    fixes: Iterable[Fix],
    report: Report,
    paths: Sequence[str],
    settings: Settings,
    tree: Tree,
    before: dict[str, bytes],
    after: dict[str, bytes],
) -> tuple[dict[str, bytes], Report]:
    changed = dict(after)
    for path, edits in edits_by_path(list(fixes)).items():
        source = report.sources[path]
        before.setdefault(path, source.data)
        changed[path] = apply(source.data, edits, source.encoding)
    again = Tree(changes=changed)
    touched = sorted({f.path for f in report.findings} | set(changed))
    found = check_paths(touched, settings, again)
    return changed, replace(
        found, files=report.files, candidates=report.candidates, skips=report.skips, sources=found.sources
    )


def _holds(old: Report, new: Report, count: int) -> bool:
    """Whether that many findings are gone and none has come."""
    appeared = Counter(map(_evidence, new.findings)) - Counter(map(_evidence, old.findings))
    return not appeared and len(new.findings) <= len(old.findings) - count


def _evidence(finding: Finding) -> tuple[str, str, str, str]:
    return finding.path, finding.rule.id, finding.sighting.seen, finding.level.value


def write(change: Rewritten) -> None:
    """Writes every changed file, or none. Raises WriteError; what was there is then there again."""
    written: list[tuple[str, str]] = []
    done: list[str] = []
    try:
        for path in change.changed:
            written.append((_beside(path, change.before[path], change.after[path]), os.path.realpath(path)))
        for made, target in written:
            os.replace(made, target)
            done.append(target)
    except OSError as error:
        _put_back(done, change)
        raise WriteError(f"{error.filename or ''}: cannot be written: {error.strerror}; nothing was changed") from error
    finally:
        for made, _ in written:
            if os.path.exists(made):
                os.unlink(made)


def _beside(path: str, old: bytes, new: bytes) -> str:
    """A complete copy of the new text beside the file, with its mode. Raises WriteError, OSError."""
    target = os.path.realpath(path)
    with open(target, "rb") as file:
        if file.read() != old:
            raise WriteError(f"{path}: changed while it was read; nothing was changed")
    if not os.access(target, os.W_OK) or not os.stat(target).st_mode & 0o200:
        raise WriteError(f"{path}: is read-only; nothing was changed")
    descriptor, made = tempfile.mkstemp(prefix=".residency-lint-", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, os.stat(target).st_mode & 0o7777)
    except OSError:
        os.unlink(made)
        raise
    return made


def _put_back(done: Iterable[str], change: Rewritten) -> None:
    originals = {os.path.realpath(path): data for path, data in change.before.items()}
    for target in done:
        with open(target, "wb") as file:
            file.write(originals[target])
