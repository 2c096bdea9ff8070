"""Which files are worth opening."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from residency_lint import listing
from residency_lint.errors import ConfigError
from residency_lint.skips import Skip
from residency_lint.walk import files


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x = 1\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder outside any repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository(folder: Path) -> Path:
    git(folder, "init", "-q")
    return folder


def test_repository_lists_tracked_and_new_files(repository: Path) -> None:
    """Tracked and untracked files come sorted; ignored ones do not come."""
    write(repository, "b.py", "a.py", "new.py", "out/x.py")
    (repository / ".gitignore").write_text("out/\n")
    git(repository, "add", "a.py", "b.py")
    assert list(files(["."])) == [".gitignore", "a.py", "b.py", "new.py"]


def test_subfolder_of_repository(repository: Path) -> None:
    """A folder is listed by itself, relative to the current folder."""
    write(repository, "a.py", "src/b.py", "src/in/c.py")
    assert list(files(["src"])) == ["src/b.py", "src/in/c.py"]


def test_each_file_comes_once(repository: Path) -> None:
    """However often and in whatever spelling it is named."""
    write(repository, "a.py", "src/b.py")
    assert list(files(["src", "src/b.py", "./src/../a.py", "."])) == ["src/b.py", "a.py"]


def test_deleted_file_is_passed_over(repository: Path) -> None:
    """Git still lists a file that is gone from disk."""
    write(repository, "a.py", "b.py", "c/d.py")
    git(repository, "add", ".")
    (repository / "a.py").unlink()
    (repository / "c/d.py").unlink()
    (repository / "c").rmdir()
    write(repository, "c")
    assert list(files(["."])) == ["b.py", "c"]


def test_ignored_file_that_is_named_is_read(repository: Path) -> None:
    """A path that is given is taken as given, a folder too."""
    write(repository, "secret.py", "build/a.py")
    (repository / ".gitignore").write_text("secret.py\nbuild/\n")
    assert list(files(["secret.py", "build"])) == ["secret.py", "build/a.py"]


def test_hostile_configuration_does_not_run(repository: Path) -> None:
    """A repository's `core.fsmonitor` is a command that git would run."""
    write(repository, "a.py")
    git(repository, "add", ".")
    git(repository, "config", "core.fsmonitor", "touch pwned; false")
    git(repository, "config", "core.hooksPath", ".")
    assert list(files(["."])) == ["a.py"]
    assert not (repository / "pwned").exists()


def test_git_environment_of_a_hook_is_not_used(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hooks run with GIT_DIR and GIT_INDEX_FILE set, perhaps for another repository."""
    write(repository, "a.py")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert list(files(["."])) == ["a.py"]


def test_git_in_the_scanned_folder_does_not_run(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder in PATH must not pick up a program of the code under scan."""
    write(repository, "a.py")
    program = repository / "git"
    program.write_text("#!/bin/sh\ntouch pwned\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", ".:" + os.environ["PATH"])
    list(files(["."]))
    assert not (repository / "pwned").exists()


def test_nested_repository_is_entered(repository: Path) -> None:
    """Its own ignore file holds in it."""
    write(repository, "a.py", "inner/b.py", "inner/out.py")
    (repository / "inner/.gitignore").write_text("out.py\n")
    git(repository / "inner", "init", "-q")
    assert list(files(["."])) == ["a.py", "inner/.gitignore", "inner/b.py"]


def test_submodule_is_entered_if_checked_out(repository: Path) -> None:
    """One that is not checked out is an empty folder."""
    inner = repository / "inner"
    write(inner, "b.py")
    git(inner, "init", "-q")
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "b")
    git(repository, "submodule", "add", "-q", "./inner", "inner")
    assert list(files(["."])) == [".gitmodules", "inner/b.py"]
    git(repository, "submodule", "deinit", "-q", "-f", "inner")
    assert list(files(["."])) == [".gitmodules"]


@pytest.mark.parametrize("is_repository", [True, False])
def test_names_that_are_hard(folder: Path, is_repository: bool) -> None:
    """Spaces, newlines, quotes and bytes that are not UTF-8."""
    if is_repository:
        git(folder, "init", "-q")
    names = sorted(["a b.py", "a\nb.py", "q\"'.py", "-n.py", "ö.py", os.fsdecode(b"\xff.py")])
    write(folder, *names)
    assert list(files(["."])) == names


@pytest.mark.parametrize("is_repository", [True, False])
def test_links(folder: Path, tmp_path_factory: pytest.TempPathFactory, is_repository: bool) -> None:
    """A file outside is not read through a link; loops end; one file is not read twice."""
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "out.py")
    if is_repository:
        git(folder, "init", "-q")
    write(folder, "src/a.py", "hidden/b.py")
    (folder / "hidden/.gitignore").write_text("*\n")
    (folder / "src/again.py").symlink_to("a.py")
    (folder / "src/hidden.py").symlink_to("../hidden/b.py")
    (folder / "src/out.py").symlink_to(outside / "out.py")
    (folder / "src/loop").symlink_to("..")
    (folder / "src/self").symlink_to("self")
    reached = ["src/a.py", "src/hidden.py"] if is_repository else ["hidden/.gitignore", "hidden/b.py", "src/a.py"]
    assert list(files(["."])) == reached
    assert list(files(["src/out.py"])) == ["src/out.py"]


def test_folder_that_became_a_link(repository: Path) -> None:
    """The index still holds its files; each is read where it really lies."""
    write(repository, "old/a.py", "new/a.py")
    git(repository, "add", ".")
    (repository / "old/a.py").unlink()
    (repository / "old").rmdir()
    (repository / "old").symlink_to("new")
    assert list(files(["."])) == ["new/a.py"]


def test_folder_of_repositories(folder: Path) -> None:
    """Outside git, a repository further down is listed by git."""
    write(folder, "one/a.py", "one/node_modules/kept.py", "two/b.py")
    git(folder / "one", "init", "-q")
    assert list(files(["."])) == ["one/a.py", "one/node_modules/kept.py", "two/b.py"]


def test_ignore_files_outside_git(folder: Path) -> None:
    """An exported tree holds what was tracked: its ignore files are not asked, as with ripgrep."""
    write(folder, "a.py", "terraform.tfvars")
    (folder / ".gitignore").write_text("*.tfvars\n")
    assert list(files(["."])) == [".gitignore", "a.py", "terraform.tfvars"]


def test_ignore_files_without_git_program(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The innermost ignore file decides; bad lines are passed over."""
    monkeypatch.setenv("PATH", "/nowhere")
    write(repository, "a.py", "a.log", "in/keep.log", "in/b.py", "out/c.py", "in/out/d.py")
    (repository / ".gitignore").write_text("*.log\n/out/\n!\n")
    (repository / "in/.gitignore").write_text("!keep.log\n")
    found = [path for path in files(["."]) if ".gitignore" not in str(path)]
    assert found == ["a.py", "in/b.py", "in/keep.log", "in/out/d.py"]


def test_what_is_never_entered_outside_git(folder: Path) -> None:
    """Version control, caches, installed packages, virtual environments."""
    write(folder, "a.py", ".hg/x", "node_modules/x.js", "__pycache__/x", "env/pyvenv.cfg", "env/x.py")
    assert list(files(["."])) == ["a.py"]
    assert list(files(["env"])) == ["env/pyvenv.cfg", "env/x.py"]


def test_repository_without_git_program(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ignore files above the folder that is asked for count."""
    monkeypatch.setenv("PATH", "/nowhere")
    write(repository, "src/a.py", "src/b.log")
    (repository / ".gitignore").write_text("*.log\n")
    assert list(files(["src"])) == ["src/a.py"]


def test_unreadable_folder_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is read all the same."""
    write(folder, "a.py", "closed/b.py")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(listing.os, "scandir", refusing)
    assert list(files(["."])) == [Skip("closed", "cannot be listed: Permission denied"), "a.py"]


def test_unreadable_folder_in_a_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git only warns."""
    write(repository, "a.py")
    warning = b"warning: could not open directory 'closed/in/': Permission denied\n"
    monkeypatch.setattr(listing, "_git_output", lambda folder: (b"a.py\0", warning))
    assert list(files(["."])) == [Skip("closed/in", "cannot be listed: Permission denied"), "a.py"]


def test_excluded_files_and_folders(folder: Path) -> None:
    """Excludes hold for paths that are named, too; excluded folders are not entered."""
    write(folder, "a.py", "b.py", "out/c.py")
    asked: list[str] = []

    def is_excluded(path: str) -> bool:
        asked.append(path)
        return path in ("b.py", "out/")

    assert list(files([".", "b.py"], is_excluded=is_excluded)) == ["a.py"]
    assert "out/c.py" not in asked


def test_binary_names(folder: Path) -> None:
    """Pictures and archives are not opened; lock files are read."""
    write(folder, "a.PNG", "b.whl", "png", "poetry.lock", "package-lock.json", ".gif")
    assert list(files([".", "a.PNG"])) == [".gif", "package-lock.json", "png", "poetry.lock"]


def test_pipes_and_devices_in_a_tree(folder: Path) -> None:
    """They hold nothing to read."""
    write(folder, "a.py")
    os.mkfifo(folder / "pipe")
    assert list(files(["."])) == ["a.py"]


def test_path_outside_the_current_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """It comes absolute."""
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "a.py")
    assert list(files([os.path.relpath(outside)])) == [f"{outside}/a.py"]


def test_missing_paths_are_all_named(folder: Path) -> None:
    """Before anything is listed."""
    with pytest.raises(ConfigError) as raised:
        files(["x.py", "y"])
    assert str(raised.value) == "x.py: no such file or folder\ny: no such file or folder"


@pytest.mark.parametrize("is_repository", [True, False])
def test_deep_folders(folder: Path, is_repository: bool) -> None:
    """Nothing recurses over the depth of a tree."""
    deep = "d/" * 200
    write(folder, deep + "a.py")
    if is_repository:
        git(folder, "init", "-q")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        assert list(files(["."])) == [deep + "a.py"]
    finally:
        sys.setrecursionlimit(limit)
