"""Findings that are kept from run to run: the same as fresh ones, and gone as soon as what they rest on changes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from residency_lint import inspection
from residency_lint.cli import main
from residency_lint.disk import Disk, confirms
from residency_lint.kept import Kept
from residency_lint.loading import shipped_catalog
from residency_lint.suppress import OWN_RULES
from residency_lint.written import as_text, of_text

PROGRAM = {
    "app/__init__.py": "",
    "app/conf.py": 'import os\n\nHOST = os.environ.get("POSTHOG_HOST", "https://eu.i.posthog.com")\n',
    "app/client.py": (
        "from posthog import Posthog\n\nfrom app.conf import HOST\n\n\n"
        'def make(host=HOST):\n    return Posthog("KEY", host=host)\n'
    ),
    "app/main.py": 'from app.client import make\n\nmake().capture("event", distinct_id="x")\n',
    "web/page.js": 'const url = "https://api.mixpanel.com/track";\n',
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is a program; what is kept has a folder of its own."""
    folder = tmp_path / "program"
    for name, text in PROGRAM.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RESIDENCY_LINT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def found(*flags: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(
        main, ["check", "--isolated", "--region", "eu", "--exit-zero", "--output-format", "json", *flags]
    )
    assert result.exit_code == 0, result.output
    findings: list[dict[str, object]] = json.loads(result.stdout)["findings"]
    return findings


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are checked from now on."""
    checked: list[str] = []
    check_file = inspection.check_file

    def noted(path: str, *rest: object) -> object:
        checked.append(path)
        return check_file(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(inspection, "check_file", noted)
    return checked


def test_the_second_run_finds_the_same_without_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = counted(monkeypatch)
    fresh = found("--no-cache")
    assert [finding["path"] for finding in fresh] == ["web/page.js"]
    first = found()
    checked.clear()
    assert fresh == first == found()
    assert checked == []


def test_without_a_cache_nothing_is_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = counted(monkeypatch)
    found("--no-cache")
    checked.clear()
    found("--no-cache")
    assert checked
    assert list(cache.glob("*.sqlite3")) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/conf.py", PROGRAM["app/conf.py"].replace("eu.i", "us.i")),
        ("app/main.py", PROGRAM["app/main.py"].replace("make()", 'make("https://us.i.posthog.com")')),
        ("app/other.py", 'from app.client import make\n\nmake(host="https://us.i.posthog.com")\n'),
        ("Dockerfile", "FROM python\nENV POSTHOG_HOST=https://us.i.posthog.com\n"),
        ("app/.env", "POSTHOG_HOST=https://us.i.posthog.com\n"),
        (".github/workflows/run.yml", "env:\n  POSTHOG_HOST: https://us.i.posthog.com\n"),
    ],
)
def test_what_the_findings_rest_on(path: str, text: str) -> None:
    """A file that is followed to, a caller, a file beside that was not there: the next run sees it."""
    before = found()
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    if path.endswith(".env"):
        Path("app/conf.py").write_text("from dotenv import load_dotenv\n\nload_dotenv()\n" + PROGRAM["app/conf.py"])
    after = found()
    assert after == found("--no-cache") != before


def test_what_they_do_not_rest_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that nobody follows to."""
    found()
    Path("notes.md").write_text("Nothing.\n", encoding="utf-8")
    checked = counted(monkeypatch)
    found()
    assert checked == []


def test_another_policy_and_another_selection() -> None:
    assert len(found()) == 1
    assert found("--ignore", "mixpanel") == []
    Path("policy.toml").write_text('region = "us"\n', encoding="utf-8")
    result = CliRunner().invoke(main, ["check", "--config", "policy.toml", "--exit-zero", "--output-format", "json"])
    assert [f["path"] for f in json.loads(result.stdout)["findings"]] == ["app/conf.py"]


def test_rules_of_the_repository_are_read_each_time() -> None:
    """They may change, and the tool with them."""
    rules = (
        'vendor = "acme"\ntitle = "Acme"\ndocs = "https://example.com"\nverified = 2026-01-01\n[regions]\n'
        'us = "us"\neu = "eu"\n[endpoint.api]\ntitle = "API"\nwhy = "It is."\nsource = "made up"\n'
        'wrong = "a"\nright = "b"\nus = ["HOST"]\n'
    )
    Path("acme.toml").write_text(rules.replace("HOST", "us.acme.example"), encoding="utf-8")
    Path("residency-lint.toml").write_text('region = "eu"\ncatalog = ["acme.toml"]\n', encoding="utf-8")
    Path("a.py").write_text('A = "https://us.acme.example"\nB = "https://api.acme.example"\n', encoding="utf-8")
    flags = ["check", "--exit-zero", "--output-format", "json", "a.py"]
    lines = []
    for host in ("us.acme.example", "api.acme.example"):
        Path("acme.toml").write_text(rules.replace("HOST", host), encoding="utf-8")
        lines.append([f["line"] for f in json.loads(CliRunner().invoke(main, flags).stdout)["findings"]])
    assert lines == [[1], [2]]


@pytest.mark.parametrize("content", [b"", b"no database at all, " * 100, None])
def test_a_file_that_is_broken_or_of_another_program(content: bytes | None, cache: Path) -> None:
    fresh = found()
    path = cache / "findings.sqlite3"
    path.unlink()
    if content is None:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE kept (something TEXT)")
        database.close()
    else:
        path.write_bytes(content)
    assert found() == found() == fresh
    assert Kept(path).get("no such key") is None


def test_what_was_kept_is_nonsense(cache: Path) -> None:
    """Of the right shape, and yet not what was written."""
    fresh = found()
    with sqlite3.connect(cache / "findings.sqlite3") as database:
        database.execute("UPDATE kept SET results = ?", ('[[{"of": "Span", "is": [1]}]]',))
    database.close()
    assert found() == fresh


def test_a_folder_that_cannot_be_written_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is a file."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("RESIDENCY_LINT_CACHE_DIR", str(tmp_path / "file"))
    assert len(found()) == 1


def test_many_runs_at_once(cache: Path) -> None:
    command = [sys.executable, "-m", "residency_lint", "check", "--isolated", "--region", "eu", "--exit-zero"]
    runs = [subprocess.Popen([*command, "--output-format", "json"], stdout=subprocess.PIPE) for _ in range(4)]
    outputs = {run.communicate()[0] for run in runs}
    assert len(outputs) == 1
    assert {run.returncode for run in runs} == {0}
    with sqlite3.connect(cache / "findings.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_findings_as_text_and_back() -> None:
    """Chains, fixes, suppressions, files that could not be read."""
    Path("app/conf.py").write_text(PROGRAM["app/conf.py"].replace("eu.i", "us.i"), encoding="utf-8")
    Path("allowed.py").write_text('A = "https://api.mixpanel.com"  # residency: allow[mixpanel] agreed\n')
    Path("binary.py").write_bytes(b'"api.mixpanel.com"\0')
    from residency_lint.scan import search
    from residency_lint.settings import Settings
    from residency_lint.shipped import shipped_index
    from residency_lint.tree import Tree

    settings, tree = Settings(shipped_index(), regions=("eu",), isolated=True), Tree()
    candidates, _ = search([*PROGRAM, "allowed.py", "binary.py"], settings, tree)
    results, _ = inspection.check_files(candidates, settings, tree)
    rules = {**shipped_catalog().rules, **{rule.id: rule for rule in OWN_RULES}}
    text = as_text(results, rules)
    assert of_text(text, rules) == results
    assert as_text(of_text(text, rules), rules) == text


def test_the_disk_is_asked_once_and_asked_again(tmp_path: Path) -> None:
    """Names, files, folders, programs: each change of one shows, and nothing else does."""
    disk = Disk()
    folder = str(tmp_path)
    Path(folder, "a.py").write_text("a", encoding="utf-8")
    assert disk.is_file(os.path.join(folder, "a.py"))
    assert not disk.is_file(os.path.join(folder, "b.py"))
    assert disk.names(folder) == ("program",)
    assert disk.programs(folder) == (os.path.join(folder, "a.py"), *disk.programs(folder)[1:])
    answers = json.loads(json.dumps(disk.answers()))
    assert confirms(answers)
    Path(folder, "a.py").write_text("another", encoding="utf-8")
    assert not confirms({"programs": answers["programs"]})
    assert confirms({"names": answers["names"], "file": answers["file"]})
    Path(folder, "b.py").write_text("b", encoding="utf-8")
    assert confirms({"names": answers["names"]})
    Path(folder, ".env").write_text("b", encoding="utf-8")
    assert disk.names(folder) == disk.names(folder)
    assert not confirms({"names": answers["names"]})
    assert not confirms({"file": answers["file"]})


def test_what_is_remembered_needs_no_parser() -> None:
    """What looks at code is most of the start: a run that remembers everything does not even import it."""
    found()
    command = [sys.executable, "-X", "importtime", "-m", "residency_lint", "check", "--isolated", "--region", "eu"]
    environment = {**os.environ, "PYTHONPATH": str(Path(inspection.__file__).parent.parent)}
    done = subprocess.run([*command, "--exit-zero"], env=environment, capture_output=True, encoding="utf-8", check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "residency_lint.kept" in imported
    assert imported.isdisjoint({"residency_lint.inspection", "residency_lint.resolve.units", "libcst"})
