"""A first policy, commented, from what a tree holds."""

from __future__ import annotations

from collections import Counter

from residency_lint.catalog import Catalog
from residency_lint.findings import Finding
from residency_lint.inspection import check_source
from residency_lint.loading import index_of, shipped_catalog
from residency_lint.settings import Settings
from residency_lint.skips import Skip
from residency_lint.tree import Tree
from residency_lint.walk import files

NAME = "residency-lint.toml"
_ZONES = ("eu", "us", "uk", "ch", "in", "au", "ca", "jp", "sg", "br")


def policy_text() -> str:
    """A policy for the current folder: the zone most of its destinations lie in, and all that it found."""
    catalog = shipped_catalog()
    settings = Settings(index_of(catalog), regions=("eu",), isolated=True)
    seen = Counter[tuple[str, str]]()
    for finding in _all_findings(settings):
        region = finding.sighting.region
        if region is not None and region in catalog.regions(finding.rule.vendor):
            seen[finding.rule.vendor, region] += 1
    return "\n".join([*_head(catalog, seen), *_vendors(catalog, seen), *_TAIL]) + "\n"


def _all_findings(settings: Settings) -> list[Finding]:
    tree = Tree()
    found: list[Finding] = []
    for path in files(["."]):
        source = tree.source(path) if isinstance(path, str) else path
        if not isinstance(source, Skip) and _names_a_vendor(source.data, settings.index.catalog):
            found += [f for f in check_source(source, settings, tree, with_allowed=True) if f.rule.verified]
    return found


def _names_a_vendor(data: bytes, catalog: Catalog) -> bool:
    lower = data.lower()
    words = {word.lower().encode() for vendor in catalog.vendors.values() for word in (*vendor.domains, vendor.id)}
    return any(word in lower for word in words) or b"amazonaws" in lower or b"arn:aws" in lower or b"region" in lower


def _head(catalog: Catalog, seen: Counter[tuple[str, str]]) -> list[str]:
    zones = Counter[str]()
    for (vendor, region), count in seen.items():
        countries = catalog.regions(vendor)[region].countries
        for zone in _ZONES:
            if countries and countries <= catalog.places.zones[zone]:
                zones[zone] += count
                break
    best = zones.most_common(1)[0][0] if zones else "eu"
    return [
        "# Where this project's data may live. The nearest file that declares this is used alone.",
        '# Zones (eu, eea, uk, ch, us, …) and ISO 3166 country codes; several: region = ["eu", "ch"].',
        f'region = "{best}"'
        + ("  # where most of the code sends data today: is that where it should go?" if zones else ""),
        "",
        '# exclude = ["third_party/**"]',
        '# unknown = "error"   # places whose region cannot be told fail as well',
        '# docs    = "error"   # so do samples in documentation',
        "",
    ]


def _vendors(catalog: Catalog, seen: Counter[tuple[str, str]]) -> list[str]:
    lines = ["[vendors]"]
    for vendor in sorted({vendor for vendor, _ in seen}):
        found = ", ".join(f"{region} ({count})" for (name, region), count in sorted(seen.items()) if name == vendor)
        names = ", ".join(catalog.regions(vendor)) if not catalog.vendors[vendor].provider else "regions or countries"
        lines += [f"# {catalog.vendors[vendor].title}: found {found}", f"# {vendor} = …   # one of: {names}"]
    if len(lines) == 1:
        lines.append("# nothing found that a vendor's rules know")
    return lines


_TAIL = [
    '# a vendor with its reason: { region = "us", reason = "DPA 2026-114, SCC signed", until = 2027-03-31 }',
    "",
    "# [[paths]]",
    '# match  = ["services/us/**"]',
    '# region = "us"',
]
