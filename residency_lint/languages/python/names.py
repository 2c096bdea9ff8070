"""Names in Python expressions, and operators by their sign."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from residency_lint import facts as f

OPERATORS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
}


def dotted(expression: f.Expression) -> str:
    """`a.b.c` for a chain of names and attributes, else nothing."""
    names: list[str] = []
    while isinstance(expression, f.Attribute):
        names.append(expression.name)
        expression = expression.base
    if not isinstance(expression, f.Name):
        return ""
    return ".".join([expression.id, *reversed(names)])


def bound_by(clause: cst.CompFor | None) -> Iterator[str]:
    while clause is not None:
        stack: list[cst.CSTNode] = [clause.target]
        while stack:
            node = stack.pop()
            if isinstance(node, cst.Name):
                yield node.value
            stack.extend(node.children)
        clause = clause.inner_for_in
