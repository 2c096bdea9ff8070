"""Where other files of the repository read what a module binds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from posixpath import normpath

from residency_lint.facts import Import, Read
from residency_lint.resolve.imports import importers
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit

_DEEPEST = 3


def reads_elsewhere(name: str, unit: Unit, program: Program, depth: int = 0) -> Iterator[tuple[Unit, Read]]:
    """The reads of a module's name in the files that import the module or the name, by way of re-exports as well."""
    for there, entry, is_module in _importers(name, unit, program):
        if is_module:
            # `settings.HOST`, whatever the module is called there.
            found = [read for read in there.reads_by_word.get(name, ()) if not _begins_with(read, name)]
        elif entry.name in (name, "*"):
            bound = entry.bound or name
            found = [read for read in there.reads_by_word.get(bound, ()) if _begins_with(read, bound)]
            if entry.site.scope == 0 and depth < _DEEPEST:
                yield from reads_elsewhere(bound, there, program, depth + 1)
        else:
            continue
        for start in dict.fromkeys(read.span.start for read in found):
            yield there, there.widest_reads[start]


def _begins_with(read: Read, name: str) -> bool:
    return read.name.partition(".")[0] == name


def _importers(name: str, unit: Unit, program: Program) -> Iterator[tuple[Unit, Import, bool]]:
    """The imports of a module or of something in it, in files that can read a name of it, tests apart; whether it is
    the module itself."""
    word = re.compile(rb"(?<!\w)%b(?!\w)|import[ \t]*\*" % os.fsencode(name))
    itself = _path(unit)
    for path in importers(unit.facts.path, program):
        there = program.unit_at(path) if word.search(program.data_at(path)) else None
        if there is None or there.facts.is_test:
            continue
        for entry in there.facts.imports:
            if entry.name and program.path_of(path, entry.module) == itself:
                yield there, entry, False
                continue
            joined = entry.module if not entry.name or entry.module.endswith(".") else f"{entry.module}."
            if program.path_of(path, joined + ("" if entry.name == "*" else entry.name)) == itself:
                yield there, entry, True


def _path(unit: Unit) -> str:
    """As imports lead to it."""
    return normpath(unit.facts.path.replace("\\", "/"))
