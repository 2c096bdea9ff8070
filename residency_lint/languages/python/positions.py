"""Where the nodes of a module stand in its text."""

from __future__ import annotations

from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

Positions = dict[int, tuple[int, int]]
"""By `id` of the node, half-open offsets in characters, without the blanks around it.

A node's own hash is a method of Python's; `id` is a third of the time. It is unique as long as the module lives."""


def positions(module: cst.Module) -> Positions:
    """The position of every node.

    LibCST's providers do the same in bytes or lines; they keep every token, and make a context manager of a generator
    and a frozen span for each node: twice the time of this.
    """
    walk = _Walk(module.default_indent, module.default_newline)
    module._codegen(walk)
    return walk.found


class _Walk(CodegenState):
    """Writes the module out, and keeps nothing but where it is."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.at = 0
        self.found: Positions = {}
        self._begun: list[int] = []

    def add_indent_tokens(self) -> None:
        self.at += sum(map(len, self.indent_tokens))

    def add_token(self, value: str) -> None:
        self.at += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._begun.append(self.at)

    def after_codegen(self, node: cst.CSTNode) -> None:
        # What a node has recorded of itself leaves out the blanks and parentheses it owns.
        self.found.setdefault(id(node), (self._begun.pop(), self.at))

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)


class _Recording:
    """The part of a node's text that is its own."""

    __slots__ = ("begun", "first", "last", "node", "walk")

    def __init__(self, walk: _Walk, node: cst.CSTNode, first: cst.CSTNode | None, last: cst.CSTNode | None) -> None:
        self.walk, self.node, self.first, self.last = walk, node, first, last

    def __enter__(self) -> None:
        self.begun = self.walk.at

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        found = self.walk.found
        start = self.begun if self.first is None else found[id(self.first)][0]
        end = self.walk.at if self.last is None else found[id(self.last)][1]
        found[id(self.node)] = start, end
