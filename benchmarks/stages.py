"""Where the time of a check goes: one run in this process, by stage; then each stage by itself, again and again.

    python benchmarks/stages.py TREE

A stage's time is its own: what it asks of another one counts there. `start` is what an interpreter takes to import what
every run needs, and to read the policy and the index of the rules.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import wraps
from pathlib import Path
from typing import Any

from measured import CHECK, machine, run

_clock = time.process_time


class Stages:
    """CPU seconds by stage; time inside a stage that another one began belongs to the inner one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.times: dict[str, int] = {}
        self._open: list[str] = []
        self._since = _clock()

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def inner(*args: Any, **kwargs: Any) -> Any:
            self._begin(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self._end()

        return inner

    def timed_items(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """For a function that yields; all at once, so that the time between two items is nobody else's."""
        return self.timed(stage, wraps(function)(lambda *args, **kwargs: iter(list(function(*args, **kwargs)))))

    def _begin(self, stage: str) -> None:
        self._count()
        self._open.append(stage)
        self.times[stage] = self.times.get(stage, 0) + 1

    def _end(self) -> None:
        self._count()
        self._open.pop()

    def _count(self) -> None:
        now = _clock()
        if self._open:
            self.seconds[self._open[-1]] = self.seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now


def profile(tree: Path) -> Stages:
    """Checks a tree in this process, one file after the other."""
    from residency_lint import cli, inspection, judge, scan, search, shipped
    from residency_lint.gate import Gate
    from residency_lint.tree import Tree

    stages = Stages()
    os.chdir(tree)
    patches: tuple[tuple[Any, str, str, bool], ...] = (
        (scan, "files", "walk", True),
        (search._Gates, "look", "gate", False),
        (Gate, "look", "gate", False),
        (Tree, "data", "open and read", False),
        (Tree, "facts", "parse", False),
        (shipped, "_load", "rules", False),
        (inspection, "sightings", "resolve", False),
        (inspection, "judge", "judge", False),
        (cli, "_report", "report", False),
    )
    for owner, name, stage, is_items in patches:
        original = getattr(owner, name)
        setattr(owner, name, (stages.timed_items if is_items else stages.timed)(stage, original))
    assert inspection.judge is not judge.judge
    sys.argv = ["residency-lint", *CHECK[3:], "--jobs", "1", "."]
    output = io.TextIOWrapper(io.BytesIO())
    with redirect_stdout(output):
        try:
            stages.timed("everything else", cli.main)()
        except SystemExit as end:
            assert end.code == 0
    return stages


def apart(tree: Path) -> Iterator[tuple[str, str, float]]:
    """Each stage by itself: what, on how much, CPU seconds of the best of five."""
    from residency_lint.gate import gate_for, read_bytes
    from residency_lint.languages.python import read
    from residency_lint.settings import Settings
    from residency_lint.shipped import shipped_index
    from residency_lint.source import Source
    from residency_lint.walk import files

    index = shipped_index()
    policy = Settings(index, regions=("eu",), isolated=True).policy_for("")
    gate = gate_for(index.atoms([policy]), index.words, index.modules)
    paths = [path for path in files([tree]) if isinstance(path, str)]
    found = {path: data for path in paths if isinstance(data := read_bytes(path), bytes)}
    size = sum(map(len, found.values())) / 1e6
    programs = [Source(path, data) for path, data in found.items() if path.endswith(".py") and 0 < len(data) < 50_000]
    some = programs[:: max(1, len(programs) // 50)]
    parsed = sum(len(source.data) for source in some) / 1e3
    yield "walk", f"{len(paths):,} files", _best(lambda: list(files([tree])))
    yield "open and read", f"{size:,.0f} MB", _best(lambda: [read_bytes(path) for path in paths])
    yield "gate", f"{size:,.0f} MB", _best(lambda: [gate.look(data) for data in found.values()])
    yield "parse", f"{len(some)} programs, {parsed:,.0f} kB", _best(lambda: [read(source) for source in some])


def _best(work: Callable[[], object]) -> float:
    def once() -> float:
        start = _clock()
        work()
        return _clock() - start

    return min(once() for _ in range(5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    tree = parser.parse_args().tree.resolve()
    nothing = Path(__file__).with_name("README.md")
    start = min(run((*CHECK, str(nothing)), tree).cpu for _ in range(5))
    single = list(apart(tree))
    stages = profile(tree)
    print("\n".join([*machine(1), "", "| stage | CPU | times |", "|---|--:|--:|", f"| start | {start:.2f} s | 1 |"]))
    for stage, seconds in stages.seconds.items():
        print(f"| {stage} | {seconds:.2f} s | {stages.times[stage]:,} |")
    print("\n| stage by itself | of | CPU |\n|---|---|--:|")
    for stage, amount, seconds in single:
        print(f"| {stage} | {amount} | {seconds:.2f} s |")


if __name__ == "__main__":
    main()
