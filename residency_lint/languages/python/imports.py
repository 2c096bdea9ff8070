"""LibCST imports → those of `Facts`, and where a further one goes."""

from __future__ import annotations

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
    """The imports of one file, in source order; `slot`: after the last one of the module's body."""

    expressions: Expressions
    all: list[f.Import] = field(default_factory=list)
    slot: Slot | None = None

    def end(self, module: cst.Module) -> None:
        if self.slot is None:
            self.slot = self._slot_at_top(module)

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
            self.slot = layout.statement_slot(site.statement, self.expressions.source)

    def _slot_at_top(self, module: cst.Module) -> Slot:
        """Where a first import goes: after the docstring and `__future__` imports."""
        last = None
        for statement in module.body:
            if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(
                statement.body[0], (cst.Expr, cst.ImportFrom)
            ):
                break
            last = statement
        if last is not None:
            return layout.statement_slot(self.expressions.span(last), self.expressions.source)
        start = self.expressions.span(module.body[0]).start if module.body else self.expressions.source.bom
        return Slot(Span(start, start), after=layout.newline_of(self.expressions.source.data))
