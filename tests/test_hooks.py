"""The two hooks, as pre-commit runs them and as their `entry` says."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}

POLICY = 'region = "eu"\nexclude = ["vendored/**"]\n'
FOREIGN = 'URL = "https://api.mixpanel.com/track"\n'
INSIDE = 'URL = "https://api-eu.mixpanel.com/track"\n'
CLIENT = """\
from mixpanel import Consumer, Mixpanel

from settings import HOST

client = Mixpanel("token", consumer=Consumer(api_host=HOST))
"""

# What a surrounding git hook, or a shell, exports must not reach the commands under test.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("GIT_", "PRE_COMMIT")) and name not in ("SKIP", "PYTHONPATH", "VIRTUAL_ENV")
} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def run(
    *command: str | Path, cwd: Path, code: int | None = 0, **variables: str | Path
) -> subprocess.CompletedProcess[str]:
    environment = ENVIRONMENT | {name: str(value) for name, value in variables.items()}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, check=False
    )
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done


def commit_all(folder: Path) -> str:
    if not (folder / ".git").exists():
        run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    run("git", "commit", "--quiet", "--message", "state", cwd=folder)
    return run("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()


class Project:
    """A repository that has a hook installed from a copy of this one."""

    def __init__(self, folder: Path, tool: Path, revision: str, home: Path) -> None:
        self.folder, self.home = folder, home
        self.config = "repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: {}\n"
        self.tool, self.revision = tool, revision
        self.write("residency-lint.toml", POLICY)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def commit(self) -> None:
        commit_all(self.folder)

    def hook(self, hook_id: str, code: int) -> str:
        """What pre-commit says about the staged files."""
        self.write(".pre-commit-config.yaml", self.config.format(self.tool, self.revision, hook_id))
        run("git", "add", "--all", cwd=self.folder)
        pre_commit = (sys.executable, "-m", "pre_commit", "run", "--color", "never", "--verbose")
        return run(*pre_commit, cwd=self.folder, code=code, PRE_COMMIT_HOME=self.home).stdout


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """A repository with this checkout as it lies here, its commit, and the folder of pre-commit's environments."""
    folder = tmp_path_factory.mktemp("tool")
    for name in ("residency_lint", "rules"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "_rules"))
    for name in ("pyproject.toml", "README.md", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    return folder, commit_all(folder), tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def project(tmp_path: Path, tool: tuple[Path, str, Path]) -> Project:
    run("git", "init", "--quiet", cwd=tmp_path)
    return Project(tmp_path, *tool)


def test_check_fails_on_what_leaves_the_region(project: Project) -> None:
    """The finding is shown, nothing is written."""
    project.write("app.py", FOREIGN)
    shown = project.hook("residency-lint", code=1)
    assert "app.py:1:" in shown
    assert "error[mixpanel/ingest]" in shown
    assert project.read("app.py") == FOREIGN


def test_check_passes_inside_the_region(project: Project) -> None:
    project.write("app.py", INSIDE)
    assert "Passed" in project.hook("residency-lint", code=0)


def test_fix_rewrites_and_then_passes(project: Project) -> None:
    """pre-commit stops a commit whose files a hook has changed; once they are added it goes through."""
    project.write("app.py", FOREIGN)
    assert "files were modified by this hook" in project.hook("residency-lint-fix", code=1)
    assert project.read("app.py") == INSIDE
    assert "Passed" in project.hook("residency-lint-fix", code=0)


def test_only_the_staged_files_are_read(project: Project) -> None:
    """What was committed earlier does not stop today's commit; a run over the tree finds it."""
    project.write("old.py", FOREIGN)
    project.commit()
    project.write("app.py", INSIDE)
    assert "old.py" not in project.hook("residency-lint", code=0)


def test_excluded_files_are_not_read(project: Project) -> None:
    """`exclude` holds for files that are named, too."""
    project.write("vendored/sdk.py", FOREIGN)
    assert "Passed" in project.hook("residency-lint", code=0)


def test_a_fix_in_a_file_that_is_not_staged_is_shown(project: Project) -> None:
    """The constant lies in a file that the hook was not given: it says so and leaves it alone."""
    project.write("settings.py", 'HOST = "api.mixpanel.com"\n')
    project.commit()
    project.write("client.py", CLIENT)
    shown = project.hook("residency-lint-fix", code=1)
    assert "files were modified" not in shown
    assert "settings.py:1:" in shown
    assert "api-eu.mixpanel.com" in shown
    assert project.read("settings.py") == 'HOST = "api.mixpanel.com"\n'
    assert project.read("client.py") == CLIENT


def entry(hook_id: str, *files: str, cwd: Path, code: int) -> str:
    """What a hook's `entry` prints when the console script of this environment runs it."""
    name, *arguments = shlex.split(HOOKS[hook_id]["entry"])
    script = shutil.which(name, path=str(Path(sys.executable).parent))
    assert script is not None, "make setup installs the script"
    done = run(script, *arguments, *files, cwd=cwd, code=code, PYTHONPATH=ROOT)
    return done.stdout + done.stderr


def test_entries_are_what_they_are_called(tmp_path: Path) -> None:
    """The check shows, the fix writes, and both end with 0 where nothing is left."""
    (tmp_path / "residency-lint.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "app.py").write_text(FOREIGN, encoding="utf-8")
    assert "mixpanel/ingest" in entry("residency-lint", "app.py", cwd=tmp_path, code=1)
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == FOREIGN
    assert "Fixed 1." in entry("residency-lint-fix", "app.py", cwd=tmp_path, code=0)
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == INSIDE
    entry("residency-lint", "app.py", cwd=tmp_path, code=0)


def test_entry_without_a_policy_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(FOREIGN, encoding="utf-8")
    assert "no region is declared" in entry("residency-lint", "app.py", cwd=tmp_path, code=2)


@pytest.mark.parametrize("hook_id", ["residency-lint", "residency-lint-fix"])
def test_hooks_say_what_pre_commit_needs(hook_id: str) -> None:
    """Text files of every kind, one process: findings lie in other files than the ones that cause them."""
    hook = HOOKS[hook_id]
    assert (hook["language"], hook["types"], hook["require_serial"]) == ("python", ["text"], True)
    assert hook["name"] and hook["description"]
