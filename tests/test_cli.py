"""Every option and exit code of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from residency_lint import __version__, inspection
from residency_lint.cli import main
from residency_lint.loading import shipped_catalog
from residency_lint.settings import Settings
from residency_lint.shipped import shipped_index
from residency_lint.source import Source

FOREIGN = 'URL = "https://api.mixpanel.com/track"\n'
INSIDE = 'URL = "https://api-eu.mixpanel.com/track"\n'
NOTED = 'LINK = "https://mixpanel.com/project/1"\n'
UNSAFE = 'import boto3\n\nclient = boto3.client("s3", region_name="us-east-1")\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: empty, and no config file above it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def declared(folder: Path) -> Path:
    write("residency-lint.toml", 'region = "eu"\n')
    return folder


def write(path: str, text: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode() if isinstance(text, str) else text)


def read(path: str) -> str:
    return Path(path).read_bytes().decode()


def run(*arguments: str, code: int, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, arguments, input=stdin)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.stderr
    return result


def check(*arguments: str, code: int, stdin: str | bytes | None = None) -> str:
    """Standard output of `check`."""
    return run("check", *arguments, code=code, stdin=stdin).stdout


def complaint(*arguments: str) -> str:
    """What a run that could not start says: one line an error, nothing on standard output."""
    result = run(*arguments, code=2)
    assert result.stdout == ""
    return result.stderr


# --- exit codes ----------------------------------------------------------------------------------------


def test_clean_is_0(declared: Path) -> None:
    write("app.py", INSIDE)
    assert "No data leaves the declared region: eu" in check(code=0)


def test_empty_folder_is_0(declared: Path) -> None:
    Path("residency-lint.toml").rename(declared.parent / "policy.toml")
    assert "0 files" in check("--config", "../policy.toml", code=0)


def test_findings_are_1(declared: Path) -> None:
    write("app.py", FOREIGN)
    shown = check(code=1)
    assert "app.py:1:16: error[mixpanel/ingest]" in shown
    assert shown.endswith("Found 1 error in 2 files; 1 fixable with --fix.\n")


def test_notes_alone_are_0(declared: Path) -> None:
    write("app.py", NOTED)
    assert "note[mixpanel/web]" in check(code=0)


def test_without_a_region_it_says_how_to_declare_one() -> None:
    write("app.py", FOREIGN)
    words = complaint("check")
    assert "no region is declared" in words
    assert "[tool.residency-lint]" in words
    assert "--region eu" in words


def test_without_a_region_a_clean_tree_is_2_as_well() -> None:
    """ "Nothing declared" must not look like "nothing found", whatever lies in the folder."""
    write("app.py", "x = 1\n")
    assert "no region is declared" in complaint("check")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output-format", "yaml"], "'yaml' is not one of"),
        (["--no-such-option"], "No such option"),
        (["--region", "germany"], "'germany' is no zone or country"),
        (["--region", "eu", "--select", "mixpanle"], "--select: 'mixpanle' is no vendor and no rule; did you mean"),
        (["--region", "eu", "--ignore", "mixpanel/nothing"], "--ignore: 'mixpanel/nothing' is no vendor and no rule"),
        (["--region", "eu", "gone.py", "lost"], "gone.py: no such file or folder\nresidency-lint: lost: no such"),
        (["--config", "gone.toml"], "--config: gone.toml: no such file"),
        (["--config", "gone.toml", "--isolated"], "--isolated reads no config file"),
        (["--region", "eu", "--fix", "-"], "standard input cannot be rewritten"),
        (["--region", "eu", "--output-file", "no/such/folder"], "cannot be written"),
        (["--region", "eu", "-", "app.py"], "-: standard input is checked alone"),
        (["--region", "eu", "--stdin-filename", "app.py"], "--stdin-filename: nothing is read from standard input"),
    ],
)
def test_wrong_options_are_2(arguments: list[str], words: str) -> None:
    write("app.py", FOREIGN)
    assert words in complaint("check", *arguments)


@pytest.mark.parametrize(
    ("word", "nearest"), [("germany", "de"), ("EEUA", "eea"), ("europe", "eu"), ("usa", "us"), ("switzerland", "ch")]
)
def test_unknown_region_names_the_nearest(word: str, nearest: str) -> None:
    assert f"did you mean `{nearest}`" in complaint("check", "--region", word)


def test_a_bug_is_2_and_shows_its_traceback(declared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own code for it, 1, would read as "findings"."""
    write("app.py", FOREIGN)

    def fails(*arguments: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("residency_lint.inspection.judge", fails)
    result = CliRunner().invoke(main, ["check"])
    assert result.exit_code == 2
    assert "ZeroDivisionError: a bug" in result.stderr


# --- config files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('region = "eu\n', ["residency-lint.toml", "not TOML", "line 1"]),
        ('regoin = "eu"\n', ["residency-lint.toml: regoin: unknown key", "did you mean `region`"]),
        ("region = 7\n", ["residency-lint.toml: region: expected a text or a list of texts, found 7"]),
        ('region = "atlantis"\n', ["residency-lint.toml: region: 'atlantis' is no zone or country"]),
        ('region = "eu"\n[vendors]\nmixpanle = "eu"\n', ["vendors.mixpanle: unknown vendor; did you mean `mixpanel`?"]),
        ('region = "eu"\n[vendors]\nmparticle = "eu9"\n', ["vendors.mparticle: 'eu9' is no region of mparticle"]),
        ('region = "eu"\nunknown = "loud"\n', ["residency-lint.toml: unknown: 'loud' is none of note, error"]),
        (b'region = "\xff"\n', ["residency-lint.toml: cannot be read"]),
    ],
)
def test_wrong_config_is_2(text: str | bytes, words: list[str]) -> None:
    """File, key, and what would be right."""
    write("residency-lint.toml", text)
    write("app.py", FOREIGN)
    shown = complaint("check")
    assert [word for word in words if word not in shown] == []


def test_all_errors_of_a_config_file_come_at_once() -> None:
    write("residency-lint.toml", 'regoin = "eu"\nunknown = "loud"\n')
    assert len(complaint("check").splitlines()) == 2


def test_config_replaces_what_lies_nearer(declared: Path) -> None:
    write("app.py", FOREIGN)
    write("ci/policy.toml", 'region = "us"\n')
    check("--config", "ci/policy.toml", code=0)


def test_config_without_the_tools_table_is_2() -> None:
    write("pyproject.toml", "[project]\n")
    assert "has no [tool.residency-lint]" in complaint("check", "--config", "pyproject.toml")


def test_region_replaces_the_files(declared: Path) -> None:
    write("app.py", FOREIGN)
    check("--region", "us", code=0)
    check("--region", "ch", "--region", "us", code=0)


def test_isolated_reads_no_config(declared: Path) -> None:
    write("app.py", FOREIGN)
    assert "no region is declared" in complaint("check", "--isolated")
    check("--isolated", "--region", "us", code=0)


def test_the_nearest_config_is_used_alone(declared: Path) -> None:
    write("app.py", FOREIGN)
    write("services/us/residency-lint.toml", 'region = "us"\n')
    write("services/us/app.py", FOREIGN)
    shown = check(code=1)
    assert "\napp.py:1" in "\n" + shown
    assert "services/us" not in shown


def test_paths_entries(declared: Path) -> None:
    write("residency-lint.toml", 'region = "eu"\n[[paths]]\nmatch = ["services/us/**"]\nregion = "us"\n')
    write("services/us/app.py", FOREIGN)
    write("services/us/wrong.py", INSIDE)
    shown = check("--output-format", "concise", code=1)
    assert "services/us/wrong.py:1" in shown
    assert "services/us/app.py" not in shown


def test_exception_for_a_vendor(declared: Path) -> None:
    write("app.py", FOREIGN)
    write("residency-lint.toml", 'region = "eu"\n[vendors]\nmixpanel = { region = "us", until = 2999-12-31 }\n')
    check(code=0)


def test_lapsed_exception_is_gone_and_the_finding_says_so(declared: Path) -> None:
    write("app.py", FOREIGN)
    write("residency-lint.toml", 'region = "eu"\n[vendors]\nmixpanel = { region = "us", until = 2020-02-29 }\n')
    assert "an exception ended on 2020-02-29" in check(code=1)


def test_excluded_files_are_not_read(declared: Path) -> None:
    write("third_party/sdk.py", FOREIGN)
    write("residency-lint.toml", 'region = "eu"\nexclude = ["third_party/**"]\n')
    check(code=0)
    check("third_party/sdk.py", code=0)


def test_unknown_as_error(declared: Path) -> None:
    write("app.py", 'URL = "https://s3.amazonaws.com/bucket"\n')
    check(code=0)
    write("residency-lint.toml", 'region = "eu"\nunknown = "error"\n')
    check(code=1)


# --- what is shown --------------------------------------------------------------------------------------


def test_select_and_ignore(declared: Path) -> None:
    write("app.py", FOREIGN)
    check("--select", "mixpanel", code=1)
    check("--select", "mixpanel/ingest", code=1)
    check("--select", "mparticle", code=0)
    check("--ignore", "mixpanel", code=0)
    check("--select", "mixpanel", "--ignore", "mixpanel/ingest", code=0)


def test_exit_zero(declared: Path) -> None:
    write("app.py", FOREIGN)
    assert "mixpanel/ingest" in check("--exit-zero", code=0)


def test_exit_zero_does_not_hide_that_something_was_not_read(declared: Path) -> None:
    write("app.py", b"# coding: ascii\n" + FOREIGN.encode() + b"x = '\xff'\n")
    check("--exit-zero", code=2)


def test_strict_fails_on_notes(declared: Path) -> None:
    write("app.py", NOTED)
    check("--strict", code=1)


def test_strict_fails_on_files_that_were_not_parsed(declared: Path) -> None:
    write("app.py", INSIDE + "print 'old'\n")
    check(code=0)
    write("app.py", FOREIGN.replace("URL", "print 1\nURL"))
    check("--strict", code=1)


def test_statistics(declared: Path) -> None:
    write("app.py", FOREIGN + 'OTHER = "https://api.mixpanel.com/engage"\n' + NOTED)
    lines = [line.split() for line in check("--statistics", code=1).splitlines()]
    assert lines == [["2", "error", "mixpanel/ingest"], ["1", "note", "mixpanel/web"]]


@pytest.mark.parametrize(
    ("output_format", "proves"),
    [
        ("text", lambda shown: "error[mixpanel/ingest]" in shown),
        ("concise", lambda shown: "app.py:1:16: error [mixpanel/ingest]" in shown),
        ("json", lambda shown: json.loads(shown)["findings"]),
        ("sarif", lambda shown: json.loads(shown)["runs"][0]["results"][0]["ruleId"] == "mixpanel/ingest"),
        ("github", lambda shown: shown.startswith("::error ")),
    ],
)
def test_output_formats(declared: Path, output_format: str, proves: Callable[[str], object]) -> None:
    write("app.py", FOREIGN)
    assert proves(check("--output-format", output_format, code=1))


def test_output_file(declared: Path) -> None:
    """The report goes there, nothing to standard output, and the exit code stays."""
    write("app.py", FOREIGN)
    assert check("--output-format", "sarif", "--output-file", "out.sarif", code=1) == ""
    assert json.loads(read("out.sarif"))["version"] == "2.1.0"


def test_silenced_findings_stay_out_of_the_exit_code(declared: Path) -> None:
    write("app.py", FOREIGN.rstrip() + "  # residency: allow[mixpanel/ingest] US project, DPA 2026-114\n")
    assert "1 silenced" in check(code=0)


def test_a_reason_is_asked_for(declared: Path) -> None:
    write("app.py", FOREIGN.rstrip() + "  # residency: allow[mixpanel/ingest]\n")
    assert "residency-lint/allow-without-reason" in check(code=1)


# --- rewrites -------------------------------------------------------------------------------------------


def test_diff_shows_and_writes_nothing(declared: Path) -> None:
    write("app.py", FOREIGN)
    shown = check("--diff", code=1)
    assert shown.splitlines()[:2] == ["--- a/app.py", "+++ b/app.py"]
    assert f"-{FOREIGN}+{INSIDE}" in shown
    assert read("app.py") == FOREIGN


def test_diff_without_a_change_is_0(declared: Path) -> None:
    write("app.py", INSIDE)
    assert check("--diff", code=0) == ""


def test_diff_of_what_only_unsafe_fixes_change(declared: Path) -> None:
    write("app.py", UNSAFE)
    assert check("--diff", code=0) == ""
    assert "+client" in check("--diff", "--unsafe-fixes", code=1)


def test_diff_tells_that_something_was_not_read(declared: Path) -> None:
    """No diff is not a clean bill for a file that nobody could read."""
    write("app.py", b"# coding: ascii\n" + FOREIGN.encode() + b"x = '\xff'\n")
    result = run("check", "--diff", code=2)
    assert "app.py: not read: declares encoding ascii" in result.stderr


def test_diff_marks_a_missing_newline_at_the_end(declared: Path) -> None:
    write("app.py", FOREIGN.rstrip())
    assert check("--diff", code=1).endswith("\n\\ No newline at end of file\n")


def test_diff_of_other_newlines(declared: Path) -> None:
    """Lines end where `patch` sees them end; form feeds and Unicode separators are no ends."""
    text = 'a = "\u2028\x0c"\r\n' + FOREIGN.replace("\n", "\r\n")
    write("app.py", text)
    shown = run("check", "--diff", code=1).stdout_bytes.decode()
    assert "@@ -1,2 +1,2 @@" in shown
    assert ' a = "\u2028\x0c"\r\n' in shown


def test_fix_writes_and_is_0(declared: Path) -> None:
    write("app.py", FOREIGN)
    assert check("--fix", code=0).startswith("Fixed 1.")
    assert read("app.py") == INSIDE


def test_fix_is_1_while_findings_remain(declared: Path) -> None:
    write("app.py", FOREIGN + UNSAFE)
    shown = check("--fix", code=1)
    assert "aws/region" in shown or "aws/" in shown
    assert read("app.py") == INSIDE + UNSAFE


def test_unsafe_fixes(declared: Path) -> None:
    write("app.py", UNSAFE)
    check("--fix", code=1)
    assert read("app.py") == UNSAFE
    check("--fix", "--unsafe-fixes", code=0)
    assert "us-east-1" not in read("app.py")


def test_a_silenced_finding_is_not_rewritten(declared: Path) -> None:
    text = FOREIGN.rstrip() + "  # residency: allow[mixpanel/ingest] US project, DPA 2026-114\n"
    write("app.py", text)
    check("--fix", code=0)
    assert read("app.py") == text


# --- standard input -------------------------------------------------------------------------------------


def test_standard_input(declared: Path) -> None:
    shown = check("-", "--stdin-filename", "src/app.py", stdin=FOREIGN, code=1)
    assert "src/app.py:1:16" in shown


def test_standard_input_is_read_as_its_name_says(declared: Path) -> None:
    assert "app.yaml:1:" in check("-", "--stdin-filename", "app.yaml", stdin="url: https://api.mixpanel.com/\n", code=1)


def test_standard_input_under_the_policy_of_its_path(declared: Path) -> None:
    write("residency-lint.toml", 'region = "eu"\nexclude = ["old/**"]\n[[paths]]\nmatch = ["us/**"]\nregion = "us"\n')
    check("-", "--stdin-filename", "us/app.py", stdin=FOREIGN, code=0)
    check("-", "--stdin-filename", "old/app.py", stdin=FOREIGN, code=0)


def test_standard_input_without_a_name_is_python(declared: Path) -> None:
    assert "stdin.py:1:16" in check("-", stdin=FOREIGN, code=1)


def test_diff_of_standard_input(declared: Path) -> None:
    assert f"+{INSIDE}" in check("-", "--stdin-filename", "app.py", "--diff", stdin=FOREIGN, code=1)


def test_standard_input_in_another_encoding(declared: Path) -> None:
    text = "# coding: latin-1\nx = 'é'\n" + FOREIGN
    assert "app.py:3:16" in check("-", "--stdin-filename", "app.py", stdin=text.encode("latin-1"), code=1)


# --- other commands -------------------------------------------------------------------------------------


def test_rule() -> None:
    shown = run("rule", "mixpanel/ingest", code=0).stdout
    assert shown.startswith("mixpanel/ingest: ")
    assert "api-eu.mixpanel.com" in shown


@pytest.mark.parametrize("rule_id", [*sorted(shipped_catalog().rules)[::7], "residency-lint/allow-unused"])
def test_every_rule_is_explained(rule_id: str) -> None:
    assert run("rule", rule_id, code=0).stdout.startswith(f"{rule_id}: ")


def test_rule_that_is_unknown() -> None:
    assert "did you mean mixpanel/ingest?" in complaint("rule", "mixpanel/ingst")
    assert "`residency-lint vendors` lists them" in complaint("rule", "?")


def test_vendors() -> None:
    shown = run("vendors", code=0).stdout
    assert "mixpanel: Mixpanel (us, eu, in; verified " in shown
    assert "    mixpanel/ingest " in shown


def test_keywords() -> None:
    lines = run("vendors", "--keywords", code=0).stdout.splitlines()
    assert "api.mixpanel.com" in lines or "mixpanel" in lines
    assert lines == sorted(set(lines))


def test_init_writes_a_policy_that_is_valid() -> None:
    write("app.py", FOREIGN)
    shown = run("init", code=0).stdout
    assert read("residency-lint.toml") in shown
    settings = Settings(shipped_index())
    assert settings.policy_for("app.py").declared_in == "residency-lint.toml"
    assert "mixpanel" in read("residency-lint.toml")
    assert complaint_free(check("--exit-zero", code=0))


def complaint_free(shown: str) -> bool:
    return "residency-lint.toml:" not in shown


def test_init_in_an_empty_folder() -> None:
    run("init", code=0)
    check(code=0)


def test_init_replaces_nothing_unless_forced() -> None:
    write("residency-lint.toml", 'region = "ch"\n')
    assert "already here; --force replaces it" in complaint("init")
    assert read("residency-lint.toml") == 'region = "ch"\n'
    run("init", "--force", code=0)
    assert read("residency-lint.toml") != 'region = "ch"\n'


def test_init_passes_over_what_it_cannot_read() -> None:
    write("app.py", FOREIGN)
    write("bad.py", b"# coding: ascii\nx = 'mixpanel \xff'\n")
    write("old.py", "print 'mixpanel'\n")
    run("init", code=0)


def test_version_and_help() -> None:
    assert __version__ in run("--version", code=0).stdout
    for arguments in (["--help"], ["check", "-h"], ["rule", "--help"], ["vendors", "--help"], ["init", "--help"]):
        assert run(*arguments, code=0).stdout.startswith("Usage: ")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_find_the_same(method: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One or many, by a fork or begun anew: the same report, in the same order."""
    if method == "spawn":
        monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    monkeypatch.setattr("residency_lint.inspection._LEAST", 0)
    monkeypatch.setattr("residency_lint.search._MANY", 0)
    monkeypatch.setattr("residency_lint.search._SHARE", 5)
    Path("conf.py").write_text('HOST = "https://us.i.posthog.com"\n')
    for number in range(20):
        Path(f"client_{number}.py").write_text(
            "from posthog import Posthog\nfrom conf import HOST\n\n"
            f'client = Posthog("KEY", host=HOST)\nURL_{number} = "https://api.mixpanel.com/track"\n'
        )
    flags = ("check", "--isolated", "--region", "eu", "--output-format", "json", "-j")
    alone, together = (run(*flags, jobs, ".", code=1) for jobs in ("1", "3"))
    assert json.loads(alone.stdout) == json.loads(together.stdout)
    assert len(json.loads(alone.stdout)["findings"]) == 21


def test_a_module_that_nobody_hands_on(tmp_path: Path) -> None:
    """A name that an SDK has too: `segment` of a stream is read only where some file imports the SDK."""
    Path("stream.py").write_text("segment = 1\n")
    Path("player.py").write_text("from stream import segment\n\nprint(segment)\n")
    flags = ("check", "--isolated", "--region", "eu", "--output-format", "json")
    assert json.loads(run(*flags, ".", code=0).stdout)["candidates"] == 0
    assert json.loads(run(*flags, "player.py", code=0).stdout)["candidates"] == 1
    Path("stream.py").write_text("import segment.analytics as segment\n")
    assert json.loads(run(*flags, ".", code=0).stdout)["candidates"] == 2


def test_values_that_lead_too_deep_into_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and the other files are checked all the same."""
    check_source = inspection.check_source

    def deep(source: Source, *rest: object, **others: object) -> object:
        if source.path == "deep.py":
            raise RecursionError
        return check_source(source, *rest, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(inspection, "check_source", deep)
    Path("deep.py").write_text(FOREIGN)
    Path("plain.py").write_text(FOREIGN)
    output = check("--isolated", "--region", "eu", "--no-cache", "--output-format", "concise", code=2)
    assert "deep.py: not read: its values lead too deep into one another to be followed; exclude it\n" in output
    assert "plain.py:1:16: error" in output
