"""Settings that name a vendor's region by a word of their own: `residency = "us"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from residency_lint.findings import Sighting
from residency_lint.rules import Setting
from residency_lint.sightings.clouds import bare_key, chooses_region
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


def site_sightings(passage: Passage) -> Iterator[Sighting]:
    """A site, the suffix of a region's hosts, under a key that chooses one: nothing else is spelled like it. The
    fallback of a placeholder (`${DD_SITE:-datadoghq.com}`) counts as well."""
    text = passage.text
    for rule, names, unless in passage.scene.catalog.settings:
        spellings = rule.spelling.values
        if rule.spelling.kind != "site" or not any(site in text for site in spellings.values()):
            continue
        # `-e DD_SITE=datadoghq.com`: the text brings its own key.
        own = _ASSIGNED.match(text)
        keys = (*passage.mention.keys, own["name"]) if own else passage.mention.keys
        if not chooses_region(keys, names) or (unless is not None and unless.search(".".join(keys).lower())):
            continue
        found = _SITE.fullmatch(text, own.end() if own else 0)
        region = next((name for name, site in spellings.items() if found and site == found["site"]), None)
        if found is None or region is None:
            continue
        evidence = passage.at(*found.span("site"))
        wanted = [name for name in passage.scene.wanted(rule.vendor) if name in spellings and name != region]
        yield evidence.sighting(
            rule,
            region,
            words=f"`{bare_key(keys[-1])}` is `{evidence.words}`",
            verb="and leads to",
            rewrites=tuple(evidence.rewrite(name, spellings[name], rule.fix) for name in wanted),
        )


_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)=")
_SITE = re.compile(r"""['"]?(?:\$\{\w+:?[-=])?(?P<site>[\w.-]+)\}?['"]?""")


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
