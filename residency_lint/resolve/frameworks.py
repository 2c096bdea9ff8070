"""Settings that web frameworks hand out by name: Django's settings module, Flask's `app.config`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Attribute, Call, Expression, Mapping, Name, Site, Text
from residency_lint.facts import BindingKind, ScopeKind
from residency_lint.resolve.arguments import items, placed
from residency_lint.resolve.beside import pass_over_beside
from residency_lint.resolve.classes import lineage, local_class
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.names import Target, exported, targets
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_DJANGO = "django.conf.settings"
_FLASK = {"flask.Flask", "quart.Quart", "sanic.Sanic"}
_CURRENT_APP = {"flask.current_app", "quart.current_app"}
_METHODS = ("from_object", "from_mapping", "from_pyfile", "from_prefixed_env")


def framework_values(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """What an attribute of a framework's settings or application is; None for any other."""
    names = {t.name for t in targets(node.base, frame.unit, frame.site, resolution.program)}
    if _DJANGO in names:
        return _setting(node, frame, resolution)
    if node.name == "config" and isinstance(node.base, (Name, Attribute)):
        units = _units_of_app(node.base, names, frame, resolution)
        if units:
            return iter([frame.value(_configuration(units, frame, resolution))])
    return None


# --- Django ----------------------------------------------------------------------------------------


def _setting(node: Attribute, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """A name of the settings module: the one that the program names, else one that is called so and has the name."""
    for module in _settings_modules(node.name, frame, resolution):
        end = module.scope(0).span.end
        name, site = Name(node.name, Span(end, end)), Site(0, (), module.scope(0).span)
        there = replace(frame.via(node.span, f"`{node.name}` of {module.facts.path}"), unit=module, site=site)
        return resolution.values(name, there.deeper())
    return None


def _settings_modules(name: str, frame: Frame, resolution: Resolution) -> Iterator[Unit]:
    program, path = resolution.program, frame.unit.facts.path
    for one in set_values("DJANGO_SETTINGS_MODULE", frame.unit, program):
        if isinstance(one.value, Text):
            module = program.module(one.unit.facts.path, one.value.text) or program.module(path, one.value.text)
            if module is not None:
                pass_over_beside(module, name, frame, resolution)
                yield module
    for other in program.files_naming(name, path):
        unit = program.unit_at(other) if "settings" in other else None
        if unit is not None and (0, name) in unit.bindings:
            yield unit


# --- Flask -----------------------------------------------------------------------------------------


def _units_of_app(base: Expression, names: set[str], frame: Frame, resolution: Resolution) -> list[Unit]:
    """The files that an application is set up in."""
    program = resolution.program
    if names & _CURRENT_APP:
        paths = {path for method in _METHODS for path in program.files_naming(method, frame.unit.facts.path)}
        return [unit for unit in (program.unit_at(path) for path in sorted(paths)) if unit is not None]
    for value in resolution.values(base, frame.aside()):
        if isinstance(value.content, Call):
            made = targets(value.content.function, value.unit, value.site, program)
            if any(target.name in _FLASK for target in made):
                return [value.unit]
    return []


def _configuration(units: list[Unit], frame: Frame, resolution: Resolution) -> Mapping:
    """What applications are told, the later over the earlier."""
    found: dict[str, Expression] = {}
    for unit in units:
        calls = [call for method in _METHODS for call in unit.calls_by_name.get(method, [])]
        for call in sorted(calls, key=lambda call: call.span):
            found |= _told(call, replace(frame, unit=unit, site=call.site), resolution)
        for key, bindings in unit.bindings_of_items.items():
            for binding in bindings:
                if binding.value is not None and binding.target.partition("[")[0].endswith("config"):
                    found[key] = placed(binding.value, replace(frame, unit=unit, site=binding.site))
    span = frame.unit.scope(0).span
    return Mapping(tuple((Text(key, span, plain=False), value) for key, value in found.items()), span)


def _told(call: Call, frame: Frame, resolution: Resolution) -> dict[str, Expression]:
    found = {a.name: placed(a.value, frame) for a in call.arguments if a.name and a.name != "silent"}
    first = call.arguments[0].value if call.arguments and not call.arguments[0].name else None
    method = getattr(call.function, "name", "")
    if method == "from_prefixed_env":
        prefix = next((a.value for a in call.arguments if a.name in ("prefix", "")), None)
        return _from_environment(prefix.text if isinstance(prefix, Text) else "FLASK", frame, resolution)
    if first is None:
        return found
    if method == "from_mapping":
        for value in resolution.values(first, frame.aside()):
            return {**(items(value, resolution) or {}), **found}
    for target in _named(first, method, frame, resolution):
        for one in reversed(lineage(target, resolution.program) if local_class(target) else [target]):
            found |= _body(one, frame)
        _pass_over_siblings(target, frame, resolution)
    return found


def _from_environment(prefix: str, frame: Frame, resolution: Resolution) -> dict[str, Expression]:
    """The variables behind a prefix that what runs the program sets."""
    program = resolution.program
    units = (program.unit_at(path) for path in program.environment_files(frame.unit.facts.path))
    names = {key for unit in units if unit for key in unit.values_by_key if key.startswith(f"{prefix}_")}
    found: dict[str, Expression] = {}
    for name in sorted(names):
        for one in set_values(name, frame.unit, program)[:1]:
            found[name.removeprefix(f"{prefix}_")] = placed(one.value, replace(frame, unit=one.unit, site=one.site))
    return found


def _pass_over_siblings(target: Target, frame: Frame, resolution: Resolution) -> None:
    """Notes what the classes beside the one that holds the settings say: another application is set up with them."""
    unit = target.unit if local_class(target) else None
    taken = {one.scope for one in lineage(target, resolution.program) if one.unit is unit}
    for (scope, name), bindings in unit.bindings.items() if unit else ():
        assert unit is not None
        if name.isupper() and unit.scope(scope).kind is ScopeKind.CLASS and scope not in taken:
            for binding in bindings:
                resolution.pass_over(binding.value, replace(frame, unit=unit))


def _named(first: Expression, method: str, frame: Frame, resolution: Resolution) -> tuple[Target, ...]:
    """The class, object or module that holds the settings."""
    program = resolution.program
    if not isinstance(first, Text):
        found = list(targets(first, frame.unit, frame.site, program))
        for value in resolution.values(first, frame.aside()) if not found else ():
            if isinstance(value.content, Call):
                found += targets(value.content.function, value.unit, value.site, program)
            elif isinstance(value.content, Unknown) and value.content.target is not None:
                found.append(value.content.target)
            elif isinstance(value.content, Text):
                found += _named(value.content, method, value.frame(frame.depth + 1), resolution)
        return tuple(found)
    name = first.text.removesuffix(".py").replace("/", ".") if method == "from_pyfile" else first.text
    module = program.module(frame.unit.facts.path, name)
    if module is not None:
        return (Target(name, module, 0),)
    owner, _, last = name.rpartition(".")
    return exported(owner, last, frame.unit, program)


def _body(target: Target, frame: Frame) -> dict[str, Expression]:
    """The names in capitals that a class or module binds."""
    found: dict[str, Expression] = {}
    for (scope, name), bindings in target.unit.bindings.items() if target.unit else ():
        for binding in bindings:
            if scope == target.scope and name.isupper() and binding.kind is BindingKind.ASSIGNMENT and binding.value:
                assert target.unit is not None
                found[name] = placed(binding.value, replace(frame, unit=target.unit, site=binding.site))
    return found
