"""The shipped rule files, what the format reports, and what it can say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from residency_lint.call_rules import SdkCall, SdkEscape
from residency_lint.errors import ConfigError
from residency_lint.inspection import check_source
from residency_lint.loading import index_of, load_catalog, shipped_catalog
from residency_lint.rules import Neutral, Rule
from residency_lint.settings import Settings
from residency_lint.source import Source
from residency_lint.tree import Tree
from residency_lint.verdicts import Verdict
from tests.test_cases import SECTIONS

CATALOG = shipped_catalog()
INDEX = index_of(CATALOG)
RULES = [rule for rule in CATALOG.rules.values() if not isinstance(rule, Neutral)]
SHAPES = sorted((Path(__file__).parent / "data" / "rules").glob("*.toml"))
MARKERS = [marker for section in SECTIONS for marker in section.markers()]
FIRED = {marker.rule for marker in MARKERS if marker.kind in ("error", "warning", "note", "silenced")}
QUIET = {marker.rule for marker in MARKERS if marker.kind in ("allowed", "quiet")}
HEAD = 'vendor = "acme"\ntitle = "Acme"\ndocs = "https://acme.example"\nverified = 2026-11-22\n'
REGIONS = '[regions]\nus = "US"\neu = "DE"\n'


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no program lies that a snippet could belong to."""
    monkeypatch.chdir(tmp_path)


def test_markers_name_rules_that_exist() -> None:
    own = {name for name in FIRED | QUIET if name.startswith("residency-lint/")}
    assert (FIRED | QUIET) - own - set(CATALOG.rules) == set()


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.wrong], ids=lambda rule: rule.id)
def test_every_rule_is_shown_firing(rule: Rule) -> None:
    assert rule.id in FIRED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_shown_staying_quiet(rule: Rule) -> None:
    """`allowed` where the row has a right column, `quiet` where something could be mistaken for it."""
    assert rule.id in QUIET


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.wrong], ids=lambda rule: rule.id)
def test_wrong_fires(rule: Rule, elsewhere: None) -> None:
    verdicts = {verdict for reading in _readings(rule, rule.wrong) for verdict in _verdicts(rule, *reading)}
    assert verdicts - {Verdict.ALLOWED}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.right], ids=lambda rule: rule.id)
def test_right_does_not_fire(rule: Rule, elsewhere: None) -> None:
    verdicts = {verdict for reading in _readings(rule, rule.right) for verdict in _verdicts(rule, *reading)}
    assert Verdict.FORBIDDEN not in verdicts


def _readings(rule: Rule, snippet: str) -> Iterator[tuple[str, str]]:
    """A snippet as the files it can stand in."""
    python = _preamble(rule) + snippet + "\n"
    if _parses(python):
        yield "example.py", python
    yield "example.json", snippet if snippet.startswith("{") else "{" + snippet + "}"
    yield "example.yaml", f"{snippet}\n"
    yield "example.txt.yaml", f'value: "{snippet}"\n'
    yield ".env", f"{snippet}\n"
    yield "example.js", f"x = {{{snippet}}};\n"


def _preamble(rule: Rule) -> str:
    """The imports that the snippets of SDK rows take for granted; the row's own come last."""
    if not isinstance(rule, SdkCall | SdkEscape):
        return ""
    rows = [row for row in RULES if isinstance(row, SdkCall) and row.vendor == rule.vendor]
    names = list(rule.names)
    if isinstance(rule, SdkEscape):
        names = [name.rpartition(".")[0] for name in names if name.count(".") > 1]
    taken = {name.rpartition(".")[2] for name in names}
    names += [name for row in rows for name in row.names if name.rpartition(".")[2] not in taken]
    lines = [f"import {name.partition('.')[0]}" for name in names]
    lines += [f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}" for name in names]
    return "\n".join([*lines, 'mp = Mixpanel("T")' if rule.id == "mixpanel/alias" else "", ""])


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _verdicts(rule: Rule, path: str, text: str) -> set[Verdict]:
    settings = Settings(INDEX, regions=("eu",), isolated=True)
    found = check_source(Source(path, text.encode()), settings, Tree())
    return {finding.verdict for finding in found if finding.rule.id == rule.id}


# --- what the format reports -------------------------------------------------------------------------


def _errors(tmp_path: Path, text: str, *, name: str = "acme.toml") -> list[str]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalog([path], CATALOG)
    return str(caught.value).replace(str(tmp_path), "").splitlines()


def test_every_mistake_is_reported_at_once_with_file_and_key(tmp_path: Path) -> None:
    text = f"""{HEAD}
{REGIONS}
[endpoint.ingest]
titel = "Ingestion"
us = ["https://acme.example"]

[pattern.key]
title = "Key"
match = "(?P<place>us"

[sdk.client]
title = "Client"
names = ["acme.Client"]
absent = "ap"

[[sdk.client.settings]]
kind = "hosts"
argument = "host"
endpoint = "api"
"""
    errors = _errors(tmp_path, text)
    assert all(error.startswith("/acme.toml: ") for error in errors)
    for key, words in {
        "endpoint.ingest.titel": "did you mean `title`?",
        "endpoint.ingest.us": "is no host",
        "pattern.key.match": "not a regular expression",
        "sdk.client.absent": "'ap' is not among [regions]",
        "sdk.client.settings[0].kind": "'hosts' is none of",
    }.items():
        assert any(f" {key}: " in error and words in error for error in errors), key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'{HEAD}{REGIONS}[endpoint.a]\ntitle = "A"\nus = ["a.example"]\neu = ["a.example"]\n', "stands already in"),
        (f'{HEAD}[regions]\nus = "USA"\n', "is no country code or zone"),
        (f'{HEAD}{REGIONS}[endpoint.a]\ntitle = "A"\n', "has no column"),
        (f'{HEAD}{REGIONS}[endpoint.A_b]\ntitle = "A"\nus = ["a.example"]\n', "lower-case words joined by hyphens"),
        (f'{HEAD}{REGIONS}keywrods = ["acme"]\n', "did you mean"),
        (f'keywrods = ["acme"]\n{HEAD}{REGIONS}', "did you mean `keywords`?"),
        (f'{HEAD}{REGIONS}[endpoint.a]\ntitle = "A"\nus = ["a.example"]\n[sdk.a]\ntitle = "A"\n', "the name is taken"),
        (HEAD.replace("2026-11-22", '"2026-11-22"') + REGIONS, "expected a date"),
        (HEAD, "regions: is missing"),
        ("vendor = ", "not TOML"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, words: str) -> None:
    if "keywrods" in text and text.startswith("vendor"):
        text = text.replace("[regions]\n", "[regionz]\n", 1)
    assert any(words in error for error in _errors(tmp_path, text))


# --- a repository's own rows -------------------------------------------------------------------------

OWN = HEAD.replace('"acme"', '"mixpanel"', 1)


@pytest.mark.parametrize(
    "text",
    [
        f'{OWN}{REGIONS}[endpoint.ingest]\ntitle = "Ours"\neu = ["mp.acme.example"]\n',
        f'{HEAD}{REGIONS}[endpoint.relay]\ntitle = "Relay"\neu = ["api.mixpanel.com"]\n',
        f'{HEAD}{REGIONS}[neutral.sites]\ntitle = "Sites"\nhosts = ["api.mixpanel.com"]\n',
        f'{OWN}[regions]\nus = "DE"\n[endpoint.relay]\ntitle = "Relay"\nus = ["mp.acme.example"]\n',
        f'{HEAD}{REGIONS}[sdk.client]\ntitle = "Client"\nnames = ["mixpanel.Mixpanel"]\nabsent = "eu"\n',
        f'{HEAD}{REGIONS}[escape.alias]\ntitle = "Alias"\nnames = ["mixpanel.Mixpanel.alias"]\ngoes_to = "eu"\n',
        f'{HEAD}{REGIONS}[token.account]\ntitle = "Account"\nwhat = "account"\neu = ["338661164609"]\n',
        f'{HEAD}{REGIONS}[[pinned]]\nservices = ["*"]\nwhy = "we like it"\n',
        f'{HEAD}{REGIONS}[[portability]]\nkind = "name-addressed"\nservices = ["*"]\n',
    ],
    ids=["id", "host", "neutral", "regions", "sdk", "escape", "token", "pinned", "portability"],
)
def test_own_rows_cannot_change_shipped_ones(tmp_path: Path, text: str) -> None:
    assert _errors(tmp_path, text)


def test_own_rows_are_added(tmp_path: Path) -> None:
    path = tmp_path / "relay.toml"
    text = f'{HEAD}{REGIONS}[endpoint.relay]\ntitle = "Relay"\nus = ["us.acme.example"]\neu = ["eu.acme.example"]\n'
    path.write_text(text, encoding="utf-8")
    own = load_catalog([path], CATALOG)
    assert set(own.rules) == {*CATALOG.rules, "acme/relay"}


# --- what the format can say ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_shapes_of_vendors_can_be_said(path: Path) -> None:
    catalog = load_catalog([path], CATALOG)
    assert len(catalog.rules) > len(CATALOG.rules)


def test_exact_hosts_beat_suffixes_and_longer_suffixes_beat_shorter_ones() -> None:
    catalog = load_catalog([path for path in SHAPES if path.stem == "suffix-families"], CATALOG)
    regions = {
        host: catalog.host_rows(host)[0].region
        for host in ("app.family.example", "a.us3.family.example", "family.example", "a.uk1.family.example")
    }
    assert list(regions.values()) == ["us1", "us3", "us1", "uk1"]
    assert isinstance(catalog.host_rows("docs.family.example")[0].rule, Neutral)


def test_the_longest_path_comes_first() -> None:
    catalog = load_catalog([path for path in SHAPES if path.stem == "host-pairs"], CATALOG)
    assert [row.rule.id for row in catalog.host_rows("pairs.example")] == ["host-pairs/export", "host-pairs/web"]
