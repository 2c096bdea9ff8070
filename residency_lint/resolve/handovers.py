"""Functions that are handed to something that calls them: a thread, an executor, a scheduler."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from residency_lint.dotted import last_name
from residency_lint.expressions import Argument, Call, Element, Expression

_PASSES_ON = {
    "submit": 0,
    "to_thread": 0,
    "run_sync": 0,
    "call_soon": 0,
    "call_soon_threadsafe": 0,
    "start_soon": 0,
    "run_in_executor": 1,
    "call_later": 1,
    "call_at": 1,
}
"""What calls a function with all arguments that follow it: the position of the function."""
_WITH_COLLECTED = {
    "Thread": ("target", 1),
    "Process": ("target", 1),
    "Timer": ("function", 1),
    "apply": ("func", 0),
    "apply_async": ("func", 0),
    "add_job": ("func", 0),
    "start_new_thread": ("function", 0),
}
"""What calls a function with a list and a mapping of arguments: how the function is given, by name and position."""
_FOR_EACH = ("map", "imap", "imap_unordered")
"""What calls a function once for each item of what follows it."""


def handed_over(calls_by_name: Mapping[str, list[Call]]) -> dict[str, list[Call]]:
    """The last name of a function that is handed over → the calls that are made of it."""
    found: dict[str, list[Call]] = {}
    for name in (*_PASSES_ON, *_WITH_COLLECTED, *_FOR_EACH):
        for call in calls_by_name.get(name, ()):
            if name in _FOR_EACH:
                made = _for_each(call)
            elif name in _PASSES_ON:
                made = _passed_on(call, _PASSES_ON[name])
            else:
                made = _collected(call, *_WITH_COLLECTED[name])
            if made is not None:
                last = last_name(made.function)
                found.setdefault(last, []).append(made)
    return found


def _passed_on(call: Call, position: int) -> Call | None:
    before = call.arguments[: position + 1]
    if len(before) <= position or any(argument.name or argument.star for argument in before):
        return None
    return replace(call, function=before[position].value, arguments=call.arguments[position + 1 :], assigned="")


def _for_each(call: Call) -> Call | None:
    made = _passed_on(call, 0)
    if made is None or any(argument.star for argument in made.arguments):
        return None
    items = (Argument(Element(a.value, a.span), a.span) for a in made.arguments if not a.name)
    return replace(made, arguments=tuple(items))


def _collected(call: Call, name: str, position: int) -> Call | None:
    named = {argument.name: argument.value for argument in call.arguments if argument.name}
    positional = [argument.value for argument in call.arguments if not argument.name and not argument.star]
    function = named.get(name, positional[position] if position < len(positional) else None)
    if function is None:
        return None
    # `Thread(group, target, name, args, kwargs)`: of the others they follow the function.
    after = position + (2 if name == "target" else 1)
    rest = named.get("args", positional[after] if after < len(positional) else None)
    options = named.get("kwargs", positional[after + 1] if after + 1 < len(positional) else None)
    expanded = (*_expanded(rest, "*"), *_expanded(options, "**"))
    return replace(call, function=function, arguments=expanded, assigned="")


def _expanded(collected: Expression | None, star: str) -> tuple[Argument, ...]:
    return () if collected is None else (Argument(collected, collected.span, star=star),)
