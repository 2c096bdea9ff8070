"""What an attribute is: of a class of the repository or an object of one, of a namespace, of an enum's member."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    Attribute,
    Call,
    Name,
    Site,
    Text,
)
from residency_lint.facts import ScopeKind
from residency_lint.resolve.beside import pass_over_beside
from residency_lint.resolve.callers import call_sites
from residency_lint.resolve.class_members import inside, member_values
from residency_lint.resolve.classes import (
    receivers,
)
from residency_lint.resolve.enums import is_enum, member_of, members_called
from residency_lint.resolve.frames import CHOSEN_MODULE, Frame, Unknown, Value
from residency_lint.resolve.origins import exported_by
from residency_lint.resolve.records import of_call, of_tuple

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def attribute_values(node: Attribute, frame: Frame, resolution: Resolution) -> list[Value]:
    """The values of `base.name`; none where nothing of the repository is known to have the attribute."""
    found: list[Value] = []
    for made, target in [*receivers(node.base, frame, resolution)] or members_called(node.base, frame, resolution):
        if node.name == "value" and made is not None and is_enum(target, resolution.program):
            found += _own_value(made, frame, resolution)
        elif node.name == "name" and made is not None and (member := member_of(made, resolution.program)) is not None:
            found.append(frame.value(Text(member.target, node.span, plain=False)))
        else:
            found += member_values(target, made, node.name, frame, resolution)
    if found:
        return found
    if node.name == "value":
        # A member of an enum is what it is bound to.
        found = [v for v in resolution.values(node.base, frame.deeper()) if _is_its_value(v, resolution)]
    if found or not isinstance(node.base, (Name, Attribute, Call)):
        return found
    for value in resolution.values(node.base, frame.aside()):
        if isinstance(value.content, Call):
            found += of_call(value.content, node.name, value, frame, resolution)
            found += of_tuple(value.content, node.name, value, frame, resolution)
        elif isinstance(value.content, Unknown) and value.content.name:
            found += _of_module(value.content.name, node, value, frame, resolution)
    return found


def _of_module(name: str, node: Attribute, value: Value, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """A name of a module that is handed over as a value."""
    module = resolution.program.module(value.unit.facts.path, name)
    found = exported_by(module, node.name, node.span, resolution.program) if module is not None else ()
    if module is not None and isinstance(value.content, Unknown) and value.content.reason == CHOSEN_MODULE:
        pass_over_beside(module, node.name, frame, resolution)
    for owner, own, _ in found:
        site = Site(0, (), owner.scope(0).span)
        there = replace(frame.via(node.span, f"`{own}` of {owner.facts.path}"), unit=owner, site=site)
        yield from resolution.bound(owner.reaching(own, 0, site), there)


def _is_its_value(value: Value, resolution: Resolution) -> bool:
    return isinstance(value.content, Text) or member_of(value, resolution.program) is not None


def _own_value(member: Value, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What the `value` of an enum's member is: what its class was called with."""
    if isinstance(member.content, Call) and member.content.arguments:
        there = replace(member.frame(frame.depth + 1), chain=frame.chain)
        yield from resolution.values(member.content.arguments[0].value, there)


def given_by_functions(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What functions that the module calls give an attribute of something that the module made: `configure(host)`."""
    unit = frame.unit
    if not isinstance(node.base, Name) or (0, node.base.id) not in unit.bindings:
        return
    target = f"{node.base.id}.{node.name}"
    for scope, entry in enumerate(unit.facts.scopes):
        bindings = unit.bindings.get((scope, target), []) if entry.kind is ScopeKind.FUNCTION else []
        if not bindings or bindings[-1].site.guards or scope in unit.visible_scopes(frame.site.scope):
            continue
        if (scope, node.base.id) in unit.bindings:
            continue
        for site in call_sites(scope, unit, resolution):
            if site.call.site.scope == 0 and not site.call.site.guards:
                activation = site.activation(unit, scope, Frame(site.unit, site.call.site))
                there = inside(unit, bindings[-1].site, frame, activation)
                yield from resolution.bound(bindings[-1:], there)
