"""Look-ups of environment variables, by the standard library and by the libraries for settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import (
    Attribute,
    Call,
    Comprehension,
    Constant,
    Elsewhere,
    Expression,
    Listing,
    Mapping,
    Name,
    Subscript,
    Text,
)
from residency_lint.resolve.dotenv import Dotenv, found_file, path_in
from residency_lint.resolve.environment import Set, set_values
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.names import targets

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


class Lookup(Struct, frozen=True):
    """A look-up: the names that are tried in turn ("" where it is no text), and what holds where none is set.

    `dotenvs`: the files it reads besides the environment, where it does not leave that to the program.
    """

    variables: tuple[str, ...]
    default: Expression | None = None
    dotenvs: tuple[Dotenv, ...] | None = None
    any_case: bool = False
    optional: bool = False
    """Where no variable is set, it is None."""

    def values(self, frame: Frame, resolution: Resolution, place: int | None = None) -> Iterator[Value]:
        """What it can give; `place` is where in the file it stands."""
        for variable in self.variables:
            found = self._found(variable, frame, resolution, place)
            for one in found:
                there = frame.via_file(one.unit, one.value.span, f"{variable} is set here")
                yield from resolution.values(one.value, replace(there, site=one.site).deeper())
            if found:
                resolution.pass_over(self.default, frame)
                return
        variable = self.variables[0]
        reason = f"environment variable {variable}" if variable else "an environment variable"
        yield frame.value(Unknown(reason, env=variable, optional=self.optional), fallback=self.default is not None)
        if self.default is not None:
            words = f"{variable or 'the variable'} is not set: its fallback"
            yield from resolution.as_fallback(self.default, frame.via(self.default.span, words))

    def is_set(self, frame: Frame, resolution: Resolution) -> bool:
        return any(self._found(variable, frame, resolution, None) for variable in self.variables)

    def _found(self, variable: str, frame: Frame, resolution: Resolution, place: int | None) -> list[Set]:
        before = (frame.site, place) if place is not None else None
        return set_values(
            variable,
            frame.unit,
            resolution.program,
            before=before,
            dotenvs=self.dotenvs,
            any_case=self.any_case,
        )


def lookup(node: Call | Subscript, frame: Frame, resolution: Resolution) -> Lookup | None:
    """The look-up that an expression is, None for any other expression."""
    if isinstance(node, Subscript):
        names = _names(node.base, frame, resolution)
        return Lookup((_text(node.key, frame, resolution),)) if "os.environ" in names else None
    if not node.arguments or node.arguments[0].name or node.arguments[0].star:
        return None
    names = _names(node.function, frame, resolution)
    if names & _LOOKUPS:
        dotenvs = None
        if names & {"decouple.config"}:
            dotenvs = tuple(_files((".env", "settings.ini"), frame, resolution))
        variable = _text(node.arguments[0].value, frame, resolution)
        return Lookup((variable,), _default(node), dotenvs, optional=bool(names & _OPTIONAL))
    return _by_reader(node, frame, resolution)


def lookup_in(
    container: Value, key: Expression, default: Expression | None, frame: Frame, resolution: Resolution
) -> Lookup | None:
    """The look-up of an item of what holds the environment, under whatever name it was handed on: `def build(environ:
    Mapping[str, str] = os.environ)`; None of anything else. Of `get` without a default, `default` is None, written."""
    if not isinstance(container.content, Unknown) or container.content.name != "os.environ":
        return None
    is_optional = isinstance(default, Constant) and default.text == "None"
    return Lookup((_text(key, frame, resolution),), None if is_optional else default, optional=is_optional)


def is_set(variable: str, mapping: Expression, frame: Frame, resolution: Resolution) -> bool | None:
    """Whether something sets a variable, where a mapping is the environment; None of any other mapping."""
    return Lookup((variable,)).is_set(frame, resolution) if _is_environment(mapping, frame, resolution) else None


def set_in_environment(
    names: tuple[str, ...], mapping: Expression, frame: Frame, resolution: Resolution
) -> dict[str, Expression] | None:
    """The variables among some names that something sets, each as its look-up, where a mapping is the environment: what
    `{**shared, **os.environ}` replaces. None of any other mapping."""
    mapping = _copied(mapping, frame)
    if not _is_environment(mapping, frame, resolution):
        return None
    looked_up = {name: Subscript(mapping, Text(name, mapping.span, plain=False), mapping.span) for name in names}
    return {
        name: Elsewhere(node, frame, frame.unit.facts.path)
        for name, node in looked_up.items()
        if Lookup((name,)).is_set(frame, resolution)
    }


def _copied(mapping: Expression, frame: Frame) -> Expression:
    """What a comprehension repeats items of: `{k: v for k, v in os.environ.items() if …}`."""
    base = mapping.base if isinstance(mapping, Comprehension) and mapping.is_mapping else None
    if not isinstance(mapping, Comprehension) or not isinstance(base, Call) or not isinstance(base.function, Attribute):
        return mapping
    pairs = [item for entry in frame.unit.yields.get(mapping.scope, ()) for item in _items(entry.value)]
    is_same = len(pairs) == 1 and isinstance(pairs[0][0], Name) and isinstance(pairs[0][1], Name)
    return base.function.base if is_same and base.function.name == "items" else mapping


def _items(expression: Expression) -> tuple[tuple[Expression | None, Expression], ...]:
    return expression.items if isinstance(expression, Mapping) else ()


def _is_environment(mapping: Expression, frame: Frame, resolution: Resolution) -> bool:
    return isinstance(mapping, (Name, Attribute)) and "os.environ" in _names(mapping, frame, resolution)


def _names(expression: Expression, frame: Frame, resolution: Resolution) -> set[str]:
    return {t.name for t in targets(expression, frame.unit, frame.site, resolution.program)}


def _text(key: Expression, frame: Frame, resolution: Resolution) -> str:
    """The name that is looked up: a text, or a constant that holds one."""
    if isinstance(key, Text):
        return key.text
    if not isinstance(key, (Name, Attribute)):
        return ""
    texts = {value.text for value in resolution.values(key, frame.aside())}
    return (texts.pop() or "") if len(texts) == 1 else ""


def _files(paths: tuple[str, ...], frame: Frame, resolution: Resolution) -> Iterator[Dotenv]:
    for path in paths:
        found = found_file(path, frame.unit, resolution.program)
        if found is not None:
            yield Dotenv(found)


def _default(node: Call) -> Expression | None:
    named = next((a.value for a in node.arguments if a.name == "default"), None)
    positional = [a.value for a in node.arguments if not a.name]
    return named or (positional[1] if len(positional) > 1 else None)


# --- objects of settings libraries -----------------------------------------------------------------


def _by_reader(node: Call, frame: Frame, resolution: Resolution) -> Lookup | None:
    """`env = environ.Env()` then `env(…)`, `env.str(…)`: an object of a settings library."""
    function = node.function
    if isinstance(function, Attribute) and function.name in _METHODS:
        base = function.base
    elif isinstance(function, (Name, Attribute)):
        base = function
    else:
        return None
    made = _made(base, frame, resolution)
    if made is None:
        return None
    reader, call, there = made
    key = _text(node.arguments[0].value, frame, resolution)
    variables = (*(prefix + key for prefix in _prefixes(node, frame)), key) if reader == "environs.Env" else (key,)
    default = _default(node)
    dotenvs: tuple[Dotenv, ...] | None = None
    if reader == "environ.Env" and default is None:
        default = _in_scheme(call, key)
    if reader in ("starlette.config.Config", "decouple.Config", "decouple.AutoConfig"):
        paths = tuple(path_in(a.value, there.unit) for a in call.arguments[:1]) or (
            (".env",) if "Auto" in reader else ()
        )
        dotenvs = tuple(_files(tuple(path for path in paths if path), there, resolution))
    return Lookup(variables, default, dotenvs)


def _made(base: Expression, frame: Frame, resolution: Resolution) -> tuple[str, Call, Frame] | None:
    """The class of a settings library that an object is made by, and the call that makes it."""
    if not isinstance(base, (Name, Attribute)) or not _may_be_reader(base, frame):
        return None
    for value in resolution.values(base, frame.aside()):
        if isinstance(value.content, Call):
            there = Frame(value.unit, value.site)
            found = _names(value.content.function, there, resolution) & _READERS
            if found:
                return min(found), value.content, there
    return None


def _may_be_reader(base: Name | Attribute, frame: Frame) -> bool:
    """Whether a name is bound to something made, or comes from elsewhere: only then is it worth following."""
    if isinstance(base, Attribute):
        return base.name in ("env", "config")
    unit = frame.unit
    for scope in unit.visible_scopes(frame.site.scope):
        if bindings := unit.bindings.get((scope, base.id)):
            return any(isinstance(binding.value, Call) for binding in bindings)
        if (scope, base.id) in unit.imports:
            return True
    return bool(unit.stars)


def _in_scheme(call: Call, key: str) -> Expression | None:
    """The default of a variable in `Env(X=(str, "default"))`."""
    for argument in call.arguments:
        if argument.name == key:
            value = argument.value
            return value.items[1] if isinstance(value, Listing) and len(value.items) == 2 else None
    return None


def _prefixes(node: Call, frame: Frame) -> Iterator[str]:
    """The prefixes that hold from earlier statements `with env.prefixed("X_")` on; no facts say where they end."""
    for call in reversed(frame.unit.calls_by_name.get("prefixed", [])):
        first = call.arguments[0].value if call.arguments else None
        if call.span.start < node.span.start and call.site.scope == frame.site.scope and isinstance(first, Text):
            yield first.text


_LOOKUPS = {"os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault", "decouple.config"}
_OPTIONAL = {"os.getenv", "os.environ.get", "os.environ.pop"}
_READERS = {
    "environ.Env",
    "environ.FileAwareEnv",
    "environs.Env",
    "starlette.config.Config",
    "decouple.Config",
    "decouple.AutoConfig",
}
_METHODS = {"str", "url", "get_value", "get", "enum", "bool", "json", "list"}
