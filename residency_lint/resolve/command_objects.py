"""What commands of click and typer hand on: `ctx.obj`, set by the group and asked for by its commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from residency_lint.expressions import Attribute, Expression, Mapping, Name, Text
from residency_lint.facts import Binding, BindingKind, ScopeKind
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.classes import decorated
from residency_lint.resolve.frames import Frame, Value

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_PACKAGES = {"click", "typer", "rich_click", "asyncclick"}


def given_object(binding: Binding, frame: Frame, resolution: Resolution) -> list[Value]:
    """What `@click.pass_obj` gives a command's first parameter; nothing for any other parameter."""
    function = frame.unit.scope(binding.site.scope)
    if binding.target not in function.parameters[:1] or not decorated(function, frozenset({"pass_obj"})):
        return []
    return _objects(binding.site.scope, frame, resolution)


def object_of_context(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """`ctx.obj` of a command; None for any other attribute."""
    if node.name != "obj" or not isinstance(node.base, Name):
        return None
    for scope in frame.unit.visible_scopes(frame.site.scope):
        if any(b.kind is BindingKind.PARAMETER for b in frame.unit.bindings.get((scope, node.base.id), ())):
            return iter(_objects(scope, frame, resolution)) if _is_command_file(frame) else None
    return None


def _is_command_file(frame: Frame) -> bool:
    return any(entry.module.partition(".")[0] in _PACKAGES for entry in frame.unit.facts.imports)


def _objects(reading: int, frame: Frame, resolution: Resolution) -> list[Value]:
    """What the functions of the file, but the one that asks, make the `obj` of a parameter."""
    unit = frame.unit
    found: list[Value] = []
    for scope, function in enumerate(unit.facts.scopes):
        if function.kind is not ScopeKind.FUNCTION or scope == reading:
            continue
        for target in (f"{parameter}.obj" for parameter in function.parameters):
            bindings, items = unit.bindings.get((scope, target), []), unit.items.get((scope, target), [])
            if bindings:
                found += resolution.bound(bindings[-1:], replace(frame, site=bindings[-1].site).deeper())
            elif items:
                found.append(frame.value(_mapping(items, frame)))
    return found


def _mapping(items: list[Binding], frame: Frame) -> Mapping:
    held: dict[str, tuple[Expression, Expression]] = {}
    for item in items:
        if item.value is not None:
            key = item.target.partition("[")[2][:-1]
            value = placed(item.value, replace(frame, site=item.site).deeper())
            held[key] = Text(key, item.span, plain=False), value
    return Mapping(tuple(held.values()), items[0].span)
