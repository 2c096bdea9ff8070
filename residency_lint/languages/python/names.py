"""Names in Python expressions, and operators by their sign."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from residency_lint import facts as f
from residency_lint.source import Span

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


def expression_of(name: str, span: Span) -> f.Expression:
    """The names and attributes that a dotted name is made of, all at one place."""
    first, *rest = name.split(".")
    expression: f.Expression = f.Name(first, span)
    for part in rest:
        expression = f.Attribute(expression, part, span)
    return expression


def bindings_of_call(call: f.Call) -> Iterator[f.Binding]:
    """What a call binds that stands alone: `options.update(host=…)`, `setattr(settings, "host", …)`."""
    arguments = call.arguments
    if isinstance(call.function, f.Attribute) and call.function.name == "update":
        owner = dotted(call.function.base)
        for argument in arguments if owner else ():
            if argument.name:
                yield _binding(f"{owner}[{argument.name}]", argument.value, call)
            elif isinstance(argument.value, f.Mapping):
                for key, value in argument.value.items:
                    if isinstance(key, f.Text):
                        yield _binding(f"{owner}[{key.text}]", value, call)
    elif isinstance(call.function, f.Name) and call.function.id == "setattr" and len(arguments) == 3:
        owner, name = dotted(arguments[0].value), arguments[1].value
        if owner and isinstance(name, f.Text):
            yield _binding(f"{owner}.{name.text}", arguments[2].value, call)


def _binding(target: str, value: f.Expression, call: f.Call) -> f.Binding:
    return f.Binding(target, value, f.BindingKind.ASSIGNMENT, call.span, call.site)
