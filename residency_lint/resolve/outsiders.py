"""What other files give an attribute of an object or a module: `settings.host = …` in the program that runs it all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from residency_lint.dotted import expression_of
from residency_lint.expressions import Attribute, Call, Expression
from residency_lint.facts import Binding, BindingKind, ScopeKind
from residency_lint.resolve.frames import Choice, Frame, Value
from residency_lint.resolve.names import targets
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_MOST = 16


def set_outside(node: Attribute, frame: Frame, resolution: Resolution) -> tuple[list[Value], bool]:
    """What other files give `base.name` before a function reads it, and whether that is sure to replace what it was.

    What a module reads as it is imported was most likely read before.
    """
    if frame.unit.scope(frame.site.scope).kind is not ScopeKind.FUNCTION:
        return [], False
    if resolution.program.is_never_set(node.name, frame.unit.facts.path):
        return [], False
    # First what it is: to ask who else sets the attribute is to look through the repository, and to parse.
    things = _things(node.base, frame, resolution)
    found: list[Value] = []
    is_sure = False
    for unit, binding in islice(_given(node.name, frame.unit, resolution), _MOST) if things else ():
        there = Frame(unit, binding.site, frame.chain, frame.depth + 1)
        owner = expression_of(binding.target.rpartition(".")[0], binding.span)
        if not any(thing is one for thing in _things(owner, there, resolution) for one in things):
            continue
        choice = resolution.conditions.choice(binding.site.guards, there)
        if choice is not Choice.NEVER and binding.value is not None:
            is_sure = is_sure or choice is Choice.SURE
            step = there.via(binding.span, f"`{binding.target}`")
            found += (value.chosen(choice) for value in resolution.values(binding.value, step))
    return found, is_sure


def _given(name: str, unit: Unit, resolution: Resolution) -> Iterator[tuple[Unit, Binding]]:
    """The assignments of other files to an attribute of that name after which something runs; tests apart."""
    for path in resolution.program.files_setting(name, unit.facts.path):
        there = resolution.program.unit_at(path)
        if there is None or there.facts.is_test:
            continue
        for (scope, target), bindings in there.bindings.items():
            owner, _, last = target.rpartition(".")
            first = owner.partition(".")[0]
            if not owner or last != name or "[" in owner:
                continue
            if first in there.scope(scope).parameters[:1] and there.enclosing_class(scope) >= 0:
                continue  # the object's own
            for binding in bindings[-1:]:
                runs = (call.span.start > binding.span.end for call in there.facts.calls if call.site.scope == scope)
                if binding.kind is BindingKind.ASSIGNMENT and any(runs):
                    yield there, binding


def _things(base: Expression, frame: Frame, resolution: Resolution) -> list[object]:
    """The modules that an expression stands for, and the calls that make its objects."""
    names = targets(base, frame.unit, frame.site, resolution.program)
    modules = [resolution.program.module(frame.unit.facts.path, t.name) for t in names if t.unit is None]
    made = [v.content for v in resolution.values(base, frame.aside()) if isinstance(v.content, Call)]
    return [*(module for module in modules if module is not None), *made]
