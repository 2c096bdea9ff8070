"""LibCST operators → expressions: `+`, `%`, `|`, `/`, `or`, `and`, comparisons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.languages.python.around import Around
from residency_lint.languages.python.names import OPERATORS

if TYPE_CHECKING:
    from residency_lint.languages.python.expressions import Expressions


def binary(expressions: Expressions, node: cst.BinaryOperation, around: Around) -> e.Expression:
    if isinstance(node.operator, cst.Add):
        parts: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        # A chain is as deep as it is long: unrolled, not recursed into.
        while isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.Add):
            parts.append(left.right)
            left = left.left
        return expressions.joined([left, *reversed(parts)], node, around)
    if isinstance(node.operator, cst.Modulo):
        inner = replace(around, assigned="")
        base, right = expressions.convert(node.left, inner), expressions.convert(node.right, inner)
        return expressions.operation(base, "__mod__", [right], expressions.span(node), around)
    if isinstance(node.operator, cst.BitOr):
        # Of mappings the one with the items of both; of anything else nothing is asked.
        return _merged(expressions, node, around)
    if isinstance(node.operator, cst.Divide):
        return _path(expressions, node, around)
    return expressions.opaque(node, around)


def _merged(expressions: Expressions, node: cst.BinaryOperation, around: Around) -> e.Expression:
    parts: list[cst.BaseExpression] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.BitOr):
        parts.append(left.right)
        left = left.left
    inner = replace(around, assigned="")
    return e.Mapping(
        tuple((None, expressions.convert(part, inner)) for part in [left, *reversed(parts)]), expressions.span(node)
    )


def _path(expressions: Expressions, node: cst.BinaryOperation, around: Around) -> e.Expression:
    inner = replace(around, assigned="")
    parts: list[cst.BaseExpression] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.Divide):
        parts.append(left.right)
        left = left.left
    base = expressions.convert(left, inner)
    return expressions.operation(
        base,
        "__truediv__",
        [expressions.convert(part, inner) for part in reversed(parts)],
        expressions.span(node),
        around,
    )


def boolean(expressions: Expressions, node: cst.BooleanOperation, around: Around) -> e.Expression:
    span = expressions.span(node)
    inner = replace(around, assigned="")
    if isinstance(node.operator, cst.Or):
        options: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BooleanOperation) and isinstance(left.operator, cst.Or):
            options.append(left.right)
            left = left.left
        converted = tuple(expressions.convert(option, inner) for option in [left, *reversed(options)])
        return expressions.read(e.Fallback(converted, span), around)
    first = expressions.convert(node.left, replace(inner, role=f.Role.COMPARED))
    return expressions.read(e.Branch(first, expressions.convert(node.right, inner), first, span), around)


def comparison(expressions: Expressions, node: cst.Comparison, around: Around) -> e.Expression:
    inner = replace(around, role=f.Role.COMPARED, assigned="")
    left = expressions.convert(node.left, inner)
    rights = [(target.operator, expressions.convert(target.comparator, inner)) for target in node.comparisons]
    if len(rights) != 1:
        return e.Opaque("a chained comparison", expressions.span(node))
    operator, right = rights[0]
    return e.Comparison(left, OPERATORS.get(type(operator), "?"), right, expressions.span(node))


def unary(expressions: Expressions, node: cst.UnaryOperation, around: Around) -> e.Expression:
    operand = expressions.convert(node.expression, replace(around, assigned=""))
    if isinstance(node.operator, cst.Minus) and isinstance(operand, e.Constant):
        return e.Constant(f"-{operand.text}", expressions.span(node))
    return e.Negation(operand, expressions.span(node)) if isinstance(node.operator, cst.Not) else computed(operand)


def computed(value: e.Expression) -> e.Opaque:
    return e.Opaque("a formatted or computed value", value.span)
