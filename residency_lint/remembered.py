"""Candidates → their findings: of an earlier run, where nothing has changed that they rest on, else found anew."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from residency_lint import __version__
from residency_lint.repository import work_tree_around
from residency_lint.rule_paths import rule_paths
from residency_lint.shipped import cache_folder
from residency_lint.watching import Watched, unwatched

if TYPE_CHECKING:
    from residency_lint.inspection import Tell
    from residency_lint.rules import Rule
    from residency_lint.search import Candidate
    from residency_lint.settings import Settings
    from residency_lint.tree import Tree
    from residency_lint.written import Result


def results_of(
    candidates: Sequence[Candidate],
    settings: Settings,
    tree: Tree,
    watched: Watched = unwatched,
    tell: Tell | None = None,
) -> list[Result]:
    """As `inspection.check_files`, but for what it rests on; nothing is told of what is remembered."""
    if not candidates:
        return []
    folder = cache_folder() if settings.keeps and not tree.changes else None
    key = _key(candidates, settings, tree) if folder is not None else None
    if folder is None or key is None:
        return _found_anew(candidates, settings, tree, watched, tell)[0]
    from residency_lint.kept import Kept
    from residency_lint.written import as_text, of_text

    kept = Kept(folder / "findings.sqlite3")
    text = kept.get(key)
    if text is not None:
        with suppress(LookupError, TypeError, ValueError):
            return of_text(text, _rules(settings) if '"rule"' in text else {})
    results, rests_on = _found_anew(candidates, settings, tree, watched, tell)
    kept.put(key, rests_on, as_text(results, _rules(settings)))
    return results


def _found_anew(
    candidates: Sequence[Candidate], settings: Settings, tree: Tree, watched: Watched, tell: Tell | None
) -> tuple[list[Result], Mapping[str, Mapping[str, str]]]:
    # Most of the start.
    from residency_lint.inspection import check_files

    return check_files(candidates, settings, tree, watched, tell)


def _rules(settings: Settings) -> Mapping[str, Rule]:
    from residency_lint.suppress import OWN_RULES

    return {**settings.index.catalog.rules, **{rule.id: rule for rule in OWN_RULES}}


def _key(candidates: Iterable[Candidate], settings: Settings, tree: Tree) -> str | None:
    """Of everything that a run knows before it opens another file; None where a repository brings rules of its own."""
    here = os.getcwd()
    content = sha256(_tool().encode())
    content.update(json.dumps([here, work_tree_around(here), settings.selected, settings.deselected]).encode())
    policies: dict[int, bytes] = {}
    for candidate in candidates:
        path, data = candidate.path, tree.data(candidate.path)
        policy = settings.policy_for(path)
        if settings.index_for(path) is not settings.index or not isinstance(data, bytes):
            return None
        if id(policy) not in policies:
            policies[id(policy)] = msgspec.json.encode(policy, order="deterministic")
        content.update(policies[id(policy)] + b"\0" + os.fsencode(path) + b"\0" + sha256(data).digest())
    return content.hexdigest()


def _tool() -> str:
    """What the tool is made of, its rules and its parser too: a checkout changes without a new version."""
    files = [*Path(__file__).parent.rglob("*.py"), *rule_paths()]
    parser = importlib.util.find_spec("libcst")
    if parser is not None and parser.origin is not None:
        files.append(Path(parser.origin))
    states = sorted((str(path), (status := path.stat()).st_size, status.st_mtime_ns) for path in files)
    return repr((__version__, sys.version, states))
