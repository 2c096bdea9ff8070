"""Options of command lines: what click, typer and argparse give where the command line says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import (
    Attribute,
    Call,
    Constant,
    Expression,
    Lambda,
    Listing,
    Mapping,
    Opaque,
    Site,
    Subscript,
    Text,
)
from residency_lint.facts import Binding
from residency_lint.fixes import Slot
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.command_lines import (
    argument_of,
    is_on_line,
    line_in_program,
    lines,
    on_line,
    positional,
    word_after,
    words_of,
)
from residency_lint.resolve.command_settings import default_by_map, variable_by_prefix
from residency_lint.resolve.conversions import converted
from residency_lint.resolve.frames import Content, Frame, Value
from residency_lint.resolve.lookups import Lookup
from residency_lint.resolve.names import targets
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def option_values(binding: Binding, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """The values of a parameter that a command line gives; None for any other parameter."""
    function = frame.unit.scope(binding.site.scope)
    outside = replace(frame, site=_outside(binding, frame)).deeper()
    line = line_in_program(function, frame)
    option, default = binding.value, None
    if isinstance(option, Call) and _is_option(option, _OF_TYPER, outside, resolution):
        default = _typer_default(option)
    else:
        option = next((c for c in metadata(binding) if _is_option(c, _OF_TYPER, outside, resolution)), None)
        default = binding.value if option is not None else None
    if isinstance(option, Call):
        words = [word for word in words_of(option) if word.startswith("-")]
        given = word_after(line[0], words or [f"--{binding.target.replace('_', '-')}"]) if line else None
        if line is not None and given is not None:
            there = replace(frame, site=line[1].site).via(given.span, f"given to `{function.name}()`")
            return resolution.values(given, there.deeper())
        return _typer(option, default, outside, resolution)
    if binding.target == function.options:
        return _collected(function.decorators, outside, resolution)
    calls = [d for d in function.decorators if isinstance(d, Call) and _click_name(d) == binding.target]
    for decorator in _chosen_first(calls, outside, resolution):
        if _is_option(decorator, _OF_CLICK, outside, resolution):
            given = on_line(line[0], decorator) if line else None
            if line is not None and given is not None:
                there = replace(frame, site=line[1].site).via(given.span, f"given to `{function.name}()`")
                return resolution.values(given, there.deeper())
            variable = variable_by_prefix(binding.target, function, outside, resolution)
            mapped = default_by_map(binding.target, function, outside, resolution)
            return _looked_up(decorator, mapped or _click_default(decorator), outside, resolution, variable)
    return None


def _collected(decorators: tuple[Expression, ...], frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """All options of a click command, where the function collects them: `**options`."""
    calls = [d for d in decorators if isinstance(d, Call) and _is_option(d, _OF_CLICK, frame, resolution)]
    defaults = [(_click_name(call), _click_default(call), call.span) for call in calls]
    items = tuple((Text(n, s, plain=False), placed(d, frame)) for n, d, s in defaults if d is not None)
    return iter([frame.value(Mapping(items, calls[0].span))]) if calls else None


def _outside(binding: Binding, frame: Frame) -> Site:
    """Where a function's defaults and decorators are looked at."""
    parent = frame.unit.scope(binding.site.scope).parent
    return Site(parent, (), binding.site.statement)


def _is_option(call: Call, names: set[str], frame: Frame, resolution: Resolution) -> bool:
    found = targets(call.function, frame.unit, frame.site, resolution.program)
    return any(target.name in names for target in found)


_OF_TYPER = {"typer.Option", "typer.Argument"}
_OF_CLICK = {"click.option", "click.argument", "rich_click.option", "rich_click.argument", "asyncclick.option"}


def _looked_up(
    call: Call, default: Expression | None, frame: Frame, resolution: Resolution, by_prefix: str = ""
) -> Iterator[Value]:
    """The variables that an option is read from, else its default."""
    envvar = argument_of(call, "envvar")
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
    words = words_of(call)
    plain = [word for word in words if word.isidentifier()]
    if plain:
        return plain[0].lower()
    first = [word.partition("/")[0] for word in words]
    longest = max(first, key=lambda word: len(word) - len(word.lstrip("-")), default="")
    return longest.lstrip("-").replace("-", "_").lower()


def _chosen_first(calls: list[Call], frame: Frame, resolution: Resolution) -> list[Call]:
    """The options of one parameter: of switches, `flag_value="…"`, only the one that holds where none is given."""
    switches = [call for call in calls if argument_of(call, "flag_value") is not None]
    chosen = next((call for call in switches if is_true(argument_of(call, "default"))), None)
    for switch in switches:
        if switch is not chosen:
            resolution.pass_over(argument_of(switch, "flag_value"), frame)
    return [chosen] if chosen is not None else calls


def _click_default(call: Call) -> Expression | None:
    default = argument_of(call, "default")
    if is_true(default) and (value := argument_of(call, "flag_value")) is not None:
        return value
    if default is None and (is_true(argument_of(call, "is_flag")) or any("/" in word for word in words_of(call))):
        return Constant("False", Span(call.span.end, call.span.end))
    if isinstance(default, Lambda):
        return Call(default, (), default.span, Slot(Span(default.span.end, default.span.end)), call.site)
    return default


def is_true(expression: Expression | None) -> bool:
    return isinstance(expression, Constant) and expression.text == "True"


def name_of_option(call: Call, *, is_attribute: bool) -> str:
    """The parameter of a click command that an option is given as, or the attribute of what argparse returns."""
    return _dest(call) if is_attribute else _click_name(call)


# --- typer -----------------------------------------------------------------------------------------


def metadata(binding: Binding) -> Iterator[Call]:
    """The calls in `Annotated[str, Option(…)]`."""
    annotation = binding.annotation
    if isinstance(annotation, Subscript) and isinstance(annotation.key, Listing):
        yield from (item for item in annotation.key.items if isinstance(item, Call))


def _typer_default(call: Call) -> Expression | None:
    return next(iter(positional(call)), None) or argument_of(call, "default")


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
    switches = [(a, const) for a in added if (const := argument_of(a, "const")) is not None]
    for line in lines(call, frame, resolution) if added else ():
        given = on_line(line.content, added[-1]) if isinstance(line.content, Listing) else None
        if given is not None:
            return resolution.values(given, line.frame(2))
        for switch, const in switches:
            if isinstance(line.content, Listing) and is_on_line(line.content, switch):
                return resolution.values(const, replace(frame, unit=unit, site=switch.site).deeper())
    for switch, const in switches:
        resolution.pass_over(const, replace(frame, unit=unit, site=switch.site))
    defaults = [(argument_of(c, name), c) for c in unit.calls_by_name.get("set_defaults", [])]
    defaults += [(argument_of(a, "default") or _of_action(a), a) for a in added]
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
    return argument_of(option, "type") if isinstance(default, Text) else None


def _parsers_unit(parser: Expression, frame: Frame, resolution: Resolution) -> Unit:
    """The file that makes a parser: there its arguments are added."""
    for value in resolution.values(parser, frame.aside()):
        if isinstance(value.content, Call):
            return value.unit
    return frame.unit


def _dest(call: Call) -> str:
    """The name that an argument is kept under."""
    dest = argument_of(call, "dest")
    if isinstance(dest, Text):
        return dest.text
    words = words_of(call)
    first = next((word for word in words if word.startswith("--")), words[0] if words else "")
    return first.lstrip("-").replace("-", "_") if first.startswith("-") else first


def _of_action(call: Call) -> Expression | None:
    """What a flag is where it is not given."""
    action = argument_of(call, "action")
    if isinstance(action, Text) and action.text in ("store_true", "store_false"):
        return Constant(str(action.text == "store_false"), action.span)
    return None


def _is_optional(call: Call) -> bool:
    return any(word.startswith("-") for word in words_of(call)) and not is_true(argument_of(call, "required"))
