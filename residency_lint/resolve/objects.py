"""Attributes of objects that packages make: parsed command lines, settings, configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from residency_lint.expressions import Attribute, Mapping, Name
from residency_lint.resolve.command_objects import context_object
from residency_lint.resolve.config_mappings import item_of
from residency_lint.resolve.fields import field_values
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.frameworks import framework_values
from residency_lint.resolve.names import targets
from residency_lint.resolve.options import parsed_values

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def object_values(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """What an attribute of such an object is; None for one of anything else."""
    found = framework_values(node, frame, resolution) or field_values(node, frame, resolution)
    found = found or context_object(node, frame, resolution)
    if found is not None:
        return found
    if not isinstance(node.base, Name) and targets(node.base, frame.unit, frame.site, resolution.program):
        return None
    for value in resolution.values(node.base, frame.aside()):
        parsed = parsed_values(node.name, value, resolution)
        if parsed is not None:
            return parsed
        if isinstance(value.content, Mapping):
            return _item(node.name, value, value.content, resolution)
    return None


def _item(name: str, container: Value, mapping: Mapping, resolution: Resolution) -> Iterator[Value]:
    """An item of configuration that can be asked for as an attribute, in capitals or not."""
    frame = Frame(container.unit, container.site, container.chain, 1)
    found = item_of(mapping, name)
    if found is None:
        return iter([frame.unknown(f"`{name}` of a configuration")])
    return resolution.values(found, frame)
