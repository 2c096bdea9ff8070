"""What functions of other files give a name of a module: `state.region = region` in `configure(region)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import expression_of
from residency_lint.expressions import Attribute, Expression
from residency_lint.facts import Binding, BindingKind
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.frames import Choice, Frame, Value
from residency_lint.resolve.names import targets
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST_FILES = 12


def told_values(node: Attribute, frame: Frame, resolution: Resolution) -> list[Value]:
    """What the calls that a program begins with make of a module's name; nothing where none surely gives it a value."""
    module = _module(node.base, frame, resolution)
    if module is None or not module.bindings.get((0, node.name)):
        return []
    found: list[Value] = []
    for unit, binding in _assigned(node.name, module, resolution):
        for site in call_sites(binding.site.scope, unit, resolution):
            if site.call.site.scope != 0 or site.call.site.guards:
                continue
            caller = Frame(site.unit, site.call.site)
            activation = site.activation(unit, binding.site.scope, caller)
            there = replace(frame, unit=unit, site=binding.site, depth=frame.depth + 1, activation=activation)
            if resolution.conditions.choice(binding.site.guards, there) is not Choice.SURE:
                continue
            found += resolution.bound([replace(binding, site=replace(binding.site, guards=()))], there)
    if found:
        for binding in module.bindings[0, node.name]:
            resolution.pass_over(binding.value, replace(frame, unit=module))
    return found


def _module(base: Expression, frame: Frame, resolution: Resolution) -> Unit | None:
    for target in targets(base, frame.unit, frame.site, resolution.program):
        if not target.is_local:
            return resolution.program.module(frame.unit.facts.path, target.name)
    return None


def _assigned(name: str, module: Unit, resolution: Resolution) -> Iterator[tuple[Unit, Binding]]:
    """The assignments to a module's name in functions of the files that import it."""
    program = resolution.program
    for path in [*program.files_naming(f".{name}", module.facts.path)][:_MOST_FILES]:
        unit = program.unit_at(path)
        for binding in unit.facts.bindings if unit is not None and unit is not module else ():
            owner, _, last = binding.target.rpartition(".")
            if last != name or not owner or binding.kind is not BindingKind.ASSIGNMENT or binding.site.scope == 0:
                continue
            assert unit is not None
            if _module(expression_of(owner, binding.span), Frame(unit, binding.site), resolution) is module:
                yield unit, binding
