"""Sighting + policy → finding; pure."""

from __future__ import annotations

from residency_lint.catalog import Catalog
from residency_lint.findings import Context, Finding, Level, Sighting
from residency_lint.fixes import Applicability, Fix
from residency_lint.policy import Policy
from residency_lint.verdicts import Verdict


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
    wish = f"the policy allows {allowed}"
    if allowance.lapsed:
        wish += f" (an exception ended on {allowance.lapsed})"
    if verdict is Verdict.UNKNOWN:
        reason = sighting.reason or "the region cannot be told"
        # A rule's own sentence starts like one; an acronym stays.
        reason = reason[0].lower() + reason[1:] if not reason[1:2].isupper() else reason
        return f"{sighting.words}: {reason}; {wish}"
    fact = " ".join(filter(None, (sighting.words, sighting.verb, _place(sighting, catalog))))
    if verdict is Verdict.ALLOWED:
        return fact
    if sighting.pinned:
        return f"{fact}; {sighting.pinned}"
    if sighting.context is not Context.CODE:
        return f"{fact}; {wish}; this is {sighting.context.value}"
    if _stands_in_table(sighting, policy, catalog):
        return f"{fact}; {wish}, which stands beside it" + (": this is the default choice" * sighting.chosen)
    return f"{fact}; {wish}"


def _place(sighting: Sighting, catalog: Catalog) -> str:
    """The region, with its country where the name does not say it; of a cloud's region that the words name, only
    the country."""
    vendor = catalog.vendors[sighting.rule.vendor]
    if sighting.spread:
        return " or ".join(sorted({c for name in sighting.spread for c in vendor.regions[name].countries}))
    region = vendor.regions.get(sighting.region or "")
    if region is None:
        return ""
    country = next(iter(region.countries)) if len(region.countries) == 1 else ""
    if vendor.provider and region.name in sighting.words:
        return country if sighting.verb else f"({country})" if country else ""
    return f"{region.name} ({country})" if country and country.lower() != region.name else region.name


def _fix(sighting: Sighting, policy: Policy, catalog: Catalog) -> Fix | None:
    """The rewrite to the first allowed region; a choice among several right ones is a person's to make.

    An entry of a table is right as it stands.
    """
    if _stands_in_table(sighting, policy, catalog) and not sighting.chosen:
        return None
    vendor = catalog.vendors[sighting.rule.vendor]
    rewrites = [r for r in sighting.rewrites if r.region in wanted(vendor.id, policy, catalog)]
    if not rewrites:
        return None
    rewrite = rewrites[0]
    applicability = rewrite.applicability
    if len({r.value for r in rewrites}) > 1:
        applicability = min(applicability, Applicability.UNSAFE)
    # What only informs is not rewritten unasked.
    if not rewrite.edits or _level(sighting, Verdict.FORBIDDEN, policy, catalog) is Level.NOTE:
        applicability = Applicability.DISPLAY
    consequence = sighting.rule.consequence.replace("{region}", rewrite.region)
    return Fix(f"{'add' if rewrite.adds else 'write'} `{rewrite.value}`", rewrite.edits, applicability, consequence)
