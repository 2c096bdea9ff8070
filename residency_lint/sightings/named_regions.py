"""Words and texts that name a vendor's regions, or can."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from residency_lint.expressions import HOLE, Site, Text
from residency_lint.rules import Endpoint
from residency_lint.sightings.scene import Scene

_HOLED_HOST = re.compile(r"(?<![\w.@-])(?:[\w\ufffc-]+\.)+[A-Za-z]+")
_WORD = re.compile(r"[a-z]+")


def names_region(keys: Iterable[str], owner: str, scene: Scene) -> bool:
    """Whether one of the keys is called like a region of a vendor: `EU_HOST`, `us1`, `au`."""
    vendor = scene.catalog.vendors[owner]
    names = {word for name in vendor.regions for word in _WORD.findall(name.lower())[:1]}
    places = scene.catalog.places
    names |= {alias.lower() for alias in vendor.aliases} | set(places.zones) | set(places.names)
    return any(not names.isdisjoint(_WORD.findall(key.lower())) for key in keys)


def holed_texts(scene: Scene) -> Iterator[tuple[Text, Site, set[str]]]:
    """Texts with an unknown part that can name hosts of the catalogue: `f"https://api-{region}.example.com"`."""
    for joined, site in scene.facts.joins:
        text = "".join(part.text if isinstance(part, Text) else HOLE for part in joined.parts)
        regions = regions_of_holed(text, scene)
        if regions:
            yield Text(text, joined.span, plain=False), site, regions


def regions_of_holed(text: str, scene: Scene) -> set[str]:
    """The regions whose hosts a text with holes can name."""
    if HOLE not in text:
        return set()
    return {
        row.region
        for host in _hosts_of_vendors(text, scene)
        if HOLE in host
        for known, rows in scene.catalog.hosts.items()
        if fnmatchcase(known, host.lower().replace(HOLE, "*"))
        for row in rows
        if isinstance(row.rule, Endpoint)
    }


def names_vendor(text: str, scene: Scene) -> bool:
    """Whether a text names a host of a vendor's domain, whatever stands in its holes."""
    return any(True for _ in _hosts_of_vendors(text, scene))


def _hosts_of_vendors(text: str, scene: Scene) -> Iterator[str]:
    for host in _HOLED_HOST.findall(text):
        if ".".join(host.split(".")[-2:]) in scene.catalog.domains:
            yield host
