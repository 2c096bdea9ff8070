"""Where a name comes from that another file of the repository binds."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.facts import Attribute, Name
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Program, Unit
from residency_lint.source import Span

_DEEPEST = 20


def origins(node: Name | Attribute, frame: Frame, program: Program) -> Iterator[tuple[Unit, str, Span]]:
    """The modules that bind a name, each with its name there and the import that leads to it."""
    unit = frame.unit
    if isinstance(node, Name):
        for scope in unit.visible_scopes(frame.site.scope):
            for entry in unit.imports.get((scope, node.id), []):
                module = program.module(unit.facts.path, entry.module) if entry.name else None
                if module is not None and module is not unit:
                    yield from _exported(module, entry.name, entry.span, program)
        for star in unit.stars:
            module = program.module(unit.facts.path, star.module)
            if module is not None:
                yield from _exported(module, node.id, star.span, program)
        return
    for target in targets(node.base, unit, frame.site, program):
        module = program.module(unit.facts.path, target.name) if not target.is_local else None
        if module is not None:
            yield from _exported(module, node.name, node.span, program)


def _exported(module: Unit, name: str, span: Span, program: Program) -> Iterator[tuple[Unit, str, Span]]:
    """Where a module's name is bound, through re-exports."""
    for _ in range(_DEEPEST):
        if (0, name) in module.bindings:
            yield module, name, span
            return
        entry = next((i for i in module.imports.get((0, name), []) if i.name), None)
        following = program.module(module.facts.path, entry.module) if entry else None
        if entry is None or following is None or following is module:
            return
        module, name = following, entry.name
