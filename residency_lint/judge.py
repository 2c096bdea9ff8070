"""Sighting + policy → finding; pure."""

from __future__ import annotations

from residency_lint.catalog import Catalog
from residency_lint.findings import Context, Finding, Level, Rewrite, Sighting, Verdict
from residency_lint.fixes import Applicability, Fix
from residency_lint.policy import Policy


def judge(sighting: Sighting, policy: Policy, catalog: Catalog) -> Finding:
    """Where the sighting's data goes, how loud that is, and what would make it right. Allowed ones count as well."""
    verdict = _verdict(sighting, policy, catalog)
    return Finding(
        sighting=sighting,
        verdict=verdict,
        level=_level(sighting, verdict, policy, catalog),
        message=_message(sighting, verdict, policy, catalog),
        allowed=policy.allowance(sighting.rule.vendor).words,
        fix=_fix(sighting, policy, catalog) if verdict is Verdict.FORBIDDEN else None,
        related=sighting.chain[:-1] if len(sighting.chain) > 1 else (),
    )


def wanted(vendor: str, policy: Policy, catalog: Catalog) -> tuple[str, ...]:
    """The regions of a vendor that the policy allows, in the catalogue's order: where a rewrite may lead."""
    regions = catalog.regions(vendor)
    return tuple(name for name in regions if policy.verdict(vendor, regions, name) is Verdict.ALLOWED)


def _verdict(sighting: Sighting, policy: Policy, catalog: Catalog) -> Verdict:
    vendor = sighting.rule.vendor
    regions = catalog.regions(vendor)
    if sighting.spread:
        verdicts = {policy.verdict(vendor, regions, name) for name in sighting.spread}
        return verdicts.pop() if len(verdicts) == 1 else Verdict.UNKNOWN
    return policy.verdict(vendor, regions, sighting.region)


def _level(sighting: Sighting, verdict: Verdict, policy: Policy, catalog: Catalog) -> Level:
    if verdict is Verdict.ALLOWED or sighting.rule.level == "note" or sighting.pinned:
        return Level.NOTE
    if verdict is Verdict.UNKNOWN:
        return Level.ERROR if policy.unknown == "error" and sighting.context is Context.CODE else Level.NOTE
    if sighting.context is Context.DOCUMENTATION:
        return Level.ERROR if policy.docs == "error" else Level.NOTE
    if sighting.context is not Context.CODE or (_stands_in_table(sighting, policy, catalog) and not sighting.chosen):
        return Level.NOTE
    return Level.ERROR if sighting.certain else Level.WARNING


def _stands_in_table(sighting: Sighting, policy: Policy, catalog: Catalog) -> bool:
    """Whether a table or condition also names a region that is allowed."""
    vendor = sighting.rule.vendor
    regions = catalog.regions(vendor)
    return any(policy.verdict(vendor, regions, name) is Verdict.ALLOWED for name in sighting.beside)


def _message(sighting: Sighting, verdict: Verdict, policy: Policy, catalog: Catalog) -> str:
    """The fact, then the place, then the wish."""
    allowance = policy.allowance(sighting.rule.vendor)
    allowed = " or ".join(allowance.words)
    place = _place(sighting, catalog)
    wish = f"the policy allows {allowed}"
    if allowance.lapsed:
        wish += f" (an exception ended on {allowance.lapsed})"
    if verdict is Verdict.UNKNOWN:
        reason = sighting.reason or "the region cannot be told"
        return f"{sighting.words}: {reason}; {wish}"
    if verdict is Verdict.ALLOWED:
        return f"{sighting.words} {place}"
    if sighting.pinned:
        return f"{sighting.words} {place}; {sighting.pinned}"
    if sighting.context is not Context.CODE:
        wish = f"{wish}; this is {sighting.context.value}"
    elif _stands_in_table(sighting, policy, catalog):
        wish = f"{wish}, which stands beside it" + (": this is the default choice" if sighting.chosen else "")
    return f"{sighting.words} {place}; {wish}"


def _place(sighting: Sighting, catalog: Catalog) -> str:
    vendor = catalog.vendors[sighting.rule.vendor]
    region = vendor.regions.get(sighting.region or "")
    if region is None:
        return f"leads to no known region of {vendor.title}"
    verb = "defaults to" if "sets no" in sighting.words else "is in" if vendor.provider else "leads to"
    countries = sorted(region.countries)
    where = f" ({countries[0]})" if len(countries) == 1 and countries[0].lower() != region.name else ""
    return f"{verb} {region.name}{where}"


def _fix(sighting: Sighting, policy: Policy, catalog: Catalog) -> Fix | None:
    """The rewrite to the first allowed region; a choice among several right ones is a person's to make."""
    vendor = catalog.vendors[sighting.rule.vendor]
    rewrites = [r for r in sighting.rewrites if r.region in wanted(vendor.id, policy, catalog)]
    if not rewrites:
        return None
    rewrite = rewrites[0]
    applicability = rewrite.applicability
    if len({_destination(r) for r in rewrites}) > 1:
        applicability = min(applicability, Applicability.UNSAFE)
    if not rewrite.edits or sighting.context in (Context.DOCUMENTATION, Context.PERMISSION):
        applicability = Applicability.DISPLAY
    if sighting.pinned or (_stands_in_table(sighting, policy, catalog) and not sighting.chosen):
        applicability = Applicability.DISPLAY
    consequence = sighting.rule.consequence.replace("{region}", rewrite.region)
    return Fix(f"write `{rewrite.value}`", rewrite.edits, applicability, consequence)


def _destination(rewrite: Rewrite) -> str:
    return rewrite.value
