"""The rules of a SARIF log, as code scanning sites show them beside a result."""

from __future__ import annotations

from collections.abc import Iterable

from residency_lint.rules import Rule

JsonObject = dict[str, object]


def rules_by_id(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Each rule once, sorted, so that a rule's index does not depend on which file came first."""
    by_id = {rule.id: rule for rule in rules}
    return dict(sorted(by_id.items()))


def descriptor(rule: Rule) -> JsonObject:
    described: JsonObject = {
        "id": rule.id,
        "name": _name(rule.id),
        "shortDescription": {"text": rule.title or rule.id},
        "fullDescription": {"text": rule.why or rule.title or rule.id},
        "help": {"text": _help(rule), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": ["data-residency", rule.vendor]},
    }
    if rule.docs:
        described["helpUri"] = rule.docs
    return described


def _name(rule_id: str) -> str:
    """`mixpanel/ingest-host` → `MixpanelIngestHost`."""
    return "".join(word.capitalize() for word in rule_id.replace("/", "-").split("-"))


def _help(rule: Rule) -> str:
    parts = (rule.why or rule.title, rule.consequence, f"Documentation: {rule.docs}" if rule.docs else "")
    return "\n\n".join(part for part in parts if part) or rule.id


def _markdown(rule: Rule) -> str:
    checked = f" (compared on {rule.verified})" if rule.verified else ""
    parts = (
        rule.why or rule.title or rule.id,
        f"Wrong:\n\n```\n{rule.wrong.strip()}\n```" if rule.wrong else "",
        f"Right:\n\n```\n{rule.right.strip()}\n```" if rule.right else "",
        rule.consequence,
        f"[Documentation]({rule.docs}){checked}" if rule.docs else "",
    )
    return "\n\n".join(part for part in parts if part)
