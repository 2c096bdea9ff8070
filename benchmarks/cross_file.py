"""What following names and values into other files costs: a check as it is, and one in which no import leads anywhere
and nobody is asked who uses a name.

    python benchmarks/cross_file.py [--jobs 1] TREE...

The two take turns in fresh processes; wall and CPU time are the medians of the runs. With several jobs, a file that
values of both lead to is parsed in each of them.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

WITHIN_FILES = """
import sys
from residency_lint.repository import Repository
from residency_lint.resolve.program import Program
Program.path_of = lambda self, importer, module, *, for_names=False: ""
Repository.files_naming = Repository.files_setting = lambda self, name, path: ()
from residency_lint.cli import main
main()
"""
AS_IT_IS = "from residency_lint.cli import main; main()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--region", default="eu")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=0, help="processes; 0, the default: one a processor")
    options = parser.parse_args()
    print("| tree | Python files | across files, wall | CPU | within files, wall | CPU | ratio (wall) | ratio (CPU) |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for tree in options.trees:
        across, within = _medians(
            tree.resolve(), ["--region", options.region, "--jobs", str(options.jobs)], options.runs
        )
        count = sum(1 for _ in tree.rglob("*.py"))
        ratios = f"{across[0] / within[0]:.2f} | {across[1] / within[1]:.2f}"
        figures = f"{across[0]:.2f} s | {across[1]:.2f} s | {within[0]:.2f} s | {within[1]:.2f} s"
        print(f"| {tree.name} | {count:,} | {figures} | {ratios} |", flush=True)


def _medians(tree: Path, how: list[str], runs: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Wall and CPU seconds, across files and within them."""
    arguments = ["check", "--isolated", *how, "--exit-zero", "--output-format", "concise", "--no-cache", "."]
    programs = (AS_IT_IS, WITHIN_FILES)
    seen: list[list[tuple[float, float]]] = [[], []]
    for _ in range(runs):
        for times, program in zip(seen, programs, strict=True):
            times.append(_timed([sys.executable, "-c", program, *arguments], tree))
    across, within = (tuple(statistics.median(column) for column in zip(*times, strict=True)) for times in seen)
    return (across[0], across[1]), (within[0], within[1])


def _timed(command: list[str], tree: Path) -> tuple[float, float]:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=tree, capture_output=True, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
