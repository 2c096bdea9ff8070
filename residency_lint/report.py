"""Everything one run learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from residency_lint.skips import Skip

if TYPE_CHECKING:
    from residency_lint.findings import Finding
    from residency_lint.source import Source


@dataclass(frozen=True)
class Report:
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

    @property
    def failing(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.fails)
