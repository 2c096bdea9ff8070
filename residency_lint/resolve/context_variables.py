"""What `contextvars.ContextVar` objects hold: what they were told, else their default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Attribute, Call, Expression, Name
from residency_lint.resolve.frames import Choice, Frame, Unknown, Value
from residency_lint.resolve.guards import runs_whenever
from residency_lint.resolve.names import targets

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def context_values(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """The values of `variable.get(default)`; None for a `get` of anything else."""
    function = node.function
    if not isinstance(function, Attribute) or not isinstance(function.base, (Name, Attribute)):
        return None
    for value in resolution.values(function.base, frame.aside()):
        if isinstance(value.content, Call) and _is_variable(value, resolution):
            return _held(node, value.content, value, frame, resolution)
    return None


def _is_variable(value: Value, resolution: Resolution) -> bool:
    assert isinstance(value.content, Call)
    found = targets(value.content.function, value.unit, value.site, resolution.program)
    return any(target.name == "contextvars.ContextVar" for target in found)


def _held(node: Call, made: Call, variable: Value, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    own = next((a.value for a in node.arguments if not a.star), None)
    default = own or next((a.value for a in made.arguments if a.name == "default"), None)
    there = frame if own is not None else variable.frame(frame.depth + 1)
    told = [call for call in frame.unit.calls_by_name.get("set", ()) if _tells(call, made, frame, resolution)]
    before = [call for call in told if call.site.scope == frame.site.scope and call.span.start < node.span.start]
    at_start = [call for call in told if call.site.scope == 0 and not call.site.guards]
    # The last one before it counts; of other functions' any one, and that it is called.
    counted = before[-1:] or (at_start[-1:] if frame.site.scope else []) or told
    is_sure = bool(counted) and all(runs_whenever(call.site, frame.site) for call in counted)
    for call in counted:
        inner = replace(frame.via(call.span, "set here"), site=call.site).deeper()
        for value in resolution.values(call.arguments[0].value, inner):
            is_sure = is_sure and not isinstance(value.content, Unknown)
            yield value.chosen(Choice.SURE if is_sure and len(counted) == 1 else Choice.OPEN)
    if is_sure:
        resolution.pass_over(default, there)
    elif default is None:
        yield frame.unknown("a context variable that nothing in sight sets")
    elif counted:
        yield from resolution.as_fallback(default, there)
    else:
        yield from resolution.values(default, replace(there, chain=frame.chain))


def _tells(call: Call, made: Expression, frame: Frame, resolution: Resolution) -> bool:
    if not isinstance(call.function, Attribute) or not isinstance(call.function.base, (Name, Attribute)):
        return False
    if len(call.arguments) != 1 or call.arguments[0].name or call.arguments[0].star:
        return False
    there = replace(frame, site=call.site).aside()
    return any(value.content is made for value in resolution.values(call.function.base, there))
