"""Configuration files that a program reads: what they say, as mappings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from residency_lint.facts import Attribute, Call, Constant, Expression, Listing, Mapping, Mention, Name, Role, Text
from residency_lint.resolve.dotenv import found_file, path_in
from residency_lint.resolve.environment import of_mapping
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def file_values(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value] | None:
    """The mapping that a call reads from a file of the repository; None for any other call."""
    name = next((t.name for t in targets(node.function, frame.unit, frame.site, resolution.program)), "")
    if name not in _READS or not node.arguments:
        return None
    paths = _paths(node.arguments[0].value, frame, resolution)
    units = [unit for unit in (found_file(path, frame.unit, resolution.program) for path in paths) if unit is not None]
    if len(units) != 1:
        return None
    mapping = of_mapping(units[0]) if name.startswith("dotenv.") else mapping_of(units[0])
    return iter([frame.via_file(units[0], units[0].scope(0).span, f"read from {units[0].facts.path}").value(mapping)])


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
    "dotenv.dotenv_values",
    "dotenv.main.dotenv_values",
    "omegaconf.OmegaConf.load",
}


def _paths(expression: Expression, frame: Frame, resolution: Resolution) -> list[str]:
    """The file names that an opened file, its text or a path stands for."""
    if isinstance(expression, Text):
        return [expression.text]
    if isinstance(expression, Call):
        function = expression.function
        if isinstance(function, Attribute) and function.name in ("read", "read_text", "read_bytes", "open", "joinpath"):
            inner = [a.value for a in expression.arguments if function.name == "joinpath"]
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
                found += _paths(value.content, Frame(value.unit, value.site), resolution)
        return found
    path = path_in(expression, frame.unit)
    return [path] if path else []


def last_name(expression: Expression) -> str:
    return expression.id if isinstance(expression, Name) else getattr(expression, "name", "")


def mapping_of(unit: Unit) -> Mapping:
    """All that a configuration file says, its sections as mappings in the mapping."""
    return _mapping(_tree(unit), unit)


def _tree(unit: Unit) -> dict[str, object]:
    tree: dict[str, object] = {}
    for mention in unit.mentions:
        if mention.role is Role.KEY or not mention.keys:
            continue
        at = tree
        for key in mention.keys[:-1]:
            inner = at.setdefault(key, {})
            if not isinstance(inner, dict):
                break
            at = inner
        else:
            at[mention.keys[-1]] = [*_listed(at.get(mention.keys[-1])), mention]
    return tree


def _listed(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _mapping(tree: dict[str, object], unit: Unit) -> Mapping:
    span = unit.scope(0).span
    items: list[tuple[Expression, Expression]] = []
    for key, inner in tree.items():
        value: Expression
        if isinstance(inner, dict):
            value = _mapping(inner, unit)
        else:
            values = tuple(_scalar(mention, unit) for mention in _listed(inner) if isinstance(mention, Mention))
            value = values[0] if len(values) == 1 else Listing(values, span)
        items.append((Text(key, span, plain=False), value))
    return Mapping(tuple(items), span)


def _scalar(mention: Mention, unit: Unit) -> Expression:
    text = mention.text
    word = _WORDS.get(text.text.lower()) if not text.quote and unit.facts.language in ("json", "yaml", "toml") else None
    return Constant(word, text.span) if word else replace(text, path=unit.facts.path)


_WORDS = {"true": "True", "false": "False", "yes": "True", "no": "False", "null": "None", "~": "None"}
