"""Region names in a text, and the region in the host name of a cloud."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Protocol

from msgspec import Struct

from residency_lint.holes import masked
from residency_lint.rules import CloudHost


class WithCode(Protocol):
    """What is asked of a region here."""

    @property
    def compact(self) -> str: ...


class RegionWord(Struct, frozen=True):
    """A word that names a place: `us-east-1a` names us-east-1. Offsets are characters of the text it was found in."""

    region: str
    text: str
    start: int
    end: int


class HostKind(Enum):
    """What a cloud's host tells."""

    REGION = "its region"
    DYNAMIC = "a label is filled in later"
    BARE = "a service without a region: its principal, or its global address"
    HIDDEN = "the region cannot be seen"


class HostRegion(Struct, frozen=True):
    """A cloud's host. `service` is the label that names the service, as far as one does."""

    kind: HostKind
    service: str
    word: RegionWord | None = None


def region_words(text: str, known: Collection[str], codes: Mapping[str, str] | None = None) -> Iterator[RegionWord]:
    """The region names that stand as words of their own: regions, local and Wavelength Zones, with or without letter.

    With `codes` (compact code → region) zone ids count too: `use1-az4`. A name inside a longer word
    (`eu-central-1-new-1`, `logs-us-east-1`) names something else.
    """
    for word in _WORD.finditer(text):
        region = _region(word.group(), known, codes or {})
        if region:
            yield RegionWord(region, word.group(), word.start(), word.end())


def host_region(text: str, rule: CloudHost, regions: Mapping[str, WithCode]) -> HostRegion | None:
    """What a host, or the host of a URL, tells; None when it is no host of this row.

    Labels are read from the suffix leftwards, and the first that names a region counts: what stands further left
    is a customer's name (a bucket may be called us-east-1).
    """
    found = _HOST.match(masked(text))
    if found is None:
        return None
    host, offset = found["host"].lower().rstrip("."), found.start("host")
    suffix = max((s for s in rule.suffixes if host.endswith("." + s)), key=len, default="")
    if not suffix:
        return None
    labels = host[: -len(suffix) - 1].split(".")
    codes = _codes(regions) if any(host.endswith("." + s) for s in rule.compact) else {}
    end, dynamic = len(host) - len(suffix) - 1, False
    for index in range(len(labels) - 1, -1, -1):
        label = labels[index]
        named = _label(label, rule, regions, codes)
        if named is not None:
            region, seen = named
            word = RegionWord(region, seen, offset + end - len(seen), offset + end)
            return HostRegion(HostKind.REGION, _service(labels, index, label.removesuffix(seen)), word)
        if label in rule.stops:
            return HostRegion(HostKind.DYNAMIC if dynamic else HostKind.HIDDEN, label)
        dynamic = dynamic or "\ufffc" in label
        end -= len(label) + 1
    if dynamic:
        return HostRegion(HostKind.DYNAMIC, labels[-1])
    return HostRegion(HostKind.BARE if len(labels) == 1 else HostKind.HIDDEN, labels[-1])


# A percent escape ends where the word starts: `%3Aus-east-1`.
_WORD = re.compile(r"(?:(?<=%[0-9A-F][0-9A-F])|(?<![A-Za-z0-9_-]))[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?![A-Za-z0-9_-])")
_HOST = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*://|//)?(?:[^\s/@]*@)?(?P<host>[^\s/:?#@]+)")
_ZONE_ID = re.compile(r"([a-z]+\d)-az\d+")


def _region(word: str, known: Collection[str], codes: Mapping[str, str]) -> str:
    if word in known:
        return word
    if word[:-1] in known and word[-1].isalpha():
        return word[:-1]
    zone_id = _ZONE_ID.fullmatch(word)
    return codes.get(zone_id[1], "") if zone_id else ""


def _codes(regions: Mapping[str, WithCode]) -> dict[str, str]:
    return {record.compact: name for name, record in regions.items() if record.compact}


def _label(label: str, rule: CloudHost, regions: Collection[str], codes: Mapping[str, str]) -> tuple[str, str] | None:
    """The region that a label names, and the part of the label that does."""
    if label in regions:
        return label, label
    if label in rule.aliases:
        return rule.aliases[label], label
    for head in rule.fused:
        rest = label.removeprefix(head)
        if rest != label and rest in regions:
            return rest, rest
    return (codes[label], label) if label in codes else None


def _service(labels: list[str], index: int, head: str) -> str:
    """The label beside the region: `rds` in db.us-east-1.rds, `ce` in ce.us-east-1, `s3` in s3-us-east-1."""
    if head:
        return head.rstrip("-")
    if index + 1 < len(labels):
        return labels[index + 1]
    return labels[index - 1].removesuffix("-fips") if index else ""
