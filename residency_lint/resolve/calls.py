"""The values that calls make: environment look-ups, fields, functions of the repository, methods of texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from residency_lint.facts import (
    Attribute,
    Call,
    Constant,
    Expression,
    Mapping,
    Name,
    ScopeKind,
    Subscript,
    Text,
)
from residency_lint.resolve import texts, urls
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.names import targets

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


_METHODS = {**texts.METHODS, **urls.METHODS}


def called(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The values of a call; one that nothing is known of is a value of its own."""
    variable = environment_variable(node, frame, resolution)
    if variable is not None:
        yield from environment_values(variable, _default(node), frame, resolution)
        return
    arguments = [a.value for a in node.arguments if not a.name and not a.star]
    method = node.function.name if isinstance(node.function, Attribute) else ""
    if isinstance(node.function, Attribute) and method in _METHODS:
        yield from _METHODS[method](node.function.base, node, frame, resolution)
    elif isinstance(node.function, Attribute) and method in ("get", "pop", "setdefault") and arguments:
        default = arguments[1] if len(arguments) > 1 else Constant("None", node.span)
        yield from resolution.item(node.function.base, arguments[0], default, frame)
    else:
        yield from _function(node, arguments, frame, resolution)


def _function(node: Call, arguments: list[Expression], frame: Frame, resolution: Resolution) -> Iterator[Value]:
    names = targets(node.function, frame.unit, frame.site, resolution.program)
    builtin = node.function.id if isinstance(node.function, Name) and not names else ""
    make_url = urls.url_function({target.name for target in names})
    if make_url is not None:
        yield from make_url(node, frame, resolution)
    elif any(target.name in _FIELDS for target in names):
        default = next((a.value for a in node.arguments if a.name == "default"), None)
        first = arguments[0] if arguments and any(t.name == "pydantic.Field" for t in names) else None
        if default is None and first is None:
            yield frame.unknown("a field without a default")
        else:
            yield from resolution.as_fallback(default or first or node, frame)
    elif builtin in ("str", "bool") and len(arguments) == 1:
        yield from resolution.values(arguments[0], frame.deeper())
    elif builtin == "dict":
        items = tuple((Text(a.name, a.span, plain=False) if a.name else None, a.value) for a in node.arguments)
        yield frame.value(Mapping(items, node.span))
    else:
        yield from _returned(node, frame, resolution)


_FIELDS = {
    "pydantic.Field",
    "dataclasses.field",
    "attr.ib",
    "attr.field",
    "attrs.field",
}
"""What declares a field whose default is an argument."""


def _returned(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """What a function of the repository returns."""
    for target in targets(node.function, frame.unit, frame.site, resolution.program):
        if target.unit is None or target.unit.scope(target.scope).kind is not ScopeKind.FUNCTION:
            continue
        returns = target.unit.returns.get(target.scope, [])
        step = frame.via(node.span, f"`{target.unit.scope(target.scope).name}()`")
        for entry in returns:
            there = replace(step, unit=target.unit, site=entry.site).deeper()
            for value in resolution.values(entry.value, there):
                yield replace(value, fallback=value.fallback or len(returns) > 1)
        if returns:
            return
    yield frame.value(node)


# --- the environment -------------------------------------------------------------------------------


def environment_variable(node: Call | Subscript, frame: Frame, resolution: Resolution) -> str | None:
    """The variable that an expression looks up ("" where its name is no text), None for any other expression."""
    looked_in = node.base if isinstance(node, Subscript) else node.function
    names = {t.name for t in targets(looked_in, frame.unit, frame.site, resolution.program)}
    if isinstance(node, Subscript):
        key: Expression = node.key
        found = "os.environ" in names
    else:
        if not node.arguments:
            return None
        key = node.arguments[0].value
        found = bool(names & _LOOKUPS) or _is_environment_reader(node.function, frame, resolution)
    return (key.text if isinstance(key, Text) else "") if found else None


def environment_values(
    variable: str, default: Expression | None, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    is_set = False
    for unit, mention in set_values(variable, frame.unit, resolution.program):
        is_set = True
        there = replace(frame.via_file(unit, mention.text.span, f"{variable} is set here"), site=mention.site)
        yield there.value(replace(mention.text, path=unit.facts.path))
    if is_set:
        return
    reason = f"environment variable {variable}" if variable else "an environment variable"
    yield frame.value(Unknown(reason, env=variable), fallback=default is not None)
    if default is not None:
        words = f"{variable or 'the variable'} is not set: its fallback"
        yield from resolution.as_fallback(default, frame.via(default.span, words))


def _default(node: Call) -> Expression | None:
    named = next((a.value for a in node.arguments if a.name == "default"), None)
    positional = [a.value for a in node.arguments if not a.name]
    return named or (positional[1] if len(positional) > 1 else None)


def _is_environment_reader(function: Expression, frame: Frame, resolution: Resolution) -> bool:
    """`env = environ.Env()` then `env(…)`, `env.str(…)`: an object of a settings library."""
    base = function.base if isinstance(function, Attribute) else function
    if not isinstance(base, Name):
        return False
    unit = frame.unit
    made_by = [
        target.name
        for scope in unit.visible_scopes(frame.site.scope)
        for binding in unit.bindings.get((scope, base.id), [])
        if isinstance(binding.value, Call)
        for target in targets(binding.value.function, unit, binding.site, resolution.program)
    ]
    return any(name in _ENVIRONMENT_CLASSES for name in made_by)


_LOOKUPS = {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "decouple.config"}
_ENVIRONMENT_CLASSES = {"environ.Env", "environs.Env", "starlette.config.Config", "decouple.Config"}
