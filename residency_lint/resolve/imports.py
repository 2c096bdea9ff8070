"""What a Python file imports, and the files of settings it names, told from its bytes: parsing costs far more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from residency_lint.resolve.program import Program

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.MULTILINE
)
_SETTINGS = re.compile(rb"""["'/]([\w.-][\w./-]*\.(?:ya?ml|json|toml|ini|cfg|conf))["']""")
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


def settings_named(path: str, program: Program) -> Iterator[str]:
    """The files of settings whose names stand in a file, beside it or above."""
    for name in {os.fsdecode(found[1]) for found in _SETTINGS.finditer(program.data_at(path))}:
        folder = dirname(path)
        while not program.is_file(normpath(join(folder, name))) and folder not in ("", ".", "/"):
            folder = dirname(folder)
        if program.is_file(found := normpath(join(folder, name))):
            yield found
