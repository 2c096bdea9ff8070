"""Vendors' hosts in a text: documented ones with their twins, and hosts that only imitate one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from residency_lint.catalog import Catalog, HostRow
from residency_lint.findings import Rewrite, Sighting
from residency_lint.fixes import Applicability
from residency_lint.rule_files import Vendor
from residency_lint.rules import Endpoint, LookAlike, Neutral
from residency_lint.sightings.clouds import cloud_host_sightings
from residency_lint.sightings.evidence import Evidence, Passage
from residency_lint.verdicts import NOWHERE, UNREADABLE

# A host is preceded by no letter, dot, at sign or template hole, save the percent escape of a slash.
_HOST = re.compile(
    r"(?:(?<=%2[fF])|(?<=://)|(?<![A-Za-z0-9_.@%}\ufffc~-]))"
    r"(?:[^\s/@:\"'<>]*(?::[^\s/@\"'<>]*)?@)?"
    r"(?P<host>(?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*)(?![A-Za-z0-9_@-])"
    # A path ends where another address begins: `https://proxy.example/?https://…`.
    r"(?P<port>:\d+)?(?P<path>/(?:(?!https?(?:://|%3[aA]%2[fF]%2[fF]))[^\s\"'<>`|\\])*)?"
)
_ENDS_SEGMENT = ("", "/", "?", "#", "%", "{", "$", "\ufffc", ")", ",", ";", "]", "}")


def host_sightings(passage: Passage, left_out: list[tuple[int, int]]) -> Iterator[Sighting]:
    """Every host of a vendor or cloud that a passage names; not in the ranges `left_out`."""
    for found in _HOST.finditer(passage.text):
        if any(start <= found.start("host") < end for start, end in left_out):
            continue
        # `f"{prefix}example.com"`: which host that is shows once the pieces are put together.
        if found.start("host") == 0 and passage.mention.text.span in passage.scene.unit.glued:
            continue
        host = found["host"].lower()
        rows = passage.scene.catalog.host_rows(host)
        vendor = None if rows else _vendor_of(host, passage.scene.catalog)
        if rows:
            row = _row(rows, found)
            if row is not None and not isinstance(row.rule, Neutral):
                yield _sighting(row, passage.at(*_extent(row, found)))
        elif vendor is not None:
            yield from _imitations(vendor, passage.at(*found.span("host")))
        else:
            yield from cloud_host_sightings(found, passage)


def host_at(text: str, catalog: Catalog) -> tuple[HostRow, int, int] | None:
    """The first host of a text that the catalogue knows: its row, and the characters of host and path prefix."""
    for found in _HOST.finditer(text):
        row = _row(catalog.host_rows(found["host"].lower()), found)
        if row is not None and not isinstance(row.rule, Neutral):
            return (row, *_extent(row, found))
    return None


def host_rewrites(row: HostRow, evidence: Evidence) -> tuple[Rewrite, ...]:
    """A host's documented twins, host and path."""
    assert isinstance(row.rule, Endpoint)
    rewrites = []
    for region in evidence.passage.scene.wanted(row.rule.vendor):
        addresses = row.rule.columns.get(region, ())
        if not addresses or region == row.region:
            continue
        twin = next((a for a in addresses if a.path == row.address.path), addresses[0])
        host = twin.host
        if host.startswith("*."):
            # What the star stood for stays.
            own = evidence.words.lower().partition("/")[0].removesuffix(row.address.host.removeprefix("*"))
            host = own + host.removeprefix("*")
        fix = row.rule.fix if row.address.fix is None else min(row.rule.fix, row.address.fix)
        if row.address.fix is not Applicability.DISPLAY:
            rewrites.append(evidence.rewrite(region, host + twin.path, fix))
    return tuple(rewrites)


def _row(rows: tuple[HostRow, ...], found: re.Match[str]) -> HostRow | None:
    """The row with the longest path that the host's path lies below."""
    path = found["path"] or ""
    return next((row for row in rows if _is_below(path, row.address.path)), None)


def _is_below(path: str, prefix: str) -> bool:
    return path.startswith(prefix) and (not prefix or path[len(prefix) : len(prefix) + 1] in _ENDS_SEGMENT)


def _extent(row: HostRow, found: re.Match[str]) -> tuple[int, int]:
    """The characters of the host and of the path prefix that belongs to the row."""
    end = found.start("path") + len(row.address.path) if row.address.path else found.end("host")
    return found.start("host"), end


def _sighting(row: HostRow, evidence: Evidence) -> Sighting:
    seen = evidence.words.lower()
    if isinstance(row.rule, LookAlike):
        return _look_alike(row.rule, evidence, row.rule.meant.get(seen, ""))
    assert isinstance(row.rule, Endpoint)
    unreadable = row.region == UNREADABLE
    return evidence.sighting(
        row.rule,
        None if unreadable else row.region,
        seen=seen,
        words=f"`{seen}`",
        rewrites=host_rewrites(row, evidence),
        reason=row.rule.why.rstrip(".") if unreadable else "",
    )


def _vendor_of(host: str, catalog: Catalog) -> Vendor | None:
    while "." in host:
        host = host.partition(".")[2]
        if host in catalog.domains:
            return catalog.domains[host]
    return None


def _imitations(vendor: Vendor, evidence: Evidence) -> Iterator[Sighting]:
    """An undocumented host of a vendor that bears a region's name."""
    labels = set(re.split(r"[.-]", evidence.words.lower()))
    names = {re.sub(r"\d+$", "", name) for name in vendor.regions} | set(vendor.regions)
    rules = evidence.passage.scene.catalog.of(LookAlike)
    rule = next((r for r in rules if r.vendor == vendor.id and r.imitations), None)
    if rule is not None and labels & names:
        yield _look_alike(rule, evidence, "")


def _look_alike(rule: LookAlike, evidence: Evidence, meant: str) -> Sighting:
    rows = evidence.passage.scene.catalog.hosts.get(meant, ())
    rewrites = [evidence.rewrite(row.region, meant, rule.fix) for row in rows if isinstance(row.rule, Endpoint)]
    words = f"`{evidence.words}` is no documented host" + (f"; `{meant}` is" if meant else "")
    return evidence.sighting(rule, NOWHERE, words=words, verb="", rewrites=tuple(rewrites[:1]))
