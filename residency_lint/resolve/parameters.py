"""The values of a parameter: what callers give for it, and its default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import Listing, Mapping
from residency_lint.facts import Binding
from residency_lint.findings import Step
from residency_lint.resolve.arguments import given
from residency_lint.resolve.callers import call_sites, is_bound
from residency_lint.resolve.command_objects import handed_object
from residency_lint.resolve.frames import Activation, Frame, Value
from residency_lint.resolve.options import option_values

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def parameter_values(binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What the call gives by way of which a function is reached, else what all of its callers give."""
    given_by_option = option_values(binding, frame, resolution) or handed_object(binding, frame, resolution)
    if given_by_option is not None:
        yield from given_by_option
        return
    unit, scope = frame.unit, binding.site.scope
    activation = frame.activation_of(unit, scope)
    if activation is not None:
        yield from _argument(binding, activation, frame, resolution)
        return
    sites = call_sites(scope, unit, resolution)
    is_default, is_given = not sites, False
    for site in sites:
        caller = Frame(site.unit, site.call.site, frame.chain, frame.depth)
        called = site.activation(unit, scope, caller)
        expression, opaque = given(called, binding.target, resolution)
        if expression is None and not opaque:
            is_default = True
        else:
            is_given = True
        for value in _argument(binding, called, frame, resolution) if expression is not None or opaque else ():
            yield replace(value, fallback=value.fallback or len(sites) > 1)
    if is_default:
        yield from _default(binding, frame, resolution, fallback=not sites or is_given)


def _argument(binding: Binding, activation: Activation, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What one call gives for a parameter, else its default."""
    if activation.receiver is not None and _is_receiver(binding, activation):
        yield activation.receiver
        return
    expression, opaque = given(activation, binding.target, resolution)
    name = frame.unit.scope(activation.scope).name
    if opaque:
        yield frame.unknown(f"what a caller of `{name}()` expands")
    if expression is None:
        if not opaque or binding.value is not None:
            yield from _default(binding, frame, resolution, fallback=bool(opaque))
        return
    call, caller = activation.call, activation.caller
    steps = caller.chain if caller.chain[: len(frame.chain)] == frame.chain else (*frame.chain, *caller.chain)
    there = replace(caller, chain=tuple(dict.fromkeys(steps)), depth=frame.depth + 1)
    if Step(caller.unit.facts.path, call.span, f"called by `{written(call)}`") not in there.chain:
        there = there.via(call.span, f"called by `{written(call)}`")
    yield from resolution.values(expression, there)


def _is_receiver(binding: Binding, activation: Activation) -> bool:
    """Whether it is the `self` of a method."""
    first = activation.unit.scope(activation.scope).parameters[:1]
    return first == (binding.target,) and is_bound(
        activation.scope, activation.unit, activation.call, activation.receiver
    )


def _default(binding: Binding, frame: Frame, resolution: Resolution, *, fallback: bool) -> Iterator[Value]:
    function = frame.unit.scope(binding.site.scope)
    if binding.target in (function.rest, function.options):
        empty: Listing | Mapping = Listing((), binding.span)
        if binding.target == function.options:
            empty = Mapping((), binding.span)
        yield frame.unknown("what callers collect") if fallback else frame.value(empty)
    elif binding.value is not None:
        outside = replace(frame, site=replace(binding.site, scope=function.parent)).deeper()
        for value in resolution.values(binding.value, outside):
            yield replace(value, fallback=value.fallback or fallback)
    else:
        yield frame.unknown(f"parameter `{binding.target}` of `{function.name}()`")
