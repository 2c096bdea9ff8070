"""What a rewrite touches on disk, and what is there again when it fails."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from residency_lint.cli import main
from residency_lint.errors import WriteError
from residency_lint.rewrite import Rewritten, rewritten, write
from residency_lint.scan import check_paths
from residency_lint.settings import Settings
from residency_lint.shipped import shipped_index
from residency_lint.tree import Tree

FOREIGN = b'URL = "https://api.mixpanel.com/track"\n'
INSIDE = b'URL = "https://api-eu.mixpanel.com/track"\n'
CLIENT = b"""\
from mixpanel import Consumer, Mixpanel

from conf import HOST

client = Mixpanel("token", consumer=Consumer(api_host=HOST))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("residency-lint.toml").write_text('region = "eu"\n', encoding="utf-8")
    return tmp_path


def put(path: str, data: bytes = FOREIGN) -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(data)
    return Path(path)


def change(*paths: str) -> Rewritten:
    settings, tree = Settings(shipped_index()), Tree()
    return rewritten(check_paths(paths, settings, tree), paths, settings, tree)


def fix(*arguments: str, code: int) -> tuple[str, str]:
    """Standard output and standard error of `check --fix`."""
    result = CliRunner().invoke(main, ["check", "--fix", *arguments])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def everything() -> set[str]:
    return {str(path) for path in Path().rglob("*") if path.is_file()} - {"residency-lint.toml"}


# --- what is written --------------------------------------------------------------------------------------


def test_only_files_that_change_are_written() -> None:
    put("app.py")
    put("clean.py", INSIDE)
    before = os.stat("clean.py").st_ino
    fix(code=0)
    assert Path("app.py").read_bytes() == INSIDE
    assert os.stat("clean.py").st_ino == before
    assert everything() == {"app.py", "clean.py"}


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o4755])
def test_mode_stays(mode: int) -> None:
    put("app.py").chmod(mode)
    fix(code=0)
    assert stat.S_IMODE(os.stat("app.py").st_mode) == mode


def test_owner_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run as root in a container must not leave files that nobody else can edit."""
    status = os.stat(put("app.py"))
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda path, owner, group: given.append((owner, group)))
    fix(code=0)
    assert given == [(status.st_uid, status.st_gid)]


def test_symbolic_link_is_written_through() -> None:
    put("real/app.py")
    Path("link.py").symlink_to("real/app.py")
    fix("link.py", code=0)
    assert Path("link.py").is_symlink()
    assert Path("real/app.py").read_bytes() == INSIDE


def test_file_outside_the_given_paths_is_shown_and_not_written() -> None:
    put("conf.py", b'HOST = "api.mixpanel.com"\n')
    put("client.py", CLIENT)
    shown, _ = fix("client.py", code=1)
    assert "conf.py:1:" in shown
    assert Path("conf.py").read_bytes() == b'HOST = "api.mixpanel.com"\n'


@pytest.mark.parametrize("name", ["a.py", "z.py"])
def test_finding_elsewhere_does_not_stop_other_fixes(name: str) -> None:
    """Nor does it get lost, whichever of the files is read first."""
    put("conf.py", b'HOST = "api.mixpanel.com"\n')
    put(name, CLIENT + FOREIGN)
    shown, _ = fix(name, code=1)
    assert "conf.py:1:" in shown
    assert "Fixed 1." in shown
    assert Path(name).read_bytes() == CLIENT + INSIDE


def test_excluded_file_is_not_written() -> None:
    put("vendored/conf.py", b'HOST = "api.mixpanel.com"\n')
    put("client.py", CLIENT.replace(b"from conf", b"from vendored.conf"))
    put("residency-lint.toml", b'region = "eu"\nexclude = ["vendored/**"]\n')
    fix(code=1)
    assert Path("vendored/conf.py").read_bytes() == b'HOST = "api.mixpanel.com"\n'


def test_several_fixes_that_share_an_import() -> None:
    put("app.py", b'from mixpanel import Mixpanel\n\na = Mixpanel("a")\nb = Mixpanel("b")\n' + FOREIGN)
    fix(code=0)
    assert Path("app.py").read_bytes() == (
        b"from mixpanel import Consumer, Mixpanel\n\n"
        b'a = Mixpanel("a", consumer=Consumer(api_host="api-eu.mixpanel.com"))\n'
        b'b = Mixpanel("b", consumer=Consumer(api_host="api-eu.mixpanel.com"))\n' + INSIDE
    )


# --- read-only ------------------------------------------------------------------------------------------


def test_read_only_file_is_left_alone_and_the_others_are_fixed() -> None:
    """Its findings stay, one line names it, and the run does not end as if all were well."""
    put("app.py")
    put("locked.py").chmod(0o444)
    shown, told = fix(code=2)
    assert Path("app.py").read_bytes() == INSIDE
    assert Path("locked.py").read_bytes() == FOREIGN
    assert "locked.py:1:16: error[mixpanel/ingest]" in shown
    assert told == "residency-lint: locked.py: is read-only; left alone\n"


def test_read_only_file_without_a_fix_is_nobodys_trouble() -> None:
    put("locked.py", INSIDE).chmod(0o444)
    assert fix(code=0)[1] == ""


def test_read_only_target_of_a_link() -> None:
    put("real.py").chmod(0o444)
    Path("link.py").symlink_to("real.py")
    assert "link.py: is read-only" in fix("link.py", code=2)[1]


# --- all or nothing ---------------------------------------------------------------------------------------


def test_failed_rename_puts_the_earlier_files_back(monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.py")
    put("b.py")
    found, replace = change(), os.replace

    def fails_at_b(source: str, target: str) -> None:
        if Path(target).name == "b.py":
            raise PermissionError(errno.EACCES, "Permission denied", source, None, target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails_at_b)
    with pytest.raises(WriteError, match=r"^b\.py: cannot be written: Permission denied; nothing was changed$"):
        write(found)
    assert Path("a.py").read_bytes() == Path("b.py").read_bytes() == FOREIGN
    assert everything() == {"a.py", "b.py"}


def test_original_is_kept_when_even_putting_it_back_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost: the message says where the old text is."""
    put("a.py")
    put("b.py")
    found, replace, calls = change(), os.replace, []

    def fails_after_the_first(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) > 1:
            raise OSError(errno.EIO, "Input/output error", source, None, target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails_after_the_first)
    with pytest.raises(WriteError, match=r"a\.py has its new text and cannot be put back"):
        write(found)
    (kept,) = everything() - {"a.py", "b.py"}
    assert Path(kept).read_bytes() == FOREIGN


@pytest.mark.parametrize("name", ["fsync", "chmod"])
def test_full_disk_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.py")
    put("b.py")
    found = change()

    def fails(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, name, fails)
    with pytest.raises(WriteError, match=r"^a\.py: cannot be written: No space left on device; nothing was changed$"):
        write(found)
    assert {path: Path(path).read_bytes() for path in everything()} == {"a.py": FOREIGN, "b.py": FOREIGN}


def test_interruption_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.py")
    put("b.py")
    found, replace = change(), os.replace

    def interrupted_at_b(source: str, target: str) -> None:
        if Path(target).name == "b.py":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted_at_b)
    with pytest.raises(KeyboardInterrupt):
        write(found)
    assert Path("a.py").read_bytes() == FOREIGN
    assert everything() == {"a.py", "b.py"}


def test_without_hard_links_originals_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    put("app.py")

    def fails(*arguments: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", fails)
    write(change())
    assert Path("app.py").read_bytes() == INSIDE
    assert everything() == {"app.py"}


def test_file_that_changed_meanwhile_is_refused() -> None:
    put("a.py")
    put("b.py")
    found = change()
    put("b.py", b"# somebody's work\n")
    with pytest.raises(WriteError, match=r"^b\.py: changed while it was read; nothing was changed$"):
        write(found)
    assert Path("a.py").read_bytes() == FOREIGN
    assert Path("b.py").read_bytes() == b"# somebody's work\n"


def test_file_that_is_gone_is_not_made_again() -> None:
    put("a.py")
    found = change()
    Path("a.py").unlink()
    with pytest.raises(WriteError, match=r"^a\.py: cannot be written: No such file or directory"):
        write(found)
    assert everything() == set()


def test_failure_is_one_line_and_2(monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.py")

    def fails(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    _, told = fix(code=2)
    assert told == "residency-lint: a.py: cannot be written: No space left on device; nothing was changed\n"


def test_fix_in_another_file_comes_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With explicit paths nothing outside them is written; what would, is said."""
    monkeypatch.chdir(tmp_path)
    Path("conf.py").write_text('HOST = "api.mixpanel.com"\n')
    Path("a.py").write_text(
        "from mixpanel import Consumer, Mixpanel\nfrom conf import HOST\n"
        "mp = Mixpanel(TOKEN, consumer=Consumer(api_host=HOST))\n"
    )
    settings = Settings(shipped_index(), regions=("eu",), isolated=True)
    report = check_paths(["a.py"], settings)
    fix = report.findings[0].fix
    assert fix is not None
    assert "`residency-lint check --fix conf.py` applies it" in fix.title
    assert rewritten(report, ["a.py"], settings, Tree()).changed == []
    assert rewritten(check_paths(["."], settings), ["."], settings, Tree()).changed == ["conf.py"]
