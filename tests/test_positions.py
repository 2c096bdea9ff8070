"""Where nodes stand."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from residency_lint.languages.python.positions import positions

TRICKY = """\
# -*- coding: utf-8 -*-
@decorated  # ü
class Größe (Base) :
\tname: str = ("ä"  "b")   ; other = (yield)
\tasync def run(self, *, host = 'ß', **rest) -> "x":
\t\tfor a, (b, c) in [*x, ( y )]: print(f"{a!r:>{b}} {{}} ä", end = "")
\t\telse :
\t\t\tawait (lambda: 1)()

\t\twith (open("a") as f, g): pass
\t\tmatch a:
\t\t\tcase {"x": [1, *_]} | Größe(z=2) if a : del a [ 1 : 2 , ... ]
\t\ttry : raise A from b
\t\texcept* (A, B) as e: return
"""


@pytest.mark.parametrize("text", [TRICKY, TRICKY.replace("\n", "\r\n"), TRICKY.rstrip(), "", "\n\n", "# ä\n"])
def test_a_tricky_module_is_where_libcst_says(text: str) -> None:
    assert _ours(text) == _theirs(text)


@pytest.mark.parametrize(
    "path", sorted(Path("residency_lint/languages/python").glob("*.py")), ids=lambda path: path.name
)
def test_a_module_is_where_libcst_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert _ours(text) == _theirs(text)


def _ours(text: str) -> list[tuple[int, int]]:
    """Of all nodes, in bytes of UTF-8, in the order of the tree."""
    module = cst.parse_module(text)
    found = positions(module)
    return [
        (len(text[:start].encode()), len(text[:end].encode()))
        for start, end in (found[id(node)] for node in _nodes(module) if id(node) in found)
    ]


def _theirs(text: str) -> list[tuple[int, int]]:
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    spans = wrapper.resolve(ByteSpanPositionProvider)
    found = [spans[node] for node in _nodes(wrapper.module) if node in spans]
    # Both say that a block ends with a newline, where a file has none at its end.
    end = len(text.encode())
    return [(span.start, min(end, span.start + span.length)) for span in found]


def _nodes(node: cst.CSTNode) -> list[cst.CSTNode]:
    return [node, *(inner for child in node.children for inner in _nodes(child))]
