"""The candidates of a run, checked side by side where that pays."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from residency_lint.findings import Finding
from residency_lint.inspection import check_file
from residency_lint.settings import Settings
from residency_lint.source import Skip
from residency_lint.tree import Tree

_FEWEST = 16
"""Candidates."""
_LEAST = 200_000
"""Bytes of them all; fewer are checked sooner than processes start."""
_SHARES = 4
"""Shares of the work for each process: what one has found out of a folder helps the next file of it, but files differ
in what they cost."""


def check_files(
    candidates: Sequence[tuple[str, int]], settings: Settings, tree: Tree
) -> Iterator[list[Finding] | Skip]:
    """What `check_file` says of each candidate (a path, and its size in bytes), in order. Raises ConfigError."""
    size = sum(size for _, size in candidates)
    jobs = min(settings.jobs or usable_processors(), len(candidates))
    if jobs < 2 or len(candidates) < _FEWEST or size < _LEAST:
        yield from (check_file(path, settings, tree) for path, _ in candidates)
        return
    # A fork finds everything imported and the catalogue read; where there is none, each process begins anew.
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    gc.freeze()  # or each process looks at all of it again, and copies it
    try:
        with ProcessPoolExecutor(
            jobs, multiprocessing.get_context(method), initializer=_begin, initargs=(settings, dict(tree.changes))
        ) as pool:
            for found in pool.map(_share, _shares(candidates, size // (jobs * _SHARES) + 1)):
                yield from found
    finally:
        gc.unfreeze()


def usable_processors() -> int:
    """Of the machine, as far as this process may use them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _shares(candidates: Sequence[tuple[str, int]], most: int) -> Iterator[list[str]]:
    """Neighbours together, so many bytes or one file more at a time."""
    share: list[str] = []
    left = most
    for path, size in candidates:
        share.append(path)
        left -= size
        if left <= 0:
            yield share
            share, left = [], most
    if share:
        yield share


_own: list[tuple[Settings, Tree]] = []
"""What a process works with, once it has begun."""


def _begin(settings: Settings, changes: dict[str, bytes]) -> None:
    _own.append((settings, Tree(changes)))


def _share(paths: list[str]) -> list[list[Finding] | Skip]:
    settings, tree = _own[0]
    return [check_file(path, settings, tree) for path in paths]
