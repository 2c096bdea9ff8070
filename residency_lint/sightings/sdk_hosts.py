"""The hosts that the values of an SDK's settings name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.catalog import HostRow
from residency_lint.expressions import HOLE, Text
from residency_lint.findings import Rewrite, Sighting
from residency_lint.fixes import Applicability
from residency_lint.rules import Endpoint
from residency_lint.sightings.evidence import Evidence, Passage
from residency_lint.sightings.hosts import host_at, host_rewrites
from residency_lint.sightings.selections import selected_by_word, with_its_word
from residency_lint.sightings.setting_values import SettingValue
from residency_lint.sightings.shapes import wrong_shape
from residency_lint.sightings.texts import text_sightings
from residency_lint.verdicts import NOWHERE


def host_values(one: SettingValue) -> Iterator[Sighting]:
    """The host that a value names, as the start's destination."""
    setting, start, text = one.setting, one.start, one.value.content
    if not isinstance(text, Text) or not text.text:
        return
    # The parts of a DSN that are not known are a key and numbers.
    is_dsn = setting.spelling.kind == "dsn"
    if HOLE in text.text and not is_dsn:
        return
    passage = one.passage(text)
    found = host_at(text.text.replace(HOLE, "7"), start.scene.catalog)
    if found is None:
        yield from _unknown_hosts(passage, one)
        return
    row, first, last = found
    if words := wrong_shape(text.text, setting):
        whole = one.whole(text)
        yield whole.sighting(start.rule, NOWHERE, words=words, verb="", chain=one.chain, rewrites=one.rewrites(whole))
        return
    is_endpoint = isinstance(row.rule, Endpoint)
    selected = selected_by_word(row.region, one) if is_endpoint else None
    evidence = passage.at(first, last)
    own = evidence.sighting(
        start.rule,
        row.region if is_endpoint else NOWHERE,
        words=f"{start.title} sends to `{evidence.words.replace(HOLE, '…')}`",
        verb="in" if is_endpoint else "",
        chain=one.chain,
        rewrites=_host_rewrites(row, evidence, one),
    )
    yield from with_its_word(own, selected, one)


def _unknown_hosts(passage: Passage, one: SettingValue) -> Iterator[Sighting]:
    """A host that no table knows: a proxy, and nobody can tell where it sends on to. Not this machine.

    A cloud's host tells its region itself, but where it stands may look as if nothing took it.
    """
    found = _ADDRESS.match(passage.text)
    host = found["host"].lower() if found else ""
    if "." not in host or _OWN_HOST.search(host):
        return
    if told := list(text_sightings(passage)):
        yield from (replace(seen, chain=one.chain, certain=not one.value.fallback) for seen in told)
        return
    assert found is not None
    yield passage.at(*found.span("host")).sighting(
        one.start.rule,
        None,
        words=f"{one.start.title} sends to `{host}`",
        reason="no table knows where this host sends on to",
        chain=one.chain,
        hint=f"`{one.name}` decides where the data goes",
    )


_ADDRESS = re.compile(r"(?:https?://)?(?P<host>[\w.-]+)(?=[:/?#]|$)")
_OWN_HOST = re.compile(r"^[\d.]+$|(?:^|\.)(?:localhost|local|internal|test|invalid|svc)$")


def _host_rewrites(row: HostRow, evidence: Evidence, one: SettingValue) -> tuple[Rewrite, ...]:
    """The host's twins; where it is none of the vendor's, or an exact setting wants hosts of another row, those of the
    setting's row, for a person to look at."""
    wanted = one.row
    is_endpoint = isinstance(row.rule, Endpoint)
    if wanted is None:
        return host_rewrites(row, evidence) if is_endpoint else ()
    if is_endpoint and (not one.setting.spelling.exact or wanted is row.rule):
        return host_rewrites(row, evidence)
    fix = min(wanted.fix, Applicability.UNSAFE)
    return tuple(
        evidence.rewrite(region, address.host, fix)
        for region in one.wanted
        for address in wanted.columns.get(region, ())[:1]
    )
