"""Values, and the frames in which expressions are looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

from residency_lint.facts import HOLE, Call, Constant, Listing, Mapping, Site, Text
from residency_lint.findings import Step
from residency_lint.resolve.program import Unit
from residency_lint.source import Span


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be told, and why."""

    reason: str
    env: str = ""
    """The environment variable it comes from, if that is the reason."""
    name: str = ""
    """Its qualified name, if it is something of a package outside: `amplitude_experiment.ServerZone.EU`."""
    span: Span | None = None
    """Where that name stands."""


@dataclass(frozen=True)
class Value:
    """One value an expression can take. `content` lies in `unit` at `site`; `fallback`: other values are possible."""

    content: Text | Constant | Call | Mapping | Listing | Unknown
    unit: Unit
    site: Site
    chain: tuple[Step, ...] = ()
    fallback: bool = False

    @property
    def text(self) -> str | None:
        return self.content.text if isinstance(self.content, Text) else None

    @property
    def truth(self) -> bool | None:
        if isinstance(self.content, Text):
            return None if HOLE in self.content.text else bool(self.content.text)
        if isinstance(self.content, Constant):
            return self.content.text not in ("None", "False", "0")
        return None if isinstance(self.content, Unknown) else True


@dataclass(frozen=True)
class Frame:
    """Where an expression is looked at, how the search came there, and how deep it is."""

    unit: Unit
    site: Site
    chain: tuple[Step, ...] = ()
    depth: int = 0

    def value(self, content: Text | Constant | Call | Mapping | Listing | Unknown, *, fallback: bool = False) -> Value:
        return Value(content, self.unit, self.site, self.chain, fallback)

    def unknown(self, reason: str) -> Value:
        return self.value(Unknown(reason))

    def via(self, span: Span, words: str) -> Frame:
        return replace(self, chain=(*self.chain, Step(self.unit.facts.path, span, words)))

    def via_file(self, unit: Unit, span: Span, words: str) -> Frame:
        """As `via`, with a step into another file."""
        return replace(self, unit=unit, chain=(*self.chain, Step(unit.facts.path, span, words)))

    def deeper(self) -> Frame:
        return replace(self, depth=self.depth + 1)

    def aside(self) -> Frame:
        """For a question whose steps are no part of the answer."""
        return replace(self, chain=(), depth=self.depth + 1)


def told(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values without environment variables for which a fallback stands in."""
    if any(value.fallback and not isinstance(value.content, Unknown) for value in values):
        return tuple(v for v in values if not (isinstance(v.content, Unknown) and v.content.env))
    return values
