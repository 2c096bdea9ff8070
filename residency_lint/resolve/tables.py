"""Functions and classes that a table holds, and that are called by what is asked of it: `CLIENTS[region](token)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from residency_lint.dotted import last_name
from residency_lint.expressions import Attribute, Call, Comparison, Expression, Guard, Name, Subscript, Text
from residency_lint.expressions import Mapping as Display
from residency_lint.facts import Binding

_CHAIN = -2
"""Of the guards of entries: no `if` of the file bears it."""


def called_by_table(calls: Sequence[Call], bindings: Mapping[str, Sequence[Binding]]) -> dict[str, list[Call]]:
    """The last name of what a table holds → the calls of it, each under the condition that its key is asked for.

    `bindings`: those of the file, by the last name of their target.
    """
    found: dict[str, list[Call]] = {}
    entered = _entered(bindings)
    for call in calls:
        asked = _asked(call, bindings)
        if asked is None:
            continue
        base, key = asked
        written = [entry for b in bindings.get(last_name(base), ()) for entry in _entries(b.value)]
        entries = (*written, *entered.get(last_name(base), ()))
        for word, entry in entries:
            wanted = Guard(Comparison(key, "==", word, key.span), True, _CHAIN)
            site = replace(call.site, guards=(*call.site.guards, wanted))
            found.setdefault(last_name(entry), []).append(replace(call, function=entry, site=site))
        default = _default(call, bindings)
        if isinstance(default, (Name, Attribute)):
            others = tuple(Guard(Comparison(key, "==", word, key.span), False, _CHAIN) for word, _ in entries)
            site = replace(call.site, guards=(*call.site.guards, *others))
            found.setdefault(last_name(default), []).append(replace(call, function=default, site=site))
    return found


def _asked(call: Call, bindings: Mapping[str, Sequence[Binding]]) -> tuple[Expression, Expression] | None:
    """The table, and the key, of what is called: at once, or by the name that it was given."""
    function = _function(call, bindings)
    if isinstance(function, Subscript):
        return function.base, function.key
    if isinstance(function, Call) and isinstance(function.function, Attribute) and function.function.name == "get":
        return (function.function.base, function.arguments[0].value) if function.arguments else None
    return None


def _default(call: Call, bindings: Mapping[str, Sequence[Binding]]) -> Expression | None:
    """What is called where the table has no such key: `CLIENTS.get(region, american)(token)`."""
    function = _function(call, bindings)
    return function.arguments[1].value if isinstance(function, Call) and len(function.arguments) > 1 else None


def _function(call: Call, bindings: Mapping[str, Sequence[Binding]]) -> Expression:
    function = call.function
    if isinstance(function, Name):
        made = [b.value for b in bindings.get(function.id, ()) if b.site.scope in (0, call.site.scope)]
        function = made[-1] if made and made[-1] is not None else function
    return function


def _entries(table: Expression | None) -> Iterator[tuple[Text, Name | Attribute]]:
    for key, value in table.items if isinstance(table, Display) else ():
        if isinstance(key, Text) and isinstance(value, (Name, Attribute)):
            yield key, value


def _entered(bindings: Mapping[str, Sequence[Binding]]) -> dict[str, list[tuple[Text, Name | Attribute]]]:
    """The last name of a table → what is put into it later, each with its key."""
    found: dict[str, list[tuple[Text, Name | Attribute]]] = {}
    for binding in (b for several in bindings.values() for b in several if b.target.endswith("]")):
        if isinstance(binding.value, (Name, Attribute)):
            table = binding.target.partition("[")[0].rpartition(".")[2]
            found.setdefault(table, []).append((Text(binding.key, binding.span, plain=False), binding.value))
    return found
