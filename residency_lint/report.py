"""Everything one run learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from residency_lint.skips import Skip

if TYPE_CHECKING:
    from residency_lint.findings import Finding
    from residency_lint.source import Source, Span

Place = tuple[str, "Span", str]
"""Path, span and vendor of a finding."""


class Report(Struct, frozen=True):
    """Everything one run learned; all a reporter receives."""

    findings: tuple[Finding, ...]
    skips: tuple[Skip, ...] = ()
    files: int = 0
    """Files looked at, candidates or not."""
    candidates: int = 0
    declared: tuple[str, ...] = ()
    declared_in: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """The sources that findings and their chains lie in."""
    fixed: int = 0
    aside: frozenset[Place] = frozenset()
    """Findings that are counted but not shown: they have been already, or may still be replaced."""

    @property
    def shown(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if place_of(finding) not in self.aside)

    def without(self, shown: Iterable[Place]) -> Report:
        """The same, where these findings are not shown again."""
        return replace(self, aside=self.aside.union(shown))

    @property
    def failing(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.fails)


def place_of(finding: Finding) -> Place:
    """What one finding of a report is told from another by."""
    return finding.path, finding.span, finding.rule.vendor
