"""One file of a program: what it says, by scope and name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from residency_lint.dotted import last_name
from residency_lint.expressions import Call, Element, Expression, Listing, Name, Site, Text
from residency_lint.facts import Binding, BindingKind, Facts, Import, Mention, Read, Return, Role, Scope, ScopeKind
from residency_lint.resolve.guards import exclusive, runs_whenever
from residency_lint.resolve.handovers import handed_over
from residency_lint.resolve.nests import Nest
from residency_lint.resolve.tables import called_by_table
from residency_lint.source import Span

_K = TypeVar("_K")
_V = TypeVar("_V")
END = 1 << 60
"""A position behind every file."""


@dataclass
class Unit:
    """One file's facts, indexed by scope and name."""

    facts: Facts

    @cached_property
    def bindings(self) -> dict[tuple[int, str], list[Binding]]:
        """(scope, target) → its bindings in source order."""
        in_order = sorted(self.facts.bindings, key=lambda binding: binding.span)
        return _grouped(((binding.site.scope, binding.target), binding) for binding in in_order)

    @cached_property
    def imports(self) -> dict[tuple[int, str], list[Import]]:
        """(scope, bound name) → imports; `import a.b` binds `a`."""
        index: dict[tuple[int, str], list[Import]] = {}
        for entry in self.facts.imports:
            if entry.name == "*":
                continue
            bound = entry.bound or entry.module.partition(".")[0]
            index.setdefault((entry.site.scope, bound), []).append(entry)
        return index

    @cached_property
    def stars(self) -> list[Import]:
        return [entry for entry in self.facts.imports if entry.name == "*"]

    @cached_property
    def returns(self) -> dict[int, list[Return]]:
        return _grouped((entry.site.scope, entry) for entry in self.facts.returns)

    @cached_property
    def yields(self) -> dict[int, list[Return]]:
        return _grouped((entry.site.scope, entry) for entry in self.facts.yields)

    @cached_property
    def calls_by_name(self) -> dict[str, list[Call]]:
        """The last name of what is called → the calls."""
        return _grouped((last_name(call.function), call) for call in self.facts.calls)

    @cached_property
    def _handed_over(self) -> dict[str, list[Call]]:
        return handed_over(self.calls_by_name)

    @cached_property
    def _called_by_table(self) -> dict[str, list[Call]]:
        by_name = _grouped((b.target.rpartition(".")[2], b) for b in self.facts.bindings)
        return called_by_table(self.facts.calls, by_name)

    def calls_named(self, name: str) -> list[Call]:
        """The calls of what bears a name at last, also those that something makes that it is handed to, or by way of a
        table."""
        indirect = (*self._handed_over.get(name, ()), *self._called_by_table.get(name, ()))
        return [*self.calls_by_name.get(name, ()), *indirect]

    @cached_property
    def _names(self) -> dict[int, list[str]]:
        return _grouped(self.bindings)

    def names_in(self, scope: int) -> list[str]:
        """The targets, dotted and with items as well, that are bound in a scope."""
        return self._names.get(scope, [])

    @cached_property
    def items(self) -> dict[tuple[int, str], list[Binding]]:
        """(scope, name of a container) → the bindings of its items, in source order."""
        index: dict[tuple[int, str], list[Binding]] = {}
        for (scope, name), bindings in self.bindings.items():
            if name.endswith("]"):
                index.setdefault((scope, name.partition("[")[0]), []).extend(bindings)
        return {key: sorted(bindings, key=lambda b: b.span) for key, bindings in index.items()}

    @cached_property
    def defaults(self) -> list[Binding]:
        """The parameters that have a default."""
        return [b for b in self.facts.bindings if b.kind is BindingKind.PARAMETER and b.value is not None]

    @cached_property
    def bindings_by_value(self) -> dict[int, Binding]:
        """Identity of an expression → the binding it is the value of."""
        return {id(binding.value): binding for binding in self.facts.bindings if binding.value is not None}

    @cached_property
    def widest_reads(self) -> dict[int, Read]:
        """Where a read starts → the widest one that starts there."""
        return {read.span.start: read for read in sorted(self.facts.reads, key=lambda read: read.span.end)}

    @cached_property
    def _nested_reads(self) -> Nest[Read]:
        return Nest(self.facts.reads, lambda read: read.span)

    def reads_around(self, span: Span) -> Iterator[Read]:
        """What is read that holds a span, the innermost first."""
        return self._nested_reads.around(span)

    @cached_property
    def bindings_of_items(self) -> dict[str, list[Binding]]:
        """Key → the bindings of an item under it, whatever mapping they are made in."""
        items = (binding for binding in self.facts.bindings if binding.target.endswith("]"))
        return _grouped((binding.key, binding) for binding in items)

    @cached_property
    def taken_one_by_one(self) -> tuple[Span, ...]:
        """The lists that a loop goes through."""
        loops = [b.value.base for b in self.facts.bindings if isinstance(b.value, Element)]
        names = {base.id for base in loops if isinstance(base, Name)}
        named = [b.value.span for b in self.facts.bindings if b.target in names and isinstance(b.value, Listing)]
        return (*(base.span for base in loops if isinstance(base, Listing)), *named)

    @cached_property
    def reads_by_word(self) -> dict[str, list[Read]]:
        """A name, or an attribute's → what is read by way of it."""
        return _grouped((word, read) for read in self.facts.reads for word in dict.fromkeys(read.name.split(".")))

    @cached_property
    def _nested_calls(self) -> Nest[Call]:
        return Nest(self.facts.calls, lambda call: call.span)

    def innermost_call(self, span: Span) -> Call | None:
        """The call that has an expression among its parts."""
        return next((call for call in self._nested_calls.around(span) if call.span != span), None)

    @cached_property
    def _nested_bindings(self) -> Nest[tuple[Span, Binding]]:
        with_value = [(b.value.span, b) for b in self.facts.bindings if b.value is not None]
        return Nest(sorted(with_value, key=lambda pair: pair[1].span, reverse=True), lambda pair: pair[0])

    def innermost_binding(self, span: Span) -> Binding | None:
        """The binding whose value an expression is, or is part of; of several with one value the first."""
        return next((binding for _, binding in self._nested_bindings.around(span)), None)

    @cached_property
    def _nested_returns(self) -> Nest[Return]:
        found = [entry for entry in (*self.facts.returns, *self.facts.yields) if not self.is_comprehension(entry.site)]
        return Nest(found, lambda entry: entry.value.span)

    def is_comprehension(self, site: Site) -> bool:
        return self.scope(site.scope).kind is ScopeKind.COMPREHENSION

    def returned_around(self, span: Span) -> Return | None:
        """The `return` or `yield` that an expression is part of."""
        return next(self._nested_returns.around(span), None)

    @cached_property
    def glued(self) -> frozenset[Span]:
        """Texts that something stands right before: what they begin with may be the end of a longer word."""
        rows = [(joined.parts, "") for joined, _ in self.facts.joins]
        for call in self.calls_by_name.get("join", ()):
            between = getattr(call.function, "base", None)
            given = call.arguments[0].value if call.arguments else None
            if isinstance(between, Text) and isinstance(given, Listing):
                rows.append((given.items, between.text))
        return frozenset(
            part.span
            for parts, between in rows
            for before, part in pairwise(parts)
            if isinstance(part, Text) and _goes_on(before, between)
        )

    @cached_property
    def values_by_key(self) -> dict[str, list[Mention]]:
        """The last key → the texts under it, keys themselves apart, in source order."""
        return _grouped((m.keys[-1], m) for m in self.mentions if m.keys and m.role is not Role.KEY)

    @cached_property
    def mentions(self) -> list[Mention]:
        """In order of their start."""
        return sorted(self.facts.mentions, key=lambda mention: mention.text.span)

    @cached_property
    def mentions_by_group(self) -> dict[int, list[Mention]]:
        """Container → the texts in it that keys lead to."""
        return _grouped((m.group, m) for m in self.facts.mentions if m.group and m.keys)

    @cached_property
    def mention_starts(self) -> list[int]:
        return [mention.text.span.start for mention in self.mentions]

    def mention_around(self, span: Span) -> Mention | None:
        """The text that holds a span."""
        at = bisect_right(self.mention_starts, span.start) - 1
        found = self.mentions[at] if at >= 0 else None
        return found if found is not None and found.text.span.contains(span) else None

    def scope(self, index: int) -> Scope:
        """What a file that was read by a lexer says has no scopes but its own."""
        return self.facts.scopes[index] if self.facts.scopes else _WHOLE_FILE

    def visible_scopes(self, scope: int) -> Iterator[int]:
        """The scopes a name is looked up in, innermost first; class bodies are not seen from functions in them."""
        first = True
        while scope >= 0:
            if first or self.scope(scope).kind is not ScopeKind.CLASS:
                yield scope
            first = False
            scope = self.scope(scope).parent

    def enclosing_class(self, scope: int) -> int:
        """The class whose method (or body) a scope is, else -1."""
        while scope >= 0 and self.scope(scope).kind is not ScopeKind.CLASS:
            scope = self.scope(scope).parent
        return scope

    def scopes_below(self, scope: int) -> Iterator[int]:
        for index, entry in enumerate(self.facts.scopes):
            if entry.parent == scope:
                yield index

    def attributes(self, class_scope: int, name: str) -> list[Binding]:
        """What a class's attribute is bound to: `self.name` in its methods, else the name in its body."""
        own = [
            binding
            for method in self.scopes_below(class_scope)
            for receiver in self.scope(method).parameters[:1]
            for binding in self.bindings.get((method, f"{receiver}.{name}"), ())
        ]
        return own or self.bindings.get((class_scope, name), [])

    def reaching_imports(self, name: str, scope: int, site: Site, position: int) -> list[Import]:
        """The imports of a name that can be in force at a place, in source order; as `reaching`, for imports."""
        if (scope, name) not in self.imports:
            return []
        entries = sorted(self.imports[scope, name], key=lambda entry: entry.span)
        if scope == site.scope:
            entries = [entry for entry in entries if entry.span.start < position] or entries
        found: list[Import] = []
        for entry in reversed(entries):
            if not exclusive(entry.site, site):
                found.insert(0, entry)
                # `import a.b` and `import a.c` bind the same `a`.
                if runs_whenever(entry.site, site) and (entry.bound or entry.name):
                    break
        return found

    def reaching(self, target: str, scope: int, site: Site, position: int = END) -> list[Binding]:
        """The bindings of a target in a scope that can be in force at a place, latest first; at the end unless told.

        In the place's own scope only earlier ones count; from elsewhere, all. The search ends at one that runs
        whenever the place does. Bindings in the other branch of a condition the place stands under never count.
        """
        if (scope, target) not in self.bindings:
            return []
        found: list[Binding] = []
        entries = self.bindings[scope, target]
        if scope == site.scope:
            entries = [e for e in entries if e.span.start < position and e.since <= position] or entries
        for binding in reversed(entries):
            if exclusive(binding.site, site):
                continue
            found.append(binding)
            if runs_whenever(binding.site, site) and binding.made_at is None:
                break
        return found


def _goes_on(before: Expression, between: str) -> bool:
    """Whether a word may go on behind a part and what stands between it and the next."""
    text = before.text + between if isinstance(before, Text) else between
    return _IN_WORD.search(text) is not None if text else not isinstance(before, Text)


_IN_WORD = re.compile(r"[\w.-]\Z", re.ASCII)
_WHOLE_FILE = Scope(ScopeKind.MODULE, "", -1, Span(0, 0))


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, list[_V]]:
    """Key → its values, in their order."""
    index: dict[_K, list[_V]] = {}
    for key, value in pairs:
        index.setdefault(key, []).append(value)
    return index
