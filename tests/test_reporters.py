"""What each format makes of a report."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from msgspec.structs import replace

from residency_lint.findings import Finding, Level, Sighting, Step, Suppression
from residency_lint.fixes import Applicability, Edit, Fix, apply
from residency_lint.report import Report
from residency_lint.reporters import FORMATS, renderer
from residency_lint.reporters.frames import COLUMNS
from residency_lint.reporters.frames import frame as frame_of
from residency_lint.rules import Endpoint, Pattern, Rule
from residency_lint.skips import Skip
from residency_lint.source import Source, Span
from residency_lint.verdicts import Verdict

SCHEMA = json.loads((Path(__file__).parent / "data/schemas/sarif-2.1.0.json").read_text())

INGEST = Endpoint(
    id="mixpanel/ingest",
    vendor="mixpanel",
    title="Mixpanel ingestion",
    why="Events go to the host's region.",
    docs="https://docs.mixpanel.com/docs/privacy/eu-residency",
    source="",
    verified="2026-08-22",
    fix=Applicability.SAFE,
    wrong='host = "api.mixpanel.com"',
    right='host = "api-eu.mixpanel.com"',
)
DSN = Pattern(
    id="sentry/dsn",
    vendor="sentry",
    title="Sentry DSN",
    why="A DSN names its region.",
    docs="",
    source="",
    verified="",
    fix=Applicability.DISPLAY,
    secret=True,
)
HOST, EU_HOST = "api.mixpanel.com", "api-eu.mixpanel.com"
CODE = f'import os\n\nHOST = "{HOST}"\nclient = Client(host=HOST)\n'


def span_of(source: Source, words: str) -> Span:
    start = source.text.index(words)
    return source.span(start, start + len(words))


def finding_at(source: Source, words: str = HOST, rule: Rule = INGEST, level: Level = Level.ERROR) -> Finding:
    span = span_of(source, words)
    sighting = Sighting(rule, source.path, span, span, region="us", seen=words, words=f"`{words}` is written here")
    return Finding(sighting, Verdict.FORBIDDEN, level, f"`{words}` is in us; policy allows eu", allowed=("eu",))


def with_fix(finding: Finding, applicability: Applicability, consequence: str = "") -> Finding:
    edits = (Edit(finding.path, finding.span, EU_HOST),)
    return replace(finding, fix=Fix(f"write `{EU_HOST}`", edits, applicability, consequence))


def silenced(finding: Finding) -> Finding:
    comment = Suppression((finding.rule.id,), "contract 12", finding.span, finding.span)
    return replace(finding, silenced_by=comment)


def report_of(*findings: Finding, sources: tuple[Source, ...], skips: tuple[Skip, ...] = (), files: int = 1) -> Report:
    by_path = {source.path: source for source in sources}
    return Report(findings, skips, files, len(sources), ("eu",), "pyproject.toml", by_path)


def report_on(source: Source, words: str = HOST) -> Report:
    return report_of(finding_at(source, words), sources=(source,))


def output(name: str, report: Report) -> str:
    return "".join(renderer(name)(report))


def frame(report: Report) -> str:
    """The lines with a gutter, without the first one."""
    lines = output("text", report).splitlines()
    return "\n".join(line for line in lines if " | " in line) + "\n"


def sarif(report: Report) -> dict[str, Any]:
    """The one run of a log that the official schema accepts."""
    log = json.loads(output("sarif", report))
    Draft7Validator(SCHEMA).validate(log)
    return log["runs"][0]


@pytest.fixture
def full() -> Report:
    """Errors, a warning, a note, a silenced finding, chains, fixes of all kinds, skips."""
    app = Source("app/tracking.py", CODE.encode())
    env = Source("deploy/.env", b"SENTRY=https://k3y@o1.ingest.us.sentry.io/7\nM=api.mixpanel.com\n")
    error = with_fix(finding_at(app), Applicability.SAFE, "The project must exist in the EU.")
    chain = (
        Step(app.path, span_of(app, "host=HOST"), "`host` is `HOST`"),
        Step(app.path, error.span, f"`HOST` is `{HOST}`"),
    )
    error = replace(error, sighting=replace(error.sighting, chain=chain), related=chain[:1])
    dsn = finding_at(env, "https://k3y@o1.ingest.us.sentry.io/7", DSN)
    dsn = replace(dsn, sighting=replace(dsn.sighting, seen="ingest.us.sentry.io", hint="Make a project in the EU."))
    dsn = replace(dsn, message="DSN of `ingest.us.sentry.io` is in us; policy allows eu")
    unsafe = with_fix(finding_at(env, level=Level.WARNING), Applicability.UNSAFE)
    note = finding_at(app, "import os", level=Level.NOTE)
    return report_of(
        note,
        error,
        silenced(finding_at(app)),
        dsn,
        unsafe,
        sources=(app, env),
        skips=(Skip("old.py", "declared as ascii, byte 0xc3 is not"), Skip("py2.py", "Python 2", fatal=False)),
        files=1200,
    )


EMPTY = Report((), files=120, declared=("eu",))

TEXT = """\
app/tracking.py:1:1: note[mixpanel/ingest] `import os` is in us; policy allows eu
  |
1 | import os
  | ^^^^^^^^^
  = allowed: eu (declared in pyproject.toml)

app/tracking.py:3:9: error[mixpanel/ingest] `api.mixpanel.com` is in us; policy allows eu
  |
3 | HOST = "api.mixpanel.com"
  |         ^^^^^^^^^^^^^^^^
  = because
      app/tracking.py:4 `host` is `HOST`
      app/tracking.py:3 `HOST` is `api.mixpanel.com`
  = allowed: eu (declared in pyproject.toml)
  = fix (safe): write `api-eu.mixpanel.com`
      The project must exist in the EU.

deploy/.env:1:8: error[sentry/dsn] DSN of `ingest.us.sentry.io` is in us; policy allows eu
  |
1 | SENTRY=ingest.us.sentry.io…
  |        ^^^^^^^^^^^^^^^^^^^^
  = allowed: eu (declared in pyproject.toml)
  = hint: Make a project in the EU.

deploy/.env:2:3: warning[mixpanel/ingest] `api.mixpanel.com` is in us; policy allows eu
  |
2 | M=api.mixpanel.com
  |   ^^^^^^^^^^^^^^^^
  = allowed: eu (declared in pyproject.toml)
  = fix (unsafe): write `api-eu.mixpanel.com`

old.py: not read: declared as ascii, byte 0xc3 is not
py2.py: read in part: Python 2

"""
SUMMARY = (
    "Found 2 errors, 1 warning, 1 note (1 silenced, 1 file not read, 1 file read in part) in 1,200 files; "
    "1 fixable with --fix, 1 more with --unsafe-fixes.\n"
)
CONCISE = """\
app/tracking.py:1:1: note [mixpanel/ingest] `import os` is in us; policy allows eu
app/tracking.py:3:9: error [mixpanel/ingest] `api.mixpanel.com` is in us; policy allows eu [*]
deploy/.env:1:8: error [sentry/dsn] DSN of `ingest.us.sentry.io` is in us; policy allows eu
deploy/.env:2:3: warning [mixpanel/ingest] `api.mixpanel.com` is in us; policy allows eu
old.py: not read: declared as ascii, byte 0xc3 is not
py2.py: read in part: Python 2
"""
GITHUB = """\
::notice file=app/tracking.py,line=1,endLine=1,col=1,endColumn=10,title=residency-lint%3A mixpanel/ingest\
::`import os` is in us; policy allows eu
::error file=app/tracking.py,line=3,endLine=3,col=9,endColumn=25,title=residency-lint%3A mixpanel/ingest\
::`api.mixpanel.com` is in us; policy allows eu%0Awrite `api-eu.mixpanel.com`
::error file=deploy/.env,line=1,endLine=1,col=8,endColumn=44,title=residency-lint%3A sentry/dsn\
::DSN of `ingest.us.sentry.io` is in us; policy allows eu%0AMake a project in the EU.
::warning file=deploy/.env,line=2,endLine=2,col=3,endColumn=19,title=residency-lint%3A mixpanel/ingest\
::`api.mixpanel.com` is in us; policy allows eu%0Awrite `api-eu.mixpanel.com`
::error file=old.py,title=residency-lint::not read: declared as ascii, byte 0xc3 is not
::warning file=py2.py,title=residency-lint::read in part: Python 2
"""


@pytest.mark.parametrize(("name", "expected"), [("text", TEXT), ("concise", CONCISE), ("github", GITHUB)])
def test_whole_output(full: Report, name: str, expected: str) -> None:
    """Each format for people shows every active finding, every skip and the summary."""
    assert output(name, full) == expected + SUMMARY


@pytest.mark.parametrize("name", ["text", "concise", "github"])
def test_empty_report_is_one_sentence(name: str) -> None:
    assert output(name, EMPTY) == "No data leaves the declared region: eu (120 files).\n"


def test_text_loads_no_json() -> None:
    """What a hook prints costs no import that it does not need."""
    code = "import sys; from residency_lint.reporters import renderer; renderer('text'); print('json' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


@pytest.mark.parametrize("name", FORMATS)
def test_output_is_stable(full: Report, name: str) -> None:
    assert output(name, full) == output(name, full)


@pytest.mark.parametrize("name", FORMATS)
def test_secret_is_never_shown(full: Report, name: str) -> None:
    assert "k3y" not in output(name, full)


def test_silenced_alone_is_not_called_clean() -> None:
    source = Source("a.py", CODE.encode())
    report = report_of(silenced(finding_at(source)), sources=(source,))
    assert output("text", report) == "Found nothing (1 silenced) in 1 file.\n"


def test_unread_file_is_not_called_clean() -> None:
    report = replace(EMPTY, skips=(Skip("a.py", "permission denied"),))
    assert output("concise", report) == (
        "a.py: not read: permission denied\nFound nothing (1 file not read) in 120 files.\n"
    )


def test_fixed_findings_are_counted() -> None:
    expected = "Fixed 2. No data leaves the declared region: eu (120 files).\n"
    assert output("text", replace(EMPTY, fixed=2)) == expected


def test_unsafe_fixes_alone_are_counted() -> None:
    source = Source("a.py", CODE.encode())
    report = report_of(with_fix(finding_at(source), Applicability.UNSAFE), sources=(source,))
    assert output("concise", report).endswith("Found 1 error in 1 file; 1 fixable with --unsafe-fixes.\n")


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        pytest.param(b'\tx\t= "api.mixpanel.com"', "utf-8", '\tx\t= "', id="tabs are kept"),
        pytest.param(b'a\r\nb = "api.mixpanel.com"\r\n', "utf-8", 'b = "', id="CRLF"),
        pytest.param(b'\xef\xbb\xbfx = "api.mixpanel.com"\n', "utf-8", 'x = "', id="byte order mark"),
        pytest.param('é = "api.mixpanel.com"'.encode(), "utf-8", 'é = "', id="two bytes"),
        pytest.param('é = "api.mixpanel.com"'.encode("latin-1"), "latin-1", 'é = "', id="Latin-1"),
        pytest.param('\ufeffé = "api.mixpanel.com"'.encode("utf-16-le"), "utf-16-le", 'é = "', id="UTF-16"),
    ],
)
def test_caret_stands_under_the_span(data: bytes, encoding: str, expected: str) -> None:
    report = report_on(Source("a.py", data, encoding))
    code, carets = (line.split(" | ")[1] for line in frame(report).splitlines())
    blank = "".join("\t" if char == "\t" else " " for char in expected)
    assert (code.startswith(expected + HOST), carets) == (True, blank + "^" * len(HOST))


def test_wide_characters_take_two_cells() -> None:
    source = Source("a.py", f'場所 = "{HOST}"'.encode())
    assert frame(report_on(source)) == f'1 | 場所 = "{HOST}"\n  |         {"^" * len(HOST)}\n'


def test_long_line_is_cut_around_the_span() -> None:
    source = Source("a.js", f'{"a" * 9000}"{HOST}"{"b" * 9000}'.encode())
    code = f'…{"a" * 39}"{HOST}"{"b" * 63}…'
    assert frame(report_on(source)) == f"1 | {code}\n  | {' ' * 41}{'^' * len(HOST)}\n"


def test_span_longer_than_a_line_may_be_is_cut() -> None:
    source = Source("a.js", b"x" * 500)
    assert frame(report_on(source, "x" * 500)) == f"1 | {'x' * 120}…\n  | {'^' * 120}\n"


def test_span_over_several_lines_shows_the_first() -> None:
    source = Source("a.py", b"x = Client(\n    1,\n)\n")
    assert frame(report_on(source, "Client(\n    1,\n)")) == "1 | x = Client(\n  |     ^^^^^^^\n"


def test_empty_span_has_one_caret() -> None:
    assert frame(report_on(Source("a.py", b"f()"), "")) == "1 | f()\n  | ^\n"


def test_gutter_grows_with_the_line_number() -> None:
    source = Source("a.py", b"\n" * 99 + HOST.encode())
    assert frame(report_on(source)) == f"100 | {HOST}\n    | {'^' * 16}\n"


@pytest.mark.parametrize("name", ["text", "concise", "github"])
def test_control_characters_do_not_reach_the_terminal(name: str) -> None:
    """Escape sequences, direction marks and undecodable file names are spelt out."""
    words = f"\x1b[31m{HOST}\u202e\x9b"
    source = Source("a\x1b[2J\udcff\n.py", f'x = "{words}"'.encode())
    shown = output(name, report_on(source, words))
    assert not [char for char in shown if not char.isprintable() and char != "\n"]
    assert r"\x1b[31m" + HOST + r"\u202e\x9b" in shown


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300), st.booleans())
def test_frame_of_any_span(text: str, start: int, end: int, secret: bool) -> None:
    """Three lines that a terminal shows as they are, with at least one caret, whatever the file holds."""
    source = Source("a.py", text.encode())
    start, end = sorted((min(start, len(source.text)), min(end, len(source.text))))
    finding = finding_at(source, "", rule=DSN)
    sighting = replace(finding.sighting, span=source.span(start, end), seen="us")
    lines = frame_of(source, sighting.span, [replace(finding, sighting=sighting)] if secret else [])
    code, carets = lines[1].split(" |", 1)[1], lines[2].split(" | ", 1)[1]
    assert all(char.isprintable() or char == "\t" for line in lines for char in line)
    assert (carets.strip(" \t").strip("^"), "^" in carets, code.count("\t") <= COLUMNS) == ("", True, True)


def test_caret_is_as_long_as_the_escapes() -> None:
    assert frame(report_on(Source("a.py", b"x\x1by"), "x\x1by")) == "1 | x\\x1by\n  | ^^^^^^\n"


def test_other_findings_do_not_show_a_secret_beside_them() -> None:
    source = Source("a.py", f'f("{HOST}", "https://k3y@us.example/1", t)'.encode())
    dsn = finding_at(source, "us.example", DSN)
    report = report_of(finding_at(source), silenced(dsn), sources=(source,))
    assert frame(report) == f'1 | f("{HOST}", "us.example…", t)\n  |    {"^" * len(HOST)}\n'


def test_sarif_has_no_snippet_of_a_secret() -> None:
    source = Source("a.py", b'f("https://k3y@us.example/1")')
    whole = finding_at(source, 'f("https://k3y@us.example/1")')
    whole = replace(whole, message="f", sighting=replace(whole.sighting, seen="f", words="f"))
    report = report_of(whole, silenced(finding_at(source, "us.example", DSN)), sources=(source,))
    assert "k3y" not in json.dumps(sarif(report))


def test_sarif_of_everything_is_valid(full: Report) -> None:
    run = sarif(full)
    assert [result["level"] for result in run["results"]] == ["note", "error", "error", "error", "warning"]


def test_sarif_of_nothing_is_valid() -> None:
    run = sarif(EMPTY)
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_sarif_counts_columns_in_code_points_and_offsets_in_bytes() -> None:
    source = Source("a.py", f'\ufeff😀é = "{HOST}"'.encode())
    assert sarif(report_on(source))["results"][0]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 1,
        "startColumn": 7,
        "endLine": 1,
        "endColumn": 23,
        "byteOffset": 13,
        "byteLength": 16,
        "snippet": {"text": HOST},
    }


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("my app/c#.py", "my%20app/c%23.py"),
        ("größe/100%.py", "gr%C3%B6%C3%9Fe/100%25.py"),
        ("c:d.py", "c%3Ad.py"),
        ("./a?.py", "a%3F.py"),
        ("\udcff.py", "%FF.py"),
        ("/a b.py", "file:///a%20b.py"),
    ],
)
def test_sarif_paths_are_uris(path: str, uri: str) -> None:
    run = sarif(report_on(Source(path, CODE.encode())))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_sarif_fingerprints_are_unique() -> None:
    """The same evidence twice in one file gets an ordinal."""
    source = Source("a.py", f"{HOST} {HOST}".encode())
    second = replace(finding_at(source), sighting=replace(finding_at(source).sighting, span=Span(17, 33)))
    results = sarif(report_of(finding_at(source), second, sources=(source,)))["results"]
    stable = second.fingerprint
    prints = [result["partialFingerprints"]["residencyLint/v1"] for result in results]
    assert prints == [f"{stable}:1", f"{stable}:2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_sarif_fix_gives_the_same_bytes_as_ours(encoding: str) -> None:
    """A consumer that goes by byte offsets inserts `binary`."""
    source = Source("a.py", CODE.encode(encoding), encoding)
    finding = with_fix(finding_at(source), Applicability.SAFE)
    fix = sarif(report_of(finding, sources=(source,)))["results"][0]["fixes"][0]
    change = fix["artifactChanges"][0]["replacements"][0]
    start, length = change["deletedRegion"]["byteOffset"], change["deletedRegion"]["byteLength"]
    inserted = b64decode(change["insertedContent"]["binary"])
    assert source.data[:start] + inserted + source.data[start + length :] == apply(
        source.data, finding.fix.edits if finding.fix else (), encoding
    )


def test_sarif_fix_in_a_second_file_is_valid() -> None:
    """An edit may lie in a file that the report does not carry."""
    source = Source("a.py", CODE.encode())
    edits = (Edit("a.py", Span(19, 35), EU_HOST), Edit("other.env", Span(0, 2), "eu"))
    finding = replace(finding_at(source), fix=Fix("move both", edits, Applicability.UNSAFE))
    changes = sarif(report_of(finding, sources=(source,)))["results"][0]["fixes"][0]["artifactChanges"]
    assert changes[1]["replacements"][0]["deletedRegion"] == {"byteOffset": 0, "byteLength": 2}


def test_sarif_offers_no_fix_that_is_only_shown() -> None:
    """Consumers apply what `fixes` holds."""
    source = Source("a.py", CODE.encode())
    finding = with_fix(finding_at(source), Applicability.DISPLAY)
    result = sarif(report_of(finding, sources=(source,)))["results"][0]
    assert ("fixes" in result, result["properties"]["advice"]) == (False, f"write `{EU_HOST}`")


def test_sarif_properties_say_where_and_why(full: Report) -> None:
    assert sarif(full)["results"][1]["properties"] == {
        "service": "mixpanel",
        "observedRegion": "us",
        "allowedRegions": ["eu"],
        "chain": ["`host` is `HOST`", "`HOST` is `api.mixpanel.com`"],
        "context": "code",
    }


def test_sarif_chain_is_a_code_flow_and_its_start_a_related_location(full: Report) -> None:
    result = sarif(full)["results"][1]
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow]
    related = [place["message"]["text"] for place in result["relatedLocations"]]
    assert (lines, related) == ([4, 3], ["`host` is `HOST`"])


def test_sarif_rule_is_described(full: Report) -> None:
    rules = sarif(full)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["mixpanel/ingest", "sentry/dsn"]
    assert rules[0] == {
        "id": "mixpanel/ingest",
        "name": "MixpanelIngest",
        "shortDescription": {"text": "Mixpanel ingestion"},
        "fullDescription": {"text": "Events go to the host's region."},
        "help": {
            "text": "Events go to the host's region.\n\n"
            "Documentation: https://docs.mixpanel.com/docs/privacy/eu-residency",
            "markdown": "Events go to the host's region.\n\n"
            'Wrong:\n\n```\nhost = "api.mixpanel.com"\n```\n\n'
            'Right:\n\n```\nhost = "api-eu.mixpanel.com"\n```\n\n'
            "[Documentation](https://docs.mixpanel.com/docs/privacy/eu-residency) (compared on 2026-08-22)",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["data-residency", "mixpanel"]},
        "helpUri": "https://docs.mixpanel.com/docs/privacy/eu-residency",
    }


def test_sarif_silenced_result_carries_its_reason(full: Report) -> None:
    suppression = sarif(full)["results"][2]["suppressions"][0]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "contract 12")


def test_sarif_run_with_an_unread_file_was_not_successful(full: Report) -> None:
    invocation = sarif(full)["invocations"][0]
    levels = [notification["level"] for notification in invocation["toolExecutionNotifications"]]
    assert (invocation["executionSuccessful"], levels) == (False, ["error", "warning"])


def test_json_finding(full: Report) -> None:
    """Every key of a finding; adding one is fine, changing one needs a new version."""
    found = json.loads(output("json", full))["findings"][1]
    assert found == {
        "path": "app/tracking.py",
        "line": 3,
        "column": 9,
        "end_line": 3,
        "end_column": 25,
        "start": 19,
        "end": 35,
        "rule": "mixpanel/ingest",
        "vendor": "mixpanel",
        "title": "Mixpanel ingestion",
        "level": "error",
        "verdict": "forbidden",
        "message": "`api.mixpanel.com` is in us; policy allows eu",
        "seen": HOST,
        "observed_region": "us",
        "allowed_regions": ["eu"],
        "context": "code",
        "chain": [
            {"path": "app/tracking.py", "line": 4, "column": 17, "words": "`host` is `HOST`"},
            {"path": "app/tracking.py", "line": 3, "column": 9, "words": "`HOST` is `api.mixpanel.com`"},
        ],
        "related": [{"path": "app/tracking.py", "line": 4, "column": 17, "words": "`host` is `HOST`"}],
        "fix": {
            "title": "write `api-eu.mixpanel.com`",
            "applicability": "safe",
            "consequence": "The project must exist in the EU.",
            "edits": [
                {
                    "path": "app/tracking.py",
                    "start": 19,
                    "end": 35,
                    "text": EU_HOST,
                    "line": 3,
                    "column": 9,
                    "end_line": 3,
                    "end_column": 25,
                }
            ],
        },
        "hint": "",
        "docs": "https://docs.mixpanel.com/docs/privacy/eu-residency",
        "silenced": None,
        "fingerprint": full.findings[1].fingerprint,
    }


def test_json_head(full: Report) -> None:
    document = json.loads(output("json", full))
    del document["findings"], document["tool"]["version"]
    assert document == {
        "version": 1,
        "tool": {"name": "residency-lint"},
        "declared": ["eu"],
        "declared_in": "pyproject.toml",
        "skips": [
            {"path": "old.py", "reason": "declared as ascii, byte 0xc3 is not", "fatal": True},
            {"path": "py2.py", "reason": "Python 2", "fatal": False},
        ],
        "files": 1200,
        "candidates": 2,
        "fixed": 0,
    }


def test_json_says_what_silenced_a_finding(full: Report) -> None:
    found = json.loads(output("json", full))["findings"][2]["silenced"]
    assert found == {"reason": "contract 12", "rules": ["mixpanel/ingest"]}


def test_github_properties_are_escaped() -> None:
    source = Source("a,b:c%.py", CODE.encode())
    assert output("github", report_on(source)).startswith("::error file=a%2Cb%3Ac%25.py,line=3,")


def test_github_message_cannot_start_a_command() -> None:
    source = Source("a.py", CODE.encode())
    finding = replace(finding_at(source), message="100%\r\n::error::x")
    first, _, _ = output("github", report_of(finding, sources=(source,))).partition("\n")
    assert first.endswith(r"::100%25\r\n::error::x")


def test_github_gives_no_columns_over_several_lines() -> None:
    source = Source("a.py", b"x = Client(\n    1,\n)\n")
    shown = output("github", report_on(source, "Client(\n    1,\n)"))
    assert shown.startswith("::error file=a.py,line=1,endLine=3,title=")


@pytest.mark.parametrize("name", FORMATS)
def test_finding_in_a_file_that_the_report_does_not_carry(name: str) -> None:
    """It is shown without a line rather than lost."""
    report = replace(report_on(Source("a.py", CODE.encode())), sources={})
    assert "a.py" in output(name, report)
