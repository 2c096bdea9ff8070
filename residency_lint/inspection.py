"""One file that may have findings → its findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from residency_lint.catalog import Catalog
from residency_lint.disk import Answers, together
from residency_lint.findings import Finding, Level, Suppression
from residency_lint.judge import judge, wanted
from residency_lint.parallel import spread
from residency_lint.policy import Policy
from residency_lint.rules import Rule
from residency_lint.search import Candidate
from residency_lint.settings import Settings
from residency_lint.sightings import MOST, Scene, is_silent, sightings
from residency_lint.skips import Skip
from residency_lint.source import Source, Span
from residency_lint.suppress import CUT_OFF, NOT_PARSED, OWN_RULES, own_finding, silence
from residency_lint.tree import Tree
from residency_lint.verdicts import Verdict
from residency_lint.watching import Watched, unwatched
from residency_lint.written import Result

Tell = Callable[[Sequence[str], Sequence[Result]], None]
"""Is told paths, and what each of them comes to."""

_FEWEST = 16
"""Candidates."""
_LEAST = 200_000
"""Bytes of them all; fewer are checked sooner than processes start."""
_SHARES = 8
"""Shares of the work: what one has found out of a folder helps the next file of it, but files differ in what they
cost."""


def check_files(
    candidates: Sequence[Candidate],
    settings: Settings,
    tree: Tree,
    watched: Watched = unwatched,
    tell: Tell | None = None,
) -> tuple[list[Result], Answers]:
    """What `check_file` says of each candidate, in order, and what that rests on. Raises ConfigError.

    `tell` is called with each share of them that is done.
    """
    size = sum(candidate.size for candidate in candidates)
    shares = list(_shares(candidates, size // _SHARES + 1))
    pays = len(candidates) >= _FEWEST and size >= _LEAST
    work = spread(_checked, shares, settings, tree, pays=pays)
    done = []
    for share, one in zip(shares, watched(work, len(shares), "Checking"), strict=True):
        done.append(one)
        if tell is not None:
            tell(share, one[0])
    return [found for results, _ in done for found in results], together(answers for _, answers in done)


def _checked(paths: list[str], settings: Settings, tree: Tree) -> tuple[list[Result], Answers]:
    results = []
    for path in paths:
        results.append(check_file(path, settings, tree))
        tree.rest()
    return results, tree.disk.answers() if settings.keeps else {}


def _shares(candidates: Iterable[Candidate], most: int) -> Iterator[list[str]]:
    """Neighbours together, so many bytes or one file more at a time."""
    share: list[str] = []
    left = most
    for candidate in candidates:
        share.append(candidate.path)
        left -= candidate.size
        if left <= 0:
            yield share
            share, left = [], most
    if share:
        yield share


def check_file(path: str, settings: Settings, tree: Tree) -> Result:
    """The findings of one file that may have some. Raises ConfigError."""
    source = tree.source(path)
    if isinstance(source, Skip):
        return source
    try:
        found = check_source(source, settings, tree)
    except RecursionError:
        return Skip(path, "its values lead too deep into one another to be followed; exclude it")
    return [f for f in found if f.rule.vendor == "residency-lint" or settings.is_selected(f.rule.id)]


def check_source(source: Source, settings: Settings, tree: Tree, *, with_allowed: bool = False) -> list[Finding]:
    """The findings of one source. Pure but for `tree`, which is asked for other files.

    `with_allowed`: what lies inside the declared region as well.
    """
    if is_silent(source.path):
        return []
    policy, catalog = settings.policy_for(source.path), settings.catalog_for(source.path)
    facts, program, is_named_in = tree.facts(source), tree.program(catalog), tree.is_named_in(catalog)
    if not is_named_in(source.path) and not program.leads_on(source.path):
        program = program.everywhere  # It is looked at for what it takes of other files, by way of any.
    scene = Scene(
        source=source,
        unit=tree.unit(source, facts),
        catalog=catalog,
        program=program,
        sources=tree.known_source,
        wanted=_wanted(policy, catalog),
        names_something=tree.names_something(catalog),
        is_named_in=is_named_in,
    )
    seen, is_cut = sightings(scene)
    judged = [judge(sighting, policy, catalog) for sighting in seen]
    found = [f for f in judged if f.verdict is not Verdict.ALLOWED or with_allowed]
    if facts.note and (any(f.verdict is not Verdict.ALLOWED for f in found) or _names_an_sdk(source, catalog)):
        found.append(_about(NOT_PARSED, facts.path, facts.note, Level.NOTE))
    if is_cut:
        words = f"more than {MOST:,} destinations: the rest was not looked at; exclude the file if it sends nothing"
        found.append(_about(CUT_OFF, facts.path, words, Level.WARNING))
    known = set(catalog.rules) | set(catalog.vendors) | {rule.id for rule in OWN_RULES}
    return silence(found, facts.comments, source.path, known)


def _wanted(policy: Policy, catalog: Catalog) -> Callable[[str], tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}

    def regions(vendor: str) -> tuple[str, ...]:
        if vendor not in known:
            known[vendor] = wanted(vendor, policy, catalog)
        return known[vendor]

    return regions


def _names_an_sdk(source: Source, catalog: Catalog) -> bool:
    """Whether text that no parser takes may start an SDK: what it does then, nobody has looked at."""
    return not catalog.sdk_words.isdisjoint(re.findall(r"\w+", source.text))


def _about(rule: Rule, path: str, words: str, level: Level) -> Finding:
    """A finding about a whole file."""
    return own_finding(rule, path, Suppression((), "", Span(0, 0), Span(0, 0)), words, level)
