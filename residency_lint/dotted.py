"""Names as expressions write them: `a.b.c`, its last part, and back."""

from __future__ import annotations

from residency_lint.expressions import Attribute, Call, Expression, Name, Subscript
from residency_lint.source import Span


def dotted(expression: Expression | None) -> str:
    """`a.b.c` for a chain of names and attributes, else nothing."""
    names: list[str] = []
    while isinstance(expression, Attribute):
        names.append(expression.name)
        expression = expression.base
    return ".".join([expression.id, *reversed(names)]) if isinstance(expression, Name) else ""


def called_name(function: Expression) -> str:
    """As `dotted`, also by way of calls: `logging.getLogger().warning`."""
    names: list[str] = []
    while isinstance(function, (Attribute, Call)):
        names.append("()" if isinstance(function, Call) else f".{function.name}")
        function = function.function if isinstance(function, Call) else function.base
    return function.id + "".join(reversed(names)) if isinstance(function, Name) else ""


def last_name(expression: Expression | None) -> str:
    """`lru_cache` of `functools.lru_cache`, else nothing."""
    if isinstance(expression, Attribute):
        return expression.name
    return expression.id if isinstance(expression, Name) else ""


def written(node: Expression) -> str:
    """Any expression in short, for look-ups and messages: its names and attributes as they stand there."""
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Attribute):
        return f"{written(node.base)}.{node.name}"
    if isinstance(node, Call):
        return f"{written(node.function)}()"
    if isinstance(node, Subscript):
        return f"{written(node.base)}[…]"
    return "…"


def expression_of(name: str, span: Span) -> Expression:
    """The names and attributes that a dotted name is made of, all at one place."""
    first, *rest = name.split(".")
    expression: Expression = Name(first, span)
    for part in rest:
        expression = Attribute(expression, part, span)
    return expression
