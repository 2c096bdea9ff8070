"""The names of files that are put together as a program runs: `FOLDER / f"{environment}.toml"`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import dotted, last_name
from residency_lint.expressions import HOLE, Attribute, Call, Expression, Name, Text
from residency_lint.resolve.frames import Frame, Value, told, unless_set

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def computed_path(expression: Expression, frame: Frame, resolution: Resolution) -> str:
    """The name of a file as far as the program says it, relative to where it starts; empty where a part of it cannot be
    told."""
    return _path(expression, frame, resolution) or ""


def _path(expression: Expression, frame: Frame, resolution: Resolution) -> str | None:
    """As `computed_path`; None where a part cannot be told, nothing for folders that a program finds by itself."""
    if isinstance(expression, Call):
        return _of_call(expression, frame, resolution)
    if isinstance(expression, (Name, Attribute)) and (bound := _bound_to(expression, frame)) is not None:
        return _of_call(bound, replace(frame, site=bound.site).deeper(), resolution)
    values = told(tuple(unless_set(resolution.values(expression, frame.aside()))))
    if any(value.fallback for value in values):  # A variable that may be set makes another name; by default this one.
        values = tuple(value for value in values if HOLE not in (value.text or ""))
    return _of_value(values[0], resolution) if len(values) == 1 else None


def _bound_to(expression: Name | Attribute, frame: Frame) -> Call | None:
    """The call that a name of the file is bound to, where it makes a path."""
    for scope in frame.unit.visible_scopes(frame.site.scope):
        for binding in frame.unit.bindings.get((scope, dotted(expression)), [])[-1:]:
            makes_path = isinstance(binding.value, Call) and last_name(binding.value.function) in _MAKES_PATH
            return binding.value if makes_path and isinstance(binding.value, Call) else None
    return None


def _of_value(value: Value, resolution: Resolution) -> str | None:
    if isinstance(value.content, Text):
        return None if HOLE in value.content.text else value.content.text
    return _of_call(value.content, value.frame(1), resolution) if isinstance(value.content, Call) else ""


def _of_call(call: Call, frame: Frame, resolution: Resolution) -> str | None:
    name, arguments = last_name(call.function), [a.value for a in call.arguments if not a.name]
    base = [call.function.base] if isinstance(call.function, Attribute) else []
    if name in _JOINS_TO_BASE:
        parts = [*base, *arguments]
    elif name in _OF_BASE and base:
        parts = base
    elif name == "open":
        parts = arguments[:1]
    elif name in _OF_ARGUMENTS:
        parts = arguments
    else:
        values = list(resolution.values(call, frame.aside()))
        texts = [value for value in values if isinstance(value.content, Text)]
        return _of_value(texts[0], resolution) if len(texts) == 1 == len(values) else ""
    found = [_path(part, frame.deeper(), resolution) for part in parts]
    return None if None in found else "/".join(part.strip("/") for part in found if part)


_JOINS_TO_BASE = frozenset({"__truediv__", "joinpath"})
_OF_BASE = frozenset({"read", "read_text", "read_bytes", "resolve", "absolute", "expanduser"})
_OF_ARGUMENTS = frozenset({"Path", "PurePath", "join", "str", "fspath", "abspath", "with_name"})
_MAKES_PATH = _JOINS_TO_BASE | _OF_BASE | _OF_ARGUMENTS
