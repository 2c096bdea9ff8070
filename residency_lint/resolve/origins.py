"""Where a name comes from that another file of the repository binds."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.expressions import FAILED_IMPORT, Attribute, Name, Opaque
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit
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
                    yield from exported_by(module, entry.name, entry.span, program)
        for star in unit.stars:
            module = program.module(unit.facts.path, star.module)
            if module is not None:
                yield from exported_by(module, node.id, star.span, program)
        return
    for target in targets(node.base, unit, frame.site, program):
        module = program.module(unit.facts.path, target.name) if not target.is_local else None
        if module is not None:
            yield from exported_by(module, node.name, node.span, program)


def import_fails(attempt: Opaque, unit: Unit, program: Program) -> bool | None:
    """Whether the imports that a `try` attempts fail, None where that depends on what is installed."""
    attempted = [
        entry
        for entry in unit.facts.imports
        if any(guard.test.span == attempt.span and not guard.holds for guard in entry.site.guards)
    ]
    modules = [(entry, program.module(unit.facts.path, entry.module)) for entry in attempted]
    if not modules or any(module is None or module is unit for _, module in modules):
        return None
    is_there = [
        not entry.name
        or any(True for _ in exported_by(module, entry.name, entry.span, program))
        or program.path_of(unit.facts.path, f"{entry.module}.{entry.name}") != ""
        for entry, module in modules
        if module is not None
    ]
    return False if all(is_there) else None


def _starred(module: Unit, name: str, program: Program, depth: int = 0) -> Unit | None:
    """The module that gives a name by `from … import *`, below whatever else the module binds it to."""
    own = module.bindings.get((0, name), [])
    for star in reversed(module.stars):
        is_tried = all(isinstance(g.test, Opaque) and g.test.reason == FAILED_IMPORT for g in star.site.guards)
        if not is_tried or star.site.scope != 0 or (own and own[-1].span.start > star.span.start):
            continue
        found = program.module(module.facts.path, star.module)
        if found is None or found is module or depth > _DEEPEST:
            continue
        if (0, name) in found.bindings or (0, name) in found.imports or _starred(found, name, program, depth + 1):
            return found
    return None


def exported_by(module: Unit, name: str, span: Span, program: Program) -> Iterator[tuple[Unit, str, Span]]:
    """Where a module's name is bound, through re-exports."""
    for _ in range(_DEEPEST):
        if (later := _starred(module, name, program)) is not None:
            module = later
            continue
        if (0, name) in module.bindings:
            yield module, name, span
            return
        entry = next((i for i in module.imports.get((0, name), []) if i.name), None)
        following = program.module(module.facts.path, entry.module) if entry else None
        if entry is None or following is None or following is module:
            return
        module, name = following, entry.name
