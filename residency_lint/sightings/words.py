"""Settings that name a vendor's region by a word of their own: `residency = "us"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from residency_lint.findings import Sighting
from residency_lint.rules import Setting
from residency_lint.sightings.evidence import Passage


def word_sightings(passage: Passage) -> Iterator[Sighting]:
    """A region word under a key that chooses one, where the vendor is in sight.

    In configuration the vendor stands in the keys that lead there (`mixpanel.region`). In a program the file must name
    the vendor, and another of its regions as a word, so that there is a choice at all.
    """
    keys = passage.mention.keys
    for rule, names, unless in passage.scene.catalog.settings:
        if rule.spelling.kind != "word" or not names.search(keys[-1].lower().lstrip("-").replace("-", "_")):
            continue
        if unless is not None and unless.search(".".join(keys).lower()):
            continue
        spellings = rule.spelling.values
        region = next((name for name, word in spellings.items() if word == passage.text), None)
        if region is None or not _concerns(rule, passage):
            continue
        evidence = passage.at(0, len(passage.text))
        wanted = [name for name in passage.scene.wanted(rule.vendor) if name in spellings and name != region]
        yield evidence.sighting(
            rule,
            region,
            words=f'`{keys[-1]}` is "{passage.text}"',
            verb="and selects",
            rewrites=tuple(evidence.rewrite(name, spellings[name], rule.fix) for name in wanted),
        )


def _concerns(rule: Setting, passage: Passage) -> bool:
    vendor = rule.vendor
    if any(vendor in key.lower() for key in passage.mention.keys):
        return True
    if passage.scene.facts.language != "python":
        return False
    text = passage.scene.source.text
    others = [word for word in rule.spelling.values.values() if word != passage.text]
    choice = re.compile("|".join(rf"""["']{re.escape(word)}["']""" for word in others))
    return re.search(rf"(?i)\b{re.escape(vendor)}\b", text) is not None and choice.search(text) is not None
