"""What a file says of where data goes: sightings, and findings once they are judged."""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from residency_lint.fixes import Applicability, Edit, Fix
from residency_lint.source import Span
from residency_lint.verdicts import Verdict

if TYPE_CHECKING:
    from residency_lint.rules import Rule


class Level(Enum):
    """How loud a finding is; errors and warnings fail a run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Context(Enum):
    """What kind of place evidence stands in, as far as it changes what it means."""

    CODE = "code"
    TABLE = "an entry of a table that also holds the declared region"
    TEST = "a test"
    DOCUMENTATION = "documentation"
    SAMPLE = "a sample that nothing reads"
    PERMISSION = "a permission, which sends nothing"
    GENERATED = "a bundled or generated copy"
    PLACEHOLDER = "a placeholder"
    BUILD = "something that only builds and tests read"
    UNUSED = "beside what is used here, and nothing reads it"


class Step(Struct, frozen=True):
    """One step of the way to a value."""

    path: str
    span: Span
    words: str


class Rewrite(Struct, frozen=True):
    """The edits that would move a sighting to a region (a column of its rule)."""

    region: str
    value: str
    edits: tuple[Edit, ...]
    applicability: Applicability
    adds: bool = False
    """Whether the value is added where nothing stood, rather than written instead of another."""


class Sighting(Struct, frozen=True):
    """Code naming a destination: which rule saw it, where, and what it says.

    `region` is a column of the rule or a cloud region; None when it cannot be told, and then `reason` says why.
    `certain` is false when the place can take other values too.
    """

    rule: Rule
    path: str
    span: Span
    statement: Span
    region: str | None
    seen: str
    """The telling part, as shown to people; never a secret."""
    words: str
    """What the code does, as the start of a message: "`Mixpanel()` sets no host"."""
    verb: str = "leads to"
    """What joins the words to a region: "leads to", "and defaults to"; nothing where the words name it."""
    context: Context = Context.CODE
    certain: bool = True
    reason: str = ""
    spread: tuple[str, ...] = ()
    """The regions it can lie in, where the evidence names several (a wildcard)."""
    beside: frozenset[str] = frozenset()
    """Regions that entries of the same table or branches of the same condition name."""
    chosen: bool = False
    """Whether the table's or condition's own default leads here."""
    chain: tuple[Step, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    hint: str = ""
    """What to do where no edit can be made."""
    pinned: str = ""
    """Why it must stay where it is."""
    muted: bool = False
    """Given to a client that sends nothing: whoever else sees the same value need not tell of it."""
    is_settled: bool = False
    """Whether it is an HTTP call that was seen to take this, or another value in its place."""


class Suppression(Struct, frozen=True):
    """`# residency: allow[rule, …] reason`: `span` is the comment, `statement` the bytes it covers."""

    rule_ids: tuple[str, ...]
    reason: str
    span: Span
    statement: Span


class Finding(Struct, frozen=True):
    """A judged sighting."""

    sighting: Sighting
    verdict: Verdict
    level: Level
    message: str
    allowed: tuple[str, ...]
    """The declared regions, as the policy words them."""
    fix: Fix | None = None
    related: tuple[Step, ...] = ()
    silenced_by: Suppression | None = None

    @property
    def rule(self) -> Rule:
        return self.sighting.rule

    @property
    def path(self) -> str:
        return self.sighting.path

    @property
    def span(self) -> Span:
        return self.sighting.span

    @property
    def fails(self) -> bool:
        return self.level is not Level.NOTE and self.silenced_by is None

    @property
    def fingerprint(self) -> str:
        """Stable while the evidence stays the same, wherever it moves in the file: rule, path and what was seen."""
        parts = (self.rule.id, self.path, self.sighting.seen, self.sighting.words)
        # File names that are not Unicode, and JSON strings, hold lone surrogates.
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]
