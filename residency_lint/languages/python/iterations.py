"""Comprehensions, each of whose `for` opens a scope in which its targets are bound; slices, loops, what is yielded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.languages.python.names import is_starred, item_of
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.languages.python.around import Around
    from residency_lint.languages.python.expressions import Expressions


def comprehension(expressions: Expressions, node: cst.BaseComp, around: Around) -> e.Comprehension:
    """`[… for … in … if …]`, its element recorded as what the innermost scope yields."""
    return _clause(node, node.for_in, around.inside(), expressions)


def sliced(node: cst.Slice, span: Span, around: Around, expressions: Expressions) -> list[e.Expression]:
    """Both ends of a slice, None for one that is left out."""
    inner = replace(around, role=f.Role.KEY, assigned="")
    ends = (node.lower, node.upper)
    return [e.Constant("None", span) if end is None else expressions.convert(end, inner) for end in ends]


def yielded(expressions: Expressions, node: cst.Yield, around: Around) -> e.Expression:
    """Records what is yielded; `yield` itself is what somebody sends."""
    value = node.value.item if isinstance(node.value, cst.From) else node.value
    if value is not None:
        inner = replace(around, keys=(expressions.scopes[around.site.scope].name,), assigned="")
        converted = expressions.convert(value, inner)
        if isinstance(node.value, cst.From):
            converted = e.Element(converted, converted.span)
        if around.role is not f.Role.DEAD:
            expressions.yields.append(f.Return(converted, around.site))
    return e.Opaque("what is sent to a generator", expressions.span(node))


def breaks_at_once(body: cst.BaseSuite) -> bool:
    """Whether a loop ends when it has begun: its body ends in `break`, and nothing in it goes on before."""
    last = body.body[-1] if body.body else None
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) and last.body else last
    return isinstance(small, cst.Break) and not any(isinstance(one, cst.BaseCompoundStatement) for one in body.body)


def looked_up_alone(node: cst.Try | cst.TryStar) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """The table and the key of the one look-up that a `try` is about, and that only fails for want of the key."""
    line = node.body.body[0] if len(node.body.body) == 1 else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    value = small.value if isinstance(small, (cst.Return, cst.Assign)) else None
    is_missing = all(
        isinstance(h.type, cst.Name) and h.type.value in ("KeyError", "LookupError") for h in node.handlers
    )
    if not isinstance(value, cst.Subscript) or not node.handlers or not is_missing or len(value.slice) != 1:
        return None
    index = value.slice[0].slice
    return (value.value, index.value) if isinstance(index, cst.Index) else None


def _clause(node: cst.BaseComp, clause: cst.CompFor, around: Around, expressions: Expressions) -> e.Comprehension:
    base = expressions.convert(clause.iter, around)
    span = expressions.span(node)
    scope = len(expressions.scopes)
    expressions.scopes.append(f.Scope(f.ScopeKind.COMPREHENSION, "comprehension", around.site.scope, span))
    inside = replace(around, site=replace(around.site, scope=scope))
    _bind(clause.target, e.Element(base, expressions.span(clause.iter)), inside, expressions)
    for condition in clause.ifs:
        test = expressions.test(condition.test, inside)
        inside = inside.guarded(e.Guard(test, True, expressions.new_chain()))
    inner = clause.inner_for_in
    made = _clause(node, inner, inside, expressions) if inner else _element(node, inside, expressions)
    expressions.yields.append(f.Return(made, inside.site))
    return e.Comprehension(scope, base, span, is_nested=inner is not None, is_mapping=isinstance(node, cst.DictComp))


def _element(node: cst.BaseComp, around: Around, expressions: Expressions) -> e.Expression:
    if isinstance(node, cst.DictComp):
        key = expressions.convert(node.key, replace(around, role=f.Role.KEY))
        return e.Mapping(((key, expressions.convert(node.value, around)),), expressions.span(node))
    assert isinstance(node, cst.BaseSimpleComp)
    return expressions.convert(node.elt, around)


def _bind(target: cst.BaseExpression, value: e.Expression, around: Around, expressions: Expressions) -> None:
    if isinstance(target, (cst.Tuple, cst.List)):
        for index, element in enumerate(target.elements):
            item = e.Opaque("the rest of an item", value.span) if is_starred(target) else item_of(value, index)
            _bind(element.value, item, around, expressions)
    elif isinstance(target, cst.Name):
        span = expressions.span(target)
        expressions.bindings.append(f.Binding(target.value, value, f.BindingKind.ASSIGNMENT, span, around.site))


def catches_import(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """`except ImportError`, `except ModuleNotFoundError`."""
    return isinstance(handler.type, cst.Name) and handler.type.value in ("ImportError", "ModuleNotFoundError")
