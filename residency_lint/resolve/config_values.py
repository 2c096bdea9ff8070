"""Configuration files that a program reads: what they say, as mappings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.dotted import dotted, last_name
from residency_lint.expressions import Attribute, Call, Constant, Expression, Listing, Mapping, Name, Text
from residency_lint.facts import Role
from residency_lint.resolve.config_mappings import Sections, item_of, mapping_of
from residency_lint.resolve.documents import document
from residency_lint.resolve.dotenv import Dotenv, found_file, path_in
from residency_lint.resolve.environment import of_mapping, set_values
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.interpolation import interpolated
from residency_lint.resolve.names import targets
from residency_lint.resolve.read_paths import computed_path
from residency_lint.resolve.texts import only_text
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def file_values(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """The mapping that a call reads from a file of the repository; None for any other call."""
    name = next((t.name for t in targets(node.function, frame.unit, frame.site, resolution.program)), "")
    if name in _PARSERS:
        return iter([frame.value(_parsed(node, name.endswith(".RawConfigParser"), frame, resolution))])
    if name in _LAYERED:
        return iter([frame.value(_layered(node, frame, resolution))])
    if name not in _READS or not (node.arguments or name in _READS_DOTENV):
        return None
    units = _units(_file_read(node), frame, resolution)
    if len(units) != 1:
        return _documents(node, frame, resolution) if name == "json.loads" else None
    mapping = of_mapping(units[0], resolution.program) if name.startswith("dotenv.") else mapping_of(units[0])
    if resolution.notes_passed:
        _pass_over_siblings(units[0], frame, resolution)
    return iter([frame.via_file(units[0], units[0].scope(0).span, f"read from {units[0].facts.path}").value(mapping)])


def _pass_over_siblings(taken: Unit, frame: Frame, resolution: Resolution) -> None:
    """Notes what the files beside say under the same keys: one file for each environment, of which this is read."""
    known = {mention.keys for mention in taken.mentions if mention.keys}
    for path in resolution.program.files_beside(taken.facts.path):
        there = resolution.program.unit_at(path)
        for mention in there.mentions if there is not None else ():
            if there is not None and mention.keys in known and mention.role is not Role.KEY:
                resolution.pass_over(replace(mention.text, path=path), replace(frame, unit=there))


def _documents(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """What texts of the program say that are read as documents."""
    values = list(resolution.values(_file_read(node), frame.deeper()))
    found = [document(value.content) if isinstance(value.content, Text) else None for value in values]
    if not any(found):
        return None
    pairs = zip(values, found, strict=True)
    return iter([replace(value, content=one) if one is not None else value for value, one in pairs])


def _file_read(node: Call) -> Expression:
    """What names the file: the first argument, or the one of that name; without any, `dotenv_values()` reads `.env`."""
    named = [argument.value for argument in node.arguments if argument.name == "dotenv_path"]
    given = named or [argument.value for argument in node.arguments[:1] if not argument.name]
    return given[0] if given else Text(".env", node.span, plain=False)


def section_item(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """`config.get("section", "option", fallback=…)` of a `configparser`; None for any other call."""
    arguments = [a.value for a in node.arguments if not a.name]
    fallback = next((a.value for a in node.arguments if a.name == "fallback"), None)
    if len(arguments) < 2 or not isinstance(node.function, Attribute):
        return None
    named = {value.text for value in resolution.values(arguments[0], frame.aside())}
    section = (named.pop() or "") if len(named) == 1 else ""
    for container in resolution.values(node.function.base, frame.aside()):
        inner = item_of(container.content, section) if isinstance(container.content, Mapping) and section else None
        if isinstance(inner, Mapping) or fallback is not None:
            there = Frame(container.unit, container.site, frame.chain, frame.depth + 1)
            name = only_text(arguments[1], frame, resolution)
            option = item_of(inner, name.text) if name is not None and isinstance(inner, Mapping) else None
            if name is not None and option is not None:
                if isinstance(container.content, Sections):
                    _pass_over_others(name.text, option, container.content, there, resolution)
                return resolution.values(option, there)
            return resolution.as_fallback(fallback, frame) if fallback is not None else None
        if isinstance(container.content, Sections):
            return iter([frame.unknown("an option of a configuration file")])
    return None


def _pass_over_others(name: str, taken: Expression, whole: Sections, frame: Frame, resolution: Resolution) -> None:
    """Notes what an option is in the other sections, and what the defaults say of it."""
    program = resolution.program
    for key, value in (pair for _, one in whole.items if isinstance(one, Mapping) for pair in one.items):
        if isinstance(key, Text) and key.text.lower() == name.lower() and value is not taken:
            unit = program.unit_at(value.path) if isinstance(value, Text) and value.path else None
            resolution.pass_over(value, replace(frame, unit=unit) if unit is not None else frame)


def _parsed(node: Call, is_raw: bool, frame: Frame, resolution: Resolution) -> Sections:
    """What a `configparser` knows: its defaults, and the files that it is told to read, in the file that makes it."""
    sections: dict[str, Mapping] = {}
    given = next((a.value for a in node.arguments if a.name == "defaults"), None)
    defaults = given.items if isinstance(given, Mapping) else ()
    for call in (c for name in ("read", "read_file") for c in frame.unit.calls_by_name.get(name, [])):
        base = call.function.base if isinstance(call.function, Attribute) else None
        if not call.arguments or (node.assigned and dotted(base) != node.assigned):
            continue
        for unit in _units(call.arguments[0].value, Frame(frame.unit, call.site), resolution):
            whole = mapping_of(unit)
            shared = item_of(whole, "default")
            of_file = shared.items if isinstance(shared, Mapping) else ()
            for key, value in whole.items:
                if isinstance(key, Text) and isinstance(value, Mapping):
                    sections[key.text] = Mapping((*defaults, *of_file, *value.items), value.span)
    made = interpolated(sections, node, is_raw)
    return Sections(tuple((Text(name, node.span, plain=False), one) for name, one in made.items()), node.span)


def _layered(node: Call, frame: Frame, resolution: Resolution) -> Mapping:
    """What dynaconf reads: the later file wins, and in each the environment's section over the default one."""
    named = {a.name: a.value for a in node.arguments if a.name}
    given = named.get("settings_files", named.get("settings_file"))
    files = given.items if isinstance(given, Listing) else (given,) if given is not None else ()
    by_section = isinstance(flag := named.get("environments"), Constant) and flag.text == "True"
    names = ("default", _environment(named, frame, resolution), "global") if by_section else ()
    items: dict[str, tuple[Expression, Expression]] = {}
    for file in files:
        for unit in _units(file, frame, resolution):
            whole = mapping_of(unit)
            sections = [item_of(whole, name) for name in names] if by_section else [whole]
            for name, other in whole.items if by_section else ():
                if getattr(name, "text", "").lower() not in names:
                    resolution.pass_over(other, replace(frame, unit=unit))
            for section in sections:
                for key, value in section.items if isinstance(section, Mapping) else ():
                    if isinstance(key, Text):
                        if (replaced := items.get(key.text.lower())) is not None:
                            resolution.pass_over(replaced[1], replace(frame, unit=unit))
                        items[key.text.lower()] = key, value
    return Mapping(tuple(items.values()), node.span)


def _environment(named: dict[str, Expression], frame: Frame, resolution: Resolution) -> str:
    """The environment that dynaconf works in: what a variable says (by default `ENV_FOR_DYNACONF`), else `env`."""
    program = resolution.program
    switcher = named.get("env_switcher")
    variable = switcher.text if isinstance(switcher, Text) else "ENV_FOR_DYNACONF"
    loads = isinstance(flag := named.get("load_dotenv"), Constant) and flag.text == "True"
    beside = found_file(".env", frame.unit, program) if loads else None
    found = set_values(variable, frame.unit, program, dotenvs=(Dotenv(beside),) if beside is not None else None)
    texts = {
        value.text
        for one in found
        for value in resolution.values(one.value, Frame(one.unit, one.site, depth=frame.depth + 1))
    }
    own = named.get("env")
    given = texts.pop() if len(texts) == 1 else own.text if isinstance(own, Text) else None
    return given or "development"


_PARSERS = {"configparser.ConfigParser", "configparser.RawConfigParser", "configparser.SafeConfigParser"}
_LAYERED = {"dynaconf.Dynaconf", "dynaconf.LazySettings"}


def _units(expression: Expression, frame: Frame, resolution: Resolution) -> list[Unit]:
    """The files that an expression names, as far as they are there."""
    paths = _paths(expression, frame, resolution)
    found = [unit for path in paths if (unit := found_file(path, frame.unit, resolution.program)) is not None]
    if not found and (path := computed_path(expression, frame, resolution)):
        computed = found_file(path, frame.unit, resolution.program)
        found = [computed] if computed is not None else []
    return found


_READS_DOTENV = ("dotenv.dotenv_values", "dotenv.main.dotenv_values")
_READS = {
    "json.load",
    "json.loads",
    "yaml.safe_load",
    "yaml.load",
    "yaml.full_load",
    "tomllib.load",
    "tomllib.loads",
    "tomli.load",
    "tomli.loads",
    "toml.load",
    "toml.loads",
    *_READS_DOTENV,
    "omegaconf.OmegaConf.load",
}


def _paths(expression: Expression, frame: Frame, resolution: Resolution) -> list[str]:
    """The file names that an opened file, its text or a path stands for."""
    if isinstance(expression, Text):
        return [expression.text]
    if isinstance(expression, Call):
        function = expression.function
        if isinstance(function, Attribute) and function.name == "__truediv__":
            path = path_in(expression, frame.unit)
            return [path] if path else []
        if isinstance(function, Attribute) and function.name in (
            "read",
            "read_text",
            "read_bytes",
            "open",
            *_NAMES_FILE,
        ):
            inner = [a.value for a in expression.arguments if function.name in _NAMES_FILE]
            return _paths(inner[0] if inner else function.base, frame, resolution)
        first = next((a.value for a in expression.arguments if not a.name), None)
        is_path = last_name(function) in ("open", "Path", "PurePath", "join", "str", "abspath")
        if is_path and first is not None:
            path = path_in(expression if last_name(function) == "join" else first, frame.unit)
            return [path] if path else _paths(first, frame, resolution)
        return []
    if isinstance(expression, (Name, Attribute)):
        found: list[str] = []
        for value in resolution.values(expression, frame.aside()):
            if isinstance(value.content, (Text, Call)):
                found += _paths(value.content, value.frame(1), resolution)
        return found or _bound_path(expression, frame)
    path = path_in(expression, frame.unit)
    return [path] if path else []


_NAMES_FILE = ("joinpath", "with_name")


def _bound_path(expression: Name | Attribute, frame: Frame) -> list[str]:
    """The file name in what a name of the file is bound to: `CONFIG = BASE / "config.toml"`."""
    for scope in frame.unit.visible_scopes(frame.site.scope):
        for binding in frame.unit.bindings.get((scope, dotted(expression)), [])[-1:]:
            path = path_in(binding.value, frame.unit) if binding.value is not None else ""
            return [path] if path else []
    return []
