"""The defaults of a command line's options, and what reads the options."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.dotted import last_name
from residency_lint.expressions import Call
from residency_lint.facts import Read, ScopeKind
from residency_lint.resolve.options import name_of_option
from residency_lint.resolve.units import Unit
from residency_lint.source import Span


def reads_of_default(call: Call, span: Span, unit: Unit) -> list[Read]:
    """The reads that can get what a call makes the default of an option; none for any other call."""
    is_default = any(a.name == "default" and a.value.span.contains(span) for a in call.arguments)
    if not is_default:
        return []
    method = last_name(call.function)
    if method in _OF_PARSER:
        name = name_of_option(call, is_attribute=True)
        return [unit.widest_reads[start] for start in sorted({r.span.start for r in _attributes(name, unit)})]
    return list(_of_parameter(call, unit)) if method in _OF_COMMAND else []


_OF_PARSER = ("add_argument", "add_option")
_OF_COMMAND = ("option", "argument")


def _attributes(name: str, unit: Unit) -> Iterator[Read]:
    for read in unit.reads_by_word.get(name, ()):
        if name in read.name.split(".")[1:]:
            yield read


def _of_parameter(call: Call, unit: Unit) -> Iterator[Read]:
    name = name_of_option(call, is_attribute=False)
    for index, scope in enumerate(unit.facts.scopes):
        if scope.kind is ScopeKind.FUNCTION and any(one.span == call.span for one in scope.decorators):
            for read in unit.reads_by_word.get(name, ()):
                if read.name.partition(".")[0] == name and index in unit.visible_scopes(read.site.scope):
                    yield read
