"""The ARN grammar: finds ARNs in a text, and says what the region slot of one tells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from fnmatch import fnmatchcase
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.holes import HOLES, REGION, has_hole, hidden_default
from residency_lint.rules import Pinned, Portability

__all__ = [
    "Arn",
    "ArnPlace",
    "PlaceKind",
    "SlotKind",
    "arn_place",
    "arns",
    "hidden_default",
    "pinned",
    "portability",
    "slot_kind",
    "wildcard_regions",
]


class InPartition(Protocol):
    """What is asked of a region here."""

    @property
    def partition(self) -> str: ...


class Arn(Struct, frozen=True):
    """An ARN, or the beginning of one; a part that is missing is empty. Offsets are characters of the searched text."""

    text: str
    start: int
    end: int
    partition: str
    service: str
    region: str
    account: str
    resource: str
    region_start: int
    region_end: int


class SlotKind(Enum):
    """What stands in an ARN's region slot."""

    LITERAL = "a region"
    EMPTY = "nothing"
    HOLE = "a part that is filled in later"
    WILDCARD = "a wildcard"
    PLACEHOLDER = "a word that stands for a region"
    UNKNOWN = "something shaped like a region that no table knows"


class PlaceKind(Enum):
    """What an ARN tells about where its resource lies."""

    REGION = "its region"
    PARTITION = "its partition, whose regions all lie in one jurisdiction"
    MISMATCH = "a region of another partition: the ARN names nothing"
    WILDCARD = "a wildcard"
    BUCKET = "nothing: a bucket's ARN has no region"
    REGIONLESS = "nothing: this ARN has no region by design"
    DYNAMIC = "nothing: the region is filled in later"
    PLACEHOLDER = "nothing: a word stands for the region"
    UNKNOWN_REGION = "a region that no table knows"


class ArnPlace(Struct, frozen=True):
    """`regions`: those the resource can lie in, as far as the ARN tells; none when it does not."""

    kind: PlaceKind
    regions: frozenset[str] = frozenset()


def arns(text: str, *, whole: bool = False) -> Iterator[Arn]:
    """The ARNs in a text, also those inside another's resource, in order of their start.

    `whole`: the text is one value, and an ARN at its start reaches to its end, spaces included.
    """
    for head in _HEAD.finditer(text):
        to_the_end = whole and head.start() == 0
        if to_the_end and head["separator"] is None and head.end() < len(text):
            continue
        if head["account"] is None and not _tells_a_region(head["region"]):
            continue
        yield _arn(text, head, _end(text, head, to_the_end))


def slot_kind(region: str, known: Collection[str]) -> SlotKind:
    if not region:
        return SlotKind.EMPTY
    if has_hole(region):
        return SlotKind.HOLE
    if "*" in region or "?" in region:
        return SlotKind.WILDCARD
    if region in known:
        return SlotKind.LITERAL
    if _REGION.fullmatch(region) and "region" not in region:
        return SlotKind.UNKNOWN
    return SlotKind.PLACEHOLDER


def wildcard_regions(slot: str, known: Collection[str]) -> frozenset[str]:
    """The regions that a slot with wildcards stands for. Local zones have no ARNs of their own."""
    return frozenset(name for name in known if _REGION.fullmatch(name) and fnmatchcase(name, slot))


def arn_place(arn: Arn, regions: Mapping[str, InPartition]) -> ArnPlace:
    """Where the resource lies: its region, else what its partition tells. `regions` are all that are known.

    A hole's default (`hidden_default`) and the regions in the resource (nested ARNs, pool ids) are not looked at.
    """
    kind = slot_kind(arn.region, regions)
    if kind is SlotKind.LITERAL:
        mismatch = _is_literal(arn.partition) and regions[arn.region].partition != arn.partition
        return ArnPlace(PlaceKind.MISMATCH if mismatch else PlaceKind.REGION, frozenset([arn.region]))
    if kind is SlotKind.UNKNOWN:
        return ArnPlace(PlaceKind.UNKNOWN_REGION)
    if kind is SlotKind.PLACEHOLDER:
        return ArnPlace(PlaceKind.PLACEHOLDER)
    inside = _partition(arn.partition, regions)
    if kind is SlotKind.WILDCARD:
        return ArnPlace(PlaceKind.WILDCARD, wildcard_regions(arn.region, inside))
    if _is_literal(arn.partition) and arn.partition != _WORLDWIDE and inside:
        return ArnPlace(PlaceKind.PARTITION, inside)
    if kind is SlotKind.HOLE:
        return ArnPlace(PlaceKind.DYNAMIC)
    return ArnPlace(PlaceKind.BUCKET if arn.service == "s3" and not arn.account else PlaceKind.REGIONLESS)


def portability(arn: Arn, rows: Iterable[Portability]) -> str:
    """What a swapped region makes of the ARN, by the first row that fits; `never` where none does."""
    for row in rows:
        if fnmatchcase(arn.service, row.service) and fnmatchcase(arn.resource, row.resource):
            return row.kind
    return "never"


def pinned(service: str, resource: str, region: str, rows: Iterable[Pinned], surroundings: str = "") -> Pinned | None:
    """The row that says why a resource stays in its region; one with `maybe` when that depends on what is not seen.

    A row's context found in the surroundings makes sure. Of a bare region setting (service "") only the context
    can tell.
    """
    possible = None
    for row in rows:
        if row.region not in (region, "*"):
            continue
        fits = bool(service) and fnmatchcase(service, row.service) and fnmatchcase(resource, row.resource)
        if service and not fits:
            continue
        if row.context and re.search(row.context, surroundings):
            return replace(row, maybe=False)
        if fits and row.maybe:
            possible = possible or row
        elif fits and not row.context:
            return row
    return possible


_WORLDWIDE = "aws"
_REGION = re.compile(REGION)
_COLON = r"(?::|%3[Aa])"
_WORD = r"[A-Za-z0-9_/.*?-]"
_HEAD = re.compile(
    r"(?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))arn"
    rf"{_COLON}(?P<partition>aws[a-z0-9*?-]*|\*|{HOLES})"
    rf"{_COLON}(?P<service>(?:[a-z0-9*?-]|{HOLES})+)"
    rf"{_COLON}(?P<region>(?:[a-z0-9*?-]|{HOLES})*)"
    rf"(?:{_COLON}(?P<account>(?:[A-Za-z0-9*?_-]|{HOLES})*)(?:(?P<separator>{_COLON})|(?!{_WORD}))|(?!{_WORD}))"
)
_RESOURCE = re.compile(rf"(?:{HOLES}|[^\s\"'`\\,;|(){{}}\[\]<>])*")
# AWS allows 2,048 characters for a whole ARN. The bound keeps a text of nothing but nested ARNs linear.
_LONGEST_RESOURCE = 2048


def _tells_a_region(slot: str) -> bool:
    """Whether the beginning of an ARN, cut off after its region, is one: prose and log levels look like it too."""
    return "*" in slot or "?" in slot or has_hole(slot) or _REGION.fullmatch(slot) is not None


def _end(text: str, head: re.Match[str], to_the_end: bool) -> int:
    if to_the_end:
        return len(text)
    if head["separator"] is None:
        return head.end()
    resource = _RESOURCE.match(text, head.end(), head.end() + _LONGEST_RESOURCE)
    run = resource.group() if resource else ""
    return head.end() + len(run.rstrip("."))  # a closing full stop belongs to the sentence


def _arn(text: str, head: re.Match[str], end: int) -> Arn:
    return Arn(
        text=text[head.start() : end],
        start=head.start(),
        end=end,
        partition=head["partition"],
        service=head["service"],
        region=head["region"],
        account=head["account"] or "",
        resource=text[head.end() : end],
        region_start=head.start("region"),
        region_end=head.end("region"),
    )


def _is_literal(partition: str) -> bool:
    return "*" not in partition and "?" not in partition and not has_hole(partition)


def _partition(name: str, regions: Mapping[str, InPartition]) -> frozenset[str]:
    """The regions of a partition; a hole may be filled with the worldwide one, a wildcard with any."""
    pattern = _WORLDWIDE if has_hole(name) else name
    return frozenset(region for region, record in regions.items() if fnmatchcase(record.partition, pattern))
