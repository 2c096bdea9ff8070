"""Which values an expression can take; nothing is ever executed.

Bounded: depth, values per expression, and steps per call of `resolve`. What cannot be told is an `Unknown` that
says why. Every value carries the steps that led to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from residency_lint.facts import (
    HOLE,
    Attribute,
    Binding,
    BindingKind,
    Branch,
    Call,
    Comparison,
    Constant,
    Expression,
    Fallback,
    Guard,
    Joined,
    Listing,
    Mapping,
    Name,
    Negation,
    Opaque,
    ScopeKind,
    Site,
    Subscript,
    Text,
)
from residency_lint.findings import Step
from residency_lint.resolve import calls
from residency_lint.resolve.callers import given_by_callers
from residency_lint.resolve.environment import set_values, variable_of_field
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.program import Program, Unit
from residency_lint.source import Span

_DEEPEST = 20
_MOST_VALUES = 64
_MOST_STEPS = 2_000


def resolve(expression: Expression, unit: Unit, site: Site, program: Program) -> tuple[Value, ...]:
    """The values of an expression that stands at `site` in `unit`."""
    return tuple(Resolution(program).values(expression, Frame(unit, site)))[:_MOST_VALUES]


def told(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values without environment variables for which a fallback stands in."""
    if any(value.fallback and not isinstance(value.content, Unknown) for value in values):
        return tuple(v for v in values if not (isinstance(v.content, Unknown) and v.content.env))
    return values


def decide(test: Expression, unit: Unit, site: Site, program: Program) -> bool | None:
    """Whether a condition holds when every name in it has its default, None where that cannot be told."""
    return Resolution(program).decision(test, Frame(unit, site))


class Resolution:
    """One search for values, with its budget of steps."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._steps = 0

    def values(self, node: Expression, frame: Frame) -> Iterator[Value]:
        self._steps += 1
        if frame.depth > _DEEPEST or self._steps > _MOST_STEPS:
            yield frame.unknown("the way to it is too long")
        elif isinstance(node, Text):
            step = Step(node.path or frame.unit.facts.path, node.span, f'"{_shown(node.text)}"')
            yield replace(frame, chain=(*frame.chain, step)).value(node)
        elif isinstance(node, (Constant, Listing, Mapping)):
            yield frame.value(node)
        elif isinstance(node, Joined):
            yield from calls.joined(node.parts, node.span, frame, self)
        elif isinstance(node, Fallback):
            yield from self._fallback(node, frame)
        elif isinstance(node, Branch):
            yield from self._branch(node, frame)
        elif isinstance(node, Name):
            yield from self._name(node, frame)
        elif isinstance(node, Attribute):
            yield from self._attribute(node, frame)
        elif isinstance(node, Subscript):
            yield from self._subscript(node, frame)
        elif isinstance(node, Call):
            yield from calls.called(node, frame, self)
        elif isinstance(node, (Comparison, Negation)):
            holds = self.decision(node, frame)
            unknown = frame.unknown("a comparison that cannot be told")
            yield unknown if holds is None else frame.value(Constant(str(holds), node.span))
        else:
            yield frame.unknown(node.reason if isinstance(node, Opaque) else type(node).__name__)

    # --- names ---------------------------------------------------------------------------------

    def _name(self, node: Name, frame: Frame) -> Iterator[Value]:
        for scope in frame.unit.visible_scopes(frame.site.scope):
            bindings = frame.unit.reaching(node.id, scope, frame.site, node.span.start)
            if bindings:
                yield from self._bindings(bindings, frame)
                return
            if (scope, node.id) in frame.unit.imports:
                break
        yield from self._from_elsewhere(node, frame)

    def _bindings(self, bindings: Iterable[Binding], frame: Frame) -> Iterator[Value]:
        bindings = list(bindings)
        for binding in bindings:
            step = frame.via(binding.span, f"`{binding.target}`")
            inner = replace(step, site=binding.site).deeper()
            if binding.kind is BindingKind.PARAMETER:
                yield from self._parameter(binding, inner)
            elif binding.value is None:
                yield frame.unknown(f"`{binding.target}` is a function or class")
            else:
                for value in self.values(binding.value, inner):
                    yield replace(value, fallback=value.fallback or len(bindings) > 1)

    def _parameter(self, binding: Binding, frame: Frame) -> Iterator[Value]:
        function = frame.unit.scope(binding.site.scope)
        outside = replace(frame, site=replace(binding.site, scope=function.parent))
        callers = given_by_callers(binding.site.scope, binding.target, frame.unit, self.program)
        for given in callers:
            if given.opaque:
                yield frame.unknown(f"what a caller of `{function.name}()` expands")
            elif given.value is not None:
                there = replace(frame.via(given.call.span, f"called by `{written(given.call)}`"), site=given.call.site)
                for value in self.values(given.value, there.deeper()):
                    yield replace(value, fallback=value.fallback or len(callers) > 1)
        if callers and all(given.value is not None or given.opaque for given in callers):
            return
        if binding.value is not None:
            yield from self.as_fallback(binding.value, outside)
        elif not callers:
            yield frame.unknown(f"parameter `{binding.target}` of `{function.name}()`")

    def _attribute(self, node: Attribute, frame: Frame) -> Iterator[Value]:
        name = written(node)
        for scope in frame.unit.visible_scopes(frame.site.scope):
            bindings = frame.unit.reaching(name, scope, frame.site, node.span.start)
            if bindings:
                yield from self._bindings(bindings, frame)
                return
        bindings, unit = self._attributes(node, frame)
        if bindings and unit.scope(bindings[-1].site.scope).kind is ScopeKind.CLASS:
            variable = variable_of_field(node.name, bindings[-1].site.scope, unit)
            if any(True for _ in set_values(variable, unit, self.program)):
                yield from calls.environment_values(variable, None, replace(frame, unit=unit), self)
                return
        if bindings:
            yield from self._bindings(bindings, replace(frame, unit=unit))
        else:
            yield from self._from_elsewhere(node, frame)

    def _attributes(self, node: Attribute, frame: Frame) -> tuple[list[Binding], Unit]:
        """`self.x` inside a class, `Class.x` and `instance.x` of a class of the repository."""
        unit, site = frame.unit, frame.site
        if isinstance(node.base, Name):
            scope = unit.scope(site.scope)
            if scope.kind is ScopeKind.FUNCTION and scope.parameters[:1] == (node.base.id,):
                owner = unit.enclosing_class(site.scope)
                if owner >= 0:
                    return unit.attributes(owner, node.name)[-1:], unit
        classes: list[Target] = list(targets(node.base, unit, site, self.program))
        if not classes:
            for value in self.values(node.base, frame.aside()):
                if isinstance(value.content, Call):
                    classes += targets(value.content.function, value.unit, value.site, self.program)
        for target in classes:
            if target.unit is not None:
                return target.unit.attributes(target.scope, node.name)[-1:], target.unit
        return [], unit

    def _from_elsewhere(self, node: Name | Attribute, frame: Frame) -> Iterator[Value]:
        """A name that another file of the repository binds, by import or by attribute of an imported module."""
        found = False
        for module, name, span in self._origins(node, frame):
            found = True
            there = replace(frame.via(span, f"`{name}` from {module.facts.path}"), unit=module)
            yield from self._bindings(module.bindings[0, name][-1:], there)
        if not found:
            names = targets(node, frame.unit, frame.site, self.program)
            name = names[0].name if names and not names[0].is_local else ""
            yield frame.value(
                Unknown(f"`{written(node)}` comes from outside the files read", name=name, span=node.span)
            )

    def _origins(self, node: Name | Attribute, frame: Frame) -> Iterator[tuple[Unit, str, Span]]:
        unit = frame.unit
        if isinstance(node, Name):
            for scope in unit.visible_scopes(frame.site.scope):
                for entry in unit.imports.get((scope, node.id), []):
                    module = self.program.module(unit.facts.path, entry.module) if entry.name else None
                    if module is not None and module is not unit:
                        yield from self._exported(module, entry.name, entry.span)
            for star in unit.stars:
                module = self.program.module(unit.facts.path, star.module)
                if module is not None:
                    yield from self._exported(module, node.id, star.span)
            return
        for target in targets(node.base, unit, frame.site, self.program):
            module = self.program.module(unit.facts.path, target.name) if not target.is_local else None
            if module is not None:
                yield from self._exported(module, node.name, node.span)

    def _exported(self, module: Unit, name: str, span: Span) -> Iterator[tuple[Unit, str, Span]]:
        """Where a module's name is bound, through re-exports."""
        for _ in range(_DEEPEST):
            if (0, name) in module.bindings:
                yield module, name, span
                return
            entry = next((i for i in module.imports.get((0, name), []) if i.name), None)
            following = self.program.module(module.facts.path, entry.module) if entry else None
            if entry is None or following is None or following is module:
                return
            module, name = following, entry.name

    # --- containers and choices ------------------------------------------------------------------

    def _subscript(self, node: Subscript, frame: Frame) -> Iterator[Value]:
        variable = calls.environment_variable(node, frame, self)
        if variable is not None:
            yield from calls.environment_values(variable, None, frame, self)
            return
        if isinstance(node.key, Text):
            target = f"{written(node.base)}[{node.key.text}]"
            for scope in frame.unit.visible_scopes(frame.site.scope):
                bindings = frame.unit.reaching(target, scope, frame.site, node.span.start)
                if bindings:
                    yield from self._bindings(bindings, frame)
                    return
        yield from self.item(node.base, node.key, None, frame)

    def item(self, base: Expression, key: Expression, default: Expression | None, frame: Frame) -> Iterator[Value]:
        """`base[key]` or `base.get(key, default)` on mappings that can be seen."""
        for container in self.values(base, frame.deeper()):
            if isinstance(container.content, Mapping):
                yield from self._items(container, key, default, frame)
                continue
            yield frame.value(self._item_of_something(base, key, frame))
            if default is not None:
                yield from self.as_fallback(default, frame)

    def _item_of_something(self, base: Expression, key: Expression, frame: Frame) -> Unknown:
        """`ServerZone["EU"]` is the same as `ServerZone.EU`."""
        reason = f"an item of `{written(base)}`"
        names = targets(base, frame.unit, frame.site, self.program) if isinstance(key, Text) else ()
        if not names or names[0].is_local or not isinstance(key, Text):
            return Unknown(reason)
        return Unknown(reason, name=f"{names[0].name}.{key.text}", span=key.span)

    def _items(self, container: Value, key: Expression, default: Expression | None, frame: Frame) -> Iterator[Value]:
        assert isinstance(container.content, Mapping)
        for wanted in self.values(key, frame.deeper()):
            items = _items_under(container.content, wanted.text) if wanted.text is not None else None
            if items is None:
                yield frame.unknown("an item under a key that cannot be told")
            # The choice was made where the key was written, so its steps come first.
            chosen_by_name = len(wanted.chain) > len(frame.chain) + 1
            there = Frame(
                container.unit, container.site, wanted.chain if chosen_by_name else container.chain, frame.depth + 1
            )
            for item in items or ():
                for value in self.values(item, there):
                    yield replace(value, fallback=value.fallback or wanted.fallback or container.fallback)
            if not items and default is not None:
                yield from self.as_fallback(default, frame)

    def as_fallback(self, default: Expression, frame: Frame) -> Iterator[Value]:
        for value in self.values(default, frame.deeper()):
            yield replace(value, fallback=True)

    def _fallback(self, node: Fallback, frame: Frame) -> Iterator[Value]:
        for index, option in enumerate(node.options):
            is_last = index == len(node.options) - 1
            found = list(self.values(option, frame.deeper()))
            for value in found:
                if is_last or value.truth is not False:
                    yield replace(value, fallback=value.fallback or index > 0 or value.truth is None)
            if found and all(value.truth is True for value in found):
                return

    def _branch(self, node: Branch, frame: Frame) -> Iterator[Value]:
        # A default decides which branch is taken first; a caller may decide otherwise.
        holds = self.decision(node.test, frame) if self._is_fixed(node.test, frame) else None
        for branch, taken in ((node.then, True), (node.otherwise, False)):
            if holds is None or holds is taken:
                guards = (*frame.site.guards, Guard(node.test, taken, -1 - node.span.start))
                there = frame if holds is not None else replace(frame, site=replace(frame.site, guards=guards))
                for value in self.values(branch, there.deeper()):
                    yield replace(value, fallback=value.fallback or holds is None)

    # --- conditions ------------------------------------------------------------------------------

    def decision(self, test: Expression, frame: Frame) -> bool | None:
        if isinstance(test, Negation):
            inner = self.decision(test.operand, frame.deeper())
            return None if inner is None else not inner
        if isinstance(test, Comparison):
            return self._comparison(test, frame)
        truths = {value.truth for value in self.values(test, frame.aside())}
        # With nothing set, an unknown environment variable leaves the fallback to decide.
        truths.discard(None)
        return truths.pop() if len(truths) == 1 else None

    def _comparison(self, test: Comparison, frame: Frame) -> bool | None:
        left = self._only(test.left, frame)
        if left is None:
            return None
        if test.operator in ("in", "not in"):
            containers = [value.content for value in self.values(test.right, frame.aside())]
            if len(containers) != 1 or not isinstance(containers[0], Listing):
                return None
            items = ["'" + item.text for item in containers[0].items if isinstance(item, Text)]
            return (left in items) is (test.operator == "in")
        right = self._only(test.right, frame)
        return None if right is None else (left == right) is (test.operator in ("==", "is"))

    def _only(self, node: Expression, frame: Frame) -> str | None:
        """The one value that is known of an operand, as comparable words: `"None"` and None differ."""
        known = [v.content for v in self.values(node, frame.aside()) if not isinstance(v.content, Unknown)]
        if len(known) != 1:
            return None
        content = known[0]
        if isinstance(content, Text):
            return None if HOLE in content.text else "'" + content.text
        return content.text if isinstance(content, Constant) else None

    def _is_fixed(self, test: Expression, frame: Frame) -> bool:
        """Whether a condition rests on constants alone."""
        operands: tuple[Expression, ...] = (test,)
        if isinstance(test, Comparison):
            operands = (test.left, test.right)
        elif isinstance(test, Negation):
            operands = (test.operand,)
        return not any(
            value.fallback or isinstance(value.content, Unknown)
            for operand in operands
            for value in self.values(operand, frame.aside())
        )


def written(node: Expression) -> str:
    """Names and attributes as written, for look-ups and messages."""
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Attribute):
        return f"{written(node.base)}.{node.name}"
    if isinstance(node, Call):
        return f"{written(node.function)}()"
    if isinstance(node, Subscript):
        return f"{written(node.base)}[…]"
    return "…"


def _items_under(mapping: Mapping, key: str) -> list[Expression] | None:
    """The values a key can have (the last one wins), None when an expanded mapping may hold it."""
    if any(k is None for k, _ in mapping.items):
        return None
    return [value for k, value in mapping.items if isinstance(k, Text) and k.text == key][-1:]


def _shown(text: str) -> str:
    return text.replace(HOLE, "…") if len(text) <= 80 else text[:77].replace(HOLE, "…") + "…"
