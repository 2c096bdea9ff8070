"""Paths → report."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.errors import ConfigError
from residency_lint.languages import READERS
from residency_lint.languages.file_names import language_of
from residency_lint.policy import Policy
from residency_lint.report import Report, place_of
from residency_lint.repository import work_tree_around
from residency_lint.search import search
from residency_lint.settings import Settings
from residency_lint.skips import Skip
from residency_lint.tree import Tree
from residency_lint.walk import files
from residency_lint.watching import Watched, unwatched

if TYPE_CHECKING:
    from residency_lint.findings import Finding
    from residency_lint.written import Result


def check_paths(
    paths: Sequence[str],
    settings: Settings,
    tree: Tree | None = None,
    watched: Watched = unwatched,
    early: Callable[[Report], None] | None = None,
) -> Report:
    """Checks files, and what lies in folders. Raises ConfigError for wrong settings and paths that do not exist.

    `early` is given reports of some of the files, with the findings that stay what they are.
    """
    tree = tree or Tree()
    general = _general(settings)
    begun = Report(
        findings=(),
        declared=general.allowed.words if general else (),
        declared_in=general.declared_in if general else "",
    )
    findings: list[Finding] = []
    on_disk = [path for path in paths or ["."] if path not in tree.changes]
    given = (path for path in paths if path in tree.changes and not settings.is_excluded(path))
    entries = [*files(on_disk, is_excluded=settings.is_excluded), *given]
    names = [entry for entry in entries if isinstance(entry, str)]
    skips = [entry for entry in entries if isinstance(entry, Skip)]
    candidates, unread = search(names, settings, tree, watched, is_whole=_is_whole(paths))
    skips += unread
    if candidates:
        # Most runs of a hook need none of it.
        from residency_lint.choosing import choosing
        from residency_lint.remembered import results_of
        from residency_lint.reported import as_reported

        tell = partial(_tell, early, begun, tree, paths) if early else None
        results = results_of(candidates, settings, tree, watched, tell)
        others = set(names).difference(candidate.path for candidate in candidates)
        told = (f for found in results if isinstance(found, list) for f in found)
        more = list(choosing(told, candidates, others, settings, tree))
        results += results_of(more, settings, tree)
        candidates += more
        tree.candidates += [candidate.path for candidate in candidates]
        skips += [found for found in results if isinstance(found, Skip) and found.fatal]
        findings = as_reported([f for found in results if isinstance(found, list) for f in found], paths)
    return replace(
        begun,
        findings=tuple(findings),
        skips=tuple(skips),
        files=len(names),
        candidates=len(candidates),
        sources=tree.sources_of(findings),
    )


def _tell(
    early: Callable[[Report], None],
    begun: Report,
    tree: Tree,
    paths: Sequence[str],
    checked: Sequence[str],
    results: Sequence[Result],
) -> None:
    """Reports what is known of some files, as far as no other file can change it."""
    from residency_lint.reported import as_reported

    findings = as_reported([f for found in results if isinstance(found, list) for f in found], paths)
    aside = frozenset(place_of(f) for f in findings if f.path not in checked or _may_change(f))
    early(replace(begun, findings=tuple(findings), sources=tree.sources_of(findings), aside=aside))


def _may_change(finding: Finding) -> bool:
    """Whether another file may still say more of the same place: values do not lead to other languages and prose."""
    from residency_lint.reported import precedence

    language = language_of(finding.path)
    is_led_to = READERS[language] not in ("code", "markup") and language not in ("markdown", "prose")
    return is_led_to and precedence(finding) != (False, False)


def _is_whole(paths: Sequence[str]) -> bool:
    """Whether all of the repository was asked for that the current folder belongs to."""
    root = os.path.join(work_tree_around(os.getcwd()) or os.getcwd(), "")
    return any(root.startswith(os.path.join(os.path.abspath(path), "")) for path in paths or ["."])


def _general(settings: Settings) -> Policy | None:
    """What holds in the current folder, if anything is declared for it."""
    try:
        return settings.policy_for("")
    except ConfigError:
        return None
