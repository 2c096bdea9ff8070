"""Which values an expression can take; nothing is ever executed.

Bounded: depth, values per expression, and steps per call of `resolve`. What cannot be told is an `Unknown` that
says why. Every value carries the steps that led to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from residency_lint.dotted import written
from residency_lint.expressions import (
    HOLE,
    Attribute,
    Branch,
    Call,
    Comparison,
    Comprehension,
    Constant,
    Element,
    Elsewhere,
    Expression,
    Fallback,
    Guard,
    Joined,
    Lambda,
    Listing,
    Mapping,
    Name,
    Negation,
    Opaque,
    Site,
    Subscript,
    Text,
)
from residency_lint.facts import Binding, BindingKind, Import
from residency_lint.findings import Step
from residency_lint.resolve import calls, mappings, texts
from residency_lint.resolve.attribute_reads import read_attribute
from residency_lint.resolve.conditions import Conditions
from residency_lint.resolve.containers import item_values
from residency_lint.resolve.deciding import by_word, deciding_word, table_of_branch
from residency_lint.resolve.frames import Choice, Frame, Unknown, Value
from residency_lint.resolve.guards import fills_empty
from residency_lint.resolve.iterables import comprehended, elements
from residency_lint.resolve.lookups import lookup
from residency_lint.resolve.memory import Memory
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.origins import origins
from residency_lint.resolve.parameters import parameter_values
from residency_lint.resolve.program import Program
from residency_lint.resolve.told_names import given_by_calls
from residency_lint.resolve.units import Unit

_DEEPEST = 20
_MOST_VALUES = 64
_MOST_STEPS = 2_000
_MOST_PASSED = 500


def resolve(expression: Expression, unit: Unit, site: Site, program: Program) -> tuple[Value, ...]:
    """The values of an expression that stands at `site` in `unit`."""
    return Resolution(program).all_values(expression, Frame(unit, site))


def decide(test: Expression, unit: Unit, site: Site, program: Program) -> bool | None:
    """Whether a condition holds when every name in it has its default, None where that cannot be told."""
    return Resolution(program).conditions.decision(test, Frame(unit, site))


class Resolution:
    """One search for values, with its budget of steps."""

    def __init__(self, program: Program, passed: list[tuple[Expression, Unit]] | None = None) -> None:
        """`passed` takes what other values were taken instead of, each with the file it stands in."""
        self.program = program
        self._passed = passed
        self._steps = 0
        # What is passed over is noted on the way: where it counts, others' ways do not.
        self.memory = Memory(program.values_known if passed is None else {})
        self.conditions = Conditions(self)

    @property
    def notes_passed(self) -> bool:
        """Whether it is of interest what other values are taken instead of."""
        return self._passed is not None

    def pass_over(self, node: Expression | None, frame: Frame) -> None:
        """Notes that something else is taken where this stands as well."""
        if self._passed is not None and node is not None and len(self._passed) < _MOST_PASSED:
            self._passed.append((node, frame.unit))

    def all_values(self, node: Expression, frame: Frame) -> tuple[Value, ...]:
        return tuple(islice(self.values(node, frame), _MOST_VALUES))

    def values(self, node: Expression, frame: Frame) -> Iterator[Value]:
        self._steps += 1
        if frame.depth > _DEEPEST or self._steps > _MOST_STEPS:
            self.memory.cut_short() if frame.depth > _DEEPEST else self.memory.leave_open()
            yield frame.unknown("the way to it is too long")
        elif isinstance(node, Text):
            step = Step(node.path or frame.unit.facts.path, node.span, f'"{_shown(node.text)}"')
            yield replace(frame, chain=(*frame.chain, step)).value(node)
        elif isinstance(node, Elsewhere):
            assert isinstance(node.place, Frame)
            chain = (*frame.chain, *(step for step in node.place.chain if step not in frame.chain))
            yield from self.values(node.expression, replace(node.place, chain=chain, depth=frame.depth + 1))
        elif isinstance(node, (Constant, Listing, Mapping, Lambda)):
            yield frame.value(node)
        elif isinstance(node, Opaque):
            yield frame.unknown(node.reason)
        else:
            yield from self.memory.values(node, frame, self._found)

    def _found(self, node: Expression, frame: Frame) -> Iterator[Value]:
        """As `values`, for expressions that are worth remembering."""
        if isinstance(node, Name):
            return self._name(node, frame)
        if isinstance(node, Attribute):
            return read_attribute(node, frame, self)
        if isinstance(node, Call):
            return calls.called(node, frame, self)
        if isinstance(node, Subscript):
            return self._subscript(node, frame)
        if isinstance(node, Joined):
            return iter(texts.joined(node.parts, node.span, frame, self))
        if isinstance(node, Fallback):
            return self._fallback(node, frame)
        if isinstance(node, Branch):
            return self._branch(node, frame)
        if isinstance(node, Element):
            return iter(elements(node, frame, self))
        if isinstance(node, Comprehension):
            return iter(comprehended(node, frame, self))
        assert isinstance(node, (Comparison, Negation))
        holds = self.conditions.decision(node, frame)
        unknown = frame.unknown("a comparison that cannot be told")
        return iter([unknown if holds is None else frame.value(Constant(str(holds), node.span))])

    # --- names ---------------------------------------------------------------------------------

    def _name(self, node: Name, frame: Frame) -> Iterator[Value]:
        for scope in frame.unit.visible_scopes(frame.site.scope):
            place = frame.site, node.span.start
            bindings = frame.unit.reaching(node.id, scope, *place)
            if bindings:
                yield from self.bound(bindings, frame)
                yield from self._imported(node, frame.unit.reaching_imports(node.id, scope, *place), frame)
                return
            if (scope, node.id) in frame.unit.imports:
                break
        yield from self.from_elsewhere(node, frame)

    def _imported(self, node: Name, imports: list[Import], frame: Frame) -> Iterator[Value]:
        """What imports give that compete with bindings: `try: from local import HOST` / `except ImportError: …`."""
        for entry in imports:
            choice = self.conditions.choice([g for g in entry.site.guards if g not in frame.site.guards], frame)
            if choice is Choice.NEVER:
                continue
            if not (entry.name and self.program.path_of(frame.unit.facts.path, entry.module)):
                yield frame.unknown("an import")
                continue
            for value in self.from_elsewhere(node, frame):
                yield value.chosen(choice)

    def bound(self, bindings: Iterable[Binding], frame: Frame) -> Iterator[Value]:
        """The values of bindings that can be in force, latest first."""
        bindings = list(bindings)
        bindings = [binding for binding in bindings if not self.conditions.is_undecided(binding, frame)] or bindings
        fills = False
        for binding in bindings:
            given = given_by_calls(binding, frame, self)
            if given is not None:
                yield from given.values
                if given.is_sure:
                    self._pass_over_all(bindings, binding, frame)
                    return
                continue
            step = frame.via(binding.span, f"`{binding.target}`")
            inner = replace(step, site=binding.made_at or binding.site).deeper()
            choice = self.conditions.choice([g for g in binding.site.guards if g not in frame.site.guards], inner)
            if choice is Choice.NEVER:
                self.pass_over(binding.value, frame)
                continue
            if binding.kind is BindingKind.PARAMETER:
                for value in parameter_values(binding, inner, self):
                    if not (fills and value.truth is False):
                        yield from mappings.collected_with_items(value, binding, frame, self)
            elif binding.value is None:
                is_field = binding.kind is BindingKind.OTHER
                words = "a field without a default" if is_field else f"`{binding.target}` is a function or class"
                is_definition = binding.kind is BindingKind.DEFINITION
                target = Target(binding.target, frame.unit, binding.scope) if is_definition else None
                yield frame.value(Unknown(words, target=target))
            else:
                for value in self.values(binding.value, inner):
                    value = value.chosen(choice if len(bindings) > 1 else Choice.SURE)
                    if not (fills and value.truth is False):
                        yield from mappings.with_items(value, binding, frame, self)
            if choice is Choice.SURE:
                return
            fills = fills or fills_empty(binding, frame.site.guards)

    def _pass_over_all(self, bindings: list[Binding], taken: Binding, frame: Frame) -> None:
        for binding in bindings:
            if binding is not taken:
                self.pass_over(binding.value, frame)

    def from_elsewhere(self, node: Name | Attribute, frame: Frame) -> Iterator[Value]:
        """A name that another file of the repository binds, by import or by attribute of an imported module."""
        found = False
        for module, name, span in origins(node, frame, self.program):
            found = True
            there = replace(
                frame.via(span, f"`{name}` from {module.facts.path}"),
                unit=module,
                site=Site(0, (), module.scope(0).span),
            )
            yield from self.bound(module.reaching(name, 0, there.site), there)
        if not found:
            names = targets(node, frame.unit, frame.site, self.program)
            name = names[0].name if names and not names[0].is_local else ""
            yield frame.value(
                Unknown(f"`{written(node)}` comes from outside the files read", name=name, span=node.span)
            )

    # --- containers and choices ------------------------------------------------------------------

    def _subscript(self, node: Subscript, frame: Frame) -> Iterator[Value]:
        looked_up = lookup(node, frame, self)
        if looked_up is not None:
            yield from looked_up.values(frame, self, node.span.start)
            return
        if isinstance(node.key, Text):
            target = f"{written(node.base)}[{node.key.text}]"
            for scope in frame.unit.visible_scopes(frame.site.scope):
                bindings = frame.unit.reaching(target, scope, frame.site, node.span.start)
                if bindings:
                    yield from self.bound(bindings, frame)
                    return
        for value in self.item(node.base, node.key, None, frame):
            is_whole = isinstance(node.base, Subscript) and isinstance(value.content, Unknown) and value.content.name
            # Of a table in a table, no key alone says what is meant.
            yield replace(value, content=replace(value.content, span=node.span)) if is_whole else value

    def item(self, base: Expression, key: Expression, default: Expression | None, frame: Frame) -> Iterator[Value]:
        yield from item_values(base, key, default, frame, self)

    def as_fallback(self, default: Expression, frame: Frame) -> Iterator[Value]:
        for value in self.values(default, frame.deeper()):
            yield replace(value, fallback=True)

    def _fallback(self, node: Fallback, frame: Frame) -> Iterator[Value]:
        is_open = False
        for index, option in enumerate(node.options):
            is_last = index == len(node.options) - 1
            found = list(self.values(option, frame.deeper()))
            for value in found:
                if is_last or value.truth is not False:
                    yield replace(value, fallback=value.fallback or is_open or value.truth is None)
            # What is `None` whatever is set leaves no choice.
            is_open = is_open or not found or any(v.truth is not False or v.fallback for v in found)
            if found and all(value.truth is True for value in found):
                for other in node.options[index + 1 :]:
                    self.pass_over(other, frame)
                return

    def _branch(self, node: Branch, frame: Frame) -> Iterator[Value]:
        for branch, taken in ((node.then, True), (node.otherwise, False)):
            choice = self.conditions.choice([Guard(node.test, taken, 0)], frame)
            if choice is Choice.NEVER:
                self.pass_over(branch, frame)
                continue
            word = deciding_word(node.test, choice, frame, self)
            for value in self.values(branch, frame.deeper()):
                yield by_word(value, word, table_of_branch(node, frame)).chosen(choice)


def _shown(text: str) -> str:
    return text.replace(HOLE, "…") if len(text) <= 80 else text[:77].replace(HOLE, "…") + "…"
