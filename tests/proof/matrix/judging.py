"""What the tool says of a program, and what it makes of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from residency_lint.findings import Finding, Level
from residency_lint.loading import shipped_catalog
from residency_lint.rewrite import rewritten
from residency_lint.scan import check_paths
from residency_lint.settings import Settings
from residency_lint.shipped import shipped_index
from residency_lint.tree import Tree

_CATALOG = shipped_catalog()
_POLICY = "policy.toml"


def judged(texts: Mapping[str, str], folder: Path) -> list[Finding]:
    """The errors and warnings of a program, written into a folder."""
    with _written(texts, folder):
        return _failures(Tree(), _settings(unsafe=False))


def repaired(texts: Mapping[str, str], folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """A program after all fixes, and its errors and warnings then."""
    with _written(texts, folder):
        settings = _settings(unsafe=True)
        report = check_paths(["."], settings, Tree())
        change = rewritten(report, ["."], settings, Tree())
        after = {os.path.normpath(path): data.decode() for path, data in change.after.items()}
        new = {path: after.get(path, text) for path, text in texts.items()}
    with _written(new, folder):
        return new, _failures(Tree(), settings)


def _failures(tree: Tree, settings: Settings) -> list[Finding]:
    return [finding for finding in check_paths(["."], settings, tree).findings if finding.level is not Level.NOTE]


def _settings(*, unsafe: bool) -> Settings:
    return Settings(shipped_index(), config=Path("..", _POLICY), unsafe_fixes=unsafe)


@contextlib.contextmanager
def _written(texts: Mapping[str, str], folder: Path) -> Iterator[None]:
    """In the folder, with the program's files and no others."""
    write(texts, folder)
    (folder.parent / _POLICY).write_text('region = "eu"\n', encoding="utf-8")
    here = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        for name in texts:
            (folder / name).unlink()
            with contextlib.suppress(OSError):  # other files lie there
                (folder / name).parent.rmdir()
        folder.mkdir(parents=True, exist_ok=True)


def write(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
