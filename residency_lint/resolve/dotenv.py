"""Which `.env` files a program loads, and whether they win over its environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import dirname, join, normpath

from msgspec import Struct

from residency_lint.expressions import Call, Constant, Expression, Site, Text
from residency_lint.facts import ScopeKind
from residency_lint.resolve.imports import paths_imported
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit

_MOST_NEIGHBOURS = 24


class Dotenv(Struct, frozen=True):
    """A file that is read into the environment. `wins`: over what is set already."""

    unit: Unit
    wins: bool = False


def loaded(unit: Unit, program: Program, *, before: tuple[Site, int] | None = None) -> Iterator[Dotenv]:
    """The files that a program loads, by its own calls or those of modules near it, the last one first.

    `before`: where in the file the question is asked; a call of the module's body that comes later is too late, and so
    is one in a module that imports the file before it makes the call.
    """
    for there in neighbours(unit, program, _LOADS):
        for call in reversed(loading_calls(there)):
            if before is not None and _is_later(call, there, before, unit, program):
                continue
            if _is_loader(call, there, program):
                for path in named_files(call, there) or (".env",):
                    found = found_file(path, there, program)
                    if found is not None:
                        yield Dotenv(found, _wins(call))


def loading_calls(unit: Unit) -> list[Call]:
    """The calls that, by their names, load env files."""
    return [*unit.calls_by_name.get("load_dotenv", []), *unit.calls_by_name.get("read_env", [])]


def _is_later(call: Call, there: Unit, before: tuple[Site, int], unit: Unit, program: Program) -> bool:
    """Whether a call runs when the question has been asked already."""
    if there is unit:
        return is_too_late(call.site, call.span.start, before, unit)
    runs_at_once = all(
        owner.scope(site.scope).kind is not ScopeKind.FUNCTION
        for owner, site in ((there, call.site), (unit, before[0]))
    )
    return runs_at_once and any(
        unit.facts.path in _run_by(program.path_of(there.facts.path, module), program)
        for entry in there.facts.imports
        if entry.span.start < call.span.start and entry.site.scope == 0 and not entry.site.guards
        for module in (entry.module, f"{entry.module.rstrip('.')}.{entry.name}")
    )


def _run_by(path: str, program: Program) -> dict[str, None]:
    """The files that run when one is imported: itself, and the nearest that it imports."""
    found = dict.fromkeys([path] if path else ())
    for one in list(found):
        found |= dict.fromkeys(islice(paths_imported(one, program), _MOST_NEIGHBOURS))
    return found


def neighbours(unit: Unit, program: Program, holding: re.Pattern[bytes]) -> Iterator[Unit]:
    """A file, and of those that it imports of the repository, and the modules near it that programs start from, the
    ones whose bytes hold something: parsing costs far more than that look."""
    yield unit
    key = id(unit), holding.pattern
    if key not in program.neighbours:
        near = _near(unit, program)
        program.neighbours[key] = tuple(path for path in near if holding.search(program.data_at(path)))
    for path in program.neighbours[key]:
        there = program.unit_at(path)
        if there is not None and there is not unit:
            yield there


def _near(unit: Unit, program: Program) -> tuple[str, ...]:
    key = id(unit), b""
    if key not in program.neighbours:
        program.neighbours[key] = tuple(_paths_near(unit, program))
    return program.neighbours[key]


def _paths_near(unit: Unit, program: Program) -> Iterator[str]:
    near = dict.fromkeys(paths_imported(unit.facts.path, program))
    for path in tuple(near):
        near |= dict.fromkeys(paths_imported(path, program))
    folder = dirname(unit.facts.path)
    paths = [*list(near)[:_MOST_NEIGHBOURS], *(normpath(join(folder, name)) for name in _ENTRIES)]
    while folder and folder not in (".", "/"):
        folder = dirname(folder)
        paths += [normpath(join(folder, name)) for name in _ENTRIES]
    yield from filter(program.is_file, dict.fromkeys(paths))


def found_file(path: str, unit: Unit, program: Program) -> Unit | None:
    """The file that a path names: beside the one that names it, or above."""
    path = path.replace("\\", "/").removeprefix("./")
    folder = dirname(unit.facts.path)
    while True:
        found = program.unit_at(normpath(join(folder, path)))
        if found is not None or not folder or folder in (".", "/"):
            return found
        folder = dirname(folder)


def is_too_late(site: Site, position: int, before: tuple[Site, int], unit: Unit) -> bool:
    """Whether what stands at `site` runs after what stands `before` it in the same file, both with the module."""
    place, start = before
    runs_at_once = all(unit.scope(s.scope).kind is not ScopeKind.FUNCTION for s in (site, place))
    return (runs_at_once or site.scope == place.scope) and position > start


def path_in(expression: Expression, unit: Unit) -> str:
    """The file name that the texts of an expression make: `BASE / "config" / ".env"`."""
    if isinstance(expression, Text):
        return expression.text
    texts = [m.text.text for m in unit.mentions if expression.span.contains(m.text.span)]
    return "/".join(text.strip("/") for text in texts if text not in ("r", "rb", "utf-8", "utf8"))


def _is_loader(call: Call, unit: Unit, program: Program) -> bool:
    names = {target.name for target in targets(call.function, unit, call.site, program)}
    if names:
        return bool(names & _LOADERS)
    # `env.read_env()`, whatever module made `env`
    return any(entry.module.partition(".")[0] in ("environ", "environs") for entry in unit.facts.imports)


def named_files(call: Call, unit: Unit) -> tuple[str, ...]:
    """The files that a call names: its first argument, or the one for the path."""
    named = [a.value for a in call.arguments if a.name in ("dotenv_path", "path", "env_file")]
    given = named or [a.value for a in call.arguments[:1] if not a.name]
    paths = (path_in(value, unit) for value in given)
    return tuple(path for path in paths if path)


def _wins(call: Call) -> bool:
    return any(
        a.name in ("override", "overwrite") and isinstance(a.value, Constant) and a.value.text == "True"
        for a in call.arguments
    )


_LOADS = re.compile(rb"load_dotenv|read_env")
_LOADERS = {"dotenv.load_dotenv", "dotenv.main.load_dotenv", "environ.Env.read_env", "environs.Env.read_env"}
_ENTRIES = (
    "main.py",
    "app.py",
    "__main__.py",
    "manage.py",
    "wsgi.py",
    "asgi.py",
    "__init__.py",
    "settings.py",
    "config.py",
)
"""Names of modules that programs start from, or that set them up."""
