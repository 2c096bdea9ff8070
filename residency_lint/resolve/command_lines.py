"""Command lines that are written in a program, and what they give for an option."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import dotted
from residency_lint.expressions import Attribute, Call, Expression, Listing, Name, Text
from residency_lint.facts import Scope
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def line_in_program(function: Scope, frame: Frame) -> tuple[Listing, Call] | None:
    """A command line that is written in the program: `main(["--host", "…"])`, `runner.invoke(main, […])`."""
    owners = [owner for decorator in function.decorators if (owner := _group_of(decorator))]
    for name in (function.name, *owners):
        calls = [(call, 0) for call in frame.unit.calls_by_name.get(name, [])]
        calls += [(call, 1) for call in frame.unit.calls_by_name.get("invoke", []) if _first_is(call, name)]
        for call, index in calls:
            named = argument_of(call, "args")
            line = named or next(iter(positional(call)[index:]), None)
            if isinstance(line, Listing) and (name not in owners or _is_asked(line, function, name, frame.unit)):
                return line, call
    return None


def _group_of(decorator: Expression) -> str:
    """`app` of `@app.command()`."""
    function = decorator.function if isinstance(decorator, Call) else None
    return dotted(function.base) if isinstance(function, Attribute) and function.name == "command" else ""


def _is_asked(line: Listing, function: Scope, group: str, unit: Unit) -> bool:
    """Whether a line is for this command: the only one, or the one that it names."""
    commands = [scope for scope in unit.facts.scopes if group in map(_group_of, scope.decorators)]
    first = next((item.text for item in line.items if isinstance(item, Text)), "")
    return len(commands) < 2 or first == function.name.replace("_", "-")


def _first_is(call: Call, name: str) -> bool:
    first = next(iter(positional(call)), None)
    return isinstance(first, Name) and first.id == name


def argument_of(call: Call, name: str) -> Expression | None:
    """What a call gives under a name."""
    return next((a.value for a in call.arguments if a.name == name), None)


def positional(call: Call) -> list[Expression]:
    """What a call gives by position."""
    return [a.value for a in call.arguments if not a.name and not a.star]


def words_of(call: Call) -> list[str]:
    """The texts that a call gives by position."""
    return [value.text for value in positional(call) if isinstance(value, Text)]


def lines(call: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The command lines that are written in the program: `parse_args(["--host", "…"])`."""
    line = next(iter(positional(call)), None) or argument_of(call, "args")
    if line is not None:
        yield from resolution.values(line, frame.deeper())
        return
    for binding in frame.unit.bindings.get((0, "sys.argv"), [])[-1:]:
        if isinstance(binding.value, Listing):
            # The first is the program's own name.
            there = Frame(frame.unit, binding.site, frame.chain, frame.depth + 1)
            yield there.value(replace(binding.value, items=binding.value.items[1:]))


def is_on_line(line: Listing, switch: Call) -> bool:
    """Whether a command line has a switch."""
    words = words_of(switch)
    return any(isinstance(item, Text) and item.text in words for item in line.items)


def on_line(line: Listing, option: Call) -> Expression | None:
    """What a command line gives for an option."""
    return word_after(line, words_of(option))


def word_after(line: Listing, words: list[str]) -> Expression | None:
    """What a command line gives behind one of several words."""
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
