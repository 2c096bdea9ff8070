"""Settings that name a vendor's region by a word of their own: `residency = "us"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from residency_lint.findings import Sighting
from residency_lint.rules import Setting
from residency_lint.sightings.clouds import bare, names_region
from residency_lint.sightings.evidence import Passage

_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)=")
_WORD = re.compile(r"""['"]?(?:\$\{\w+:?[-=])?(?P<word>[\w.-]+)\}?['"]?""")


def word_sightings(passage: Passage) -> Iterator[Sighting]:
    """A vendor's own words for its regions, under a key that chooses one; a fallback inside a hole counts as well."""
    text = passage.text
    for rule, names, unless in passage.scene.catalog.settings:
        spellings = rule.spelling.values
        if rule.spelling.kind != "word" or not any(word in text for word in spellings.values()):
            continue
        # `-e DD_SITE=datadoghq.com`: the text brings its own key.
        own = _ASSIGNED.match(text)
        keys = (*passage.mention.keys, own["name"]) if own else passage.mention.keys
        if not names_region(keys, names) or (unless is not None and unless.search(".".join(keys).lower())):
            continue
        found = _WORD.fullmatch(text, own.end() if own else 0)
        column = next((c for c, word in spellings.items() if found and word == found["word"]), "")
        if found is None or not column or (rule.needs_vendor and not _is_in_sight(rule, keys, passage)):
            continue
        evidence = passage.at(*found.span("word"))
        wanted = [region for region in passage.scene.wanted(rule.vendor) if spellings.get(region, column) != column]
        yield evidence.sighting(
            rule,
            column,
            words=f"`{bare(keys[-1])}` is `{evidence.words}`",
            verb="and leads to",
            rewrites=tuple(evidence.rewrite(name, spellings[name], rule.fix) for name in wanted if name != column),
        )


def _is_in_sight(rule: Setting, keys: tuple[str, ...], passage: Passage) -> bool:
    """Whether the vendor stands in the keys that lead to a word (`mixpanel.region`). In a program the file must name
    the vendor, and another of its regions as a word, so that there is a choice at all."""
    if any(rule.vendor in key.lower() for key in keys):
        return True
    if passage.scene.facts.language != "python":
        return False
    text = passage.scene.source.text
    others = [word for word in rule.spelling.values.values() if word != passage.text]
    choice = re.compile("|".join(rf"""["']{re.escape(word)}["']""" for word in others))
    return re.search(rf"(?i)\b{re.escape(rule.vendor)}\b", text) is not None and choice.search(text) is not None
