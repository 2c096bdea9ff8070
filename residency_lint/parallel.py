"""Work on many files, spread over processes where that pays."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from residency_lint.settings import Settings
from residency_lint.tree import Tree

_T = TypeVar("_T")
Work = Callable[[list[str], Settings, Tree], _T]
"""What is done with some files; a function that a process can import."""


def spread(
    work: Work[_T], shares: Sequence[list[str]], settings: Settings, tree: Tree, *, pays: bool = True
) -> Iterator[_T]:
    """What `work` makes of each share of the files, in order: one after the other or, where it `pays`, side by side."""
    jobs = min(settings.jobs or _usable_processors(), len(shares))
    if jobs < 2 or not pays:
        yield from (work(share, settings, tree) for share in shares)
        return
    import multiprocessing  # 30 ms both
    from concurrent.futures import ProcessPoolExecutor

    # A fork finds everything imported and the catalogue read; where there is none, each process begins anew.
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    begun = (work, settings, dict(tree.changes))
    gc.freeze()  # or each process looks at all of it again, and copies it
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context(method), initializer=_begin, initargs=begun) as pool:
            yield from pool.map(_worked, shares)
    finally:
        gc.unfreeze()


def _usable_processors() -> int:
    """Of the machine, as far as this process may use them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_own: list[Callable[[list[str]], Any]] = []
"""What a process does, once it has begun."""


def _begin(work: Work[Any], settings: Settings, changes: dict[str, bytes]) -> None:
    tree = Tree(changes)
    _own.append(lambda share: work(share, settings, tree))


def _worked(share: list[str]) -> Any:
    return _own[0](share)
