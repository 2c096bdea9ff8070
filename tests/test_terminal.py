"""What a person at a terminal sees before a run is over."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from residency_lint.report import Report
from residency_lint.reporters import renderer
from residency_lint.scan import check_paths
from residency_lint.settings import Settings
from residency_lint.shipped import shipped_index
from residency_lint.terminal import PIECEMEAL, Early, watched

CLIENT = """\
import os

from posthog import Posthog

from settings import HOST

client = Posthog("KEY", host=HOST)
other = Posthog("KEY", host="https://us.i.posthog.com")
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that one file names and another tells an SDK, one that is told at once, and one that nobody follows."""
    monkeypatch.chdir(tmp_path)
    Path("client.py").write_text(CLIENT)
    Path("page.js").write_text('const url = "https://api.mixpanel.com/track";\n')
    Path("settings.py").write_text('HOST = "https://us.i.posthog.com"\n')


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("doing", "count", "stream", "is_shown"),
    [
        ("Searching", 5, Terminal(), True),
        ("Searching", 5, io.StringIO(), False),
        ("Searching", 1, Terminal(), False),
        ("Checking", 8, Terminal(), True),
        ("Checking", 2, Terminal(), False),
    ],
)
def test_a_long_run_shows_how_far_it_is(
    doing: str, count: int, stream: io.StringIO, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only at a terminal, and on standard error: what is piped on stays as it is."""
    monkeypatch.setattr(sys, "stderr", stream)
    shares = [[f"{number}.py"] for number in range(count)]
    assert list(watched(iter(shares), count, doing)) == shares
    assert (doing in stream.getvalue()) is is_shown


@pytest.mark.usefixtures("shop")
def test_what_is_certain_is_known_early() -> None:
    """A host in a program or in configuration is another finding once a start of an SDK is seen to take it."""
    parts: list[Report] = []
    report = check_paths(["."], _settings(), early=parts.append)
    early = [finding for part in parts for finding in part.shown]
    assert {finding.path for finding in early} == {"client.py", "page.js"}
    assert all(finding in report.findings for finding in early)
    assert [f.path for f in report.findings if f not in early] == ["settings.py"]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("output_format", PIECEMEAL)
def test_every_finding_is_shown_once(output_format: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    early = Early(output_format)
    report = check_paths(["."], _settings(), early=early)
    begun = capsysbinary.readouterr().out.decode()
    rest = "".join(renderer(output_format)(replace(report, aside=frozenset(early.shown))))
    whole = "".join(renderer(output_format)(report))
    assert begun and sorted((begun + rest).splitlines()) == sorted(whole.splitlines())


def _settings() -> Settings:
    return Settings(shipped_index(), regions=("eu",), isolated=True, keeps=False)
