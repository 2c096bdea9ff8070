"""What the search for sightings in one file works with, and where in the bytes a piece of text stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.catalog import Catalog
from residency_lint.expressions import Text
from residency_lint.facts import Facts, Mention, Role
from residency_lint.findings import Context
from residency_lint.fixes import Edit
from residency_lint.places import Region
from residency_lint.resolve.imports import paths_imported, settings_named
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit
from residency_lint.source import Source, Span


class Scene(Struct, frozen=True, dict=True):
    """One file, the catalogue, and the rest of the program as far as it is asked for.

    `wanted`: vendor → the regions a rewrite may lead to, best first.
    """

    source: Source
    unit: Unit
    catalog: Catalog
    program: Program
    sources: Callable[[str], Source | None]
    wanted: Callable[[str], tuple[str, ...]]
    names_something: Callable[[str], bool]
    """Whether a text holds any of the catalogue's atoms."""
    is_named_in: Callable[[str], bool]
    """Whether a file does."""

    @property
    def facts(self) -> Facts:
        return self.unit.facts

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def can_put_together(self) -> bool:
        """Whether anything in the file's reach, which is wide for a program, could be a part of a destination."""
        if self.facts.language != "python":
            return True
        texts = {mention.text.text for mention in self.facts.mentions}
        if not texts.isdisjoint(self.catalog.labels) or any(map(self.names_something, texts)):
            return True
        near = dict.fromkeys(paths_imported(self.path, self.program))
        far = (path for one in near for path in paths_imported(one, self.program))
        settings = (path for one in (self.path, *near) for path in settings_named(one, self.program))
        return any(map(self.is_named_in, chain(near, self.program.environment_files(self.path), settings, far)))

    def regions(self, vendor: str) -> Mapping[str, Region]:
        return self.catalog.regions(vendor)

    def source_of(self, text: Text) -> Source:
        if not text.path or text.path == self.path:
            return self.source
        return self.sources(text.path) or self.source

    def locate(self, text: Text, start: int, end: int) -> tuple[str, Span]:
        """File and bytes of the characters `start` to `end` of a text; of a folded one, those in the piece where
        they begin."""
        piece, offset = _piece_at(text, start)
        source = self.source_of(piece)
        last = min(end - offset, len(piece.text))
        raw = _raw_offsets(piece, source, max(0, start - offset), last)
        if raw is None:
            return source.path, piece.span
        return source.path, raw

    def edit(self, text: Text, start: int, end: int, new: str) -> Edit | None:
        """The smallest edit that makes `start` to `end` of a text read `new`; None when it cannot be made in one
        place, or an escape stands in the way."""
        first, last = changed(text, start, end, new)
        head, tail = first - start, end - last
        piece, offset = _piece_at(text, first if first < last else max(start, first - 1))
        if last - offset > len(piece.text) or first < offset:
            return None
        source = self.source_of(piece)
        span = _raw_offsets(piece, source, first - offset, last - offset)
        if span is not None:
            return Edit(source.path, span, new[head : len(new) - tail])
        # An escape beside the place that changes: what is replaced as a whole may still stand there unescaped.
        span = _raw_offsets(piece, source, start - offset, end - offset) if start >= offset else None
        return None if span is None or end - offset > len(piece.text) else Edit(source.path, span, new)


def changed(text: Text, start: int, end: int, new: str) -> tuple[int, int]:
    """The characters that differ when `start` to `end` of a text read `new`; an empty range where some are added."""
    old = text.text[start:end]
    head = _shared(old, new)
    tail = min(_shared(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    return start + head, end - tail


def is_silent(path: str) -> bool:
    """Whether nothing in a file of this name is ever sent."""
    return bool(_SILENT_NAME.search(path))


def context_of(mention: Mention, facts: Facts) -> Context | None:
    """What kind of place a text stands in, None where it cannot name a destination."""
    if mention.role in _SILENT or (facts.language == "python" and mention.role is Role.PROSE):
        return None
    if facts.is_test:
        return None
    if mention.role is Role.PROSE:
        return Context.DOCUMENTATION
    if mention.role is Role.PERMITTED:
        return Context.PERMISSION
    if _SAMPLE_NAME.search(facts.path):
        return Context.SAMPLE
    if _CI_PATH.search(facts.path) and mention.keys and mention.keys[-1] in ("image", "container"):
        return Context.BUILD
    if _MIGRATION.search(facts.path) and mention.keys[-1:] == ("default",):
        return Context.GENERATED
    return Context.CODE


_SILENT_NAME = re.compile(
    r"(?i)(?:^|/)(?:(?:changelog|changes|history|news|licen[cs]e|copying|notice|third[-_]party[-_]\w+)(?:\.\w+)?"
    r"|pytest\.ini|tox\.ini|noxfile\.py|\.coveragerc)$|\.dist-info/RECORD$|\.(?:js|css|mjs)\.map$"
)
"""Change logs, licences and listings send nothing, settings of a test runner nothing real."""
_SAMPLE_NAME = re.compile(r"(?i)\.(?:example|sample|dist)(?:\.\w+)?$")
"""`.env.example` and its like set nothing; a `.template` is filled in and deployed."""
_CI_PATH = re.compile(
    r"(?:^|/)(?:\.circleci|\.github/workflows|\.buildkite)/|(?:^|/)(?:\.gitlab-ci|\.travis|\.drone|azure-pipelines"
    r"|bitbucket-pipelines|appveyor)[\w.-]*$"
)


_MIGRATION = re.compile(r"(?:^|/)migrations/\d{4}_\w+\.py$")
"""Written from the models, whose defaults it repeats."""
_SILENT = frozenset(
    {
        Role.PRINTED,
        Role.COMPARED,
        Role.DESCRIBED,
        Role.KEY,
        Role.ASSERTED,
        Role.LISTED,
        Role.DEAD,
        Role.IDENTIFIER,
    }
)


def _piece_at(text: Text, index: int) -> tuple[Text, int]:
    """The piece of a folded text that holds a character, and where the piece starts."""
    if not text.pieces:
        return text, 0
    at = max(0, bisect_right([start for start, _ in text.pieces], index) - 1)
    start, piece = text.pieces[at]
    return (replace(piece, path=piece.path or text.path)), start


def _raw_offsets(piece: Text, source: Source, start: int, end: int) -> Span | None:
    """The bytes of a piece's characters, also where escapes shift them, as long as the characters stand there
    themselves."""
    start, end = max(0, start), max(0, end)
    if piece.plain:
        head = len(piece.text[:start].encode(source.encoding))
        size = len(piece.text[start:end].encode(source.encoding))
        return Span(piece.span.start + head, piece.span.start + head + size)
    wanted = piece.text[start:end] or piece.text[max(0, start - 8) : start]
    raw = source.slice(piece.span)
    if not wanted or raw.count(wanted) != 1 or piece.text.count(wanted) != 1:
        return None
    index = raw.index(wanted) + (0 if end > start else len(wanted))
    head = piece.span.start + len(raw[:index].encode(source.encoding))
    return Span(head, head + len(raw[index : index + max(0, end - start)].encode(source.encoding)))


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
