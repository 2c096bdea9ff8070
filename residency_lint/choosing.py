"""Programs that name no vendor and yet decide where data goes: by what they take of what other files say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from posixpath import normpath
from typing import TYPE_CHECKING

from residency_lint.call_rules import SdkCall
from residency_lint.findings import Context, Finding
from residency_lint.languages import READERS
from residency_lint.languages.file_names import language_of
from residency_lint.resolve.imports import importers, paths_imported
from residency_lint.rules import CloudHost, Endpoint
from residency_lint.search import Candidate
from residency_lint.settings import Settings
from residency_lint.tree import Tree
from residency_lint.verdicts import Verdict

if TYPE_CHECKING:
    from residency_lint.catalog import Catalog
    from residency_lint.policy import Policy
    from residency_lint.resolve.program import Program

_DEEPEST = 3
_LARGEST = 256_000
"""Bytes of a file that is looked into for a host by itself: a larger one is generated, and tells nothing."""
_MOST_ROOTS = 16
_MOST_REACHED = 48
"""Files; where a text is used everywhere, the file that sends it is one of many that were looked at already."""


def choosing(
    findings: Iterable[Finding], candidates: Iterable[Candidate], others: Iterable[str], settings: Settings, tree: Tree
) -> Iterator[Candidate]:
    """Of the files that are no candidates by themselves: those that name a file of settings in which a table of regions
    or a host outside was found; those that send by HTTP and are reached by a text that was found to lead outside, or
    that does so below a path."""
    remaining = set(others)
    halves = dict(_without_path(candidates, settings, tree) if remaining else ())
    told = [finding for finding in findings if not isinstance(finding.rule, SdkCall)]
    files = [f for f in told if _reader(f.path) == "config" and (f.sighting.beside or _is_failing_host(f))]
    tables = {os.fsencode(os.path.basename(f.path)) for f in files}
    if any(language_of(path) == "env" for path in (*halves, *(f.path for f in told))):
        tables.add(b"dotenv_values")  # which reads `.env` without naming it
    roots = {f.path: None for f in told if _is_host_in_use(f)}
    for path, variables in halves.items():
        if _reader(path) == "python":
            roots[path] = None
        else:
            tables |= {os.fsencode(os.path.basename(path)), *variables}
    if not tables and not roots:
        return
    programs = ((path, tree.data(path)) for path in sorted(remaining) if tables and _reader(path) == "python")
    found = {path for path, data in programs if isinstance(data, bytes) and any(name in data for name in tables)}
    catalog = settings.catalog_for(next(iter((*roots, *halves, *(f.path for f in told)))))
    clients = {name.partition(".")[0].encode() for name in (*catalog.http.functions, *catalog.http.clients)}
    for path in _reached([*islice(roots, _MOST_ROOTS), *sorted(found)], tree.program(catalog).everywhere):
        data = tree.data(path) if path in remaining else b""
        if isinstance(data, bytes) and any(name in data for name in clients):
            found.add(path)
    for path in sorted(found):
        data = tree.data(path)
        yield Candidate(path, len(data) if isinstance(data, bytes) else 0)


def _without_path(candidates: Iterable[Candidate], settings: Settings, tree: Tree) -> Iterator[tuple[str, set[bytes]]]:
    """The files that name a host which leads outside only below a path, and has none there: another file puts both
    together. With the variables that have it for a value."""
    atoms: dict[tuple[int, int], frozenset[str]] = {}
    for path in (one.path for one in candidates if one.size <= _LARGEST):
        kind = _reader(path)
        data = tree.data(path) if kind in _ALONE else None
        if kind is None or not isinstance(data, bytes):
            continue
        index, policy = settings.index_for(path), settings.policy_for(path)
        key = id(index), id(policy)
        if key not in atoms:
            atoms[key] = index.atoms([policy])
        found = [(one, os.fsdecode(one["host"]).lower()) for one in _ALONE[kind].finditer(data)]
        # Of most hosts no path is needed to know them: only for the vendors' own the rules are asked.
        named = [one for one, host in found if host in atoms[key] and _needs_path(host, policy, index.catalog)]
        if named:
            names = {one["key"] for one in named if kind == "config" and one["key"]}
            yield path, names | {name.lower() for name in names}


def _needs_path(host: str, policy: Policy, catalog: Catalog) -> bool:
    rows = [row for row in catalog.hosts.get(host, ()) if isinstance(row.rule, Endpoint)]
    return all(row.address.path for row in rows) and any(
        policy.verdict(row.rule.vendor, catalog.regions(row.rule.vendor), row.region) is Verdict.FORBIDDEN
        for row in rows
        if row.rule.level != "note"
    )


_HOST = rb"(?:https?://)?(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})/?"
_ALONE = {
    "python": re.compile(rb"[\"']" + _HOST + rb"[\"']"),
    "config": re.compile(
        rb"(?P<key>\b[A-Z][A-Z0-9_]{2,60}|)[\"']?[=:\s][ \t]{0,8}[\"']?" + _HOST + rb"(?=[\"'\s,}]|$)"
    ),
}
"""Texts that are a host and nothing else."""


def _is_failing_host(finding: Finding) -> bool:
    return isinstance(finding.rule, (Endpoint, CloudHost)) and finding.fails


def _is_host_in_use(finding: Finding) -> bool:
    """Whether it may be sent to, and one of several that the program can come to at that."""
    one = finding.sighting
    is_host = isinstance(finding.rule, (Endpoint, CloudHost)) and one.context in (Context.CODE, Context.TABLE)
    return is_host and (finding.fails or bool(one.beside)) and _reader(finding.path) == "python"


def _reader(path: str) -> str | None:
    return READERS[language_of(path)]


def _reached(roots: Iterable[str], program: Program) -> set[str]:
    """The files that come to others by way of their imports, and what else such a file imports: it may hand on to it
    what the others say."""
    goals = {normpath(root) for root in roots}
    reached, new = set(goals), set(goals)
    for _ in range(_DEEPEST):
        above = {normpath(one) for path in sorted(new) for one in importers(path, program)}
        new = set(sorted(above - reached)[: _MOST_REACHED - len(reached)])
        reached |= new
        if not new:
            break
    return reached | {path for one in sorted(reached - goals) for path in paths_imported(one, program)}
