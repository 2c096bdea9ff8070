"""Runs of commands, and what they cost."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TOOL = (sys.executable, "-m", "residency_lint")
AGAIN = (*TOOL, "check", "--isolated", "--region", "eu", "--exit-zero", "--output-format", "concise")
"""With what an earlier run has kept."""
CHECK = (*AGAIN, "--no-cache")


@dataclass(frozen=True)
class Run:
    """`wall` and `cpu` (user and system, of all processes of the run) in seconds, `peak` of the largest process in
    bytes."""

    wall: float
    cpu: float
    peak: int
    output: bytes = b""


@dataclass(frozen=True)
class Cost:
    """The medians of some runs, and how far the wall times spread: a quarter is faster, a quarter slower."""

    wall: float
    cpu: float
    peak: int
    fastest: float
    slowest: float


def run(command: Sequence[str], folder: Path, worst: int | None = None) -> Run:
    """Runs a command. Ends the program when the exit code is above `worst`: 0, but ripgrep's 1 says "nothing found"."""
    worst = int(command[0] == "rg") if worst is None else worst
    # As an installed package runs: with its bytecode.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > worst:
        sys.exit(f"{' '.join(command)}: exit code {process.returncode} in {folder}")
    # Kilobytes, but bytes on macOS.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, output)


def interleaved(commands: dict[str, Sequence[str]], folder: Path, runs: int) -> dict[str, Cost]:
    """Every command in turn, once unmeasured so that none pays for a cold disk."""
    for command in commands.values():
        run(command, folder)
    seen: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            seen[name].append(run(command, folder))
    return {name: cost(own) for name, own in seen.items()}


def cost(runs: Sequence[Run]) -> Cost:
    walls = sorted(r.wall for r in runs)
    quarter = len(walls) // 4
    return Cost(
        wall=median(walls),
        cpu=median(r.cpu for r in runs),
        peak=max(r.peak for r in runs),
        fastest=walls[quarter],
        slowest=walls[-1 - quarter],
    )


def machine(runs: int) -> Iterator[str]:
    yield f"median of {runs} interleaved runs, warm disk cache"
    yield f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    yield run((*TOOL, "--version"), Path()).output.decode().splitlines()[0]


def files(tree: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name != ".git"]
        yield from (os.path.join(folder, name) for name in names)
