"""The files of a run: the only module that reads the code under scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from residency_lint.disk import Disk
from residency_lint.errors import Unreadable
from residency_lint.gate import Gate, gate_for, read_bytes
from residency_lint.languages import reader_for
from residency_lint.repository import Repository
from residency_lint.skips import Skip

if TYPE_CHECKING:
    from residency_lint.catalog import Catalog
    from residency_lint.facts import Facts
    from residency_lint.findings import Finding
    from residency_lint.resolve.program import Program
    from residency_lint.resolve.units import Unit
    from residency_lint.source import Source

_LARGEST = 16_000_000
"""Bytes of a candidate; a larger one is not parsed, and the report says so."""

_LARGEST_FOLLOWED = 256_000
"""Bytes of a file that is parsed only because another one leads to it: a larger one is generated, and tells nothing."""

_MOST_HELD = 4_000_000
"""Bytes of parsed files; what is made of them takes some fifteen times as much."""
_MOST_VALUES = 40_000
"""Expressions whose values are remembered: again as much."""


@dataclass
class Tree:
    """The files of a run: read once, parsed once. `changes` stands in for what is on disk."""

    changes: Mapping[str, bytes] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)
    """Files that were worth reading, in the order of the run."""
    _sources: dict[str, Source | Skip] = field(default_factory=dict)
    _facts: dict[str, Facts] = field(default_factory=dict)
    _units: dict[str, Unit] = field(default_factory=dict)
    _programs: dict[int, Program] = field(default_factory=dict)
    _passing: dict[tuple[str, int], bool] = field(default_factory=dict)
    _parsed: set[str] = field(default_factory=set)
    _held: int = 0
    disk: Disk = field(default_factory=Disk)

    @cached_property
    def _repository(self) -> Repository:
        return Repository(self.data, self.disk, self.changes, self._parsed)

    def changed(self, changes: Mapping[str, bytes]) -> Tree:
        """The same files with others in the place of some; what was read of the rest is kept."""
        sources = {path: source for path, source in self._sources.items() if path not in changes}
        facts = {path: known for path, known in self._facts.items() if path not in changes}
        return Tree({**self.changes, **changes}, _sources=sources, _facts=facts, _parsed=set(facts))

    def rest(self) -> None:
        """To be called between two files: forgets what was parsed and found out where it would fill memory. What the
        disk has said, and what was searched for, stays known."""
        values = sum(len(one.values_known) + len(one.everywhere.values_known) for one in self._programs.values())
        if self._held > _MOST_HELD or values > _MOST_VALUES:
            for known in (self._sources, self._facts, self._units, self._programs):
                known.clear()
            self._held = 0

    def data(self, path: str) -> bytes | Skip:
        # Not kept: most files are looked at once, by the gate.
        return self.changes[path] if path in self.changes else read_bytes(path)

    def source(self, path: str) -> Source | Skip:
        if path not in self._sources:
            from residency_lint.decoding import source_of

            data = self.data(path)
            self._saw(path, data)
            if isinstance(data, bytes) and len(data) > _LARGEST:
                data = Skip(path, f"{len(data):,} bytes, more than {_LARGEST:,}: not parsed; exclude it")
            self._sources[path] = data if isinstance(data, Skip) else source_of(path, data)
        return self._sources[path]

    def known_source(self, path: str) -> Source | None:
        source = self.source(path)
        return None if isinstance(source, Skip) else source

    def facts(self, source: Source) -> Facts:
        """What a source says; by the lexer where its reader refuses it, and then with a note."""
        if source.path not in self._facts:
            self._parsed.add(source.path)
            self._held += len(source.data)
            language, read = reader_for(source.path)
            try:
                self._facts[source.path] = read(source)
            except Unreadable as error:
                from residency_lint.languages.python_text import read_refused

                assert language == "python"
                self._facts[source.path] = read_refused(source, str(error))
        return self._facts[source.path]

    def unit(self, source: Source, facts: Facts) -> Unit:
        if source.path not in self._units:
            from residency_lint.resolve.units import Unit

            self._units[source.path] = Unit(facts)
        return self._units[source.path]

    def program(self, catalog: Catalog) -> Program:
        """The program as far as it is asked for. Names are only followed into files that can lead to an SDK."""
        if id(catalog) not in self._programs:
            modules, words = sdk_words(catalog)
            gate = gate_for(frozenset(), words, modules)
            # Only a run with a candidate pays for what follows names and values.
            from residency_lint.files_around import FilesAround
            from residency_lint.resolve.program import Program

            around, roots = FilesAround(self.disk.names), self._repository.source_roots
            self._programs[id(catalog)] = Program(
                self._unit_at,
                self._is_file,
                self._bytes_at,
                lambda path: self._passes(path, gate),
                around.environment_files,
                around.requirement_files,
                source_roots=roots,
                files_beside=around.files_beside,
            )
            self._programs[id(catalog)].whole = Program(
                self._unit_at,
                self._is_file,
                self._bytes_at,
                lambda path: True,
                around.environment_files,
                around.requirement_files,
                self._repository.files_naming,
                self._repository.files_setting,
                self._repository.is_never_set,
                roots,
                around.files_beside,
            )
        return self._programs[id(catalog)]

    def names_something(self, catalog: Catalog) -> Callable[[str], bool]:
        """Whether a text holds an atom of any region: what is allowed counts, for it may stand beside what is not."""
        gate = gate_for(catalog.atoms)
        return lambda text: text in catalog.setting_words or gate.is_candidate(text.encode("utf-8", "replace"))

    def is_named_in(self, catalog: Catalog) -> Callable[[str], bool]:
        """The same of a file."""
        gate = gate_for(catalog.atoms)
        return lambda path: self._passes(path, gate)

    def _is_file(self, path: str) -> bool:
        return path in self.changes or self.disk.is_file(path)

    def _bytes_at(self, path: str) -> bytes:
        data = self._repository.bytes_at(path) if self._is_file(path) else b""
        if data:
            self._saw(path, data)
        return data

    def _saw(self, path: str, data: bytes | Skip) -> None:
        if path not in self.changes:
            self.disk.saw(path, data)

    def _unit_at(self, path: str) -> Unit | None:
        if path not in self._units and not self._is_followed(path):
            return None
        source = self.source(path)
        return None if isinstance(source, Skip) else self.unit(source, self.facts(source))

    def _is_followed(self, path: str) -> bool:
        data = self._bytes_at(path)
        # What is too large to be looked into comes as nothing at all.
        return len(data) <= _LARGEST_FOLLOWED if data else self._is_file(path) and self.data(path) == b""

    def _passes(self, path: str, gate: Gate) -> bool:
        key = path, id(gate)
        if key not in self._passing:
            data = self._bytes_at(path)
            self._passing[key] = b"import *" in data or gate.is_candidate(data)
        return self._passing[key]

    def sources_of(self, findings: Iterable[Finding]) -> dict[str, Source]:
        """The sources that findings, their chains and their edits lie in."""
        paths = set()
        for finding in findings:
            paths.add(finding.path)
            paths.update(step.path for step in finding.sighting.chain)
            if finding.fix is not None:
                paths.update(edit.path for edit in finding.fix.edits)
        found = {path: self.known_source(path) for path in sorted(paths)}
        return {path: source for path, source in found.items() if source is not None}


def sdk_words(catalog: Catalog) -> tuple[frozenset[str], frozenset[str]]:
    """What starts an SDK: its packages, and the classes that bear its name (they may be passed on by any module)."""
    return catalog.sdk_roots, catalog.sdk_words - catalog.sdk_roots
