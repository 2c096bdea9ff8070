"""Comments that silence a finding: `residency: allow[rule] reason`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from residency_lint.facts import Comment
from residency_lint.findings import Finding, Level, Sighting, Suppression
from residency_lint.fixes import Applicability
from residency_lint.rules import Rule
from residency_lint.verdicts import Verdict

_ALLOW = re.compile(
    r"^\W*(?:REM\s+)?residency:\s*allow(?:\[(?P<rules>[^\]]*)\])?(?P<reason>.*?)\s*(?:-->|\*/)?$", re.DOTALL
)


def _own(name: str, title: str, why: str, right: str) -> Rule:
    return Rule(
        id=f"residency-lint/{name}",
        vendor="residency-lint",
        title=title,
        why=why,
        docs="",
        source="",
        verified="",
        fix=Applicability.DISPLAY,
        right=right,
    )


_RIGHT = "# residency: allow[mixpanel/ingest] US projects only, DPA 2026-114"
WITHOUT_REASON = _own(
    "allow-without-reason", "A silenced finding without a reason", "Who reads it later must know why.", _RIGHT
)
UNUSED = _own("allow-unused", "A comment that silences nothing", "What it allowed is gone; so may the comment be.", "")
UNKNOWN_RULE = _own(
    "allow-unknown-rule", "A comment that names no rule", "Rules are named `vendor/row`, in brackets.", _RIGHT
)
NOT_PARSED = _own(
    "not-parsed",
    "A file that was read as text",
    "Its hosts and ARNs are judged; calls, defaults and names in it are not.",
    "",
)
CUT_OFF = _own(
    "cut-off",
    "A file that was looked at in part",
    "A file with thousands of destinations is a list or a log; what lies past them may be anything.",
    "",
)
OWN_RULES = (WITHOUT_REASON, UNUSED, UNKNOWN_RULE, NOT_PARSED, CUT_OFF)


def suppressions(comments: Iterable[Comment]) -> Iterator[Suppression]:
    """What comments allow; one without brackets names no rule."""
    for comment in comments:
        found = _ALLOW.match(comment.text)
        if found is not None:
            names = tuple(name.strip() for name in (found["rules"] or "").split(",") if name.strip())
            yield Suppression(names, found["reason"].strip(" :-\t"), comment.span, comment.statement)


def silence(findings: Iterable[Finding], comments: Iterable[Comment], path: str, known: set[str]) -> list[Finding]:
    """The findings of one file, each marked if a comment silences it, and what is wrong with the comments.

    `known`: the ids of all rules.
    """
    found = list(findings)
    extra: list[Finding] = []
    for allowance in suppressions(comments):
        used = False
        for index, finding in enumerate(found):
            if finding.verdict is not Verdict.ALLOWED and _covers(allowance, finding):
                used = True
                found[index] = replace(finding, silenced_by=allowance)
        unknown = [name for name in allowance.rule_ids if name not in known]
        if unknown or not allowance.rule_ids:
            names = ", ".join(f"`{name}`" for name in unknown)
            words = f"no rule is called {names}" if names else "no rule is named: write allow[vendor/row]"
            extra.append(own_finding(UNKNOWN_RULE, path, allowance, words))
        elif not used:
            extra.append(own_finding(UNUSED, path, allowance, f"nothing here for {', '.join(allowance.rule_ids)}"))
        if not allowance.reason:
            extra.append(own_finding(WITHOUT_REASON, path, allowance, "say why, after the bracket"))
    return sorted([*found, *extra], key=lambda finding: finding.span)


def _covers(allowance: Suppression, finding: Finding) -> bool:
    names = {finding.rule.id, finding.rule.vendor}
    return not names.isdisjoint(allowance.rule_ids) and allowance.statement.overlaps(finding.span)


def own_finding(rule: Rule, path: str, allowance: Suppression, words: str, level: Level = Level.WARNING) -> Finding:
    """A finding of the tool's own about something that stands in the file."""
    sighting = Sighting(
        rule=rule,
        path=path,
        span=allowance.span,
        statement=allowance.statement,
        region=None,
        seen=", ".join(allowance.rule_ids),
        words=rule.title,
    )
    return Finding(sighting, Verdict.UNKNOWN, level, f"{rule.title}: {words}", allowed=())
