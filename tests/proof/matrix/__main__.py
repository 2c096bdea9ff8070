"""Judges the matrix and writes what is misjudged to `known.toml`: `python -m tests.proof.matrix`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.proof.matrix.cells import FORMS, JUDGED, KNOWN_PATH, REPAIRED
from tests.proof.matrix.judging import judged, repaired

HEAD = """\
# What the tool is known to misjudge: forms of which a wrong program is missed or a right one flagged at some sink, and
# cells whose wrong program is not repaired or whose right one is changed. What is judged right must leave this file:
# `python -m tests.proof.matrix` writes it anew.
"""


def main() -> None:
    lines = [HEAD, "[judged]"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "tree")
        for form in FORMS:
            cells = JUDGED[form.title]
            kinds = [
                *(["missed"] if any(not judged(cell.wrong, folder) for cell in cells) else []),
                *(["flagged"] if any(judged(cell.right, folder) for cell in cells) else []),
            ]
            if kinds:
                lines.append(f"{_quoted(form.title)} = [{', '.join(map(_quoted, kinds))}]")
        lines += ["", "[repaired]"]
        for cell in REPAIRED:
            kinds = [
                *(["left"] if repaired(cell.wrong, folder)[1] else []),
                *(["changed"] if repaired(cell.right, folder)[0] != cell.right else []),
            ]
            if kinds:
                lines.append(f"{_quoted(cell.id)} = [{', '.join(map(_quoted, kinds))}]")
    KNOWN_PATH.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    return f'"{text}"'


if __name__ == "__main__":
    main()
