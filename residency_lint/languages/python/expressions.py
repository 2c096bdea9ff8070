"""LibCST expressions → the expressions, mentions, calls and reads of `Facts`.

Positions come from LibCST in bytes of UTF-8; the qualified-name metadata is never asked for (it costs ten parses).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import libcst as cst

from residency_lint import facts as f
from residency_lint.fixes import Slot
from residency_lint.languages.python import layout, roles
from residency_lint.languages.python.around import Around
from residency_lint.languages.python.functions import open_function
from residency_lint.languages.python.iterations import comprehension, sliced, yielded
from residency_lint.languages.python.names import OPERATORS, called_name, dotted
from residency_lint.source import Source, Span


@dataclass
class Expressions:
    """Converts expressions of one file and collects what it meets on the way."""

    source: Source
    positions: Any
    mentions: list[f.Mention] = field(default_factory=list)
    joins: list[tuple[f.Joined, f.Site]] = field(default_factory=list)
    calls: list[f.Call] = field(default_factory=list)
    reads: list[f.Read] = field(default_factory=list)
    bindings: list[f.Binding] = field(default_factory=list)
    scopes: list[f.Scope] = field(default_factory=list)
    returns: list[f.Return] = field(default_factory=list)
    yields: list[f.Return] = field(default_factory=list)
    selections: list[tuple[f.Subscript | f.Call, f.Site]] = field(default_factory=list)
    mocks: set[tuple[int, str]] = field(default_factory=set)
    """(scope, name) of what stands in for something else."""
    _last_group: int = 0
    _last_chain: int = 0

    def __post_init__(self) -> None:
        self._utf8 = self.source.encoding.replace("_", "-") in ("utf-8", "ascii", "us-ascii")
        self._as_utf8 = Source("", self.source.text.encode())

    # --- positions ---------------------------------------------------------------------------

    def span(self, node: cst.CSTNode) -> Span:
        """The node's bytes in the source, without parentheses around it."""
        position = self.positions[node]
        return self.bytes_at(position.start, position.start + position.length)

    def bytes_at(self, start: int, end: int) -> Span:
        """The source's bytes for offsets into its text as UTF-8."""
        if self._utf8:
            return Span(start + self.source.bom, end + self.source.bom)
        return self.source.span(self._as_utf8.character(start), self._as_utf8.character(end))

    def new_group(self) -> int:
        self._last_group += 1
        return self._last_group

    def new_chain(self) -> int:
        self._last_chain += 1
        return self._last_chain

    # --- conversion --------------------------------------------------------------------------

    def convert(self, node: cst.BaseExpression, around: Around) -> f.Expression:
        """The expression a node stands for. What has no counterpart is `Opaque`, its parts converted all the same."""
        method = _CONVERSIONS.get(type(node))
        if method is not None:
            return method(self, node, around)
        return self._opaque(node, around)

    def _opaque(self, node: cst.CSTNode, around: Around) -> f.Opaque:
        inner = replace(around, assigned="", keys=around.keys)
        for child in node.children:
            self._descend(child, inner)
        return f.Opaque(type(node).__name__, self.span(node))

    def _descend(self, node: cst.CSTNode, around: Around) -> None:
        """Expressions below a node that is none itself (arguments, comprehension clauses, slices)."""
        if isinstance(node, cst.BaseExpression):
            self.convert(node, around)
        else:
            for child in node.children:
                self._descend(child, around)

    def _simple_string(self, node: cst.SimpleString, around: Around) -> f.Text:
        value = node.evaluated_value
        text = value if isinstance(value, str) else value.decode("latin-1")
        whole = self.span(node)
        head, tail = len(node.prefix) + len(node.quote), len(node.quote)
        span = Span(whole.start + head, whole.end - tail)
        literal = f.Text(text, span, plain=node.raw_value == text, quote=node.quote, path=self.source.path)
        self._mention(literal, around)
        return literal

    def _mention(self, text: f.Text, around: Around) -> None:
        self.mentions.append(f.Mention(text, around.role, around.site, around.keys, around.group, around.callee))

    def _concatenated(self, node: cst.ConcatenatedString, around: Around) -> f.Joined:
        pieces: list[cst.BaseExpression] = []
        rest: cst.BaseExpression = node
        while isinstance(rest, cst.ConcatenatedString):
            pieces.append(rest.left)
            rest = rest.right
        return self._joined([*pieces, rest], node, around)

    def _joined(self, nodes: list[Any], whole: cst.CSTNode, around: Around) -> f.Joined:
        parts: list[f.Expression] = []
        inner = replace(around, assigned="")
        for node in nodes:
            part = self.convert(node, inner)
            parts.extend(part.parts if isinstance(part, f.Joined) else (part,))
        return self._record(f.Joined(tuple(parts), self.span(whole)), around)

    def _record(self, joined: f.Joined, around: Around) -> f.Joined:
        if any(isinstance(part, f.Text) for part in joined.parts):
            self.joins.append((joined, around.site))
        return joined

    def _formatted_string(self, node: cst.FormattedString, around: Around) -> f.Joined:
        parts: list[f.Expression] = []
        inner = replace(around, assigned="")
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                raw = part.value
                text = raw.replace("{{", "{").replace("}}", "}")
                literal = f.Text(
                    text, self.span(part), plain=text == raw and "\\" not in raw, quote=node.end, path=self.source.path
                )
                self._mention(literal, inner)
                parts.append(literal)
            elif isinstance(part, cst.FormattedStringExpression):
                value = self.convert(part.expression, inner)
                parts.append(value if part.format_spec is None and not part.conversion else _dynamic(value))
        return self._record(f.Joined(tuple(parts), self.span(node)), around)

    def _binary(self, node: cst.BinaryOperation, around: Around) -> f.Expression:
        if isinstance(node.operator, cst.Add):
            parts: list[cst.BaseExpression] = []
            left: cst.BaseExpression = node
            # A chain is as deep as it is long: unrolled, not recursed into.
            while isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.Add):
                parts.append(left.right)
                left = left.left
            return self._joined([left, *reversed(parts)], node, around)
        if isinstance(node.operator, cst.Modulo):
            inner = replace(around, assigned="")
            base, right = self.convert(node.left, inner), self.convert(node.right, inner)
            return self._operation(base, "__mod__", [right], self.span(node), around)
        if isinstance(node.operator, cst.BitOr):
            # Of mappings the one with the items of both; of anything else nothing is asked.
            return self._merged(node, around)
        if isinstance(node.operator, cst.Divide):
            return self._path(node, around)
        return self._opaque(node, around)

    def _merged(self, node: cst.BinaryOperation, around: Around) -> f.Expression:
        parts: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.BitOr):
            parts.append(left.right)
            left = left.left
        inner = replace(around, assigned="")
        return f.Mapping(tuple((None, self.convert(part, inner)) for part in [left, *reversed(parts)]), self.span(node))

    def _path(self, node: cst.BinaryOperation, around: Around) -> f.Expression:
        inner = replace(around, assigned="")
        parts: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.Divide):
            parts.append(left.right)
            left = left.left
        base = self.convert(left, inner)
        return self._operation(
            base, "__truediv__", [self.convert(part, inner) for part in reversed(parts)], self.span(node), around
        )

    def _boolean(self, node: cst.BooleanOperation, around: Around) -> f.Expression:
        span = self.span(node)
        inner = replace(around, assigned="")
        if isinstance(node.operator, cst.Or):
            options: list[cst.BaseExpression] = []
            left: cst.BaseExpression = node
            while isinstance(left, cst.BooleanOperation) and isinstance(left.operator, cst.Or):
                options.append(left.right)
                left = left.left
            converted = tuple(self.convert(option, inner) for option in [left, *reversed(options)])
            return self._read(f.Fallback(converted, span), around)
        first = self.convert(node.left, replace(inner, role=f.Role.COMPARED))
        return self._read(f.Branch(first, self.convert(node.right, inner), first, span), around)

    def _conditional(self, node: cst.IfExp, around: Around) -> f.Expression:
        inner = replace(around, assigned="")
        test = self.test(node.test, inner)
        chain = self.new_chain()
        then = self.convert(node.body, inner.guarded(f.Guard(test, True, chain)))
        otherwise = self.convert(node.orelse, inner.guarded(f.Guard(test, False, chain)))
        return self._read(f.Branch(test, then, otherwise, self.span(node)), around)

    def test(self, node: cst.BaseExpression, around: Around) -> f.Expression:
        """A condition: what stands in it is compared, not sent."""
        return self.convert(node, replace(around, role=f.Role.COMPARED, keys=(), group=0, assigned=""))

    def _comparison(self, node: cst.Comparison, around: Around) -> f.Expression:
        inner = replace(around, role=f.Role.COMPARED, assigned="")
        left = self.convert(node.left, inner)
        rights = [(target.operator, self.convert(target.comparator, inner)) for target in node.comparisons]
        if len(rights) != 1:
            return f.Opaque("a chained comparison", self.span(node))
        operator, right = rights[0]
        return f.Comparison(left, OPERATORS.get(type(operator), "?"), right, self.span(node))

    def _unary(self, node: cst.UnaryOperation, around: Around) -> f.Expression:
        operand = self.convert(node.expression, replace(around, assigned=""))
        if isinstance(node.operator, cst.Minus) and isinstance(operand, f.Constant):
            return f.Constant(f"-{operand.text}", self.span(node))
        return f.Negation(operand, self.span(node)) if isinstance(node.operator, cst.Not) else _dynamic(operand)

    def _name(self, node: cst.Name, around: Around) -> f.Expression:
        span = self.span(node)
        if node.value in ("None", "True", "False"):
            return f.Constant(node.value, span)
        return self._read(f.Name(node.value, span), around)

    def _read(self, expression: f.Expression, around: Around) -> f.Expression:
        name = dotted(expression)
        if not name and isinstance(expression, f.Attribute):
            name = f".{expression.name}"
        self.reads.append(f.Read(name, around.role, expression, around.site))
        return expression

    def _number(self, node: cst.Integer | cst.Float, around: Around) -> f.Constant:
        return f.Constant(node.value, self.span(node))

    def _attribute(self, node: cst.Attribute, around: Around) -> f.Expression:
        base = self.convert(node.value, replace(around, assigned=""))
        return self._read(f.Attribute(base, node.attr.value, self.span(node)), around)

    def _subscript(self, node: cst.Subscript, around: Around) -> f.Expression:
        base = self.convert(node.value, replace(around, assigned=""))
        span = self.span(node)
        if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
            index = node.slice[0].slice.value
            key = self.convert(index, replace(around, role=f.Role.KEY, assigned=""))
            subscript = f.Subscript(base, key, span)
            if not isinstance(key, f.Constant):
                self.selections.append((subscript, around.site))
            return self._read(subscript, around)
        if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Slice) and node.slice[0].slice.step is None:
            bounds = sliced(node.slice[0].slice, span, around, self)
            return self._operation(base, "__getslice__", bounds, span, around)
        for element in node.slice:
            self._descend(element, around)
        return f.Opaque("a slice", span)

    def _operation(
        self, base: f.Expression, name: str, operands: list[f.Expression], span: Span, around: Around
    ) -> f.Call:
        """An operator as the call of a method that it is."""
        arguments = tuple(f.Argument(operand, operand.span) for operand in operands)
        slot = Slot(Span(span.end, span.end))
        call = f.Call(f.Attribute(base, name, span), arguments, span, slot, around.site)
        self.calls.append(call)
        return call

    def _call(self, node: cst.Call, around: Around) -> f.Expression:
        role = f.Role.DEAD if around.role is f.Role.DEAD else f.Role.VALUE
        function = self.convert(node.func, replace(around, role=role, assigned="", keys=()))
        callee = dotted(function)
        role = roles.role_of_callee(called_name(function))
        if role is f.Role.VALUE and self._is_mock(callee, around.site.scope):
            role = f.Role.ASSERTED
        arguments: list[f.Argument] = []
        for index, argument in enumerate(node.args):
            inner = replace(around, callee=callee, group=around.group, assigned="").acting(
                roles.role_of_argument(callee, index, role)
            )
            named = _name_of_value(arguments) if arguments and roles.names_its_value(callee) else None
            if isinstance(named, f.Text) and (argument.keyword is None or argument.keyword.value == "default"):
                # `getenv("AWS_REGION", …)`, `add_argument("--region", default=…)`
                inner = inner.under(named.text)
            elif argument.keyword:
                inner = inner.under(argument.keyword.value)
            value = self.convert(argument.value, inner)
            name = argument.keyword.value if argument.keyword else ""
            arguments.append(f.Argument(value, self.span(argument.value), name, argument.star))
        span = self.span(node)
        call = f.Call(
            function,
            tuple(arguments),
            span,
            layout.argument_slot(node, span, self.span(node.args[-1].value) if node.args else span, self.source.data),
            around.site,
            around.assigned,
        )
        if around.role is not f.Role.DEAD:
            self.calls.append(call)
            self._read(call, around)
            if callee.endswith((".get", ".pop")) and arguments and not isinstance(arguments[0].value, f.Text):
                self.selections.append((call, around.site))
        return call

    def _is_mock(self, callee: str, scope: int) -> bool:
        name = callee.partition(".")[0]
        return any((place, name) in self.mocks for place in (scope, 0))

    def _mapping(self, node: cst.Dict, around: Around) -> f.Mapping:
        items: list[tuple[f.Expression | None, f.Expression]] = []
        inner = replace(around, group=self.new_group(), assigned="")
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                key = self.convert(element.key, replace(around, role=f.Role.KEY, group=inner.group, assigned=""))
                under = inner.under(key.text) if isinstance(key, f.Text) else inner
                items.append((key, self.convert(element.value, under)))
            else:
                items.append((None, self.convert(element.value, inner)))
        return f.Mapping(tuple(items), self.span(node))

    def _listing(self, node: cst.List | cst.Tuple | cst.Set, around: Around) -> f.Listing:
        role = f.Role.LISTED if around.role is f.Role.VALUE and roles.lists_names(around.keys) else around.role
        inner = replace(around, group=self.new_group(), role=role, assigned="")
        return f.Listing(tuple(self._item(element, inner) for element in node.elements), self.span(node))

    def _item(self, node: cst.BaseElement, around: Around) -> f.Expression:
        value = self.convert(node.value, around)
        return f.Element(value, value.span) if isinstance(node, cst.StarredElement) else value

    def _named(self, node: cst.NamedExpr, around: Around) -> f.Expression:
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

    def _await(self, node: cst.Await, around: Around) -> f.Expression:
        return self.convert(node.expression, around)

    def _lambda(self, node: cst.Lambda, around: Around) -> f.Lambda:
        span = self.span(node)
        scope = open_function("lambda", node.params, span, around, self)
        site = f.Site(scope, (), around.site.statement)
        self.returns.append(f.Return(self.convert(node.body, replace(around, site=site, assigned="")), site))
        return f.Lambda(scope, span)


def _name_of_value(arguments: list[f.Argument]) -> f.Expression:
    """The first argument, or the long option where a short one stands before it."""
    texts = [a.value for a in arguments if not a.name and isinstance(a.value, f.Text)]
    return next((text for text in texts if text.text.startswith("--")), arguments[0].value)


def _dynamic(value: f.Expression) -> f.Opaque:
    return f.Opaque("a formatted or computed value", value.span)


_CONVERSIONS: dict[type[cst.CSTNode], Callable[[Expressions, Any, Around], f.Expression]] = {
    cst.SimpleString: Expressions._simple_string,
    cst.ConcatenatedString: Expressions._concatenated,
    cst.FormattedString: Expressions._formatted_string,
    cst.BinaryOperation: Expressions._binary,
    cst.BooleanOperation: Expressions._boolean,
    cst.IfExp: Expressions._conditional,
    cst.Comparison: Expressions._comparison,
    cst.UnaryOperation: Expressions._unary,
    cst.Name: Expressions._name,
    cst.Integer: Expressions._number,
    cst.Float: Expressions._number,
    cst.Attribute: Expressions._attribute,
    cst.Subscript: Expressions._subscript,
    cst.Call: Expressions._call,
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
