"""Broken, hostile and odd input: one clear line, the right exit code, no traceback, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import residency_lint
from residency_lint import scan
from residency_lint.cli import main
from residency_lint.sightings import MOST
from residency_lint.skips import Skip

URL = "https://api.mixpanel.com/track"
FOREIGN = f'URL = "{URL}"\n'
DEEP = 20_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: str | bytes, data: str | bytes) -> None:
    with open(path, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


def check(*arguments: str, code: int) -> str:
    """Standard output of a run on the current folder with `eu` declared."""
    result = CliRunner().invoke(
        main, ["check", "--isolated", "--region", "eu", "--output-format", "concise", *arguments]
    )
    assert result.exit_code == code, result.output
    assert result.stderr == ""
    return result.stdout


def check_apart(*paths: str, code: int) -> str:
    """The same in a process of its own: what kills it must not kill the tests."""
    command = [sys.executable, "-m", "residency_lint", "check", "--isolated", "--region", "eu"]
    root = str(Path(residency_lint.__file__).parent.parent)
    done = subprocess.run(
        [*command, "--output-format", "concise", *paths],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")
    return done.stdout


# --- what cannot be read ------------------------------------------------------------------------------------


def test_file_that_vanishes_between_listing_and_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, the rest is checked, and the run does not pass for complete."""
    put("app.py", FOREIGN)
    put("gone.py", FOREIGN)
    listed = scan.files

    def files(*arguments: object, **options: object) -> list[str | Skip]:
        found = list(listed(*arguments, **options))
        Path("gone.py").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(scan, "files", files)
    lines = check(code=2).splitlines()
    assert "gone.py: not read: cannot be read: No such file or directory" in lines
    assert any(line.startswith("app.py:1:16: error") for line in lines)


def test_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    put("app.py", FOREIGN)
    put("secret.py", FOREIGN)
    opened = os.open

    def refuses(path: str, *arguments: int, **options: int) -> int:
        if str(path).endswith("secret.py"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuses)
    lines = check(code=2).splitlines()
    assert "secret.py: not read: cannot be read: Permission denied" in lines
    assert any(line.startswith("app.py:1:16: error") for line in lines)


def test_loop_of_links() -> None:
    Path("a").symlink_to("b")
    Path("b").symlink_to("a")
    Path("here").symlink_to(".")
    put("app.py", FOREIGN)
    assert check(code=1).count("app.py:1:16") == 1


def test_loop_of_links_that_is_named() -> None:
    Path("a.py").symlink_to("a.py")
    assert "a.py: not read: cannot be read: Too many levels of symbolic links" in check("a.py", code=2)


def test_pipe_is_not_waited_for() -> None:
    os.mkfifo("pipe.py")
    put("app.py", FOREIGN)
    check(code=1)
    assert "pipe.py: not read: cannot be read: not a regular file" in check("pipe.py", code=2)


def test_broken_link_in_a_folder_is_nothing() -> None:
    Path("gone.py").symlink_to("nowhere")
    check(code=0)


# --- encodings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"# coding: ascii\n", "declares encoding ascii, but byte 27 (0xff) is not"),
        (b"# coding: utf-8\n", "declares encoding utf-8, but byte 27 (0xff) is not"),
        (b"# coding: klingon\n", "declares encoding klingon, but Python knows no text encoding of that name"),
    ],
)
def test_declared_encoding_that_is_false(head: bytes, words: str) -> None:
    data = head + b"x = '" + b"y" * (27 - len(head) - 5) + b"\xff'\n" + FOREIGN.encode()
    put("app.py", data)
    assert f"app.py: not read: {words}" in check(code=2)


def test_wrong_declaration_in_a_file_that_is_no_candidate_is_nothing() -> None:
    put("app.py", b"# coding: ascii\nx = '\xff'\n")
    check(code=0)


@pytest.mark.parametrize("name", ["app.py", "a.yaml", "a.txt", "a.js"])
def test_bytes_that_are_not_utf_8_are_read_one_by_one(name: str) -> None:
    put(name, f'a{"=" if name == "app.py" else ":"} "{URL}"\n'.encode() + b"# \xff\xfe\n")
    assert f"{name}:1:" in check("--exit-zero", code=0)


def test_nul_bytes_mean_binary() -> None:
    put("data.bin", b"\0" + FOREIGN.encode())
    check(code=0)


# --- size and depth -------------------------------------------------------------------------------------------


def test_fifty_megabytes_of_no_interest() -> None:
    put("data.txt", b"x" * 50_000_000)
    check(code=0)


def test_fifty_megabytes_that_must_be_read() -> None:
    """Too large to parse is not clean."""
    put("data.txt", b"x" * 25_000_000 + f" {URL} ".encode() + b"x" * 25_000_000)
    assert "data.txt: not read: 50,000,032 bytes, more than 16,000,000: not parsed; exclude it" in check(code=2)


@pytest.mark.parametrize("size", [300_000, 2_100_000])
def test_generated_module_is_not_followed(size: int) -> None:
    """What it says cannot be told, however much larger than the bound it is."""
    put("generated.py", 'ZONE = "US"\n' + "# generated\n" * (size // 12))
    put("main.py", "import amplitude\nimport generated\n\nconfig = amplitude.Config(server_zone=generated.ZONE)\n")
    assert "main.py:4:39: note [amplitude/config]" in check("--no-cache", code=0)


def test_a_million_lines_of_no_interest() -> None:
    put("server.log", "2026-11-22 GET /status 200\n" * 1_000_000)
    assert "No data leaves the declared region" in check(code=0)


NESTED = {
    "brackets.py": "a = " + "[" * DEEP + f'"{URL}"' + "]" * DEEP + "\n",
    "parentheses.py": "a = " + "(" * DEEP + f'"{URL}"' + ")" * DEEP + "\n",
    "calls.py": "a = " + "f(" * DEEP + f'"{URL}"' + ")" * DEEP + "\n",
    "unclosed.py": f'a = "{URL}"\nb = ' + "[" * DEEP,
    "sum.py": f'a = "{URL}" ' + '+ "x" ' * DEEP + "\n",
    "or.py": f'a = "{URL}" ' + 'or "x" ' * DEEP + "\n",
    "minus.py": f'a = "{URL}"\nb = ' + "-" * DEEP + "1\n",
    "not.py": f'a = "{URL}"\nb = ' + "not " * DEEP + "1\n",
    "lambda.py": f'a = "{URL}"\nb = ' + "lambda: " * DEEP + "1\n",
    "ternary.py": f'a = "{URL}"\nb = ' + "1 if x else " * DEEP + "1\n",
    "attributes.py": f'a = "{URL}"\nb = a' + ".a" * DEEP + "\n",
    "subscripts.py": f'a = "{URL}"\nb = a' + "[0]" * DEEP + "\n",
    "results.py": f'a = "{URL}"\nb = a' + "()" * DEEP + "\n",
    "texts.py": f'a = "{URL}" ' + '"x" ' * DEEP + "\n",
    "elif.py": f'a = "{URL}"\nif x:\n  pass\n' + "elif x:\n  pass\n" * 5_000,
    "inner_elif.py": f'a = "{URL}"\ndef f():\n if x:\n  pass\n' + " elif x:\n  pass\n" * 5_000,
    "blocks.py": f'a = "{URL}"\n' + "".join(" " * depth + "if x:\n" for depth in range(300)) + " " * 300 + "pass\n",
    "brackets.json": "[" * DEEP + f'"{URL}"' + "]" * DEEP + "\n",
    "objects.json": '{"a":' * DEEP + f'"{URL}"' + "}" * DEEP + "\n",
    "brackets.yaml": "[" * DEEP + f'"{URL}"' + "]" * DEEP + "\n",
    "dashes.yaml": "- " * DEEP + URL + "\n",
    "brackets.js": "[" * DEEP + f'"{URL}"' + "]" * DEEP + "\n",
    "braces.tf": "a {" * DEEP + f'b = "{URL}"' + "}" * DEEP + "\n",
}


@pytest.mark.parametrize("name", NESTED)
def test_nesting_kills_nothing_and_hides_nothing(name: str) -> None:
    put(name, NESTED[name])
    shown = check_apart(name, code=1)
    assert "[mixpanel/ingest]" in shown
    if name.endswith(".py") and name not in ("texts.py",):
        assert f"{name}:1:1: note [residency-lint/not-parsed]" in shown


# --- Python that is none ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["access.log", "hosts.json", "hosts.py"])
def test_thousands_of_destinations_are_cut_off(name: str) -> None:
    """A log or a list costs no more than it can tell; what was not looked at is never called clean."""
    allowed = "https://api-eu.mixpanel.com/track"
    lines = [f'"{allowed}",\n'] * (MOST + 1)
    put(name, "HOSTS = [\n" + "".join(lines) + f'"{URL}",\n]\n')
    out = check(name, code=1).splitlines()
    assert [line.split(": ", 1)[1][:37] for line in out[:-1]] == ["warning [residency-lint/cut-off] A fi"]
    put(name, "HOSTS = [\n" + "".join(lines[:MOST]) + "]\n")
    assert check(name, code=0).startswith("No data leaves")


def test_python_2_is_read_as_text() -> None:
    put("old.py", f"print 'x'\nurl = '{URL}'\nexec 'y' in z\n")
    shown = check(code=1)
    assert "old.py:2:16: warning [mixpanel/ingest]" in shown
    assert "old.py:1:1: note [residency-lint/not-parsed]" in shown


def test_python_2_with_nothing_but_a_call_is_not_called_clean() -> None:
    """What the call does by default, nobody has looked at."""
    put("old.py", "from mixpanel import Mixpanel\nprint 'x'\nmp = Mixpanel('token')\n")
    assert "note [residency-lint/not-parsed]" in check(code=0)
    check("--strict", code=1)


@pytest.mark.parametrize(
    "text", ["", "\n", "\ufeff", "# https://api.mixpanel.com\n# é", "\x0c\n", "   ", "\\\n", '"""x']
)
@pytest.mark.parametrize("name", ["a.py", "a.yaml", "a.json", "a.toml", ".env", "a.js", "a.tf", "Dockerfile", "a.html"])
def test_file_that_says_nothing(name: str, text: str) -> None:
    put(name, text)
    check(code=0)


# --- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a b.py", "-x.py", "é.py", "a'b\".py", "a\nb.py", "a\tb.py", "\x1b[31m.py", "[a].py"])
def test_odd_names(name: str) -> None:
    """Each finding is one line, without control characters, and the file can be fixed."""
    put(name, FOREIGN)
    lines = check(code=1).splitlines()
    assert len(lines) == 2
    assert lines[0].isprintable()
    check("--fix", "--", name, code=0)
    assert Path(name).read_text(encoding="utf-8") == FOREIGN.replace("api.", "api-eu.")


@pytest.mark.parametrize("output_format", ["text", "concise", "json", "sarif", "github"])
def test_name_that_is_not_unicode(output_format: str) -> None:
    put(b"\xff.py", FOREIGN)
    assert "mixpanel/ingest" in check("--output-format", output_format, code=1)
    assert check("--diff", code=1)
    check("--fix", code=0)
