"""The index that is kept from run to run: the same as a fresh one, and never more than a help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from residency_lint.index import of_data
from residency_lint.loading import index_of, shipped_catalog
from residency_lint.policy import Allowance, Policy
from residency_lint.shipped import cache_folder, shipped_index

PROJECT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESIDENCY_LINT_CACHE_DIR", str(tmp_path / "cache"))
    shipped_index.cache_clear()
    return tmp_path / "cache"


def kept(cache: Path) -> Path:
    """The one file in the cache."""
    (file,) = cache.iterdir()
    return file


def test_what_is_kept_says_what_the_rules_say(cache: Path) -> None:
    fresh = shipped_index()
    shipped_index.cache_clear()
    again = shipped_index()
    assert again is not fresh
    assert again.as_data() == fresh.as_data() == index_of(shipped_catalog()).as_data()
    policies = [Policy(Allowance(again.places.zones["eu"]))]
    assert again.atoms(policies) == fresh.atoms(policies)
    assert again.catalog is shipped_catalog()


@pytest.mark.parametrize("text", ["", "{}", "0\n{}", "[]", "\0", "not what was written\n{"])
def test_a_broken_file_is_made_anew(cache: Path, text: str) -> None:
    whole = shipped_index().as_data()
    good = kept(cache).read_text()
    kept(cache).write_text(text)
    shipped_index.cache_clear()
    assert shipped_index().as_data() == whole
    assert kept(cache).read_text() == good


def test_a_file_that_was_changed_is_made_anew(cache: Path) -> None:
    """Whole as JSON, but not what was written: nobody else's index decides what is looked at."""
    good = (shipped_index(), kept(cache).read_text())[1]
    kept(cache).write_text(good.replace("mixpanel.com", "mixpanel.org"))
    shipped_index.cache_clear()
    assert "mixpanel.com" in shipped_index().texts["mixpanel"]["nowhere"]
    assert kept(cache).read_text() == good


def test_other_rules_have_another_file(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped_index()
    rules = [path for path in (PROJECT / "rules").glob("*.toml") if path.name != "segment.toml"]
    monkeypatch.setattr("residency_lint.shipped.rule_paths", lambda: sorted(rules))
    monkeypatch.setattr("residency_lint.loading.rule_paths", lambda: sorted(rules))
    shipped_catalog.cache_clear()
    shipped_index.cache_clear()
    try:
        assert "segment" not in shipped_index().vendors
        assert len(list(cache.iterdir())) == 2
    finally:
        shipped_catalog.cache_clear()
        shipped_index.cache_clear()


def test_a_folder_that_cannot_be_written_to_is_no_error(cache: Path) -> None:
    cache.write_text("a file, not a folder")
    assert "mixpanel" in shipped_index().vendors


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESIDENCY_LINT_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/residency-lint")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() is None, "it would lie in the code under scan"


@pytest.mark.parametrize("data", [{}, {"zones": 1}, {"zones": {}, "titles": {}}])
def test_other_data_is_refused(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        of_data(data, shipped_catalog)


def test_a_run_without_a_candidate_needs_no_rules(cache: Path, tmp_path: Path) -> None:
    """What a hook does most of the time: rules, expressions and the parser cost most of a start."""
    (tmp_path / "a.py").write_text("print('nothing')\n")
    script = (
        "import sys\nfrom residency_lint.cli import main\n"
        "try: main(['check', '--isolated', '--region', 'eu', 'a.py'])\nexcept SystemExit as end: status = end.code\n"
        "heavy = ['libcst', 'residency_lint.rules', 'residency_lint.expressions', 'residency_lint.sightings']\n"
        "sys.exit(f'{status} {[name for name in heavy if name in sys.modules]}')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True)
    assert done.stderr.decode() == "0 []\n"
