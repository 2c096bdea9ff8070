"""LibCST expressions → the expressions, mentions, calls and reads of `Facts`.

LibCST's metadata is never asked for: qualified names cost ten parses, its wrapper one more visit of the whole tree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from msgspec.structs import replace

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.dotted import dotted
from residency_lint.fixes import Slot
from residency_lint.languages.python import calls, operators, roles
from residency_lint.languages.python.around import Around
from residency_lint.languages.python.functions import annotated, open_function
from residency_lint.languages.python.iterations import comprehension, sliced, yielded
from residency_lint.languages.python.positions import Positions
from residency_lint.source import Source, Span


@dataclass
class Expressions:
    """Converts expressions of one file and collects what it meets on the way."""

    source: Source
    positions: Positions = field(default_factory=dict)
    """Of the piece that is read."""
    begin: int = 0
    """Where that begins."""
    mentions: list[f.Mention] = field(default_factory=list)
    joins: list[tuple[e.Joined, e.Site]] = field(default_factory=list)
    calls: list[e.Call] = field(default_factory=list)
    reads: list[f.Read] = field(default_factory=list)
    bindings: list[f.Binding] = field(default_factory=list)
    scopes: list[f.Scope] = field(default_factory=list)
    returns: list[f.Return] = field(default_factory=list)
    yields: list[f.Return] = field(default_factory=list)
    selections: list[tuple[e.Subscript | e.Call, e.Site]] = field(default_factory=list)
    mocks: set[tuple[int, str]] = field(default_factory=set)
    """(scope, name) of what stands in for something else."""
    _last_group: int = 0
    _last_chain: int = 0

    # --- positions ---------------------------------------------------------------------------

    def span(self, node: cst.CSTNode) -> Span:
        """The node's bytes in the source, without parentheses around it."""
        start, end = self.positions[id(node)]
        return self.source.span(self.begin + start, self.begin + end)

    def new_group(self) -> int:
        self._last_group += 1
        return self._last_group

    def new_chain(self) -> int:
        self._last_chain += 1
        return self._last_chain

    # --- conversion --------------------------------------------------------------------------

    def convert(self, node: cst.BaseExpression, around: Around) -> e.Expression:
        """The expression a node stands for. What has no counterpart is `Opaque`, its parts converted all the same."""
        method = _CONVERSIONS.get(type(node))
        if method is not None:
            return method(self, node, around)
        return self.opaque(node, around)

    def opaque(self, node: cst.CSTNode, around: Around) -> e.Opaque:
        inner = replace(around, assigned="", keys=around.keys)
        for child in node.children:
            self._descend(child, inner)
        return e.Opaque(type(node).__name__, self.span(node))

    def _descend(self, node: cst.CSTNode, around: Around) -> None:
        """Expressions below a node that is none itself (arguments, comprehension clauses, slices)."""
        if isinstance(node, cst.BaseExpression):
            self.convert(node, around)
        else:
            for child in node.children:
                self._descend(child, around)

    def _simple_string(self, node: cst.SimpleString, around: Around) -> e.Text:
        value = node.evaluated_value
        text = value if isinstance(value, str) else value.decode("latin-1")
        whole = self.span(node)
        head, tail = len(node.prefix) + len(node.quote), len(node.quote)
        span = Span(whole.start + head, whole.end - tail)
        literal = e.Text(text, span, plain=node.raw_value == text, quote=node.quote, path=self.source.path)
        self._mention(literal, around)
        return literal

    def _mention(self, text: e.Text, around: Around) -> None:
        self.mentions.append(f.Mention(text, around.role, around.site, around.keys, around.group, around.callee))

    def _concatenated(self, node: cst.ConcatenatedString, around: Around) -> e.Joined:
        pieces: list[cst.BaseExpression] = []
        rest: cst.BaseExpression = node
        while isinstance(rest, cst.ConcatenatedString):
            pieces.append(rest.left)
            rest = rest.right
        return self.joined([*pieces, rest], node, around)

    def joined(self, nodes: list[Any], whole: cst.CSTNode, around: Around) -> e.Joined:
        parts: list[e.Expression] = []
        inner = around.inside()
        for node in nodes:
            part = self.convert(node, inner)
            parts.extend(part.parts if isinstance(part, e.Joined) else (part,))
        return self._record(e.Joined(tuple(parts), self.span(whole)), around)

    def _record(self, joined: e.Joined, around: Around) -> e.Joined:
        if any(isinstance(part, e.Text) for part in joined.parts):
            self.joins.append((joined, around.site))
        return joined

    def _formatted_string(self, node: cst.FormattedString, around: Around) -> e.Joined:
        parts: list[e.Expression] = []
        inner = around.inside()
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                raw = part.value
                text = raw.replace("{{", "{").replace("}}", "}")
                literal = e.Text(
                    text, self.span(part), plain=text == raw and "\\" not in raw, quote=node.end, path=self.source.path
                )
                self._mention(literal, inner)
                parts.append(literal)
            elif isinstance(part, cst.FormattedStringExpression):
                value = self.convert(part.expression, inner)
                parts.append(value if part.format_spec is None and not part.conversion else operators.computed(value))
        return self._record(e.Joined(tuple(parts), self.span(node)), around)

    def _conditional(self, node: cst.IfExp, around: Around) -> e.Expression:
        inner = around.inside()
        test = self.test(node.test, inner)
        chain = self.new_chain()
        then = self.convert(node.body, inner.guarded(e.Guard(test, True, chain)))
        otherwise = self.convert(node.orelse, inner.guarded(e.Guard(test, False, chain)))
        return self.read(e.Branch(test, then, otherwise, self.span(node)), around)

    def test(self, node: cst.BaseExpression, around: Around) -> e.Expression:
        """A condition: what stands in it is compared, not sent."""
        return self.convert(node, replace(around, role=f.Role.COMPARED, keys=(), group=0, assigned=""))

    def _name(self, node: cst.Name, around: Around) -> e.Expression:
        span = self.span(node)
        if node.value in ("None", "True", "False"):
            return e.Constant(node.value, span)
        return self.read(e.Name(node.value, span), around)

    def read(self, expression: e.Expression, around: Around) -> e.Expression:
        name = dotted(expression)
        if not name and isinstance(expression, e.Attribute):
            name = f".{expression.name}"
        self.reads.append(f.Read(name, around.role, expression, around.site))
        return expression

    def _number(self, node: cst.Integer | cst.Float, around: Around) -> e.Constant:
        return e.Constant(node.value, self.span(node))

    def _attribute(self, node: cst.Attribute, around: Around) -> e.Expression:
        base = self.convert(node.value, around.inside())
        return self.read(e.Attribute(base, node.attr.value, self.span(node)), around)

    def _subscript(self, node: cst.Subscript, around: Around) -> e.Expression:
        base = self.convert(node.value, around.inside())
        span = self.span(node)
        if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
            index = node.slice[0].slice.value
            key = self.convert(index, replace(around, role=f.Role.KEY, assigned=""))
            subscript = e.Subscript(base, key, span)
            if not isinstance(key, e.Constant):
                self.selections.append((subscript, around.site))
            return self.read(subscript, around)
        if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Slice) and node.slice[0].slice.step is None:
            bounds = sliced(node.slice[0].slice, span, around, self)
            return self.operation(base, "__getslice__", bounds, span, around)
        if (declared := annotated(node, around, self)) is not None:
            return declared
        for element in node.slice:
            self._descend(element, around)
        return e.Opaque("a slice", span)

    def operation(
        self, base: e.Expression, name: str, operands: list[e.Expression], span: Span, around: Around
    ) -> e.Call:
        """An operator as the call of a method that it is."""
        arguments = tuple(e.Argument(operand, operand.span) for operand in operands)
        slot = Slot(Span(span.end, span.end))
        call = e.Call(e.Attribute(base, name, span), arguments, span, slot, around.site)
        self.calls.append(call)
        return call

    def _mapping(self, node: cst.Dict, around: Around) -> e.Mapping:
        items: list[tuple[e.Expression | None, e.Expression]] = []
        inner = replace(around, group=self.new_group(), assigned="")
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                key = self.convert(element.key, replace(around, role=f.Role.KEY, group=inner.group, assigned=""))
                under = inner.under(key.text) if isinstance(key, e.Text) else inner
                items.append((key, self.convert(element.value, under)))
            else:
                items.append((None, self.convert(element.value, inner)))
        return e.Mapping(tuple(items), self.span(node))

    def _listing(self, node: cst.List | cst.Tuple | cst.Set, around: Around) -> e.Listing:
        # Of rows (objects, tuples, mappings) a table is made, whatever it is called: only plain words are names.
        has_rows = any(isinstance(one.value, (cst.Call, cst.List, cst.Tuple, cst.Dict)) for one in node.elements)
        lists_names = roles.lists_names(around.keys)
        role = f.Role.LISTED if around.role is f.Role.VALUE and lists_names and not has_rows else around.role
        keys = () if lists_names and has_rows else around.keys  # nor are the words of a row
        inner = replace(around, group=self.new_group(), role=role, assigned="", keys=keys)
        return e.Listing(tuple(self._item(element, inner) for element in node.elements), self.span(node))

    def _item(self, node: cst.BaseElement, around: Around) -> e.Expression:
        value = self.convert(node.value, around)
        return e.Element(value, value.span) if isinstance(node, cst.StarredElement) else value

    def _named(self, node: cst.NamedExpr, around: Around) -> e.Expression:
        """`(target := value)`: what is compared is sent later, maybe, by its name."""
        name = node.target.value if isinstance(node.target, cst.Name) else ""
        inner = replace(around, role=f.Role.VALUE) if around.role is f.Role.COMPARED else around
        value = self.convert(node.value, replace(inner.under(name), assigned=name) if name else inner)
        if name:
            span, scope = self.span(node.target), around.site.scope
            while self.scopes[scope].kind is f.ScopeKind.COMPREHENSION:
                scope = self.scopes[scope].parent
            site = replace(around.site, scope=scope)
            since = value.span.end
            self.bindings.append(f.Binding(name, value, f.BindingKind.ASSIGNMENT, span, site, since=since))
        return value

    def _await(self, node: cst.Await, around: Around) -> e.Expression:
        return self.convert(node.expression, around)

    def _lambda(self, node: cst.Lambda, around: Around) -> e.Lambda:
        span = self.span(node)
        scope = open_function("lambda", node.params, span, around, self)
        site = e.Site(scope, (), around.site.statement)
        self.returns.append(f.Return(self.convert(node.body, replace(around, site=site, assigned="")), site))
        return e.Lambda(scope, span)


_CONVERSIONS: dict[type[cst.CSTNode], Callable[[Expressions, Any, Around], e.Expression]] = {
    cst.SimpleString: Expressions._simple_string,
    cst.ConcatenatedString: Expressions._concatenated,
    cst.FormattedString: Expressions._formatted_string,
    cst.BinaryOperation: operators.binary,
    cst.BooleanOperation: operators.boolean,
    cst.IfExp: Expressions._conditional,
    cst.Comparison: operators.comparison,
    cst.UnaryOperation: operators.unary,
    cst.Name: Expressions._name,
    cst.Integer: Expressions._number,
    cst.Float: Expressions._number,
    cst.Attribute: Expressions._attribute,
    cst.Subscript: Expressions._subscript,
    cst.Call: calls.converted,
    cst.Dict: Expressions._mapping,
    cst.List: Expressions._listing,
    cst.Tuple: Expressions._listing,
    cst.Set: Expressions._listing,
    cst.NamedExpr: Expressions._named,
    cst.Await: Expressions._await,
    cst.ListComp: comprehension,
    cst.SetComp: comprehension,
    cst.DictComp: comprehension,
    cst.GeneratorExp: comprehension,
    cst.Lambda: Expressions._lambda,
    cst.Yield: yielded,
}
