"""The catalogue: every row of the rule files, indexed by what code can say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from residency_lint.call_rules import HttpCalls, SdkCall, SdkEscape
from residency_lint.places import Places, Region
from residency_lint.rule_files import RuleFile, Vendor
from residency_lint.rules import (
    Address,
    ArnRule,
    CloudHost,
    Endpoint,
    LookAlike,
    Neutral,
    Pattern,
    Pinned,
    Portability,
    Rule,
    Setting,
    Token,
)
from residency_lint.verdicts import NOWHERE, UNREADABLE

_ARNS = ("arn:aws", "arn%3aaws", "arn:*", "arn:$", "arn:{", "arn:%")
"""How ARNs begin, with what may stand for the partition."""


class HostRow(Struct, frozen=True):
    """A host and path in the index: its row, and for an endpoint its column."""

    rule: Endpoint | LookAlike | Neutral
    address: Address
    region: str


class Catalog(Struct, frozen=True, dict=True):
    """All rules, and ways to find the ones a piece of code concerns."""

    files: tuple[RuleFile, ...]
    places: Places
    http: HttpCalls = field(default_factory=HttpCalls)

    @cached_property
    def vendors(self) -> Mapping[str, Vendor]:
        # Backwards: the head of the shipped file stays when a repository adds rows to its vendor.
        return {file.vendor.id: file.vendor for file in reversed(self.files)}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for file in self.files for rule in file.rules}

    def regions(self, vendor: str) -> Mapping[str, Region]:
        return self.vendors[vendor].regions

    @cached_property
    def hosts(self) -> Mapping[str, tuple[HostRow, ...]]:
        """Host (or `*.suffix`) → its rows, longest path first."""
        index: dict[str, list[HostRow]] = {}
        for rule in self.rules.values():
            if isinstance(rule, Endpoint):
                rows = [HostRow(rule, a, column) for column, all_ in rule.columns.items() for a in all_]
            elif isinstance(rule, Neutral):
                rows = [HostRow(rule, address, UNREADABLE) for address in rule.addresses]
            elif isinstance(rule, LookAlike):
                rows = [HostRow(rule, Address(host), NOWHERE) for host in rule.meant]
            else:
                continue
            for row in rows:
                index.setdefault(row.address.host, []).append(row)
        return {host: tuple(sorted(rows, key=lambda row: -len(row.address.path))) for host, rows in index.items()}

    def host_rows(self, host: str) -> tuple[HostRow, ...]:
        """The rows of a lower-case host: its own, else those of the longest suffix family it lies in."""
        rows = self.hosts.get(host)
        if rows is not None:
            return rows
        rest = host
        while "." in rest:
            rest = rest.partition(".")[2]
            rows = self.hosts.get("*." + rest)
            if rows is not None:
                return rows
        return ()

    @cached_property
    def domains(self) -> Mapping[str, Vendor]:
        return {domain: vendor for vendor in self.vendors.values() for domain in vendor.domains}

    @cached_property
    def labels(self) -> frozenset[str]:
        """What the vendors' domains begin with: `mixpanel`."""
        return frozenset(domain.partition(".")[0] for domain in self.domains)

    @cached_property
    def tokens(self) -> Mapping[str, tuple[Token, str]]:
        return {
            word: (rule, column) for rule in self.of(Token) for column, words in rule.columns.items() for word in words
        }

    def of(self, kind: type[Any]) -> list[Any]:
        return [rule for rule in self.rules.values() if isinstance(rule, kind)]

    @cached_property
    def patterns(self) -> tuple[tuple[Pattern, re.Pattern[str], re.Pattern[str] | None], ...]:
        return tuple(
            (rule, re.compile(rule.match), re.compile(rule.keys) if rule.keys else None) for rule in self.of(Pattern)
        )

    @cached_property
    def settings(self) -> tuple[tuple[Setting, re.Pattern[str], re.Pattern[str] | None], ...]:
        return tuple(
            (rule, re.compile(rule.keys), re.compile(rule.unless) if rule.unless else None) for rule in self.of(Setting)
        )

    @cached_property
    def setting_words(self) -> frozenset[str]:
        """The words that settings name a region by."""
        return frozenset(word for rule in self.of(Setting) for word in rule.spelling.values.values())

    @cached_property
    def worded_vendors(self) -> frozenset[str]:
        """The vendors whose region a setting names by a word."""
        return frozenset(rule.vendor for rule in self.of(Setting) if rule.spelling.kind == "word")

    @cached_property
    def sdk_calls(self) -> Mapping[str, SdkCall]:
        """Qualified name → the SDK row."""
        return {name: rule for rule in self.of(SdkCall) for name in rule.names}

    @cached_property
    def sdk_methods(self) -> frozenset[str]:
        """Last names of the SDK calls that are methods of what another SDK call makes."""
        names = (name.rpartition(".") for name in self.sdk_calls)
        return frozenset(method for owner, _, method in names if owner in self.sdk_calls)

    @cached_property
    def builders(self) -> frozenset[str]:
        """Ids of the SDK rows that make an object for others, which may be overruled there."""
        return frozenset(b for rule in self.of(SdkCall) for s in rule.settings for b in s.spelling.builders)

    @cached_property
    def sdk_modules(self) -> Mapping[str, SdkCall]:
        """Module attribute whose assignment starts an SDK → the SDK row."""
        return {name: rule for rule in self.of(SdkCall) for name in rule.assigned}

    @cached_property
    def escapes(self) -> Mapping[str, SdkEscape]:
        return {name: rule for rule in self.of(SdkEscape) for name in rule.names}

    @cached_property
    def sdk_roots(self) -> frozenset[str]:
        """Top-level packages of all SDK names."""
        return frozenset(name.partition(".")[0] for name in (*self.sdk_calls, *self.sdk_modules, *self.escapes))

    @cached_property
    def sdk_words(self) -> frozenset[str]:
        """What source code must hold, as words of their own, to start an SDK: its package, or, by way of a re-export,
        a class that bears its name (`MixpanelUtils`, not `Session`: that word is everywhere)."""
        names = [name.split(".") for name in (*self.sdk_calls, *self.escapes)]
        return self.sdk_roots | {parts[-1] for parts in names if parts[0].partition("_")[0] in parts[-1].lower()}

    @cached_property
    def arns(self) -> tuple[ArnRule, ...]:
        """The most specific first."""
        return tuple(sorted(self.of(ArnRule), key=lambda rule: (rule.service == "*", -len(rule.resource))))

    @cached_property
    def cloud_hosts(self) -> tuple[CloudHost, ...]:
        return tuple(self.of(CloudHost))

    @cached_property
    def pinned(self) -> tuple[Pinned, ...]:
        return tuple(row for file in self.files for row in file.pinned)

    @cached_property
    def portability(self) -> tuple[Portability, ...]:
        return tuple(row for file in self.files for row in file.portability)

    @cached_property
    def atoms(self) -> frozenset[str]:
        """The texts of which one must occur in a file that names a destination, wherever that is."""
        return frozenset(text for rows in self.texts.values() for texts in rows.values() for text in texts)

    @cached_property
    def texts(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Vendor → region → the texts by which a file may lead there; what always counts leads to no place at all."""
        found: dict[str, dict[str, set[str]]] = {
            vendor.id: {NOWHERE: {word.lower() for word in (*vendor.keywords, *vendor.domains)}}
            for vendor in self.vendors.values()
        }
        for rule in self.rules.values():
            rows = found[rule.vendor]
            if isinstance(rule, Endpoint):
                for name, addresses in rule.columns.items():
                    rows.setdefault(name, set()).update(address.host.removeprefix("*") for address in addresses)
            elif isinstance(rule, LookAlike):
                rows[NOWHERE].update(rule.meant)
            elif isinstance(rule, Token):
                for name, words in rule.columns.items():
                    rows.setdefault(name, set()).update(word.lower() for word in words)
            elif isinstance(rule, ArnRule):
                rows[NOWHERE].update(_ARNS)
            elif isinstance(rule, CloudHost):
                rows[NOWHERE].update(alias + "." for alias in rule.aliases)
                for name, region in self.regions(rule.vendor).items():
                    compact = {f".{region.compact}."} if region.compact else set()
                    rows.setdefault(name, set()).update({name}, compact)
        return {vendor: {name: frozenset(texts) for name, texts in rows.items()} for vendor, rows in found.items()}
