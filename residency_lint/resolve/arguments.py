"""What a call gives: its arguments with `*` and `**` expanded, and a function's parameters met with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Argument, Call, Element, Elsewhere, Expression, Listing, Mapping, Name, Text
from residency_lint.resolve.callers import is_bound
from residency_lint.resolve.frames import Activation, Choice, Frame, Value, told
from residency_lint.resolve.keys import word_of
from residency_lint.resolve.lookups import set_in_environment

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


@dataclass
class Arguments:
    """`opaque`: why some cannot be seen."""

    positional: list[Expression] = field(default_factory=list)
    named: dict[str, Expression] = field(default_factory=dict)
    opaque: str = ""


def arguments_of(call: Call, frame: Frame, resolution: Resolution) -> Arguments:
    """A call's arguments; what is expanded comes with the place it stands at."""
    found = Arguments()
    for argument in call.arguments:
        if argument.star == "**":
            expanded, is_whole = known_items(argument.value, frame, resolution)
            found.named = {**expanded, **found.named}
            if not is_whole:
                found.opaque = found.opaque or "the arguments that `**` expands cannot be told"
        elif argument.star:
            listed = _listed(argument, frame, resolution)
            if listed is None:
                found.opaque = found.opaque or "the arguments that `*` expands cannot be told"
            else:
                found.positional += listed
        elif argument.name:
            found.named[argument.name] = argument.value
        else:
            found.positional.append(argument.value)
    return found


def items_of(expression: Expression, frame: Frame, resolution: Resolution) -> dict[str, Expression] | None:
    """Key → value of a mapping of which all can be seen, each with the place it stands at."""
    found, is_whole = known_items(expression, frame, resolution)
    return found if is_whole else None


def items(value: Value, resolution: Resolution, depth: int = 0) -> dict[str, Expression] | None:
    """As `items_of`; `depth`: how deep the search is that found the value, for a mapping may expand itself."""
    found, is_whole = certain_items(value, resolution, depth)
    return found if is_whole else None


def known_items(expression: Expression, frame: Frame, resolution: Resolution) -> tuple[dict[str, Expression], bool]:
    """The items that a mapping is known to have, and whether they are all of them."""
    values = told(tuple(resolution.values(expression, frame.deeper())))
    usual = [value for value in values if value.choice is Choice.DEFAULT]
    values = tuple(usual or [value for value in values if value.choice is not Choice.OTHER] or values)
    return certain_items(values[0], resolution, frame.depth + 1) if len(values) == 1 else ({}, False)


def certain_items(value: Value, resolution: Resolution, depth: int = 0) -> tuple[dict[str, Expression], bool]:
    """As `known_items`: those that stand behind anything that cannot be seen into, for of a key the last one counts."""
    if not isinstance(value.content, Mapping):
        return {}, False
    is_whole = True
    frame = value.frame(max(depth, len(value.chain)))
    found: dict[str, Expression] = {}
    for key, item in value.content.items:
        if key is None and (changed := set_in_environment(tuple(found), item, frame, resolution)) is not None:
            found, is_whole = found | changed, False
            continue
        if key is None:
            for layer in _layers(item, frame, resolution):
                inner, is_inner_whole = known_items(layer, frame, resolution)
                if not is_inner_whole:
                    found, is_whole = {}, False
                for overwritten in found.keys() & inner.keys():
                    _pass_over(found[overwritten], frame, resolution)
                found |= inner
            continue
        text = key.text if isinstance(key, Text) else _only_text(key, frame, resolution)
        if text is None:
            found, is_whole = {}, False
            continue
        if text in found:
            _pass_over(found[text], frame, resolution)
        found[text] = placed(item, frame)
    return found, is_whole


def _layers(item: Expression, frame: Frame, resolution: Resolution) -> list[Expression]:
    """What is expanded: `for layer in (DEFAULTS, LOCAL): settings.update(layer)` does so with one after another."""
    place, name = (item.place, item.expression) if isinstance(item, Elsewhere) else (frame, item)
    if not isinstance(name, Name) or not isinstance(place, Frame):
        return [item]
    bindings = place.unit.reaching(name.id, place.site.scope, place.site, name.span.start)
    base = bindings[0].value.base if len(bindings) == 1 and isinstance(bindings[0].value, Element) else None
    containers = list(resolution.values(base, replace(place, site=bindings[0].site).deeper())) if base else []
    if len(containers) != 1 or not isinstance(containers[0].content, Listing):
        return [item]
    return [placed(layer, containers[0].frame(frame.depth + 1)) for layer in containers[0].content.items]


def _pass_over(item: Expression, frame: Frame, resolution: Resolution) -> None:
    place = item.place if isinstance(item, Elsewhere) and isinstance(item.place, Frame) else frame
    resolution.pass_over(item, place)


def placed(expression: Expression, frame: Frame) -> Expression:
    """An expression with the place it stands at."""
    if isinstance(expression, Elsewhere):
        return expression
    return Elsewhere(expression, frame, frame.unit.facts.path)


def given(activation: Activation, parameter: str, resolution: Resolution) -> tuple[Expression | None, str]:
    """What a call gives for a parameter (None: nothing), and why that cannot be told."""
    function = activation.unit.scope(activation.scope)
    found = arguments_of(activation.call, activation.caller, resolution)
    names = function.parameters[: function.positional]
    if names and is_bound(activation.scope, activation.unit, activation.call, activation.receiver):
        names = names[1:]
    span = activation.call.span
    if parameter == function.rest:
        return Listing(tuple(found.positional[len(names) :]), span), found.opaque
    if parameter == function.options:
        rest = {name: value for name, value in found.named.items() if name not in function.parameters}
        texts = ((Text(name, value.span, plain=False), value) for name, value in rest.items())
        return Mapping(tuple(texts), span), found.opaque
    if parameter in found.named:
        return found.named[parameter], ""
    index = names.index(parameter) if parameter in names else len(found.positional)
    if index < len(found.positional):
        return found.positional[index], ""
    return None, found.opaque


def _listed(argument: Argument, frame: Frame, resolution: Resolution) -> list[Expression] | None:
    values = list(resolution.values(argument.value, frame.deeper()))
    if len(values) != 1 or not isinstance(values[0].content, Listing):
        return None
    return [placed(item, values[0].frame(frame.depth + 1)) for item in values[0].content.items]


def _only_text(key: Expression, frame: Frame, resolution: Resolution) -> str | None:
    words = {word_of(value, resolution) for value in resolution.values(key, frame.aside())}
    return words.pop() if len(words) == 1 else None
