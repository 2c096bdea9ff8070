"""The README shows what the tool really prints."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from residency_lint.cli import main
from residency_lint.config_file import read_config_file

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CONSOLE = re.findall(r"```console\n\$ residency-lint (.*?)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "output"), CONSOLE, ids=[command for command, _ in CONSOLE])
def test_output(command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every console block is what the command prints for the example."""
    shutil.copytree(ROOT / "examples" / "shop", tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    assert output == CliRunner().invoke(main, shlex.split(command)).output


def test_policy(tmp_path: Path) -> None:
    """The policy in the README can be read."""
    policy = re.search(r"```toml\n(\[tool.residency-lint\].*?)```", README, re.DOTALL)
    assert policy
    (tmp_path / "pyproject.toml").write_text(policy[1])
    assert read_config_file(tmp_path / "pyproject.toml") is not None


def test_hook() -> None:
    """The hook ids are those that exist."""
    ids = set(re.findall(r"^- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE))
    shown = set(re.findall(r"- id: (\S+)(?:\s+# or (\S+))?", README)[0])
    assert shown == ids


def test_length() -> None:
    """Two screens."""
    assert len(README.splitlines()) <= 110
