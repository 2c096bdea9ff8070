"""Every form at every sink: programs that send outside are errors or warnings, their twins inside are neither."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import tomli

from tests.case_files import Section
from tests.proof.matrix.cells import CELLS, FORMS, JUDGED, KNOWN_PATH, REPAIRED, SINKS, Cell, packages, spread
from tests.proof.matrix.judging import judged, repaired, write
from tests.proof.test_proof import ENVIRONMENT, certificate

__all__ = ["certificate"]

ROOT = Path(__file__).parents[3]
KNOWN = tomli.loads(KNOWN_PATH.read_text(encoding="utf-8"))
OBSERVED = [cell for number, cell in enumerate(spread(34)) if number % 3 == 0]


def test_every_form_and_sink_is_met() -> None:
    cells = [cell for cells in JUDGED.values() for cell in cells]
    assert len(cells) > 1_000
    assert {cell.form.title for cell in cells} == {form.title for form in FORMS}
    assert {cell.sink.name for cell in cells} == {sink.name for sink in SINKS}


def test_what_is_known_exists() -> None:
    assert set(KNOWN["judged"]) <= set(JUDGED)
    assert set(KNOWN["repaired"]) <= {cell.id for cell in REPAIRED}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.title)
def test_pairs_are_told_apart(form: Section, tmp_path: Path) -> None:
    """A form that is known to fail must still fail at some sink: what is repaired leaves `known.toml`."""
    missed = [cell.id for cell in JUDGED[form.title] if not judged(cell.wrong, tmp_path / "tree")]
    flagged = [cell.id for cell in JUDGED[form.title] if judged(cell.right, tmp_path / "tree")]
    known = KNOWN["judged"].get(form.title, [])
    assert ("missed" in known) == bool(missed), missed
    assert ("flagged" in known) == bool(flagged), flagged


@pytest.mark.parametrize("cell", REPAIRED, ids=lambda cell: cell.id)
def test_fixes_lead_inside(cell: Cell, tmp_path: Path) -> None:
    """Nothing is left to say of a repaired program; one that is right is not changed."""
    right, _ = repaired(cell.right, tmp_path / "tree")
    wrong, left = repaired(cell.wrong, tmp_path / "tree")
    for path, text in wrong.items():
        if path.endswith(".py"):
            ast.parse(text, path)
    known = KNOWN["repaired"].get(cell.id, [])
    assert ("left" in known) == bool(left), wrong
    assert ("changed" in known) == (right != cell.right), right


def test_programs_reach_what_they_say(certificate: Path, tmp_path: Path) -> None:
    """What is true of a cell by construction is seen when its programs run: those of one sink reach the same hosts."""
    by_sink: dict[str, list[Cell]] = defaultdict(list)
    for cell in [*(cell for cell in CELLS if cell.form is FORMS[0]), *OBSERVED]:
        by_sink[cell.sink.name].append(cell)
    for name, cells in by_sink.items():
        hosts = _observed(cells, certificate, tmp_path / name)
        wrong, right = hosts[0]
        assert wrong and right and not wrong & right, name
        assert [(cell.id, *pair) for cell, pair in zip(cells, hosts, strict=True)] == [
            (cell.id, wrong, right) for cell in cells
        ]


def _observed(cells: list[Cell], certificate: Path, folder: Path) -> list[tuple[set[str], set[str]]]:
    """The hosts that the wrong and the right program of each cell of one sink reach."""
    programs = []
    for number, cell in enumerate(cells):
        for kind, texts in (("wrong", cell.wrong), ("right", cell.right)):
            tree = folder / str(number) / kind
            write(texts, tree)
            record = tree.with_suffix(".reached")
            record.touch()
            environment = {**ENVIRONMENT, "HOME": str(tree), **cell.environment(wrong=kind == "wrong")}
            main = next(path for path in texts if path.endswith(".py"))
            programs.append({"folder": str(tree), "file": main, "record": str(record), "environment": environment})
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"packages": packages(cells[0].sink), "programs": programs}), encoding="utf-8")
    command = [sys.executable, str(Path(__file__).with_name("observe.py")), str(certificate), str(plan)]
    subprocess.run(command, check=True, env={**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT)})
    for program in programs:
        ended = Path(str(program["record"])).with_suffix(".ended").read_text(encoding="utf-8")
        assert not ended.startswith("ended with"), ended
    hosts = [set(Path(str(program["record"])).read_text(encoding="utf-8").split()) for program in programs]
    return list(zip(hosts[::2], hosts[1::2], strict=True))
