"""SARIF 2.1.0, the contract with machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from residency_lint import __version__
from residency_lint.findings import Finding, Step, Suppression
from residency_lint.fixes import Applicability
from residency_lint.report import Report
from residency_lint.reporters.sarif_places import artifact, fix_object, physical, quoted
from residency_lint.reporters.sarif_rules import descriptor, rules_by_id
from residency_lint.reporters.secrets import secrets_by_path
from residency_lint.reporters.summary import skip_words
from residency_lint.skips import Skip

JsonObject = dict[str, object]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report) -> Iterator[str]:
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}, indent=2) + "\n"


def _run(report: Report) -> JsonObject:
    rules = rules_by_id(finding.rule for finding in report.findings)
    driver = {"name": "residency-lint", "version": __version__, "rules": [descriptor(rule) for rule in rules.values()]}
    return {
        "tool": {"driver": driver},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": list(_results(report, {rule_id: index for index, rule_id in enumerate(rules)})),
    }


def _invocation(report: Report) -> JsonObject:
    """Not successful when a file stayed unread: the absence of results would say too much."""
    return {
        "executionSuccessful": not any(skip.fatal for skip in report.skips),
        "toolExecutionNotifications": [_notification(skip) for skip in report.skips],
    }


def _notification(skip: Skip) -> JsonObject:
    return {
        "level": "error" if skip.fatal else "warning",
        "message": {"text": skip_words(skip)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(skip.path)}}],
    }


def _results(report: Report, index_by_rule: Mapping[str, int]) -> Iterator[JsonObject]:
    secrets = secrets_by_path(report)
    seen: Counter[str] = Counter()
    for finding in report.findings:
        fingerprint = finding.fingerprint
        seen[fingerprint] += 1
        yield {
            "ruleId": finding.rule.id,
            "ruleIndex": index_by_rule[finding.rule.id],
            "level": finding.level.value,
            "message": {"text": finding.message},
            "locations": [quoted(report, finding, secrets.get(finding.path, ()))],
            # The evidence may occur twice in a file; sites take equal fingerprints for one result.
            "partialFingerprints": {"residencyLint/v1": f"{fingerprint}:{seen[fingerprint]}"},
            **_ways(report, finding),
            **_answers(report, finding),
            "properties": _properties(finding),
        }


def _ways(report: Report, finding: Finding) -> JsonObject:
    """How the value got there: every other place once, and the whole way when it has several steps."""
    chain, ways = finding.sighting.chain, JsonObject()
    places = dict.fromkeys((*finding.related, *chain))
    elsewhere = [step for step in places if (step.path, step.span) != (finding.path, finding.span)]
    if elsewhere:
        ways["relatedLocations"] = [{"id": id, **_location(report, step)} for id, step in enumerate(elsewhere, 1)]
    if len(chain) > 1:
        ways["codeFlows"] = [{"threadFlows": [{"locations": [{"location": _location(report, s)} for s in chain]}]}]
    return ways


def _location(report: Report, step: Step) -> JsonObject:
    return physical(report, step.path, step.span) | {"message": {"text": step.words}}


def _answers(report: Report, finding: Finding) -> JsonObject:
    answers = JsonObject()
    if finding.fix and finding.fix.edits and finding.fix.applicability is not Applicability.DISPLAY:
        answers["fixes"] = [fix_object(report, finding.fix)]
    if finding.silenced_by:
        answers["suppressions"] = [_suppression(report, finding.path, finding.silenced_by)]
    return answers


def _suppression(report: Report, path: str, suppression: Suppression) -> JsonObject:
    location = physical(report, path, suppression.span)
    return {"kind": "inSource", "justification": suppression.reason, "location": location}


def _properties(finding: Finding) -> JsonObject:
    sighting, fix = finding.sighting, finding.fix
    properties: JsonObject = {
        "service": finding.rule.vendor,
        "observedRegion": sighting.region,
        "allowedRegions": list(finding.allowed),
        "chain": [step.words for step in sighting.chain],
        "context": sighting.context.name.lower(),
    }
    advice = fix.title if fix and fix.applicability is Applicability.DISPLAY else sighting.hint
    return properties | ({"advice": advice} if advice else {})
