"""Edits to bytes, grouped into fixes that happen whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from residency_lint.source import Span


class Applicability(IntEnum):
    """How much a person must know before a fix is right: shown only, unsafe, safe."""

    DISPLAY = 0
    UNSAFE = 1
    SAFE = 2


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Bytes `span` of `path` become `text`."""

    path: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Where another value can be written, and what stands around it there."""

    span: Span
    before: str = ""
    after: str = ""

    def edit(self, path: str, value: str) -> Edit:
        return Edit(path, self.span, self.before + value + self.after)


@dataclass(frozen=True, slots=True)
class Fix:
    """What would make a finding right. All its edits are applied, or none."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability
    consequence: str = ""


def narrowed(edit: Edit, old: str) -> Edit:
    """The same edit without the characters that `old`, the text it replaces, shares with it at both ends.

    Only for texts whose shared ends are ASCII, where a character is a byte.
    """
    new, head = edit.text, 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    span = Span(edit.span.start + head, edit.span.end - tail)
    return replace(edit, span=span, text=new[head : len(new) - tail])


def selected(fixes: Iterable[Fix]) -> tuple[list[Fix], list[Fix]]:
    """The fixes that can be applied together, by position, and the ones an earlier one stands in the way of."""
    taken: list[Fix] = []
    rejected: list[Fix] = []
    edits: set[Edit] = set()
    for fix in sorted(fixes, key=lambda fix: min(fix.edits)):
        if any(_clash(edit, other) for edit in fix.edits for other in edits):
            rejected.append(fix)
        else:
            taken.append(fix)
            edits.update(fix.edits)
    return taken, rejected


def _clash(one: Edit, other: Edit) -> bool:
    """Two different edits of the same bytes; two insertions at one point clash as well, their order being unknown."""
    if one == other or one.path != other.path:
        return False
    return one.span.overlaps(other.span) or one.span.start == other.span.start


def apply(data: bytes, edits: Iterable[Edit], encoding: str) -> bytes:
    """`data` with the edits made, each encoded; identical edits count once.

    Raises ValueError when two edits overlap or a text cannot be encoded.
    """
    for edit in sorted(set(edits), reverse=True):
        data = data[: edit.span.start] + edit.text.encode(encoding) + data[edit.span.end :]
    return data


def edits_by_path(fixes: Sequence[Fix]) -> Mapping[str, list[Edit]]:
    by_path: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            by_path.setdefault(edit.path, []).append(edit)
    return by_path
