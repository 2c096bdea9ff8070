"""The declared residency, resolved for one path and vendor."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from residency_lint.places import Region
from residency_lint.verdicts import NOWHERE, UNREADABLE, Verdict


class Allowance(Struct, frozen=True):
    """Countries, or a vendor's own region names, with the words that declared them."""

    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    reason: str = ""
    lapsed: str = ""
    """The date an exception ended, once it has."""


class Policy(Struct, frozen=True):
    """What is allowed for one path; a vendor's own entry replaces the rest."""

    allowed: Allowance
    vendors: Mapping[str, Allowance] = field(default_factory=dict)
    declared_in: str = ""
    unknown: str = "note"
    docs: str = "note"

    def allowance(self, vendor: str) -> Allowance:
        return self.vendors.get(vendor, self.allowed)

    def verdict(self, vendor: str, regions: Mapping[str, Region], name: str | None) -> Verdict:
        """Whether data in a vendor's region `name` is inside. A place that is only partly inside is unknown."""
        if name is None or name == UNREADABLE:
            return Verdict.UNKNOWN
        if name == NOWHERE:
            return Verdict.FORBIDDEN
        allowance = self.allowance(vendor)
        if allowance.regions:
            return Verdict.ALLOWED if name in allowance.regions else Verdict.FORBIDDEN
        region = regions.get(name)
        if region is None or not region.countries:
            return Verdict.UNKNOWN
        if region.countries <= allowance.countries:
            return Verdict.ALLOWED
        return Verdict.UNKNOWN if region.countries & allowance.countries else Verdict.FORBIDDEN
