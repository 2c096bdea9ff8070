"""Fields of settings classes (pydantic): the variables they are read from, and what holds without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.dotted import last_name
from residency_lint.expressions import (
    Argument,
    Attribute,
    Call,
    Elsewhere,
    Expression,
    Listing,
    Mapping,
    Name,
    Site,
    Text,
)
from residency_lint.facts import Binding, ScopeKind
from residency_lint.fixes import Slot
from residency_lint.resolve.classes import fields, lineage, local_class
from residency_lint.resolve.conversions import validated
from residency_lint.resolve.dotenv import Dotenv, found_file, loaded
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.lookups import Lookup
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.options import is_true, metadata
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


class _Settings(Struct, frozen=True):
    """An object of a settings class. `classes`: the class and its bases of the repository, nearest first."""

    classes: tuple[Target, ...]
    frame: Frame
    call: Call | None

    @property
    def unit(self) -> Unit:
        assert self.classes[0].unit is not None
        return self.classes[0].unit


def field_values(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """The values of a field of a settings object that is given to its constructor, or set by a variable or file; None
    where neither is so, or the object is another."""
    found = _settings(node.base, frame, resolution)
    if found is not None:
        names = _parameters(node.name, found)
        given = next((a for a in found.call.arguments if a.name in names), None) if found.call else None
        if given is not None:
            there = found.frame.via(given.span, f"`{node.name}` is given here")
            _pass_over_default(node.name, found, frame, resolution)
            return validated(
                resolution.values(given.value, there.deeper()), found.classes[0], node.name, frame, resolution
            )
        values = _set(_variables(node.name, found), found, frame, resolution)
        if values is not None:
            _pass_over_default(node.name, found, frame, resolution)
            values = validated(values, found.classes[0], node.name, frame, resolution)
        return values if values is not None else _nested(node, found, frame, resolution)
    if isinstance(node.base, Attribute):
        outer = _settings(node.base.base, frame, resolution)
        delimiter = _option(outer, "env_nested_delimiter") if outer else ""
        if outer is not None and delimiter:
            variables = [name + delimiter + node.name for name in _variables(node.base.name, outer)]
            values = _set(variables, outer, frame, resolution)
            for _, _, model in _models(node.base.name, outer, resolution) if values is not None else ():
                _pass_over_default(node.name, replace(outer, classes=(model,)), frame, resolution)
            return values
    return None


def _set(variables: list[str], found: _Settings, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """What the first variable that is set gives."""
    lookup = _lookup(variables, found, resolution)
    return (
        lookup.values(replace(_module(found), chain=frame.chain, depth=frame.depth + 1), resolution) if lookup else None
    )


def _lookup(variables: list[str], found: _Settings, resolution: Resolution) -> Lookup | None:
    """The look-up of variables of which one is set."""
    # What the program loads stands in its environment, and wins over the class's own files.
    dotenvs = (*loaded(found.unit, resolution.program), *_env_files(found, resolution.program))
    lookup = Lookup(tuple(variables), dotenvs=dotenvs, any_case=True)
    return lookup if lookup.is_set(_module(found), resolution) else None


def _module(found: _Settings) -> Frame:
    return Frame(found.unit, Site(0, (), found.unit.scope(0).span))


def _nested(node: Attribute, found: _Settings, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """An inner model of which variables give fields, as its class is called then; the field's default is no more."""
    delimiter = _option(found, "env_nested_delimiter")
    for unit, binding, model in _models(node.name, found, resolution) if delimiter else ():
        outer, declared = _variables(node.name, found), binding.annotation
        names = fields(model, resolution.program)
        given = [n for n in names if _lookup([v + delimiter + n for v in outer], found, resolution)]
        arguments = tuple(
            Argument(Elsewhere(Attribute(node, name, node.span), frame, frame.unit.facts.path), node.span, name)
            for name in given
        )
        if given and declared is not None:
            slot = Slot(Span(binding.span.end, binding.span.end))
            there = replace(frame, unit=unit, site=binding.site)
            return iter([there.value(Call(declared, arguments, binding.span, slot, binding.site))])
    return None


def _models(name: str, found: _Settings, resolution: Resolution) -> Iterator[tuple[Unit, Binding, Target]]:
    """The classes of the repository that a field is declared as, each with its declaration and the file of that."""
    for target in found.classes:
        assert target.unit is not None
        for binding in target.unit.bindings.get((target.scope, name), []):
            if isinstance(declared := binding.annotation, (Name, Attribute)):
                models = targets(declared, target.unit, binding.site, resolution.program)
                yield from ((target.unit, binding, model) for model in models if local_class(model))


def _parameters(name: str, found: _Settings) -> list[str]:
    """The names under which a field is given to the constructor."""
    for target in found.classes:
        own = given_as(name, target)
        if own != [name]:
            return own
    return [name]


def given_as(name: str, target: Target) -> list[str]:
    """The names under which a class's constructor takes a field: its aliases; beside them its own where the class says
    so."""
    assert target.unit is not None
    for binding in target.unit.bindings.get((target.scope, name), []):
        aliases = _aliases(binding, _OF_CONSTRUCTORS)
        if aliases:
            is_told = any(is_true(_setting_of(target, option)) for option in _BY_NAME)
            return [*aliases, *[name] * is_told]
    return [name]


_OF_CONSTRUCTORS = ("validation_alias", "alias")
_OF_VARIABLES = (*_OF_CONSTRUCTORS, "env")
_BY_NAME = ("populate_by_name", "validate_by_name", "allow_population_by_field_name")


def _pass_over_default(name: str, found: _Settings, frame: Frame, resolution: Resolution) -> None:
    """Notes the class's default; in the file that reads the field, its uses tell what becomes of it."""
    for target in found.classes:
        assert target.unit is not None
        if target.unit is frame.unit:
            continue
        for binding in target.unit.bindings.get((target.scope, name), []):
            resolution.pass_over(binding.value, replace(frame, unit=target.unit))


# --- classes ---------------------------------------------------------------------------------------


def _settings(base: Expression, frame: Frame, resolution: Resolution) -> _Settings | None:
    """The settings object that an expression stands for."""
    if isinstance(base, Name):
        scope = frame.unit.scope(frame.site.scope)
        owner = frame.unit.enclosing_class(frame.site.scope)
        if scope.kind is ScopeKind.FUNCTION and scope.parameters[:1] == (base.id,) and owner >= 0:
            classes = _settings_class(Target("", frame.unit, owner), resolution.program)
            return _Settings(classes, frame, None) if classes else None
    if not isinstance(base, (Name, Attribute, Call)):
        return None
    for value in resolution.values(base, frame.aside()):
        if isinstance(value.content, Call):
            for target in targets(value.content.function, value.unit, value.site, resolution.program):
                classes = _settings_class(target, resolution.program) if local_class(target) else ()
                if classes:
                    return _Settings(classes, Frame(value.unit, value.site, value.chain), value.content)
    return None


def _settings_class(target: Target, program: Program) -> tuple[Target, ...]:
    """A class with its bases, if it is one of settings."""
    classes = [one for one in lineage(target, program) if one.unit is not None]
    bases = (base for one in classes if one.unit is not None for base in one.unit.scope(one.scope).bases)
    return tuple(classes) if any(last_name(base) == "BaseSettings" for base in bases) else ()


def _variables(name: str, found: _Settings) -> list[str]:
    """The variables that a field is read from: its aliases, else its name behind the prefix."""
    for target in found.classes:
        assert target.unit is not None
        for binding in target.unit.bindings.get((target.scope, name), []):
            aliases = _aliases(binding, _OF_VARIABLES)
            if aliases:
                return aliases
    return [_option(found, "env_prefix") + name]


def _aliases(binding: Binding, names: tuple[str, ...]) -> list[str]:
    """`Field(alias="X")`, `Field(validation_alias=AliasChoices("X", "Y"))`, `Field(env="X")`; of an annotation too."""
    for call in (binding.value, *metadata(binding)):
        for argument in call.arguments if isinstance(call, Call) else ():
            if argument.name in names:
                return list(_texts(argument.value))
    return []


def _texts(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Text):
        yield expression.text
    elif isinstance(expression, Listing):
        for item in expression.items:
            yield from _texts(item)
    elif isinstance(expression, Call):
        for argument in expression.arguments:
            yield from _texts(argument.value)


def _env_files(found: _Settings, program: Program) -> Iterator[Dotenv]:
    """The files that the class, or the call, names: of several, the last one wins."""
    expression = next((a.value for a in found.call.arguments if a.name == "_env_file"), None) if found.call else None
    expression = expression or _setting(found, "env_file")
    for path in reversed(list(_texts(expression)) if expression is not None else []):
        unit = found_file(path, found.unit, program)
        if unit is not None:
            yield Dotenv(unit)


def _option(found: _Settings, name: str) -> str:
    expression = _setting(found, name)
    return expression.text if isinstance(expression, Text) else ""


def _setting(found: _Settings, name: str) -> Expression | None:
    """An item of `model_config` (pydantic 2), or a name of the inner `Config` (pydantic 1)."""
    return next((s for target in found.classes if (s := _setting_of(target, name)) is not None), None)


def _setting_of(target: Target, name: str) -> Expression | None:
    unit = target.unit
    assert unit is not None
    for binding in reversed(unit.bindings.get((target.scope, "model_config"), [])):
        if isinstance(binding.value, Call):
            for argument in binding.value.arguments:
                if argument.name == name:
                    return argument.value
        elif isinstance(binding.value, Mapping):
            for key, value in binding.value.items:
                if isinstance(key, Text) and key.text == name:
                    return value
    for index in unit.scopes_below(target.scope):
        if unit.scope(index).kind is ScopeKind.CLASS and unit.scope(index).name == "Config":
            for binding in reversed(unit.bindings.get((index, name), [])):
                return binding.value
    return None
