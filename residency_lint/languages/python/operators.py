"""LibCST operators → expressions: `+`, `%`, `|`, `/`, `or`, `and`, comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.languages.python.around import Around
from residency_lint.languages.python.names import OPERATORS

if TYPE_CHECKING:
    from residency_lint.languages.python.expressions import Expressions


def binary(expressions: Expressions, node: cst.BinaryOperation, around: Around) -> e.Expression:
    span, inner = expressions.span(node), around.inside()
    if isinstance(node.operator, cst.Add):
        return expressions.joined(_operands(node), node, around)
    if isinstance(node.operator, cst.Modulo):
        base, right = expressions.convert(node.left, inner), expressions.convert(node.right, inner)
        return expressions.operation(base, "__mod__", [right], span, around)
    if isinstance(node.operator, cst.BitOr):
        # Of mappings the one with the items of both; of anything else nothing is asked.
        return e.Mapping(tuple((None, expressions.convert(part, inner)) for part in _operands(node)), span)
    if isinstance(node.operator, cst.Divide):
        base, *parts = [expressions.convert(part, inner) for part in _operands(node)]
        return expressions.operation(base, "__truediv__", parts, span, around)
    if isinstance(node.operator, cst.Multiply):
        left, right = (expressions.convert(part, inner) for part in (node.left, node.right))
        if not (isinstance(left, e.Constant) and isinstance(right, e.Constant)):
            return expressions.operation(left, "__mul__", [right], span, around)
        return computed(left)
    return expressions.opaque(node, around)


def boolean(expressions: Expressions, node: cst.BooleanOperation, around: Around) -> e.Expression:
    span, inner = expressions.span(node), around.inside()
    if isinstance(node.operator, cst.Or):
        converted = tuple(expressions.convert(option, inner) for option in _operands(node))
        return expressions.read(e.Fallback(converted, span), around)
    first = expressions.convert(node.left, replace(inner, role=f.Role.COMPARED))
    return expressions.read(e.Branch(first, expressions.convert(node.right, inner), first, span), around)


def _operands(node: cst.BinaryOperation | cst.BooleanOperation) -> list[cst.BaseExpression]:
    """What a chain of one operator takes, first to last: it is as deep as it is long, so not recursed into."""
    kind = type(node.operator)
    found: list[cst.BaseExpression] = []
    left: cst.BaseExpression = node
    while isinstance(left, (cst.BinaryOperation, cst.BooleanOperation)) and isinstance(left.operator, kind):
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]


def comparison(expressions: Expressions, node: cst.Comparison, around: Around) -> e.Expression:
    inner = replace(around, role=f.Role.COMPARED, assigned="")
    left = expressions.convert(node.left, inner)
    rights = [(target.operator, expressions.convert(target.comparator, inner)) for target in node.comparisons]
    if len(rights) != 1:
        return e.Opaque("a chained comparison", expressions.span(node))
    operator, right = rights[0]
    return e.Comparison(left, OPERATORS.get(type(operator), "?"), right, expressions.span(node))


def unary(expressions: Expressions, node: cst.UnaryOperation, around: Around) -> e.Expression:
    operand = expressions.convert(node.expression, around.inside())
    if isinstance(node.operator, cst.Minus) and isinstance(operand, e.Constant):
        return e.Constant(f"-{operand.text}", expressions.span(node))
    if isinstance(node.operator, cst.Minus) and isinstance(operand, e.Call):
        return expressions.operation(operand, "__neg__", [], expressions.span(node), around)
    return e.Negation(operand, expressions.span(node)) if isinstance(node.operator, cst.Not) else computed(operand)


def computed(value: e.Expression) -> e.Opaque:
    return e.Opaque("a formatted or computed value", value.span)
