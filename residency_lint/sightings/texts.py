"""Destinations named in a text: hosts and ARNs, addresses, accounts, ids and keys that carry a region."""

from __future__ import annotations

import re
from collections.abc import Iterator

from residency_lint.findings import Rewrite, Sighting
from residency_lint.fixes import Applicability
from residency_lint.rules import Token
from residency_lint.sightings.clouds import (
    arn_sightings,
    option_sightings,
    region_rewrites,
    setting_sightings,
)
from residency_lint.sightings.evidence import Evidence, Passage
from residency_lint.sightings.hosts import host_sightings
from residency_lint.sightings.words import word_sightings
from residency_lint.verdicts import UNREADABLE

_TOKENS = (
    re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"),
    re.compile(r"(?<![\w.+-])\d{12}(?::role/[\w+=,.@/-]*\w)?(?!\w)"),
    re.compile(r"(?<![\w.-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w-])"),
)
"""IP addresses; AWS accounts, with a role; words joined by hyphens."""


def text_sightings(passage: Passage) -> Iterator[Sighting]:
    """Everything a passage names that some rule knows, allowed or not, in no order."""
    arn_ranges: list[tuple[int, int]] = []
    if "arn" in passage.text:
        for characters, found in arn_sightings(passage):
            arn_ranges.append(characters)
            yield from found
    if passage.mention.keys and not arn_ranges:
        # Before the hosts: the word for a region may be a host as well.
        yield from word_sightings(passage)
    if "." in passage.text:
        yield from host_sightings(passage, arn_ranges)
    yield from _token_sightings(passage)
    yield from _pattern_sightings(passage)
    if passage.mention.keys and not arn_ranges:
        yield from setting_sightings(passage)
    if "--" in passage.text:
        yield from option_sightings(passage)


def _token_sightings(passage: Passage) -> Iterator[Sighting]:
    tokens = passage.scene.catalog.tokens
    for expression in _TOKENS:
        for found in expression.finditer(passage.text):
            word = found.group()
            if word not in tokens:
                # A role that no row names: the account alone still tells the place.
                word = word.partition(":")[0]
            if word in tokens:
                evidence = passage.at(found.start(), found.start() + len(word))
                yield _token_sighting(*tokens[word], evidence)


def _token_sighting(rule: Token, column: str, evidence: Evidence) -> Sighting:
    rewrites = [
        evidence.rewrite(region, new, rule.fix)
        for region in evidence.passage.scene.wanted(rule.vendor)
        for new in rule.columns.get(region, ())[:1]
        if region != column and rule.fix is not Applicability.DISPLAY
    ]
    unreadable = column == UNREADABLE
    return evidence.sighting(
        rule,
        None if unreadable else column,
        words=f"{rule.what} `{evidence.words}`",
        verb="belongs to",
        rewrites=tuple(rewrites),
        reason="no table says which region it belongs to" if unreadable else "",
    )


def _pattern_sightings(passage: Passage) -> Iterator[Sighting]:
    for rule, shape, keys in passage.scene.catalog.patterns:
        if keys is not None and not any(keys.search(key) for key in passage.mention.keys[-2:]):
            continue
        vendor = passage.scene.catalog.vendors[rule.vendor]
        for found in shape.finditer(passage.text):
            region = rule.codes.get(found["region"], found["region"])
            if region not in vendor.regions and region != UNREADABLE:
                continue
            seen = f"{found['region']}…" if rule.secret else found.group()
            rewrites: tuple[Rewrite, ...] = region_rewrites(rule, passage.at(*found.span("region")), rule.fix)
            yield passage.at(*found.span()).sighting(
                rule,
                None if region == UNREADABLE else region,
                seen=seen,
                words=f"`{seen}`",
                verb="is in" if vendor.provider else "belongs to",
                rewrites=rewrites,
            )
