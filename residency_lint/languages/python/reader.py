"""LibCST statements → scopes, bindings, imports, guards: the skeleton that expressions hang on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from msgspec import Struct
from msgspec.structs import replace

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.dotted import dotted
from residency_lint.fixes import Slot
from residency_lint.languages.python import layout
from residency_lint.languages.python.around import Around
from residency_lint.languages.python.assignments import Assignments
from residency_lint.languages.python.cases import case_test, takes_anything
from residency_lint.languages.python.changes import changes
from residency_lint.languages.python.expressions import Expressions
from residency_lint.languages.python.functions import open_function
from residency_lint.languages.python.imports import Imports
from residency_lint.languages.python.iterations import breaks_at_once, catches_import, looked_up_alone
from residency_lint.languages.python.names import item_of
from residency_lint.languages.python.registries import registered
from residency_lint.source import Source, Span

_ENDS_BLOCK = (cst.Return, cst.Raise, cst.Continue, cst.Break)


@dataclass
class Reader:
    """Walks the statements of one module in order."""

    source: Source
    expressions: Expressions
    loops: list[Span] = field(default_factory=list)
    keywords: dict[int, dict[str, e.Expression]] = field(default_factory=dict)
    """Scope of a class → what it is given beside its bases."""

    def __post_init__(self) -> None:
        self.assignments = Assignments(self.expressions)
        self.imports = Imports(self.expressions)

    @property
    def scopes(self) -> list[f.Scope]:
        return self.expressions.scopes

    def read(self, statements: Iterable[cst.CSTNode]) -> None:
        """Reads the statements of the module, each before the next one is asked for."""
        self.scopes.append(f.Scope(f.ScopeKind.MODULE, "", -1, Span(0, len(self.source.data))))
        self._block(self.imports.noting(statements), _Place(0, (), f.Role.VALUE))
        if entries := self.assignments.entries:
            bindings = self.expressions.bindings
            bindings += [*registered(entries, bindings, self.scopes, self.keywords)]

    # --- blocks and simple statements ----------------------------------------------------------

    def _block(self, statements: Iterable[cst.CSTNode], place: _Place) -> bool:
        """Reads the statements of a block; whether it always leaves (returns, raises, continues, breaks)."""
        for statement in statements:
            ends, place = self._statement(statement, place)
            if ends:
                place = replace(place, role=f.Role.DEAD)
        return place.role is f.Role.DEAD

    def _suite(self, suite: cst.BaseSuite, place: _Place) -> bool:
        if isinstance(suite, cst.SimpleStatementSuite):
            return self._simple_line(suite, place, one_line=True)
        assert isinstance(suite, cst.IndentedBlock)
        return self._block(suite.body, place)

    def _statement(self, node: cst.CSTNode, place: _Place) -> tuple[bool, _Place]:
        """Whether the statement always leaves, and the place after it (an early return is a guard from then on)."""
        if isinstance(node, cst.SimpleStatementLine):
            return self._simple_line(node, place), place
        if isinstance(node, cst.If):
            return self._if(node, place)
        if isinstance(node, cst.FunctionDef):
            self._function(node, place)
        elif isinstance(node, cst.ClassDef):
            self._class(node, place)
        elif isinstance(node, cst.For):
            around = place.around(self._header(node))
            iterated = self.expressions.convert(node.iter, around)
            at = len(self.expressions.bindings)
            self.assignments.bind(node.target, e.Element(iterated, self.expressions.span(node.iter)), around)
            if breaks_at_once(node.body):
                # Only the first item is met.
                del self.expressions.bindings[at:]
                self.assignments.bind(node.target, item_of(iterated, 0), around)
            self._suite(node.body, place)
            self._orelse(node.orelse, place)
        elif isinstance(node, cst.While):
            self.expressions.test(node.test, place.around(self._header(node)))
            self.loops.append(self.expressions.span(node))
            self._suite(node.body, place)
            self._orelse(node.orelse, place)
        elif isinstance(node, cst.With):
            around = place.around(self._header(node))
            for item in node.items:
                value = self.expressions.convert(item.item, around)
                if item.asname and isinstance(item.asname.name, cst.Name):
                    self.assignments.bind(item.asname.name, value, around)
                    self.assignments.note_mock(item.asname.name.value, value, around)
            return self._suite(node.body, place), place
        elif isinstance(node, (cst.Try, cst.TryStar)):
            # A handler runs instead of the body: what they bind are alternatives.
            reason = e.FAILED_IMPORT if all(map(catches_import, node.handlers)) else e.RAISED
            failed: e.Expression = self._missing_key(node, place) or e.Opaque(reason, self._header(node))
            chain = self.expressions.new_chain()
            self._suite(node.body, place.guarded(e.Guard(failed, False, chain)) if node.handlers else place)
            for handler in node.handlers:
                self._suite(handler.body, place.guarded(e.Guard(failed, True, chain)))
            self._orelse(node.orelse, place)
            if node.finalbody:
                self._suite(node.finalbody.body, place)
        elif isinstance(node, cst.Match):
            self._match(node, place)
        return False, place

    def _missing_key(self, node: cst.Try | cst.TryStar, place: _Place) -> e.Expression | None:
        """The condition under which `try: host = HOSTS[region]` comes to its `except KeyError`."""
        looked_up = looked_up_alone(node)
        if looked_up is None:
            return None
        around = place.around(self._header(node))
        table, key = (self.expressions.test(part, around) for part in looked_up)
        return e.Comparison(key, "not in", table, self._header(node))

    def _orelse(self, orelse: cst.Else | None, place: _Place) -> None:
        if orelse:
            self._suite(orelse.body, place)

    def _simple_line(
        self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite, place: _Place, *, one_line: bool = False
    ) -> bool:
        if not node.body:
            return False
        first, last = self.expressions.span(node.body[0]), self.expressions.span(node.body[-1])
        span = Span(first.start, last.end)
        after = None if one_line else layout.statement_slot(span, self.source)
        ends = False
        for small in node.body:
            self._small(small, place.around(span), after)
            ends = ends or isinstance(small, _ENDS_BLOCK)
        return ends

    def _small(self, node: cst.BaseSmallStatement, around: Around, after: Slot | None) -> None:
        convert = self.expressions.convert
        if isinstance(node, cst.Assign):
            value = self.assignments.assign([target.target for target in node.targets], node.value, around, after)
            self._note_changes(value, around)
        elif isinstance(node, cst.AnnAssign):
            self.assignments.annotated(node, around, after)
        elif isinstance(node, cst.AugAssign):
            self.assignments.augment(node, convert(node.value, around), around, after)
        elif isinstance(node, cst.Expr):
            if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
                around = replace(around, role=f.Role.PROSE)
            value = convert(node.value, around)
            self._note_changes(value, around)
        elif isinstance(node, cst.Return):
            if node.value:
                value = convert(node.value, replace(around, keys=(self.scopes[around.site.scope].name,)))
                if around.role is not f.Role.DEAD:
                    self.expressions.returns.append(f.Return(value, around.site))
        elif isinstance(node, cst.Raise):
            if node.exc:
                convert(node.exc, replace(around, role=f.Role.PRINTED))
        elif isinstance(node, cst.Assert):
            convert(node.test, replace(around, role=f.Role.ASSERTED))
            if node.msg:
                convert(node.msg, replace(around, role=f.Role.PRINTED))
        elif isinstance(node, cst.Import):
            self.imports.plain(node, around.site)
        elif isinstance(node, cst.ImportFrom):
            self.imports.from_module(node, around.site)
        elif isinstance(node, cst.Global):
            self.assignments.globals.setdefault(around.site.scope, set()).update(name.name.value for name in node.names)
        elif isinstance(node, cst.Del):
            self.assignments.delete(node.target, around)

    def _note_changes(self, value: e.Expression, around: Around) -> None:
        if isinstance(value, e.Call) and around.role is not f.Role.DEAD:
            self.expressions.bindings.extend(list(changes(value, self.expressions.bindings)))

    # --- compound statements -------------------------------------------------------------------

    def _if(self, node: cst.If, place: _Place) -> tuple[bool, _Place]:
        chain = self.expressions.new_chain()
        ends: list[bool] = []
        otherwise = place
        branch: cst.If | cst.Else | None = node
        while isinstance(branch, cst.If):
            test = self.expressions.test(branch.test, otherwise.around(self._header(branch)))
            if _never(test):
                self._suite(branch.body, replace(otherwise, role=f.Role.DEAD))
            elif _always(test):
                ends.append(self._suite(branch.body, otherwise))
                otherwise = replace(otherwise, role=f.Role.DEAD)
            else:
                ends.append(self._suite(branch.body, otherwise.guarded(e.Guard(test, True, chain))))
                otherwise = otherwise.guarded(e.Guard(test, False, chain))
            branch = branch.orelse
        if isinstance(branch, cst.Else):
            ends.append(self._suite(branch.body, otherwise))
            return all(ends), place
        # After `if x: return …` the rest of the block is the other branch.
        return False, otherwise if all(ends) and otherwise.role is place.role else place

    def _match(self, node: cst.Match, place: _Place) -> None:
        around = place.around(self._header(node))
        subject = self.expressions.test(node.subject, around)
        chain = self.expressions.new_chain()
        otherwise = place
        for case in node.cases:
            if takes_anything(case.pattern) and case.guard is None:
                self._capture(case.pattern, subject, otherwise)
                self._suite(case.body, otherwise)
                return
            test = case_test(case, subject, around, self.expressions)
            inside = otherwise.guarded(e.Guard(test, True, chain))
            self._capture(case.pattern, subject, inside)
            self._suite(case.body, inside)
            if not isinstance(test, e.Opaque):
                otherwise = otherwise.guarded(e.Guard(test, False, chain))

    def _capture(self, pattern: cst.MatchPattern, subject: e.Expression, place: _Place) -> None:
        """`case region:`, `case "eu" | "uk" as region:`: the subject under a further name."""
        if isinstance(pattern, cst.MatchAs) and pattern.name is not None:
            span = self.expressions.span(pattern.name)
            site, kind = place.around(span).site, f.BindingKind.ASSIGNMENT
            self.expressions.bindings.append(f.Binding(pattern.name.value, subject, kind, span, site, since=span.end))

    def _function(self, node: cst.FunctionDef, place: _Place) -> None:
        header = self._header(node)
        around = place.around(header)
        decorators = tuple(self.expressions.convert(d.decorator, around) for d in node.decorators)
        span = self.expressions.span(node)
        scope = open_function(node.name.value, node.params, span, around, self.expressions, decorators)
        inside = self._define(node.name, scope, place)
        self._suite(node.body, inside)

    def _class(self, node: cst.ClassDef, place: _Place) -> None:
        around = place.around(self._header(node))
        decorators = tuple(self.expressions.convert(d.decorator, around) for d in node.decorators)
        bases = tuple(self.expressions.convert(argument.value, around) for argument in node.bases)
        scope = len(self.scopes)
        self.keywords[scope] = {
            a.keyword.value: self.expressions.convert(a.value, around) for a in node.keywords if a.keyword
        }
        span = self.expressions.span(node)
        self.scopes.append(f.Scope(f.ScopeKind.CLASS, node.name.value, place.scope, span, bases, decorators))
        self._suite(node.body, self._define(node.name, scope, place))

    def _define(self, name: cst.Name, scope: int, place: _Place) -> _Place:
        """Binds the name of a function or class; the place inside of it."""
        span = self.expressions.span(name)
        site = e.Site(place.scope, place.guards, span)
        self.expressions.bindings.append(f.Binding(name.value, None, f.BindingKind.DEFINITION, span, site, scope=scope))
        return _Place(scope, (), place.role if place.role is f.Role.DEAD else f.Role.VALUE)

    def _header(self, node: Any) -> Span:
        """The first line of a compound statement, up to its body."""
        start = self.expressions.span(node).start
        return Span(start, max(start, self.expressions.span(node.body).start if hasattr(node, "body") else start))


class _Place(Struct, frozen=True):
    """Where the walk is: scope, conditions, and whether the code can run at all."""

    scope: int
    guards: tuple[e.Guard, ...]
    role: f.Role

    def around(self, statement: Span) -> Around:
        return Around(e.Site(self.scope, self.guards, statement), self.role)

    def guarded(self, guard: e.Guard) -> _Place:
        return replace(self, guards=(*self.guards, guard))


def _never(test: e.Expression) -> bool:
    """`if False`, `if 0`, `if TYPE_CHECKING`."""
    if isinstance(test, e.Constant):
        return test.text in ("False", "0", "None")
    return dotted(test).rpartition(".")[2] == "TYPE_CHECKING"


def _always(test: e.Expression) -> bool:
    """`if True`, `if 1`, `if not TYPE_CHECKING`."""
    if isinstance(test, e.Negation):
        return _never(test.operand)
    return isinstance(test, e.Constant) and test.text in ("True", "1")
