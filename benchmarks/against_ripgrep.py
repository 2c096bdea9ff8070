"""Wall and CPU time of a check beside ripgrep searching the same trees for the same texts."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

TOOL = (sys.executable, "-m", "residency_lint")
CHECK = (*TOOL, "check", "--isolated", "--region", "eu", "--exit-zero", "--output-format", "concise")
# Hidden files are read by the check as well (`.github`, `.env`); what git ignores is left out by both.
SEARCH = ("rg", "--hidden", "--glob=!.git", "--files-with-matches", "--fixed-strings")


@dataclass(frozen=True)
class Run:
    wall: float  # seconds
    cpu: float  # seconds, user and system, of all processes of the run
    output: bytes


@dataclass(frozen=True)
class Row:
    tree: str
    files: int
    candidates: int  # files in which ripgrep finds one of the texts
    check_wall: float
    check_cpu: float
    search_wall: float
    search_cpu: float

    @property
    def ratio(self) -> float:
        return self.check_wall / self.search_wall


def main() -> None:
    options = _options()
    if shutil.which(SEARCH[0]) is None:
        sys.exit("ripgrep is not installed: no `rg` on the path")
    with tempfile.TemporaryDirectory() as folder:
        keywords = Path(folder, "keywords.txt")
        keywords.write_bytes(_run((*TOOL, "vendors", "--keywords"), Path()).output)
        rows = [measure(tree, keywords, options.runs) for tree in options.trees]
    print("\n".join([*_machine(options.runs), "", *_table(rows)]))
    if options.save:
        figures = {"machine": list(_machine(options.runs)), "rows": [asdict(row) for row in rows]}
        options.save.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measure(tree: Path, keywords: Path, runs: int) -> Row:
    """Both commands in turn, once unmeasured so that neither pays for a cold disk."""
    search = (*SEARCH, f"--file={keywords}", ".")
    named = _run(search, tree).output.splitlines()
    _run(CHECK, tree)
    pairs = [(_run(CHECK, tree), _run(search, tree)) for _ in range(runs)]
    checks, searches = zip(*pairs, strict=True)
    return Row(
        tree=tree.resolve().name,
        files=sum(1 for _ in _files(tree)),
        candidates=len(named),
        check_wall=median(run.wall for run in checks),
        check_cpu=median(run.cpu for run in checks),
        search_wall=median(run.wall for run in searches),
        search_cpu=median(run.cpu for run in searches),
    )


def _run(command: Sequence[str], folder: Path) -> Run:
    before, start = _cpu_of_children(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False)
    wall, cpu = time.perf_counter() - start, _cpu_of_children() - before
    # ripgrep exits 1 when it finds nothing; from 2 on, either command has failed or could not read everything.
    if done.returncode > 1:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode} in {folder}")
    return Run(wall, cpu, done.stdout)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _files(tree: Path) -> Iterator[str]:
    for _, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name != ".git"]
        yield from names


def _machine(runs: int) -> Iterator[str]:
    yield f"median of {runs} interleaved runs, warm disk cache"
    yield f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    for command in ((*TOOL, "--version"), ("rg", "--version")):
        yield _run(command, Path()).output.decode().splitlines()[0]


def _table(rows: Iterable[Row]) -> Iterator[str]:
    yield "| tree | files | candidates | check wall | check CPU | rg wall | rg CPU | ratio (wall) |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for row in rows:
        seconds = (row.check_wall, row.check_cpu, row.search_wall, row.search_cpu)
        times = " | ".join(f"{value:.2f} s" for value in seconds)
        yield f"| {row.tree} | {row.files:,} | {row.candidates:,} | {times} | {row.ratio:.1f} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path, metavar="TREE", help="folders to check and to search")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each command (default: %(default)s)")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the figures there as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
