"""Names in Python expressions, and operators by their sign."""

from __future__ import annotations

import libcst as cst

from residency_lint import expressions as e
from residency_lint.source import Span

OPERATORS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
}


def dotted(expression: e.Expression) -> str:
    """`a.b.c` for a chain of names and attributes, else nothing."""
    names: list[str] = []
    while isinstance(expression, e.Attribute):
        names.append(expression.name)
        expression = expression.base
    if not isinstance(expression, e.Name):
        return ""
    return ".".join([expression.id, *reversed(names)])


def called_name(function: e.Expression) -> str:
    """As `dotted`, also by way of calls: `logging.getLogger().warning`."""
    names: list[str] = []
    while isinstance(function, (e.Attribute, e.Call)):
        names.append("()" if isinstance(function, e.Call) else f".{function.name}")
        function = function.function if isinstance(function, e.Call) else function.base
    return function.id + "".join(reversed(names)) if isinstance(function, e.Name) else ""


def expression_of(name: str, span: Span) -> e.Expression:
    """The names and attributes that a dotted name is made of, all at one place."""
    first, *rest = name.split(".")
    expression: e.Expression = e.Name(first, span)
    for part in rest:
        expression = e.Attribute(expression, part, span)
    return expression


def item_of(value: e.Expression, index: int) -> e.Expression:
    """What the target at an index gets of an unpacked value."""
    if isinstance(value, e.Listing) and index < len(value.items):
        return value.items[index]
    return e.Subscript(value, e.Constant(str(index), value.span), value.span)


def is_starred(target: cst.Tuple | cst.List) -> bool:
    return any(isinstance(element, cst.StarredElement) for element in target.elements)


def written_name(target: cst.BaseExpression) -> str:
    """`HOST`, `config.host`, `params[site]`, or nothing."""
    suffix = ""
    if isinstance(target, cst.Subscript) and len(target.slice) == 1:
        index = target.slice[0].slice
        if not isinstance(index, cst.Index) or not isinstance(index.value, cst.SimpleString):
            return ""
        suffix = f"[{index.value.evaluated_value!s}]"
        target = target.value
    names: list[str] = []
    while isinstance(target, cst.Attribute):
        names.append(target.attr.value)
        target = target.value
    if not isinstance(target, cst.Name):
        return ""
    return ".".join([target.value, *reversed(names)]) + suffix


def module_name(node: cst.BaseExpression) -> str:
    """`a.b` in `import a.b`."""
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    assert isinstance(node, cst.Name)
    return ".".join([node.value, *reversed(names)])


def case_values(pattern: cst.MatchPattern) -> list[cst.BaseExpression]:
    """The values of `case "a" | "b"`; nothing for other patterns."""
    if isinstance(pattern, cst.MatchValue):
        return [pattern.value]
    if isinstance(pattern, cst.MatchOr):
        return [one.pattern.value for one in pattern.patterns if isinstance(one.pattern, cst.MatchValue)]
    return []


def deciding(pattern: cst.MatchPattern) -> list[tuple[int | None, cst.MatchPattern]]:
    """The items that decide in `case ["us", *_]`, each with its index; else the pattern itself."""
    if not isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        return [(None, pattern)]
    found: list[tuple[int | None, cst.MatchPattern]] = []
    for index, one in enumerate(pattern.patterns):
        if isinstance(one, cst.MatchStar):
            break
        if case_values(one.value):
            found.append((index, one.value))
        elif not takes_anything(one.value):
            return [(None, pattern)]
    return found or [(None, pattern)]


def takes_anything(pattern: cst.MatchPattern) -> bool:
    """Whether it is `_`, or a name."""
    return isinstance(pattern, cst.MatchAs) and pattern.pattern is None
