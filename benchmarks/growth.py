"""How time and memory grow: with the files of a tree, with the hosts of a catalogue, with what a hostile file holds."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from measured import CHECK, TOOL, Run, files, machine, run

KILO = 1_000


def main() -> None:
    options = _options()
    print("\n".join(machine(1)))
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        scratch = Path(folder)
        print("\n".join(["", "| files | wall | CPU | peak | wall per 1,000 files |", "|--:|--:|--:|--:|--:|"]))
        for count in options.files:
            done = _best(CHECK, _repeated(options.tree, count, scratch))
            each = done.wall / count * KILO * KILO
            print(f"| {count:,} | {_times(done)} | {each:.0f} ms |")
        print("\n".join(["", "| hosts | wall | CPU | peak |", "|--:|--:|--:|--:|"]))
        for count in options.hosts:
            config = _catalogue(count, scratch)
            done = _best((*TOOL, "check", "--exit-zero", "--config", config), options.tree)
            print(f"| {count:,} | {_times(done)} |")
        print("\n".join(["", "| hostile file | size | wall | CPU | peak | says |", "|---|--:|--:|--:|--:|---|"]))
        for name, text in _hostile():
            path = scratch / "hostile" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            del text  # A child starts with the memory of its parent, and its peak counts that.
            done = run((*CHECK, name), path.parent, worst=2)  # cut off, with a note
            said = done.output.decode().strip().splitlines()[-1:] or [""]
            print(f"| {name} | {path.stat().st_size / 1e6:.1f} MB | {_times(done)} | {said[0]} |")
            path.unlink()


def _best(command: Sequence[str], folder: Path) -> Run:
    return min((run(command, folder) for _ in range(3)), key=lambda done: done.wall)


def _times(done: Run) -> str:
    return f"{done.wall:.2f} s | {done.cpu:.2f} s | {done.peak / 1e6:.0f} MB"


def _repeated(tree: Path, count: int, scratch: Path) -> Path:
    """A folder with exactly so many files: those of a tree, again and again, as hard links."""
    every = list(files(tree))
    folder = scratch / f"files-{count}"
    for number in range(count):
        turn, index = divmod(number, len(every))
        path = folder / str(turn) / os.path.relpath(every[index], tree)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(every[index], path)
    return folder


def _catalogue(count: int, scratch: Path) -> str:
    """A config file with a vendor of so many hosts, none of which occurs anywhere."""
    hosts = ", ".join(f'"api-{number}.vendor-{number % 97}.invalid"' for number in range(count))
    rules = scratch / f"rules-{count}.toml"
    rules.write_text(
        'vendor = "many"\ntitle = "Many"\ndocs = "https://example.com"\nverified = 2026-01-01\n[regions]\nus = "us"\n'
        '[endpoint.api]\ntitle = "API"\nwhy = "It grows."\nsource = "made up"\nwrong = "a"\nright = "b"\n'
        f"us = [{hosts}]\n",
        encoding="utf-8",
    )
    config = scratch / f"policy-{count}.toml"
    config.write_text(f'region = "eu"\ncatalog = ["{rules}"]\n', encoding="utf-8")
    return str(config)


def _hostile() -> Iterator[tuple[str, str]]:
    """Names of files and what they hold; each has something in it that is looked for."""
    host = "api.mixpanel.com"
    entry = f'{{"url": "https://{host}/track", "note": "{"x" * 200}"}}'
    yield "one-line.json", "[" + ",".join([entry] * 200_000) + "]"
    yield "nested.json", "[" * 20_000 + f'"{host}"' + "]" * 20_000
    yield "nested.py", "x = " + "(" * 20_000 + f'"{host}"' + ")" * 20_000 + "\n"
    yield "long.log", f"GET https://{host}/track 200\n" + "INFO nothing of interest happened here today\n" * 1_000_000
    yield "hits.log", f"GET https://{host}/track 200\n" * 200_000
    yield "hits.py", f'x = "https://{host}/track"\n' * 20_000


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path, help="a real tree, repeated to make larger ones")
    parser.add_argument("--files", type=int, nargs="*", default=[KILO, 10 * KILO, 50 * KILO, 150 * KILO])
    parser.add_argument("--hosts", type=int, nargs="*", default=[100, KILO, 10 * KILO])
    parser.add_argument("--scratch", type=Path, help="where trees are made: on the disk of TREE, they are links")
    return parser.parse_args()


if __name__ == "__main__":
    main()
