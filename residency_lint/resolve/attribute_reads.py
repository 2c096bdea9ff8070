"""What reading an attribute gives: the order in which those are asked who may know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import Attribute, Name
from residency_lint.resolve import urls
from residency_lint.resolve.attributes import attribute_values, given_by_functions
from residency_lint.resolve.class_members import pass_over_members
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.module_state import told_values
from residency_lint.resolve.objects import object_values
from residency_lint.resolve.origins import origins
from residency_lint.resolve.outsiders import set_outside

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def read_attribute(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The values of `base.name`, from whatever is the first to know: what was assigned to that very name, here or in
    other files, what functions and frameworks make of it, what the object itself bears."""
    name = written(node)
    for scope in frame.unit.visible_scopes(frame.site.scope):
        bindings = frame.unit.reaching(name, scope, frame.site, node.span.start)
        # `if not self.client: self.client = Client()`: what is asked for is what was there before.
        if bindings and (scope != frame.site.scope or bindings[-1].span.start < node.span.start):
            if not bindings[-1].site.guards:
                pass_over_members(node, frame, resolution)
            yield from resolution.bound(bindings, frame)
            return
    later, is_replaced = set_outside(node, frame, resolution)
    yield from later
    if is_replaced:
        pass_over_members(node, frame, resolution)
        return
    given = list(given_by_functions(node, frame, resolution)) or told_values(node, frame, resolution)
    if given:
        yield from given
        return
    known = object_values(node, frame, resolution)
    if known is not None:
        yield from known
        return
    if isinstance(node.base, Name):
        # `from conf import settings`, where `conf` says `settings.host = …`.
        for module, own, span in origins(node.base, frame, resolution.program):
            set_there = module.bindings.get((0, f"{own}.{node.name}"), [])[-1:]
            if set_there:
                pass_over_members(node, frame, resolution)
                there = replace(frame.via(span, f"`{own}` from {module.facts.path}"), unit=module)
                yield from resolution.bound(set_there, there)
                return
    found = attribute_values(node, frame, resolution)
    if found:
        yield from found
    elif hosts := list(urls.host_part(list(resolution.values(node.base, frame.aside())), node.name)):
        yield from hosts
    else:
        yield from resolution.from_elsewhere(node, frame)
