"""What a Python file imports, and the files of settings it names, told from its bytes: parsing costs far more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from residency_lint.resolve.program import Program

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.MULTILINE
)
_SETTINGS = re.compile(
    rb"""((?:["'][\w.-]{1,60}["'][ \t]*[,/][ \t]*){0,3})"""
    rb"""["'/]([\w.-][\w./-]{0,200}\.(?:ya?ml|json|toml|ini|cfg|conf|env)|[\w./-]{0,200}\.env[._-][\w.-]{1,60})["']"""
)
_FOLDER = re.compile(r"[\w.-]+")
_NAME = re.compile(r"[\w.]+|\*")


def paths_imported(path: str, program: Program) -> Iterator[str]:
    """The files of the repository that a file imports, or that lie where a name is that it imports.

    A text that reads as an import, and the new name after `as`, count as well: they lead nowhere, as a rule.
    """
    for found in _IMPORT.finditer(program.data_at(path)):
        module, names, modules = (os.fsdecode(group or b"") for group in found.groups())
        for name in _NAME.findall(names or modules):
            full = (module, f"{module.rstrip('.')}.{name}") if module else (name,)
            yield from filter(None, (program.path_of(path, one) for one in full if "*" not in one))


def foreign_packages(path: str, program: Program) -> Iterator[str]:
    """The packages that a file imports and that are not the repository's."""
    for found in _IMPORT.finditer(program.data_at(path)):
        module, names, modules = (os.fsdecode(group or b"") for group in found.groups())
        told = (
            [module] if module else [part.split()[0] for part in modules.partition("#")[0].split(",") if part.strip()]
        )
        for one in told:
            full = (one, *(f"{one}.{name}" for name in _NAME.findall(names) if name != "*"))
            if not one.startswith(".") and not any(program.path_of(path, other) for other in full):
                yield one.partition(".")[0]


def importers(path: str, program: Program) -> tuple[str, ...]:
    """The files that import a module, by its path."""
    itself = normpath(path.replace("\\", "/"))
    if itself not in program.importers:
        *_, folder, name = ("", *itself.removesuffix(".py").split("/"))
        stem = folder if name == "__init__" else name
        others = program.files_naming(stem, path) if stem else ()
        leading = (other for other in others if other != path and itself in paths_imported(other, program))
        program.importers[itself] = tuple(leading)
    return program.importers[itself]


def settings_named(path: str, program: Program) -> Iterator[str]:
    """The files of settings whose names stand in a file, beside it or above, or in the folders that are named before
    them: `HERE / "config" / "app.yaml"`."""
    for name in dict.fromkeys(name for found in _SETTINGS.finditer(program.data_at(path)) for name in _names(found)):
        folder = dirname(path)
        while not program.is_file(normpath(join(folder, name))) and folder not in ("", ".", "/"):
            folder = dirname(folder)
        if program.is_file(found := normpath(join(folder, name))):
            yield found


def _names(found: re.Match[bytes]) -> Iterator[str]:
    name = os.fsdecode(found[2])
    yield name
    if folders := _FOLDER.findall(os.fsdecode(found[1])):
        yield "/".join((*folders, name))
