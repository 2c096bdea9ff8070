"""Options of command lines: what click, typer and argparse give where the command line says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from residency_lint.expressions import (
    Attribute,
    Call,
    Constant,
    Expression,
    Lambda,
    Listing,
    Mapping,
    Name,
    Opaque,
    Site,
    Subscript,
    Text,
)
from residency_lint.facts import Binding, Scope
from residency_lint.fixes import Slot
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.conversions import converted
from residency_lint.resolve.frames import Content, Frame, Value
from residency_lint.resolve.lookups import Lookup
from residency_lint.resolve.names import targets
from residency_lint.resolve.option_prefixes import variable_by_prefix
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def option_values(binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """The values of a parameter that a command line gives; None for any other parameter."""
    function = frame.unit.scope(binding.site.scope)
    outside = replace(frame, site=_outside(binding, frame)).deeper()
    if isinstance(binding.value, Call) and _is_option(binding.value, _OF_TYPER, outside, resolution):
        return _typer(binding.value, _typer_default(binding.value), outside, resolution)
    for call in metadata(binding):
        if _is_option(call, _OF_TYPER, outside, resolution):
            return _typer(call, binding.value, outside, resolution)
    line = _line_in_program(function, frame)
    if binding.target == function.options:
        return _collected(function.decorators, outside, resolution)
    calls = [d for d in function.decorators if isinstance(d, Call) and _click_name(d) == binding.target]
    for decorator in _chosen_first(calls, outside, resolution):
        if _is_option(decorator, _OF_CLICK, outside, resolution):
            given = _on_line(line[0], decorator) if line else None
            if line is not None and given is not None:
                there = replace(frame, site=line[1].site).via(given.span, f"given to `{function.name}()`")
                return resolution.values(given, there.deeper())
            variable = variable_by_prefix(binding.target, function, frame.unit)
            return _looked_up(decorator, _click_default(decorator), outside, resolution, variable)
    return None


def _collected(decorators: tuple[Expression, ...], frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """All options of a click command, where the function collects them: `**options`."""
    calls = [d for d in decorators if isinstance(d, Call) and _is_option(d, _OF_CLICK, frame, resolution)]
    defaults = [(_click_name(call), _click_default(call), call.span) for call in calls]
    items = tuple((Text(n, s, plain=False), placed(d, frame)) for n, d, s in defaults if d is not None)
    return iter([frame.value(Mapping(items, calls[0].span))]) if calls else None


def _line_in_program(function: Scope, frame: Frame) -> tuple[Listing, Call] | None:
    """A command line that is written in the program: `main(["--host", "…"])`, `runner.invoke(main, […])`."""
    calls = [(call, 0) for call in frame.unit.calls_by_name.get(function.name, [])]
    calls += [(call, 1) for call in frame.unit.calls_by_name.get("invoke", []) if _first_is(call, function.name)]
    for call, index in calls:
        named = _argument(call, "args")
        line = named or next(iter(_positional(call)[index:]), None)
        if isinstance(line, Listing):
            return line, call
    return None


def _first_is(call: Call, name: str) -> bool:
    first = next(iter(_positional(call)), None)
    return isinstance(first, Name) and first.id == name


def _outside(binding: Binding, frame: Frame) -> Site:
    """Where a function's defaults and decorators are looked at."""
    parent = frame.unit.scope(binding.site.scope).parent
    return Site(parent, (), binding.site.statement)


def _is_option(call: Call, names: set[str], frame: Frame, resolution: Resolution) -> bool:
    found = targets(call.function, frame.unit, frame.site, resolution.program)
    return any(target.name in names for target in found)


_OF_TYPER = {"typer.Option", "typer.Argument"}
_OF_CLICK = {"click.option", "click.argument", "rich_click.option", "rich_click.argument", "asyncclick.option"}


def _argument(call: Call, name: str) -> Expression | None:
    return next((a.value for a in call.arguments if a.name == name), None)


def _positional(call: Call) -> list[Expression]:
    return [a.value for a in call.arguments if not a.name and not a.star]


def _words(call: Call) -> list[str]:
    return [value.text for value in _positional(call) if isinstance(value, Text)]


def _looked_up(
    call: Call, default: Expression | None, frame: Frame, resolution: Resolution, by_prefix: str = ""
) -> Iterator[Value]:
    """The variables that an option is read from, else its default."""
    envvar = _argument(call, "envvar")
    names = [envvar] if isinstance(envvar, Text) else list(envvar.items) if isinstance(envvar, Listing) else []
    variables = tuple(filter(None, (*(name.text for name in names if isinstance(name, Text)), by_prefix)))
    if variables and (default is None or Lookup(variables).is_set(frame, resolution)):
        return Lookup(variables, default).values(frame, resolution)
    if default is None:
        return iter([frame.unknown("an option of the command line")])
    return resolution.values(default, frame.via(default.span, "the option's default").deeper())


# --- click -----------------------------------------------------------------------------------------


def _click_name(call: Call) -> str:
    """The parameter that an option is given as: a name without dashes, else the option with most of them."""
    words = _words(call)
    plain = [word for word in words if word.isidentifier()]
    if plain:
        return plain[0].lower()
    first = [word.partition("/")[0] for word in words]
    longest = max(first, key=lambda word: len(word) - len(word.lstrip("-")), default="")
    return longest.lstrip("-").replace("-", "_").lower()


def _chosen_first(calls: list[Call], frame: Frame, resolution: Resolution) -> list[Call]:
    """The options of one parameter: of switches, `flag_value="…"`, only the one that holds where none is given."""
    switches = [call for call in calls if _argument(call, "flag_value") is not None]
    chosen = next((call for call in switches if is_true(_argument(call, "default"))), None)
    for switch in switches:
        if switch is not chosen:
            resolution.pass_over(_argument(switch, "flag_value"), frame)
    return [chosen] if chosen is not None else calls


def _click_default(call: Call) -> Expression | None:
    default = _argument(call, "default")
    if is_true(default) and (value := _argument(call, "flag_value")) is not None:
        return value
    if default is None and (is_true(_argument(call, "is_flag")) or any("/" in word for word in _words(call))):
        return Constant("False", Span(call.span.end, call.span.end))
    if isinstance(default, Lambda):
        return Call(default, (), default.span, Slot(Span(default.span.end, default.span.end)), call.site)
    return default


def is_true(expression: Expression | None) -> bool:
    return isinstance(expression, Constant) and expression.text == "True"


# --- typer -----------------------------------------------------------------------------------------


def metadata(binding: Binding) -> Iterator[Call]:
    """The calls in `Annotated[str, Option(…)]`."""
    annotation = binding.annotation
    if isinstance(annotation, Subscript) and isinstance(annotation.key, Listing):
        yield from (item for item in annotation.key.items if isinstance(item, Call))


def _typer_default(call: Call) -> Expression | None:
    return next(iter(_positional(call)), None) or _argument(call, "default")


def _typer(call: Call, default: Expression | None, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    # `typer.Option(...)` is one that must be given.
    is_given = default is not None and not isinstance(default, Opaque)
    return _looked_up(call, default if is_given else None, frame, resolution)


# --- argparse --------------------------------------------------------------------------------------


def parsed_values(name: str, parsed: Value, resolution: Resolution) -> Iterator[Value] | None:
    """What `parser.parse_args().name` is; None where a value is no such call."""
    call = parsed.content
    if not isinstance(call, Call) or not isinstance(call.function, Attribute) or call.function.name not in _PARSES:
        return None
    frame = parsed.frame(1)
    unit = _parsers_unit(call.function.base, frame, resolution)
    added = [a for method in _ADDS for a in unit.calls_by_name.get(method, []) if _dest(a) == name]
    switches = [(a, const) for a in added if (const := _argument(a, "const")) is not None]
    for line in _lines(call, frame, resolution) if added else ():
        given = _on_line(line.content, added[-1]) if isinstance(line.content, Listing) else None
        if given is not None:
            return resolution.values(given, line.frame(2))
        for switch, const in switches:
            if isinstance(line.content, Listing) and _is_on_line(line.content, switch):
                return resolution.values(const, replace(frame, unit=unit, site=switch.site).deeper())
    for switch, const in switches:
        resolution.pass_over(const, replace(frame, unit=unit, site=switch.site))
    defaults = [(_argument(c, name), c) for c in unit.calls_by_name.get("set_defaults", [])]
    defaults += [(_argument(a, "default") or _of_action(a), a) for a in added]
    for default, stands_in in defaults:
        if default is not None:
            there = replace(frame, unit=unit, site=stands_in.site).deeper()
            step = there.via(default.span, f"the default of `{name}`").deeper()
            return converted(resolution.values(default, step), _made_by(stands_in, default), there, resolution)
    if not added:
        return iter([frame.unknown(f"`{name}` of the command line")])
    if _is_optional(added[-1]):
        return iter([frame.value(Constant("None", added[-1].span))])
    return iter([frame.unknown(f"`{name}` of the command line")])


def is_parsed_pair(content: Content) -> bool:
    """Whether a call gives what it has parsed and what it leaves over."""
    return isinstance(content, Call) and isinstance(content.function, Attribute) and content.function.name in _PAIRS


_PAIRS = {"parse_known_args", "parse_known_intermixed_args"}
_PARSES = {"parse_args", "parse_intermixed_args", *_PAIRS}
_ADDS = ("add_argument", "add_option")


def _made_by(option: Call, default: Expression) -> Expression | None:
    """What a default goes through that is a text: `type=str.lower`."""
    return _argument(option, "type") if isinstance(default, Text) else None


def _parsers_unit(parser: Expression, frame: Frame, resolution: Resolution) -> Unit:
    """The file that makes a parser: there its arguments are added."""
    for value in resolution.values(parser, frame.aside()):
        if isinstance(value.content, Call):
            return value.unit
    return frame.unit


def _dest(call: Call) -> str:
    """The name that an argument is kept under."""
    dest = _argument(call, "dest")
    if isinstance(dest, Text):
        return dest.text
    words = _words(call)
    first = next((word for word in words if word.startswith("--")), words[0] if words else "")
    return first.lstrip("-").replace("-", "_") if first.startswith("-") else first


def _of_action(call: Call) -> Expression | None:
    """What a flag is where it is not given."""
    action = _argument(call, "action")
    if isinstance(action, Text) and action.text in ("store_true", "store_false"):
        return Constant(str(action.text == "store_false"), action.span)
    return None


def _is_optional(call: Call) -> bool:
    return any(word.startswith("-") for word in _words(call)) and not is_true(_argument(call, "required"))


def _lines(call: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The command lines that are written in the program: `parse_args(["--host", "…"])`."""
    line = next(iter(_positional(call)), None) or _argument(call, "args")
    if line is not None:
        yield from resolution.values(line, frame.deeper())


def _is_on_line(line: Listing, switch: Call) -> bool:
    words = _words(switch)
    return any(isinstance(item, Text) and item.text in words for item in line.items)


def _on_line(line: Listing, option: Call) -> Expression | None:
    """What a command line gives for an option."""
    words = _words(option)
    for index, item in enumerate(line.items):
        if not isinstance(item, Text):
            continue
        name, sign, rest = item.text.partition("=")
        if name in words and sign:
            at = len(name) + 1
            span = Span(item.span.start + at, item.span.end) if item.plain and item.text.isascii() else item.span
            return replace(item, text=rest, span=span)
        if item.text in words and index + 1 < len(line.items):
            return line.items[index + 1]
    return None
