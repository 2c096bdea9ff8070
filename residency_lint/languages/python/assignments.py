"""What statements give names: assignments in all their forms, and values that cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst
from msgspec.structs import replace

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.dotted import dotted, expression_of
from residency_lint.fixes import Slot
from residency_lint.languages.python.around import Around
from residency_lint.languages.python.changes import is_own, without
from residency_lint.languages.python.expressions import Expressions
from residency_lint.languages.python.functions import annotation_of
from residency_lint.languages.python.names import is_starred, item_of, written_name
from residency_lint.languages.python.registries import Entry
from residency_lint.languages.python.roles import makes_mock


@dataclass
class Assignments:
    """Adds the bindings of one file to those that its expressions make."""

    expressions: Expressions
    globals: dict[int, set[str]] = field(default_factory=dict)
    """Scope → the names that it takes from the module."""
    entries: list[Entry] = field(default_factory=list)
    """What is put into tables under keys that are no texts."""

    def assign(
        self, targets: Sequence[cst.BaseExpression], value: cst.BaseExpression, around: Around, after: Slot | None
    ) -> e.Expression:
        """The value that is given to all of the targets."""
        name = written_name(targets[0])
        inner = around.under(name.rpartition(".")[2]) if name else around
        converted = self.expressions.convert(value, replace(inner, assigned="" if "[" in name else name))
        around = replace(around, since=self.expressions.span(value).end)
        for target in targets:
            self.bind(target, converted, around, after)
            self._enter(target, converted, around)
        self.note_mock(name, converted, around)
        return converted

    def _enter(self, target: cst.BaseExpression, value: e.Expression, around: Around) -> None:
        if not isinstance(target, cst.Subscript) or not isinstance(value, e.Name) or written_name(target):
            return
        table, index = written_name(target.value), target.slice[0].slice
        if table and isinstance(index, cst.Index) and around.role is not f.Role.DEAD:
            key = self.expressions.convert(index.value, replace(around, role=f.Role.KEY, assigned=""))
            self.entries.append(Entry(table, key, value, around.site.scope))

    def note_mock(self, name: str, value: e.Expression, around: Around) -> None:
        place = around.site.scope, name
        if isinstance(value, e.Call) and makes_mock(dotted(value.function)):
            self.expressions.mocks.add(place)
        else:
            self.expressions.mocks.discard(place)

    def annotated(self, node: cst.AnnAssign, around: Around, after: Slot | None) -> None:
        """A class keeps its fields' annotations, those without a value too."""
        bindings = self.expressions.bindings
        if node.value:
            self.assign([node.target], node.value, around, after)
        if self.expressions.scopes[around.site.scope].kind is not f.ScopeKind.CLASS or not isinstance(
            node.target, cst.Name
        ):
            return
        annotation = annotation_of(node.annotation, around.under(node.target.value), self.expressions)
        if annotation is None and isinstance(node.annotation.annotation, cst.Name):
            declared = node.annotation.annotation
            annotation = e.Name(declared.value, self.expressions.span(declared))
        if not node.value:
            span = self.expressions.span(node.target)
            kind = f.BindingKind.OTHER
            bindings.append(f.Binding(node.target.value, None, kind, span, around.site, after))
        bindings[-1] = replace(bindings[-1], annotation=annotation, is_typed=True)

    def bind(self, target: cst.BaseExpression, value: e.Expression, around: Around, after: Slot | None = None) -> None:
        if isinstance(target, (cst.Tuple, cst.List)) and not is_starred(target):
            for index, element in enumerate(target.elements):
                self.bind(element.value, item_of(value, index), around, after)
            return
        name = written_name(target)
        if not name:
            self.bind_opaque(target, around)
            return
        if around.role is f.Role.DEAD:
            return
        site, made_at = around.site, None
        if name in self.globals.get(site.scope, ()):
            site, made_at = replace(site, scope=0), site
        span = self.expressions.span(target)
        kind = f.BindingKind.ASSIGNMENT
        self.expressions.bindings.append(
            f.Binding(name, value, kind, span, site, after, since=around.since, made_at=made_at)
        )

    def augment(self, node: cst.AugAssign, value: e.Expression, around: Around, after: Slot | None) -> None:
        """`host += path`, `options |= more`; of other operators the value cannot be told."""
        name = written_name(node.target)
        if not name or "[" in name or not isinstance(node.operator, (cst.AddAssign, cst.BitOrAssign)):
            self.bind_opaque(node.target, around)
            return
        # Looked up at the target's own place, which what is bound before it reaches.
        before = expression_of(name, self.expressions.span(node.target))
        whole = self.expressions.span(node)
        combined: e.Expression = e.Mapping(((None, before), (None, value)), whole)
        if isinstance(node.operator, cst.AddAssign):
            combined = e.Joined((before, value), whole)
            if isinstance(value, e.Text):
                self.expressions.joins.append((combined, around.site))
        self.bind(node.target, combined, replace(around, since=whole.end), after)

    def delete(self, target: cst.BaseExpression, around: Around) -> None:
        """`del host`, `del options["host"]`."""
        name, _, key = written_name(target).partition("[")
        bindings = self.expressions.bindings
        if not key or not is_own(name, around.site, bindings):
            self.bind_opaque(target, around)
            return
        span = self.expressions.span(target)
        item = e.Text(key[:-1], span, plain=False)
        bindings.append(without(name, expression_of(name, span), item, span, around.site))

    def bind_opaque(self, target: cst.CSTNode, around: Around) -> None:
        """A loop target, an augmented assignment: the names get values that cannot be told."""
        stack = [target]
        while stack:
            node = stack.pop()
            name = written_name(node) if isinstance(node, cst.BaseExpression) else ""
            if name:
                span = self.expressions.span(node)
                value = e.Opaque("a value made elsewhere", span)
                self.expressions.bindings.append(f.Binding(name, value, f.BindingKind.OTHER, span, around.site))
            elif isinstance(node, cst.Subscript):
                stack.append(node.value)  # what it is asked for stays what it was
            else:
                stack.extend(node.children)
