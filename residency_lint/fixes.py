"""Edits to bytes, grouped into fixes that happen whole or not at all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from msgspec import Struct

from residency_lint.source import Span


class Applicability(IntEnum):
    """How much a person must know before a fix is right: shown only, unsafe, safe."""

    DISPLAY = 0
    UNSAFE = 1
    SAFE = 2


class Edit(Struct, frozen=True, order=True):
    """Bytes `span` of `path` become `text`."""

    path: str
    span: Span
    text: str


class Slot(Struct, frozen=True):
    """Where another value can be written, and what stands around it there."""

    span: Span
    before: str = ""
    after: str = ""

    def edit(self, path: str, value: str) -> Edit:
        return Edit(path, self.span, self.before + value + self.after)


class Fix(Struct, frozen=True):
    """What would make a finding right. All its edits are applied, or none."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability
    consequence: str = ""


def selected(fixes: Iterable[Fix]) -> tuple[list[Fix], list[Fix]]:
    """The fixes that can be applied together, by position, and the ones an earlier one stands in the way of."""
    taken: list[Fix] = []
    rejected: list[Fix] = []
    edits: dict[str, list[Edit]] = {}
    for fix in sorted(fixes, key=lambda fix: (min(fix.edits), sorted(fix.edits))):
        if any(_clashes(edit, edits.get(edit.path, [])) for edit in fix.edits):
            rejected.append(fix)
            continue
        taken.append(fix)
        for edit in fix.edits:
            known = edits.setdefault(edit.path, [])
            index = bisect_left(known, edit)
            if known[index : index + 1] != [edit]:
                known.insert(index, edit)
    return taken, rejected


def _clashes(edit: Edit, taken: Sequence[Edit]) -> bool:
    """Whether an edit meets another one of a path's sorted, disjoint ones.

    Two insertions at one point clash as well, their order being unknown; an identical edit does not.
    """
    index = bisect_left(taken, edit)
    if taken[index : index + 1] == [edit]:
        return False
    return any(_meet(edit, other) for other in taken[max(0, index - 1) : index + 1])


def _meet(one: Edit, other: Edit) -> bool:
    return one.span.overlaps(other.span) or one.span.start == other.span.start


def apply(data: bytes, edits: Iterable[Edit], encoding: str) -> bytes:
    """`data` with the edits made, each encoded; identical edits count once.

    Raises ValueError when two edits overlap or a text cannot be encoded.
    """
    ordered = sorted(set(edits))
    pieces: list[bytes] = []
    position = 0
    for index, edit in enumerate(ordered):
        if index and _meet(ordered[index - 1], edit):
            raise ValueError(f"{edit.path}: edits overlap at byte {edit.span.start}")
        pieces += (data[position : edit.span.start], edit.text.encode(encoding))
        position = edit.span.end
    return b"".join([*pieces, data[position:]])


def edits_by_path(fixes: Sequence[Fix]) -> Mapping[str, list[Edit]]:
    by_path: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            by_path.setdefault(edit.path, []).append(edit)
    return by_path
