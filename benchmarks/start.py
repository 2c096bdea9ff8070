"""What a hook's run costs beside a program that does nothing: five files without a candidate, and with an ordinary one.

python benchmarks/start.py [--runs 11]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measured import CHECK, TOOL, interleaved, machine

BARE = """
import click

@click.command()
@click.argument("paths", nargs=-1)
def main(paths):
    click.echo(f"{len(paths)} files")

main()
"""
QUIET = '"""A module."""\n\nimport os\n\n' + "\n\n".join(
    f'def function_{number}(path: str) -> str:\n    """Joins."""\n    return os.path.join("folder", path, "{number}")'
    for number in range(400)
)
ORDINARY = 'import os\n\nfrom mixpanel import Mixpanel\n\ntracker = Mixpanel(os.environ["TOKEN"])\n' + "\n\n".join(
    f'def track_{number}(user: str) -> None:\n    tracker.track(user, "event {number}", {{"number": {number}}})'
    for number in range(40)
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        files = [f"quiet_{number}.py" for number in range(5)]
        for file in files:
            (folder / file).write_text(QUIET, encoding="utf-8")
        (folder / "tracker.py").write_text(ORDINARY, encoding="utf-8")
        commands = {
            "a bare click program": (sys.executable, "bare.py", *files),
            "no candidate": (*CHECK, *files),
            "one candidate": (*CHECK, *files[1:], "tracker.py"),
        }
        costs = interleaved(commands, folder, options.runs)
        print(
            "\n".join([*machine(options.runs), "", "| five files | wall | CPU | ratio (wall) |", "|---|--:|--:|--:|"])
        )
        bare = costs["a bare click program"]
        for what, cost in costs.items():
            print(f"| {what} | {cost.wall * 1000:.0f} ms | {cost.cpu * 1000:.0f} ms | {cost.wall / bare.wall:.1f} |")
        print("\n| import | own | with what it imports |\n|---|--:|--:|")
        for own, whole, module in list(_imports(folder, files))[:12]:
            print(f"| {module} | {own / 1000:.1f} ms | {whole / 1000:.1f} ms |")


def _imports(folder: Path, files: list[str]) -> Iterator[tuple[int, int, str]]:
    """Microseconds, and the module, the dearest by itself first."""
    command = [sys.executable, "-X", "importtime", "-m", "residency_lint", *CHECK[len(TOOL) :], *files]
    lines = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr.splitlines()
    rows = [line.removeprefix("import time:").split("|") for line in lines if line.startswith("import time:")]
    found = [(int(own), int(whole), name.strip()) for own, whole, name in rows if own.strip().isdigit()]
    yield from sorted(found, reverse=True)


if __name__ == "__main__":
    main()
