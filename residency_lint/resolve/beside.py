"""Modules beside the one that a program chooses by its name: what they say is not taken."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.resolve.frames import Frame
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def pass_over_beside(module: Unit, name: str, frame: Frame, resolution: Resolution) -> None:
    """Notes what the modules beside the one that is chosen say under a name."""
    program, path = resolution.program, module.facts.path
    for other in program.files_naming(name, path):
        unit = program.unit_at(other) if dirname(other) == dirname(path) else None
        if unit is not None and unit is not frame.unit:
            for binding in unit.bindings.get((0, name), []):
                resolution.pass_over(binding.value, replace(frame, unit=unit))
