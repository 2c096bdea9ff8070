"""LibCST imports → those of `Facts`, and where a further one goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import libcst as cst

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.fixes import Slot
from residency_lint.languages.python import layout
from residency_lint.languages.python.expressions import Expressions
from residency_lint.languages.python.names import module_name
from residency_lint.source import Span


@dataclass
class Imports:
    """The imports of one file, in source order; `slot`: where a further one goes, after the last one of the module's
    body, else after its docstring and `__future__` imports."""

    expressions: Expressions
    all: list[f.Import] = field(default_factory=list)
    _last: Slot | None = None
    _top: Slot | None = None

    @property
    def slot(self) -> Slot:
        return self._last or self._top or self._before(self.expressions.source.bom)

    def noting(self, statements: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
        """Passes on the statements of the module's body, each before the next one is asked for."""
        is_top = True
        for statement in statements:
            is_top = is_top and _stays_on_top(statement)
            span = self.expressions.span(statement)
            if is_top:
                self._top = layout.statement_slot(span, self.expressions.source)
            elif self._top is None:
                self._top = self._before(span.start)
            yield statement

    def plain(self, node: cst.Import, site: e.Site) -> None:
        for alias in node.names:
            module = module_name(alias.name)
            bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else ""
            self.all.append(f.Import(module, "", bound, self.expressions.span(alias), site))
        self._note_import(site)

    def from_module(self, node: cst.ImportFrom, site: e.Site) -> None:
        module = "." * len(node.relative) + (module_name(node.module) if node.module else "")
        if isinstance(node.names, cst.ImportStar):
            self.all.append(f.Import(module, "*", "", self.expressions.span(node), site))
        else:
            slot = layout.import_slot(self.expressions.span(node.names[-1]), self.expressions.source.data)
            for alias in node.names:
                name = module_name(alias.name)
                bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
                self.all.append(f.Import(module, name, bound, self.expressions.span(alias), site, slot))
        if module != "__future__":
            self._note_import(site)

    def _note_import(self, site: e.Site) -> None:
        if site.scope == 0 and not site.guards:
            self._last = layout.statement_slot(site.statement, self.expressions.source)

    def _before(self, start: int) -> Slot:
        return Slot(Span(start, start), after=layout.newline_of(self.expressions.source.data))


def _stays_on_top(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], (cst.Expr, cst.ImportFrom))
