"""What the catalogue knows, in words for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches

from residency_lint.call_rules import SdkCall
from residency_lint.errors import ConfigError
from residency_lint.fixes import Applicability
from residency_lint.loading import index_of, shipped_catalog
from residency_lint.policy import Allowance, Policy
from residency_lint.report import Report
from residency_lint.rules import ArnRule, Endpoint, LookAlike, Neutral, Rule, Token
from residency_lint.suppress import OWN_RULES

_FIX_WORDS = {Applicability.SAFE: "safe", Applicability.UNSAFE: "unsafe", Applicability.DISPLAY: "shown only"}


def explained(rule_id: str) -> str:
    """Everything a rule says. Raises ConfigError for a name that no rule has."""
    catalog = shipped_catalog()
    rules = {**catalog.rules, **{rule.id: rule for rule in OWN_RULES}}
    rule = rules.get(rule_id)
    if rule is None:
        near = get_close_matches(rule_id, rules, 1)
        hint = f"; did you mean {near[0]}?" if near else "; `residency-lint vendors` lists them"
        raise ConfigError(f"no rule is called {rule_id}{hint}")
    return "".join(f"{line}\n" for line in _rule_lines(rule))


def _rule_lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.id}: {rule.title}"
    yield ""
    if rule.why:
        yield rule.why
        yield ""
    table = list(_table(rule))
    if table:
        yield from table
        yield ""
    for name, example in (("Wrong", rule.wrong), ("Right", rule.right)):
        if example:
            yield f"{name}:"
            yield from (f"    {line}" for line in example.splitlines())
            yield ""
    yield f"Fix:      {_FIX_WORDS[rule.fix]}"
    for name, text in (
        ("Note", rule.consequence.replace("{region}", "declared")),
        ("Proof", rule.proof if isinstance(rule, SdkCall) else ""),
        ("Source", rule.source),
        ("Docs", rule.docs),
        ("Verified", rule.verified),
    ):
        if text:
            yield f"{name + ':':<10}{text}"


def _table(rule: Rule) -> Iterator[str]:
    """A row's columns: what stands for each region."""
    if isinstance(rule, Endpoint):
        columns = {name: [str(address) for address in addresses] for name, addresses in rule.columns.items()}
    elif isinstance(rule, Token):
        columns = {name: list(words) for name, words in rule.columns.items()}
    elif isinstance(rule, ArnRule):
        columns = {name: [slot] for name, slot in rule.columns.items() if slot}
    elif isinstance(rule, LookAlike):
        columns = {wrong: [f"meant {meant}"] for wrong, meant in rule.meant.items()}
    elif isinstance(rule, Neutral):
        columns = {"says nothing about a region": [str(address) for address in rule.addresses]}
    else:
        return
    width = max(map(len, columns), default=0)
    for name, words in columns.items():
        yield f"    {name:<{width}}  {', '.join(words)}"


def vendor_lines() -> Iterator[str]:
    """Every vendor with its regions, and its rules below."""
    catalog = shipped_catalog()
    for vendor in catalog.vendors.values():
        own = [rule for rule in catalog.rules.values() if rule.vendor == vendor.id]
        regions = ", ".join(vendor.regions) if not vendor.provider else f"{len(vendor.regions)} regions and zones"
        yield f"{vendor.id}: {vendor.title} ({regions}; verified {vendor.verified})"
        width = max((len(rule.id) for rule in own), default=0)
        yield from (f"    {rule.id:<{width}}  {rule.title}" for rule in own)


def old_rule_lines(days: int) -> Iterator[str]:
    """The rules that were last verified more than so many days ago, with the date."""
    limit = (date.today() - timedelta(days=days)).isoformat()
    for rule in shipped_catalog().rules.values():
        if rule.verified < limit:
            yield f"{rule.verified}  {rule.id}"


def keyword_lines() -> Iterator[str]:
    """The texts of which one must occur in a file before anything looks closer, when everything is forbidden."""
    catalog = shipped_catalog()
    yield from sorted(index_of(catalog).atoms([Policy(Allowance())]) | {word.lower() for word in catalog.sdk_words})


def statistic_lines(report: Report) -> Iterator[str]:
    """How often each rule was found, the most frequent first."""
    counts = Counter((f.rule.id, f.level.value) for f in report.findings if f.silenced_by is None)
    for (rule_id, level), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:>6}  {level:<7}  {rule_id}"
