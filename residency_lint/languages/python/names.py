"""Names in Python expressions, and operators by their sign."""

from __future__ import annotations

import libcst as cst

from residency_lint import expressions as e

OPERATORS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
}


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
