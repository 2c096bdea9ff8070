"""The values that calls make: look-ups, fields, functions of the repository, methods of texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    HOLE,
    Argument,
    Attribute,
    Call,
    Constant,
    Expression,
    Lambda,
    Name,
    Text,
)
from residency_lint.facts import ScopeKind
from residency_lint.fixes import Slot
from residency_lint.resolve import formats, mappings, parts, questions, records, texts, urls
from residency_lint.resolve.classes import method_of, receivers
from residency_lint.resolve.config_values import file_values, section_item
from residency_lint.resolve.context_variables import context_values
from residency_lint.resolve.encodings import coded, coder
from residency_lint.resolve.enums import by_value, outer_members, outer_name
from residency_lint.resolve.extremes import of_ordered
from residency_lint.resolve.frames import CHOSEN_MODULE, Activation, Frame, Unknown, Value
from residency_lint.resolve.iterables import function_name, of_function, of_method
from residency_lint.resolve.lookups import lookup
from residency_lint.resolve.names import targets
from residency_lint.resolve.returned import results, returned
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


_METHODS = {
    **texts.METHODS,
    **formats.METHODS,
    **parts.METHODS,
    **urls.METHODS,
    **mappings.METHODS,
    **questions.METHODS,
}


def called(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The values of a call; one that nothing is known of is a value of its own."""
    looked_up = lookup(node, frame, resolution)
    if looked_up is not None:
        yield from looked_up.values(frame, resolution, node.span.start)
        return
    read = file_values(node, frame, resolution)
    if read is not None:
        yield from read
        return
    arguments = [a.value for a in node.arguments if not a.name and not a.star]
    method = node.function.name if isinstance(node.function, Attribute) else ""
    if (copies := records.copied(node, frame, resolution)) is not None:
        yield from copies
    elif isinstance(node.function, Attribute) and method in _METHODS and not _is_own(node.function, frame, resolution):
        yield from _METHODS[method](node.function.base, node, frame, resolution)
    elif method == "copy" and isinstance(node.function, Attribute) and not node.arguments:
        yield from resolution.values(node.function.base, frame.deeper())
    elif (record := mappings.of_method(node, frame, resolution)) is not None:
        yield record
    elif (gone_through := of_method(node, frame, resolution)) is not None:
        yield from gone_through
    elif method == "get" and (held := context_values(node, frame, resolution)) is not None:
        yield from held
    elif method == "get" and (option := section_item(node, frame, resolution)) is not None:
        yield from option
    elif method in ("get", "pop", "setdefault") and arguments and not _is_function(node.function, frame, resolution):
        assert isinstance(node.function, Attribute)
        named = next((a.value for a in node.arguments if a.name in ("default", "fallback")), None)
        default = arguments[1] if len(arguments) > 1 else named or Constant("None", node.span)
        yield from resolution.item(node.function.base, arguments[0], default, frame)
    else:
        yield from _function(node, arguments, frame, resolution)


def _is_own(function: Attribute, frame: Frame, resolution: Resolution) -> bool:
    """Whether a class of the repository has the method that is named as one of texts: `Settings.upper(value)`."""
    if not isinstance(function.base, (Name, Attribute, Call)):
        return False
    program = resolution.program
    return any(method_of(owner, function.name, program) for _, owner in receivers(function.base, frame, resolution))


def _is_function(function: Expression, frame: Frame, resolution: Resolution) -> bool:
    """Whether it is a function of the repository: `settings.get(…)` of a module."""
    found = targets(function, frame.unit, frame.site, resolution.program)
    return any(one.unit is not None and one.unit.scope(one.scope).kind is ScopeKind.FUNCTION for one in found)


def _function(node: Call, arguments: list[Expression], frame: Frame, resolution: Resolution) -> Iterator[Value]:
    names = targets(node.function, frame.unit, frame.site, resolution.program)
    builtin = node.function.id if isinstance(node.function, Name) and not names else ""
    make_url = urls.url_function({target.name for target in names})
    if make_url is not None:
        yield from make_url(node, frame, resolution)
    elif (code := coder({target.name for target in names})) is not None and arguments:
        yield from coded(code, arguments[0], frame, resolution)
    elif any(target.name in _FIELDS for target in names):
        yield from _field(node, arguments, any(t.name == "pydantic.Field" for t in names), frame, resolution)
    elif any(target.name in _DEPENDS for target in names) and arguments:
        yield from resolution.values(_call_of(arguments[0], node), frame.deeper())
    elif isinstance(node.function, Attribute) and node.function.name in _VALIDATES and arguments:
        expanded = Argument(arguments[0], arguments[0].span, star="**")
        yield frame.value(replace(_call_of(node.function.base, node), arguments=(expanded,)))
    elif (any(t.name in _RECORDS for t in names) or builtin == "vars") and (
        record := mappings.of_object(arguments[0], node, frame, resolution) if arguments else None
    ):
        yield record
    elif (any(target.name in _HANDS_BACK for target in names) and arguments) or (
        builtin == "vars" and len(arguments) == 1
    ):
        yield from resolution.values(arguments[0], frame.deeper())
    elif builtin == "getattr" and len(arguments) == 2 and (owner := outer_name(arguments[0], frame, resolution)):
        words = resolution.values(arguments[1], frame.deeper())
        yield from outer_members(owner, words, frame.unknown(f"an attribute of `{owner}`"), resolution)
    elif builtin == "getattr" and len(arguments) > 1 and (name := texts.only_text(arguments[1], frame, resolution)):
        yield from _got(node, arguments, name.text, frame, resolution)
    elif builtin == "len" and len(arguments) == 1:
        yield questions.length(arguments[0], node, frame, resolution)
    elif builtin == "str" and len(arguments) == 1 and (own := _own_text(node, arguments[0], frame, resolution)):
        yield from own
    elif builtin in ("int", "bool") and len(arguments) == 1:
        yield from questions.counted(builtin, arguments[0], node, frame, resolution)
    elif builtin == "str" and len(arguments) == 1:
        yield from resolution.values(arguments[0], frame.deeper())
    elif any(target.name == "importlib.import_module" for target in names) and arguments:
        for value in resolution.values(arguments[0], frame.deeper()):
            is_told = isinstance(value.content, Text) and HOLE not in value.content.text
            yield replace(value, content=Unknown(CHOSEN_MODULE, name=(value.text or "") if is_told else ""))
    elif builtin == "dict" or any(target.name == "collections.OrderedDict" for target in names):
        yield mappings.of_pairs(node, frame, resolution)
    elif any(target.name == "collections.ChainMap" for target in names):
        yield mappings.chained(arguments, node, frame)
    elif (ordered := of_ordered(function_name(node, frame, resolution), node, frame, resolution)) is not None:
        yield from ordered
    elif (made := of_function(function_name(node, frame, resolution), node, arguments, frame, resolution)) is not None:
        yield from made
    elif (named := by_value(node, frame, resolution)) is not None:
        yield from named
    else:
        yield from returned(node, frame, resolution)


def _got(node: Call, arguments: list[Expression], name: str, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`getattr(settings, "HOST", default)`: the attribute, or the default where nothing is seen to have it."""
    found = list(resolution.values(Attribute(arguments[0], name, node.span), frame.deeper()))
    for value in found:
        if len(arguments) < 3 or not isinstance(value.content, Unknown):
            yield value
    if len(arguments) > 2 and any(isinstance(value.content, Unknown) for value in found):
        yield from resolution.as_fallback(arguments[2], frame)


def _own_text(node: Call, thing: Expression, frame: Frame, resolution: Resolution) -> list[Value]:
    """`str(settings)`, where a class of the repository says what its objects are as a text."""
    if not any(method_of(owner, "__str__", resolution.program) for _, owner in receivers(thing, frame, resolution)):
        return []
    made = _call_of(Attribute(thing, "__str__", node.span), node)
    return list(resolution.values(made, frame.deeper()))


def _call_of(function: Expression, node: Call) -> Call:
    """The call of a function that another call makes."""
    return Call(function, (), node.span, Slot(Span(node.span.end, node.span.end)), node.site)


_DEPENDS = {"fastapi.Depends", "fastapi.params.Depends"}
_HANDS_BACK = {
    "contextlib.nullcontext",
    "contextlib.closing",
    "contextlib.aclosing",
    "copy.copy",
    "copy.deepcopy",
    "types.MappingProxyType",
    "collections.UserDict",
}
"""Context managers that give their `with` what they are given, and what makes copies, or mappings of mappings."""
_RECORDS = {"dataclasses.asdict", "attrs.asdict", "attr.asdict"}
"""What makes a mapping of an object."""
_VALIDATES = {"model_validate", "parse_obj"}


def _field(
    node: Call, arguments: list[Expression], is_pydantic: bool, frame: Frame, resolution: Resolution
) -> Iterator[Value]:
    """The default of a field, or what the function makes that is called for it."""
    named = {a.name: a.value for a in node.arguments if a.name}
    default = named.get("default", arguments[0] if arguments and is_pydantic else None)
    factory = named.get("default_factory", named.get("factory"))
    if default is not None:
        yield from resolution.as_fallback(default, frame)
    elif factory is not None:
        made = _call_of(factory, node)
        if isinstance(factory, Lambda):
            called = Activation(frame.unit, factory.scope, made, frame)
            yield from results(frame.unit, factory.scope, called, frame, resolution)
        else:
            yield from resolution.as_fallback(made, frame)
    else:
        yield frame.unknown("a field without a default")


_FIELDS = {
    "pydantic.Field",
    "dataclasses.field",
    "attr.ib",
    "attr.field",
    "attrs.field",
}
"""What declares a field whose default is an argument."""
