"""Work on many files, spread over processes where that pays."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar

from residency_lint.settings import Settings
from residency_lint.tree import Tree

_T = TypeVar("_T")
Work = Callable[[list[str], Settings, Tree], _T]
"""What is done with some files; a function that a process can import."""


def spread(
    work: Work[_T], shares: Sequence[list[str]], settings: Settings, tree: Tree, *, pays: bool = True
) -> Iterator[_T]:
    """What `work` makes of each share of the files, in order: one after the other or, where it `pays`, side by side.

    Each process has neighbouring shares, which lead to the same files, and what one has found out the other need not;
    who is done first takes over the last ones of another.
    """
    jobs = min(settings.jobs or _usable_processors(), len(shares))
    if jobs < 2 or not pays:
        yield from (work(share, settings, tree) for share in shares)
        return
    import multiprocessing  # 30 ms both
    from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

    # A fork finds everything imported and the catalogue read; where there is none, each process begins anew.
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    begun = (work, settings, dict(tree.changes))
    waiting = [deque(range(len(shares) * job // jobs, len(shares) * (job + 1) // jobs)) for job in range(jobs)]
    gc.freeze()  # or each process looks at all of it again, and copies it
    try:
        with ExitStack() as stack:
            context = multiprocessing.get_context(method)
            pools = [ProcessPoolExecutor(1, context, initializer=_begin, initargs=begun) for _ in waiting]
            for pool in pools:
                stack.callback(pool.shutdown, cancel_futures=True)
            running: dict[Future[_T], tuple[int, int]] = {}
            done: dict[int, _T] = {}
            for job, pool in enumerate(pools):
                number = waiting[job].popleft()
                running[pool.submit(_worked, shares[number])] = job, number
            for wanted in range(len(shares)):
                while wanted not in done:
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        job, number = running.pop(future)
                        done[number] = future.result()
                        following = _next(waiting, job)
                        if following is not None:
                            running[pools[job].submit(_worked, shares[following])] = job, following
                yield done.pop(wanted)
    finally:
        gc.unfreeze()


def _next(waiting: list[deque[int]], job: int) -> int | None:
    """The share that a process takes next: of its own, else the last one of whoever has most to do."""
    longest = max(waiting, key=len)
    if waiting[job]:
        return waiting[job].popleft()
    return longest.pop() if longest else None


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
