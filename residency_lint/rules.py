"""Facts about vendors, as the catalogue's rows say them; standard library only.

Every row has the same head (`Rule`) and one of these bodies. A *column* is one of the vendor's own
region names; two reserved columns stand beside them: `UNREADABLE` (the address does not show the
region) and `NOWHERE` (no documented place: inside no declared region).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from residency_lint.fixes import Applicability
from residency_lint.verdicts import NOWHERE, UNREADABLE

RESERVED_COLUMNS = (UNREADABLE, NOWHERE)


class Rule(Struct, frozen=True):
    """The head of every row: what it is called, where it is documented, when a person last compared it."""

    id: str
    """`vendor/row`."""
    vendor: str
    title: str
    why: str
    docs: str
    source: str
    verified: str
    """ISO date."""
    fix: Applicability
    level: str = "error"
    """`error`, or `note` for what only informs (a web interface, say)."""
    consequence: str = ""
    wrong: str = ""
    right: str = ""


class Address(Struct, frozen=True):
    """A host, in lower case, and the path prefix (whole segments) below which the row holds.

    `*.example.com` stands for every host below example.com; what the star stood for is kept by a fix.
    `fix` overrides the row's.
    """

    host: str
    path: str = ""
    fix: Applicability | None = None

    def __str__(self) -> str:
        return self.host + self.path


class Endpoint(Rule, frozen=True):
    """Hosts that do one job, a column per region; the first address of a column is the one a fix writes."""

    role: str = "api"
    columns: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    """region → its addresses."""


class LookAlike(Rule, frozen=True):
    """Hosts that nobody documents but that imitate one: they reach nobody, or somebody else."""

    meant: Mapping[str, str] = field(default_factory=dict)
    """wrong host → the host that was meant, or nothing."""
    imitations: bool = False
    """An undocumented host below the vendor's domains that bears a region's name counts as well."""


class Neutral(Rule, frozen=True):
    """Addresses that say nothing about where data goes: documentation, libraries, mail."""

    addresses: tuple[Address, ...] = ()


class Token(Rule, frozen=True):
    """Words that stand for a place although they are no host: an IP address, an account, a role in it, a bucket."""

    what: str = "value"
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Pattern(Rule, frozen=True):
    """Texts that carry the region in one of their parts: tenant hosts, DSNs, keys, account ids.

    `match` has a group `region`; `codes` maps what it catches to a column (without an entry, the text itself).
    With `keys`, only values under such a key or name are looked at. Of a `secret` only the telling part is shown.
    """

    match: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    keys: str = ""
    secret: bool = False


class Spelling(Struct, frozen=True):
    """How one kind of value is written in one place.

    kind: `host` (bare host), `host:port`, `url` (scheme, host and `path`), `word`, `boolean`, `enum` (a qualified
    name), `region` (a cloud region), `dsn`, `connection-string`, or `object` (built by one of `builders`).
    """

    kind: str = "word"
    endpoint: str = ""
    """The endpoint row whose addresses a host or url names."""
    path: str = ""
    exact: bool = False
    """A URL is scheme, a host of `endpoint` and `path`, nothing else: the SDK appends the rest, or refuses what has no
    scheme."""
    bare: bool = False
    """A URL without a scheme works as well."""
    values: Mapping[str, str] = field(default_factory=dict)
    """region → the word, for the kinds that are not hosts."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Other words, and qualified names of constants, that stand for a region; a fix does not write them."""
    builders: tuple[str, ...] = ()
    """Ids of the SDK rows whose calls make the object."""

    def column(self, word: str) -> str:
        """The region that a word or qualified name stands for, or nothing."""
        return next((region for region, own in self.values.items() if own == word), "") or self.also.get(word, "")


class Setting(Rule, frozen=True):
    """Configuration keys and environment variables whose value names a region.

    `keys` is a regular expression against the last key (lower case); `unless` against the keys around it.
    """

    keys: str = ""
    unless: str = ""
    needs_vendor: bool = False
    """Its words are everybody's (`region = "us"`): they count only where the vendor is in sight."""
    emulators: str = ""
    """A regular expression: in a file where it is found, the setting concerns an emulator."""
    spelling: Spelling = field(default_factory=Spelling)


class ArnRule(Rule, frozen=True):
    """ARNs of a service and resource; columns are the ARN's regions. Without columns, all of the provider's."""

    service: str = "*"
    resource: str = "*"
    columns: Mapping[str, str] = field(default_factory=dict)


class CloudHost(Rule, frozen=True):
    """Hosts in which one label is a region of the cloud provider."""

    suffixes: tuple[str, ...] = ()
    fused: tuple[str, ...] = ()
    """Heads that a region is joined to: `s3-`."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    stops: tuple[str, ...] = ()
    """Labels left of which a name is the customer's: no region is read there."""
    compact: tuple[str, ...] = ()
    """Suffixes below which a label is a compact region code: `use1`."""


class Pinned(Struct, frozen=True):
    """What has to stay in its region. `service` is an ARN's, or a host's label; both patterns are globs.

    `maybe`: it depends on what uses it. `context`: a regular expression; found in the text around it makes sure of a
    row with `maybe`, and a row without `maybe` holds only there.
    """

    service: str
    resource: str = "*"
    region: str = "us-east-1"  # residency: allow[aws/region] names where AWS pins things; nothing is sent
    why: str = ""
    maybe: bool = False
    context: str = ""


class Portability(Struct, frozen=True):
    """What a swapped region makes of an ARN (globs; the first row that fits).

    `name-addressed`: it names the twin over there. `id-bound`: the id exists in one region only. `foreign-account`:
    another account owns the twin. `lockstep`: other region names in it must change too. `never`: it names nothing.
    """

    service: str
    resource: str
    kind: str
