"""Files that give a running program its environment: images, compose, Kubernetes, Terraform, platforms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from posixpath import dirname, join, normpath

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import Text
from residency_lint.facts import Mention, Role
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

_DEEPEST = 5


class Strength(IntEnum):
    """Of two that set a variable, the stronger one counts."""

    IMAGE = 1
    FILE = 2
    RUN = 3


class Line(Struct, frozen=True):
    """What sets a variable: a text, in a file."""

    text: Text
    unit: Unit
    mention: Mention
    strength: Strength


def deployed(variable: str, unit: Unit, program: Program) -> list[Line]:
    """What gives a file's program a variable; of several, the strongest."""
    key = variable, program.environment_files(unit.facts.path)
    if key not in program.deployed:
        found: list[Line] = []
        for path in key[1]:
            there = None if is_dotenv(path) else program.unit_at(path)
            if there is not None:
                found += _lines(variable, there, program)
        strongest = max((line.strength for line in found), default=None)
        strong = [line for line in found if line.strength == strongest]
        # What a compose file says is replaced by the file that is named after it for that.
        overriding = [line for line in strong if ".override." in line.unit.facts.path]
        program.deployed[key] = overriding or strong
    lines: list[Line] = program.deployed[key]  # type: ignore[assignment]
    return lines


def is_dotenv(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".env")


def mentions_of(variable: str, unit: Unit, *, any_case: bool = False) -> list[Mention]:
    """The values that a file has under a name, whatever stands around it."""
    names = unit.values_by_key.get(variable, [])
    if any_case and not names:
        names = [m for key, ms in unit.values_by_key.items() if key.lower() == variable.lower() for m in ms]
    return names


def _lines(variable: str, unit: Unit, program: Program) -> Iterator[Line]:
    """The last line of an image that sets a variable; all of what runs it."""
    path = unit.facts.path
    mentions = [m for m in mentions_of(variable, unit) if sets_variable(m, unit)] + list(_merged(variable, unit))
    is_image = unit.facts.language == "dockerfile"
    for mention in mentions[-1:] if is_image else mentions:
        text = _expanded(mention.text, unit, program, 0)
        if text is not None:
            strength = Strength.IMAGE if is_image else Strength.RUN
            yield Line(replace(text, path=text.path or path), unit, mention, strength)
    for mention in unit.values_by_key.get("Environment", []) if unit.facts.language == "ini" else ():
        if mention.text.text.startswith(f"{variable}="):
            text = _part(mention.text, len(variable) + 1, len(mention.text.text))
            yield Line(replace(text, path=path), unit, mention, Strength.RUN)
    yield from _lines_of_files(variable, unit, program).values()


def _lines_of_files(variable: str, unit: Unit, program: Program) -> dict[tuple[str, ...], Line]:
    """The service of a compose file → the line that counts of the files it names: of several, that of the last."""
    found: dict[tuple[str, ...], Line] = {}
    for mention in _env_files(unit):
        there = program.unit_at(normpath(join(dirname(unit.facts.path), mention.text.text)))
        for inner in mentions_of(variable, there)[-1:] if there else ():
            assert there is not None
            service = mention.keys[: mention.keys.index("env_file")]
            found[service] = Line(said(inner, there, program), there, inner, Strength.FILE)
    return found


def said(mention: Mention, unit: Unit, program: Program) -> Text:
    """What a line of an env file gives, with those it refers to put in; as it stands where these cannot be told."""
    here = replace(mention.text, path=unit.facts.path)
    return _expanded(here, unit, program, 0) or here


def _env_files(unit: Unit) -> list[Mention]:
    """In their order."""
    short = (m for m in unit.values_by_key.get("env_file", []) if m.keys[-1:] == ("env_file",))
    long = (m for m in unit.values_by_key.get("path", []) if m.keys[-2:-1] == ("env_file",))
    return sorted((*short, *long), key=lambda m: m.text.span)


def sets_variable(mention: Mention, unit: Unit) -> bool:
    """Whether a value under a variable's name is given to a program."""
    language = unit.facts.language
    if mention.role not in (Role.VALUE, Role.IDENTIFIER):
        return False
    if language == "dockerfile":
        return mention.keys[0] == "ENV"
    if language in ("env", "shell"):
        return True
    outer = {key.lower() for key in mention.keys[:-1]}
    return bool(outer & _GIVEN) or (outer == {"data"} and _is_config_map(unit))


def _merged(variable: str, unit: Unit) -> Iterator[Mention]:
    """What an environment repeats of what stands elsewhere in the file, and does not say anew: `<<: *common`."""
    named = mentions_of(variable, unit) if unit.facts.aliases else []
    for keys, original in environments_repeating(unit):
        if not any(mention.keys == (*keys, variable) for mention in named):
            yield from (mention for mention in named if mention.keys == (*original, variable))


def environments_repeating(unit: Unit) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The keys of environments that repeat what stands under other keys, each with these."""
    for copy, original in unit.facts.aliases:
        keys = copy[:-1] if copy[-1] == "<<" else copy
        if {key.lower() for key in keys} & _GIVEN:
            yield keys, original


def _is_config_map(unit: Unit) -> bool:
    return any(kind.text.text == "ConfigMap" for kind in unit.values_by_key.get("kind", []))


_GIVEN = frozenset(
    "environment env envs extraenv extraenvvars envvars env_vars env_variables environment_variables "
    "environmentvariables app_settings config_vars".split()
)
"""Keys below which the environment of a program stands."""


def _expanded(text: Text, unit: Unit, program: Program, depth: int) -> Text | None:
    """What `$X`, `${X:-default}` and `{{ .Values.x }}` stand for; None where that cannot be told."""
    if depth > _DEEPEST:
        return None
    if found := _REFERENCE.fullmatch(text.text):
        name = found["name"] or found["bare"]
        inner = _referred(name, unit, program)
        # With a colon an empty value is taken for none.
        if inner is not None and (inner.text or not (found["sign"] or "").startswith(":")):
            return _expanded(inner, unit, program, depth + 1)
        return _part(text, *found.span("default")) if found["default"] is not None else None
    if unit.facts.language == "hcl" and (found := _TERRAFORM.fullmatch(text.text)):
        inner = _of_module(found["kind"], found["name"], unit, program)
        return _expanded(inner, program.unit_at(inner.path) or unit, program, depth + 1) if inner is not None else None
    if found := _TEMPLATE.fullmatch(text.text):
        return _of_chart(tuple(found["path"].split(".")), unit, program)
    is_image = unit.facts.language == "dockerfile"
    is_template = "{{" in text.text or "${" in text.text or (is_image and "$" in text.text)
    return _filled(text, unit, program, depth) if is_template else text


def _filled(text: Text, unit: Unit, program: Program, depth: int) -> Text | None:
    """A text with the references in it put in, each piece at its own place: `https://api.${SITE:-example.com}`."""
    pieces: list[tuple[int, Text]] = []
    whole, end = "", 0
    for found in _REFERENCE.finditer(text.text):
        before, inner = _part(text, end, found.start()), _expanded(_part(text, *found.span()), unit, program, depth + 1)
        if inner is None:
            return None
        for part in (replace(before, path=unit.facts.path), replace(inner, path=inner.path or unit.facts.path)):
            pieces += [(len(whole), part)] if part.text else []
            whole += part.text
        end = found.end()
    rest = replace(_part(text, end, len(text.text)), path=unit.facts.path)
    whole, pieces = whole + rest.text, [*pieces, *([(len(whole), rest)] if rest.text else [])]
    unread = "{{" in whole or "${" in whole
    return None if unread or not pieces else replace(text, text=whole, plain=False, pieces=tuple(pieces))


_REFERENCE = re.compile(
    r"\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<sign>:?[-=])(?P<default>[^{}]*))?\})"
)
_TEMPLATE = re.compile(r"\{\{-?\s*\.Values\.(?P<path>[\w.]+)(?:\s*\|\s*\w+)*\s*-?\}\}")


_TERRAFORM = re.compile(r"(?:\$\{\s*)?(?P<kind>local|var)\.(?P<name>\w+)(?:\s*\})?")


def _referred(name: str, unit: Unit, program: Program) -> Text | None:
    """A build argument's default, or a variable of the image; another line of an env file; beside a compose file, a
    line of its `.env`."""
    if unit.facts.language == "dockerfile":
        said = [m.text for m in mentions_of(name, unit) if m.keys[0] in ("ARG", "ENV")]
        # `ENV X=$X` hands the argument on.
        said = [text for text in said if text.text not in (f"${name}", f"${{{name}}}")]
        return said[-1] if said else None
    is_env = unit.facts.language == "env"
    beside = unit if is_env else program.unit_at(join(dirname(unit.facts.path), ".env"))
    lines = mentions_of(name, beside) if beside else []
    return replace(lines[-1].text, path=beside.facts.path) if beside and lines else None


def _of_module(kind: str, name: str, unit: Unit, program: Program) -> Text | None:
    """A local value of a Terraform module; a variable as the module's settings give it, else its default."""
    folder = dirname(unit.facts.path)
    beside = [normpath(join(folder, file)) for file in _TERRAFORM_FILES]
    wanted = [("locals", name)] if kind == "local" else [(name,), ("variable", name, "default")]
    for keys in wanted:
        for path in (unit.facts.path, *beside):
            there = program.unit_at(path)
            for mention in mentions_of(keys[-1], there) if there is not None else ():
                if mention.keys == keys and (len(keys) > 1 or path.endswith(".tfvars")):
                    return replace(mention.text, path=path)
    return None


_TERRAFORM_FILES = ("terraform.tfvars", "locals.tf", "variables.tf", "vars.tf", "main.tf")


def _of_chart(keys: tuple[str, ...], unit: Unit, program: Program) -> Text | None:
    """A value of the chart that a template belongs to."""
    folder = dirname(unit.facts.path)
    for path in (join(folder, "values.yaml"), join(dirname(folder), "values.yaml")):
        there = program.unit_at(normpath(path))
        for mention in mentions_of(keys[-1], there) if there else ():
            if mention.keys == keys:
                return replace(mention.text, path=normpath(path))
    return None


def _part(text: Text, start: int, end: int) -> Text:
    """Some of a text's characters, at their own place."""
    if not text.plain or not text.text.isascii():
        return replace(text, text=text.text[start:end], plain=False)
    return replace(text, text=text.text[start:end], span=Span(text.span.start + start, text.span.start + end))
