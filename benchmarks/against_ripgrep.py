"""What a check costs beside ripgrep searching the same trees for the same texts; if wanted, beside ruff and semgrep."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from measured import AGAIN, CHECK, TOOL, Cost, files, interleaved, machine, run

# Hidden files are read by the check as well (`.github`, `.env`); what git ignores is left out by both.
SEARCH = ("rg", "--hidden", "--glob=!.git", "--files-with-matches", "--fixed-strings")
RUFF = ("ruff", "check", "--isolated", "--exit-zero", "--quiet", "--no-cache", ".")
SEMGREP = ("semgrep", "scan", "--metrics=off", "--disable-version-check", "--no-git-ignore", "--quiet", "--json")
DOMAINS = ("mixpanel.com", "mparticle.com", "amplitude.com", "segment.io", "posthog.com", "sentry.io", "datadoghq.com")


@dataclass(frozen=True)
class Row:
    tree: str
    files: int
    candidates: int  # files in which ripgrep finds one of the texts
    costs: dict[str, Cost]


def main() -> None:
    options = _options()
    if shutil.which(SEARCH[0]) is None:
        sys.exit("ripgrep is not installed: no `rg` on the path")
    trees = options.trees or default_trees(options.cache)
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(tree.resolve(), Path(folder), options) for tree in trees]
    print("\n".join([*machine(options.runs), "", *_table(rows)]))
    if options.save:
        figures = {"machine": list(machine(options.runs)), "rows": [asdict(row) for row in rows]}
        options.save.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def default_trees(cache: Path) -> list[Path]:
    """Released wheels of large public projects, downloaded once and unpacked."""
    return [_wheel("homeassistant==2025.4.4", "3.13", cache), _wheel("django==5.2", "3.12", cache)]


def _wheel(requirement: str, python: str, cache: Path) -> Path:
    folder = cache / requirement
    if not folder.exists():
        with tempfile.TemporaryDirectory() as download:
            command = ("pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", python)
            subprocess.run([sys.executable, "-m", *command, "--dest", download, requirement], check=True)
            for wheel in Path(download).glob("*.whl"):
                shutil.unpack_archive(wheel, folder, "zip")
    return folder


def measure(tree: Path, folder: Path, options: argparse.Namespace) -> Row:
    keywords = folder / "keywords.txt"
    keywords.write_bytes(run((*TOOL, "vendors", "--keywords"), tree).output)
    search = (*SEARCH, f"--file={keywords}", ".")
    commands: dict[str, tuple[str, ...]] = {
        "check": (*CHECK, *options.check),
        "check again": (*AGAIN, *options.check),
        "rg": search,
    }
    if options.ruff:
        commands["ruff"] = RUFF
    if options.semgrep:
        rules = folder / "rules.yaml"
        rules.write_text(json.dumps({"rules": list(_semgrep_rules())}), encoding="utf-8")
        commands["semgrep"] = (*SEMGREP, f"--config={rules}", ".")
    return Row(
        tree=tree.name,
        files=sum(1 for _ in files(tree)),
        candidates=len(run(search, tree).output.splitlines()),
        costs=interleaved(commands, tree, options.runs),
    )


def _semgrep_rules() -> Iterator[dict[str, object]]:
    """Rules that look for what the check looks for at first: hosts of vendors, starts of SDKs, regions of AWS."""
    head = {"languages": ["python"], "severity": "ERROR", "message": "outside the region"}
    for domain in DOMAINS:
        pattern = domain.replace(".", r"\.")
        yield {**head, "id": f"host-{domain.replace('.', '-')}", "pattern": f'"=~/{pattern}/"'}
    starts = ("mixpanel.Mixpanel(...)", "amplitude.Amplitude(...)", "posthog.Posthog(...)", "sentry_sdk.init(...)")
    for number, start in enumerate((*starts, "boto3.client(...)", "boto3.resource(...)", "boto3.Session(...)")):
        yield {**head, "id": f"start-{number}", "pattern": start}
    yield {**head, "id": "region", "pattern": '"=~/^us-(east|west)-[12]$/"'}


def _table(rows: Iterable[Row]) -> Iterator[str]:
    yield "| tree | files | candidates | command | wall | spread | CPU | peak | files/s | wall beside `rg` |"
    yield "|---|--:|--:|---|--:|--:|--:|--:|--:|--:|"
    for row in rows:
        for name, cost in row.costs.items():
            spread = f"{cost.fastest:.2f}–{cost.slowest:.2f}"
            ratio = cost.wall / row.costs["rg"].wall
            figures = (
                *(row.tree, f"{row.files:,}", f"{row.candidates:,}", name, f"{cost.wall:.2f} s", spread),
                *(f"{cost.cpu:.2f} s", f"{cost.peak / 1e6:.0f} MB", f"{row.files / cost.wall:,.0f}", f"{ratio:.1f}"),
            )
            yield f"| {' | '.join(figures)} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path, metavar="TREE", help="folders to check and to search")
    parser.add_argument("--cache", type=Path, default=Path("build/trees"), help="where the default trees are kept")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each command (default: %(default)s)")
    parser.add_argument("--check", nargs="*", default=[], metavar="FLAG", help="further flags of the check")
    parser.add_argument("--ruff", action="store_true", help="measure `ruff check` as well")
    parser.add_argument("--semgrep", action="store_true", help="measure semgrep with rules of its own as well")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the figures there as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
