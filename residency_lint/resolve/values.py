"""Which values an expression can take; nothing is ever executed.

Bounded: depth, values per expression, and steps per call of `resolve`. What cannot be told is an `Unknown` that
says why. Every value carries the steps that led to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import urljoin

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
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.program import Program, Unit
from residency_lint.source import Span

_DEEPEST = 20
_MOST_VALUES = 64
_MOST_STEPS = 2_000


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be told, and why."""

    reason: str
    env: str = ""
    """The environment variable it comes from, if that is the reason."""


@dataclass(frozen=True)
class Value:
    """One value an expression can take. `content` lies in `unit` at `site`; `fallback`: other values are possible."""

    content: Text | Constant | Call | Mapping | Listing | Unknown
    unit: Unit
    site: Site
    chain: tuple[Step, ...] = ()
    fallback: bool = False

    @property
    def text(self) -> str | None:
        return self.content.text if isinstance(self.content, Text) else None

    @property
    def truth(self) -> bool | None:
        if isinstance(self.content, Text):
            return None if HOLE in self.content.text else bool(self.content.text)
        if isinstance(self.content, Constant):
            return self.content.text not in ("None", "False", "0")
        return None if isinstance(self.content, Unknown) else True


def resolve(expression: Expression, unit: Unit, site: Site, program: Program) -> tuple[Value, ...]:
    """The values of an expression that stands at `site` in `unit`."""
    return tuple(_Resolution(program).values(expression, unit, site, (), 0))[:_MOST_VALUES]


def decide(test: Expression, unit: Unit, site: Site, program: Program) -> bool | None:
    """Whether a condition holds when every name in it has its default, None where that cannot be told."""
    return _Resolution(program).decision(test, unit, site, 0)


class _Resolution:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.steps = 0

    def values(self, node: Expression, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int) -> Iterator[Value]:
        self.steps += 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS:
            yield Value(Unknown("the way to it is too long"), unit, site, chain)
        elif isinstance(node, Text):
            yield Value(node, unit, site, (*chain, Step(unit.facts.path, node.span, f'"{_shown(node.text)}"')))
        elif isinstance(node, (Constant, Listing, Mapping)):
            yield Value(node, unit, site, chain)
        elif isinstance(node, Joined):
            yield from self._joined(node.parts, node.span, unit, site, chain, depth)
        elif isinstance(node, Fallback):
            yield from self._fallback(node, unit, site, chain, depth)
        elif isinstance(node, Branch):
            yield from self._branch(node, unit, site, chain, depth)
        elif isinstance(node, Name):
            yield from self._name(node, unit, site, chain, depth)
        elif isinstance(node, Attribute):
            yield from self._attribute(node, unit, site, chain, depth)
        elif isinstance(node, Subscript):
            yield from self._subscript(node, unit, site, chain, depth)
        elif isinstance(node, Call):
            yield from self._call(node, unit, site, chain, depth)
        elif isinstance(node, (Comparison, Negation)):
            holds = self.decision(node, unit, site, depth)
            if holds is None:
                yield Value(Unknown("a comparison that cannot be told"), unit, site, chain)
            else:
                yield Value(Constant(str(holds), node.span), unit, site, chain)
        else:
            reason = node.reason if isinstance(node, Opaque) else type(node).__name__
            yield Value(Unknown(reason), unit, site, chain)

    # --- names ---------------------------------------------------------------------------------

    def _name(self, node: Name, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int) -> Iterator[Value]:
        for scope in unit.visible_scopes(site.scope):
            bindings = unit.reaching(node.id, scope, site, node.span.start)
            if bindings:
                yield from self._bindings(bindings, unit, chain, depth)
                return
            if (scope, node.id) in unit.imports:
                break
        yield from self._from_elsewhere(node, unit, site, chain, depth)

    def _from_elsewhere(
        self, node: Name | Attribute, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int
    ) -> Iterator[Value]:
        """A name that another file of the repository binds, by import or by attribute of an imported module."""
        found = False
        for module, name, span in self._origins(node, unit, site):
            bindings = module.bindings.get((0, name), [])[-1:]
            if bindings:
                found = True
                step = Step(unit.facts.path, span, f"`{name}` from {module.facts.path}")
                yield from self._bindings(bindings, module, (*chain, step), depth)
        if not found:
            yield Value(Unknown(f"`{written(node)}` comes from outside the files read"), unit, site, chain)

    def _origins(self, node: Name | Attribute, unit: Unit, site: Site) -> Iterator[tuple[Unit, str, Span]]:
        if isinstance(node, Name):
            for scope in unit.visible_scopes(site.scope):
                for entry in unit.imports.get((scope, node.id), []):
                    if entry.name:
                        module = self.program.module(unit.facts.path, entry.module)
                        if module is not None and module is not unit:
                            yield from self._re_exported(module, entry.name, entry.span)
            for star in unit.stars:
                module = self.program.module(unit.facts.path, star.module)
                if module is not None:
                    yield from self._re_exported(module, node.id, star.span)
            return
        for target in targets(node.base, unit, site, self.program):
            module = self.program.module(unit.facts.path, target.name) if not target.is_local else None
            if module is not None:
                yield from self._re_exported(module, node.name, node.span)

    def _re_exported(self, module: Unit, name: str, span: Span) -> Iterator[tuple[Unit, str, Span]]:
        for _ in range(_DEEPEST):
            if (0, name) in module.bindings:
                yield module, name, span
                return
            entry = next((i for i in module.imports.get((0, name), []) if i.name), None)
            following = self.program.module(module.facts.path, entry.module) if entry else None
            if entry is None or following is None or following is module:
                return
            module, name = following, entry.name

    def _bindings(
        self, bindings: Iterable[Binding], unit: Unit, chain: tuple[Step, ...], depth: int
    ) -> Iterator[Value]:
        bindings = list(bindings)
        for binding in bindings:
            step = Step(unit.facts.path, binding.span, f"`{binding.target}`")
            if binding.kind is BindingKind.PARAMETER:
                yield from self._parameter(binding, unit, (*chain, step), depth)
            elif binding.value is None:
                yield Value(Unknown(f"`{binding.target}` is a function or class"), unit, binding.site, chain)
            else:
                for value in self.values(binding.value, unit, binding.site, (*chain, step), depth + 1):
                    yield replace(value, fallback=value.fallback or len(bindings) > 1)

    def _parameter(self, binding: Binding, unit: Unit, chain: tuple[Step, ...], depth: int) -> Iterator[Value]:
        function = unit.scope(binding.site.scope)
        if binding.value is not None:
            site = replace(binding.site, scope=function.parent)
            for value in self.values(binding.value, unit, site, chain, depth + 1):
                yield replace(value, fallback=True)
        else:
            reason = f"parameter `{binding.target}` of `{function.name}()`"
            yield Value(Unknown(reason), unit, binding.site, chain)

    def _attribute(
        self, node: Attribute, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int
    ) -> Iterator[Value]:
        name = written(node)
        for scope in unit.visible_scopes(site.scope):
            bindings = unit.reaching(name, scope, site, node.span.start)
            if bindings:
                yield from self._bindings(bindings, unit, chain, depth)
                return
        bindings, where = self._attributes(node, unit, site)
        if bindings:
            yield from self._bindings(bindings, where, chain, depth)
            return
        yield from self._from_elsewhere(node, unit, site, chain, depth)

    def _attributes(self, node: Attribute, unit: Unit, site: Site) -> tuple[list[Binding], Unit]:
        """`self.x` inside a class, `Class.x` and `instance.x` of a class of the repository."""
        if isinstance(node.base, Name):
            scope = unit.scope(site.scope)
            if scope.kind is ScopeKind.FUNCTION and scope.parameters[:1] == (node.base.id,):
                owner = unit.enclosing_class(site.scope)
                if owner >= 0:
                    return unit.attributes(owner, node.name)[-1:], unit
        classes: list[Target] = list(targets(node.base, unit, site, self.program))
        if not classes:
            for value in self.values(node.base, unit, site, (), _DEEPEST // 2):
                if isinstance(value.content, Call):
                    classes += targets(value.content.function, value.unit, value.site, self.program)
        for target in classes:
            if target.unit is not None:
                return target.unit.attributes(target.scope, node.name)[-1:], target.unit
        return [], unit

    # --- containers and choices ------------------------------------------------------------------

    def _subscript(
        self, node: Subscript, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int
    ) -> Iterator[Value]:
        environment = _environment(node, unit, site, self.program)
        if environment is not None:
            yield from self._environment_value(*environment, unit, site, chain, depth)
            return
        target = _item_target(node)
        if target:
            for scope in unit.visible_scopes(site.scope):
                bindings = unit.reaching(target, scope, site, node.span.start)
                if bindings:
                    yield from self._bindings(bindings, unit, chain, depth)
                    return
        yield from self._item(node.base, node.key, None, unit, site, chain, depth)

    def _item(
        self,
        base: Expression,
        key: Expression,
        default: Expression | None,
        unit: Unit,
        site: Site,
        chain: tuple[Step, ...],
        depth: int,
    ) -> Iterator[Value]:
        """`base[key]` or `base.get(key, default)` on mappings that can be seen."""
        for container in self.values(base, unit, site, chain, depth + 1):
            if not isinstance(container.content, Mapping):
                yield Value(Unknown(f"an item of `{written(base)}`"), unit, site, chain)
                if default is not None:
                    yield from self._as_fallback(default, unit, site, chain, depth)
                continue
            for wanted in self.values(key, unit, site, chain, depth + 1):
                items = _items(container.content, wanted.text)
                if wanted.text is None or items is None:
                    yield Value(Unknown(f"an item of `{written(base)}`"), unit, site, chain)
                    if default is not None:
                        yield from self._as_fallback(default, unit, site, chain, depth)
                    continue
                for item in items:
                    # The choice was made where the key was written, so its steps come first.
                    way = wanted.chain if len(wanted.chain) > len(chain) + 1 else container.chain
                    for value in self.values(item, container.unit, container.site, way, depth + 1):
                        yield replace(value, fallback=value.fallback or wanted.fallback or container.fallback)
                if not items and default is not None:
                    yield from self._as_fallback(default, unit, site, chain, depth)

    def _as_fallback(
        self, default: Expression, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int
    ) -> Iterator[Value]:
        for value in self.values(default, unit, site, chain, depth + 1):
            yield replace(value, fallback=True)

    def _fallback(self, node: Fallback, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int) -> Iterator[Value]:
        for index, option in enumerate(node.options):
            last = index == len(node.options) - 1
            found = list(self.values(option, unit, site, chain, depth + 1))
            for value in found:
                if last or value.truth is not False:
                    yield replace(value, fallback=value.fallback or index > 0 or value.truth is None)
            if found and all(value.truth is True for value in found):
                return

    def _branch(self, node: Branch, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int) -> Iterator[Value]:
        holds = self.decision(node.test, unit, site, depth)
        # A default decides which branch is taken first; a caller may decide otherwise.
        fixed = self._is_fixed(node.test, unit, site, depth)
        for branch, taken in ((node.then, True), (node.otherwise, False)):
            if fixed and holds is not None and holds is not taken:
                continue
            for value in self.values(branch, unit, site, chain, depth + 1):
                yield replace(value, fallback=value.fallback or not fixed)

    def _is_fixed(self, test: Expression, unit: Unit, site: Site, depth: int) -> bool:
        """Whether a condition rests on constants alone."""
        operands: tuple[Expression, ...] = (test,)
        if isinstance(test, Comparison):
            operands = (test.left, test.right)
        elif isinstance(test, Negation):
            operands = (test.operand,)
        for operand in operands:
            for value in self.values(operand, unit, site, (), depth + 1):
                if value.fallback or isinstance(value.content, Unknown):
                    return False
        return True

    def decision(self, test: Expression, unit: Unit, site: Site, depth: int) -> bool | None:
        if isinstance(test, Negation):
            inner = self.decision(test.operand, unit, site, depth + 1)
            return None if inner is None else not inner
        if isinstance(test, Comparison):
            return self._comparison(test, unit, site, depth)
        truths = {value.truth for value in self.values(test, unit, site, (), depth + 1)}
        # With nothing set, an unknown environment variable leaves the fallback to decide.
        truths.discard(None)
        return truths.pop() if len(truths) == 1 else None

    def _comparison(self, test: Comparison, unit: Unit, site: Site, depth: int) -> bool | None:
        lefts = [v for v in self.values(test.left, unit, site, (), depth + 1) if not isinstance(v.content, Unknown)]
        if len(lefts) != 1:
            return None
        left = _plain(lefts[0])
        if test.operator in ("in", "not in"):
            containers = [v.content for v in self.values(test.right, unit, site, (), depth + 1)]
            if left is None or len(containers) != 1 or not isinstance(containers[0], Listing):
                return None
            items = [item.text for item in containers[0].items if isinstance(item, Text)]
            return (left in items) is (test.operator == "in")
        rights = [v for v in self.values(test.right, unit, site, (), depth + 1) if not isinstance(v.content, Unknown)]
        if left is None or len(rights) != 1 or _plain(rights[0]) is None:
            return None
        return (left == _plain(rights[0])) is (test.operator in ("==", "is"))

    # --- calls -----------------------------------------------------------------------------------

    def _call(self, node: Call, unit: Unit, site: Site, chain: tuple[Step, ...], depth: int) -> Iterator[Value]:
        environment = _environment(node, unit, site, self.program)
        if environment is not None:
            yield from self._environment_value(*environment, unit, site, chain, depth)
            return
        function = node.function
        arguments = [a.value for a in node.arguments if not a.name and not a.star]
        if isinstance(function, Attribute):
            if function.name == "__mod__":
                yield from self._formatted(function.base, _percent_parts, node, unit, site, chain, depth)
                return
            if function.name == "format":
                yield from self._formatted(function.base, _brace_parts, node, unit, site, chain, depth)
                return
            if function.name == "join" and len(arguments) == 1:
                yield from self._text_join(function.base, arguments[0], node, unit, site, chain, depth)
                return
            if function.name in _KEEPS_TEXT:
                yield from self.values(function.base, unit, site, chain, depth + 1)
                return
            if function.name == "lower" or function.name == "upper":
                for value in self.values(function.base, unit, site, chain, depth + 1):
                    yield _cased(value, function.name)
                return
            if function.name in ("get", "pop", "setdefault") and arguments:
                default = arguments[1] if len(arguments) > 1 else Constant("None", node.span)
                yield from self._item(function.base, arguments[0], default, unit, site, chain, depth)
                return
        names = targets(function, unit, site, self.program)
        if any(t.name == "urllib.parse.urljoin" for t in names) and len(arguments) == 2:
            yield from self._url_join(arguments, node, unit, site, chain, depth)
            return
        if isinstance(function, Name) and function.id in ("str", "bool") and len(arguments) == 1 and not names:
            yield from self.values(arguments[0], unit, site, chain, depth + 1)
            return
        if isinstance(function, Name) and function.id == "dict" and not names:
            items = tuple((Text(a.name, a.span, plain=False) if a.name else None, a.value) for a in node.arguments)
            yield Value(Mapping(items, node.span), unit, site, chain)
            return
        yield from self._returned(node, names, unit, site, chain, depth)

    def _returned(
        self,
        node: Call,
        names: tuple[Target, ...],
        unit: Unit,
        site: Site,
        chain: tuple[Step, ...],
        depth: int,
    ) -> Iterator[Value]:
        """What a function of the repository returns; any other call is a value of its own."""
        for target in names:
            if target.unit is None or target.unit.scope(target.scope).kind is not ScopeKind.FUNCTION:
                continue
            returns = target.unit.returns.get(target.scope, [])
            step = Step(unit.facts.path, node.span, f"`{target.unit.scope(target.scope).name}()`")
            for entry in returns:
                for value in self.values(entry.value, target.unit, entry.site, (*chain, step), depth + 1):
                    yield replace(value, fallback=value.fallback or len(returns) > 1)
            if returns:
                return
        yield Value(node, unit, site, chain)

    def _environment_value(
        self,
        variable: str,
        default: Expression | None,
        unit: Unit,
        site: Site,
        chain: tuple[Step, ...],
        depth: int,
    ) -> Iterator[Value]:
        reason = f"environment variable {variable}" if variable else "an environment variable"
        yield Value(Unknown(reason, env=variable), unit, site, chain, fallback=default is not None)
        if default is not None:
            span = default.span
            step = Step(unit.facts.path, span, f"{variable or 'the variable'} is not set: its fallback")
            yield from self._as_fallback(default, unit, site, (*chain, step), depth)

    # --- folding ---------------------------------------------------------------------------------

    def _joined(
        self,
        parts: tuple[Expression, ...],
        span: Span,
        unit: Unit,
        site: Site,
        chain: tuple[Step, ...],
        depth: int,
    ) -> Iterator[Value]:
        options = [list(self.values(part, unit, site, (), depth + 1)) for part in parts]
        for count, combination in enumerate(product(*options)):
            if count >= _MOST_VALUES:
                return
            steps = tuple(step for value in combination for step in value.chain if len(value.chain) > 1)
            yield Value(
                _folded(combination, span, unit),
                unit,
                site,
                (*chain, *steps),
                fallback=any(value.fallback for value in combination),
            )

    def _formatted(
        self,
        template: Expression,
        split: object,
        node: Call,
        unit: Unit,
        site: Site,
        chain: tuple[Step, ...],
        depth: int,
    ) -> Iterator[Value]:
        assert callable(split)
        for value in self.values(template, unit, site, chain, depth + 1):
            if isinstance(value.content, Text):
                parts = split(value.content, node)
                yield from self._joined(parts, node.span, unit, site, value.chain, depth)
            else:
                yield Value(Unknown("a formatted text"), unit, site, chain)

    def _text_join(
        self,
        glue: Expression,
        listing: Expression,
        node: Call,
        unit: Unit,
        site: Site,
        chain: tuple[Step, ...],
        depth: int,
    ) -> Iterator[Value]:
        if isinstance(glue, Text) and isinstance(listing, Listing):
            parts: list[Expression] = []
            for item in listing.items:
                parts += [glue, item] if parts else [item]
            yield from self._joined(tuple(parts), node.span, unit, site, chain, depth)
        else:
            yield Value(Unknown("a joined text"), unit, site, chain)

    def _url_join(
        self,
        arguments: list[Expression],
        node: Call,
        unit: Unit,
        site: Site,
        chain: tuple[Step, ...],
        depth: int,
    ) -> Iterator[Value]:
        for base in self.values(arguments[0], unit, site, chain, depth + 1):
            for path in self.values(arguments[1], unit, site, chain, depth + 1):
                text = urljoin(base.text or HOLE, path.text or HOLE)
                content = base.content if isinstance(base.content, Text) else None
                if content is None:
                    yield base
                    continue
                pieces = content.pieces or ((0, _in_file(content, base.unit)),)
                yield replace(base, content=Text(text, node.span, plain=False, pieces=pieces))


def _folded(values: Iterable[Value], span: Span, unit: Unit) -> Text:
    text, pieces = "", []
    for value in values:
        content = value.content
        if isinstance(content, Text):
            inner = content.pieces or ((0, _in_file(content, value.unit)),)
            pieces += [(len(text) + start, piece) for start, piece in inner]
            text += content.text
        elif isinstance(content, Constant):
            text += content.text
        else:
            text += HOLE
    return Text(text, span, plain=False, pieces=tuple(pieces), path=unit.facts.path)


def _in_file(text: Text, unit: Unit) -> Text:
    return text if text.path else replace(text, path=unit.facts.path)


def _cased(value: Value, how: str) -> Value:
    if not isinstance(value.content, Text):
        return value
    text = value.content.text.lower() if how == "lower" else value.content.text.upper()
    return replace(value, content=replace(value.content, text=text, plain=False))


def _plain(value: Value) -> str | None:
    """A text or constant as comparable words; `"None"` the text and None the constant differ."""
    if isinstance(value.content, Text):
        return None if HOLE in value.content.text else "'" + value.content.text
    return value.content.text if isinstance(value.content, Constant) else None


def _items(mapping: Mapping, key: str | None) -> list[Expression] | None:
    """The values a key can have (the last one wins), None when an expanded mapping may hold it."""
    if any(k is None for k, _ in mapping.items):
        return None
    return [value for k, value in mapping.items if isinstance(k, Text) and k.text == key][-1:]


def _item_target(node: Subscript) -> str:
    return f"{written(node.base)}[{node.key.text}]" if isinstance(node.key, Text) else ""


def _environment(
    node: Call | Subscript, unit: Unit, site: Site, program: Program
) -> tuple[str, Expression | None] | None:
    """Variable and fallback of an environment look-up, None for anything else."""
    if isinstance(node, Subscript):
        names = {t.name for t in targets(node.base, unit, site, program)}
        return (node.key.text if isinstance(node.key, Text) else "", None) if "os.environ" in names else None
    names = {t.name for t in targets(node.function, unit, site, program)}
    base_is_reader = False
    if not names & _LOOKUPS and isinstance(node.function, (Name, Attribute)):
        base_is_reader = _reads_environment(node.function, unit, site, program)
    if not (names & _LOOKUPS or base_is_reader) or not node.arguments:
        return None
    first = node.arguments[0].value
    default = next((a.value for a in node.arguments if a.name == "default"), None)
    if default is None:
        positional = [a.value for a in node.arguments if not a.name]
        default = positional[1] if len(positional) > 1 else None
    return (first.text if isinstance(first, Text) else ""), default


def _reads_environment(function: Name | Attribute, unit: Unit, site: Site, program: Program) -> bool:
    """`env = environ.Env()` then `env(…)`, `env.str(…)`: an object of a settings library."""
    base = function.base if isinstance(function, Attribute) else function
    if not isinstance(base, Name):
        return False
    for scope in unit.visible_scopes(site.scope):
        for binding in unit.bindings.get((scope, base.id), []):
            if isinstance(binding.value, Call):
                made_by = targets(binding.value.function, unit, binding.site, program)
                if any(t.name in _ENVIRONMENT_CLASSES for t in made_by):
                    return True
    return False


_LOOKUPS = {
    "os.getenv",
    "os.environ.get",
    "os.environ.setdefault",
    "os.environ.pop",
    "decouple.config",
    "environ.Env.str",
    "starlette.config.Config",
}
_ENVIRONMENT_CLASSES = {"environ.Env", "environs.Env", "starlette.config.Config", "decouple.Config"}
_KEEPS_TEXT = ("strip", "rstrip", "lstrip", "encode", "decode", "removesuffix", "removeprefix")


def _percent_parts(template: Text, node: Call) -> tuple[Expression, ...]:
    argument = node.arguments[0].value
    items = list(argument.items) if isinstance(argument, Listing) else [argument]
    named = {k.text: v for k, v in argument.items if isinstance(k, Text)} if isinstance(argument, Mapping) else {}
    parts: list[Expression] = []
    end = 0
    for field in re.finditer(r"%(?:%|(?:\((\w+)\))?[#0\- +]*[\d.*]*([a-zA-Z]))", template.text):
        parts.append(_piece(template, end, field.start()))
        end = field.end()
        if field.group() == "%%":
            parts.append(Constant("%", template.span))
        elif field.group(1):
            parts.append(named.get(field.group(1), Opaque("a named value", node.span)))
        else:
            parts.append(items.pop(0) if items and not named else Opaque("a formatted value", node.span))
    return (*parts, _piece(template, end, len(template.text)))


def _brace_parts(template: Text, node: Call) -> tuple[Expression, ...]:
    positional = [a.value for a in node.arguments if not a.name and not a.star]
    named = {a.name: a.value for a in node.arguments if a.name}
    parts: list[Expression] = []
    end = count = 0
    for field in re.finditer(r"\{\{|\}\}|\{(\w*)([^{}]*)\}", template.text):
        parts.append(_piece(template, end, field.start()))
        end = field.end()
        if field.group() in ("{{", "}}"):
            parts.append(Constant(field.group()[0], template.span))
            continue
        key, extra = field.group(1), field.group(2)
        if key == "" or key.isdigit():
            index = int(key) if key else count
            count += 1
            found = positional[index] if index < len(positional) else None
        else:
            found = named.get(key)
        parts.append(found if found is not None and not extra else Opaque("a formatted value", node.span))
    return (*parts, _piece(template, end, len(template.text)))


def _piece(template: Text, start: int, end: int) -> Text:
    """A part of a template, at its own place in the source where that is known."""
    text = template.text[start:end]
    if not template.plain or not template.text.isascii():
        return replace(template, text=text, plain=False) if not template.pieces else Text(text, template.span, False)
    return replace(template, text=text, span=Span(template.span.start + start, template.span.start + end))


def written(node: Expression) -> str:
    """Names and attributes as written, for messages."""
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Attribute):
        return f"{written(node.base)}.{node.name}"
    if isinstance(node, Call):
        return f"{written(node.function)}()"
    if isinstance(node, Subscript):
        return f"{written(node.base)}[…]"
    return "…"


def _shown(text: str) -> str:
    return text.replace(HOLE, "…") if len(text) <= 80 else text[:77].replace(HOLE, "…") + "…"
