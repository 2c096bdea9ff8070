"""What holds for every rewrite, whatever the file: generated sources, and fixes by themselves."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from residency_lint.decoding import source_of
from residency_lint.fixes import Applicability, Edit, Fix, apply, selected
from residency_lint.report import Report
from residency_lint.rewrite import Rewritten, rewritten
from residency_lint.scan import check_paths
from residency_lint.settings import Settings
from residency_lint.shipped import shipped_index
from residency_lint.source import Source, Span
from residency_lint.tree import Tree

POLICY = Settings(shipped_index(), regions=("eu",), isolated=True)
UNSAFE = Settings(shipped_index(), regions=("eu",), isolated=True, unsafe_fixes=True)

# --- Python sources, put together from statements --------------------------------------------------------

IMPORTS = [
    "import mixpanel",
    "import mixpanel as mp",
    "from mixpanel import Mixpanel",
    "from mixpanel import Mixpanel, Consumer",
    "from mixpanel import (\n    Mixpanel,\n    Consumer,\n)",
    "from mixpanel import BufferedConsumer as Sender, Mixpanel",
    "from mixpanel import *",
    "import mparticle",
    "import os; import mixpanel",
    "try:\n    from mixpanel import Mixpanel\nexcept ImportError:\n    Mixpanel = None",
]
STATEMENTS = [
    'a = Mixpanel("token")',
    'b = mixpanel.Mixpanel("token")',
    'c = mp.Mixpanel(token="é")',
    'd = Mixpanel("ö", consumer=Consumer())',
    'e = Mixpanel("token", Consumer(api_host="api.mixpanel.com"))',
    "f = Mixpanel(\n\t'token',  # who\n\tconsumer=Consumer(\n\t\tapi_host='api.mixpanel.com',\n\t),\n)",
    'g = Sender(50, api_host="api.mixpanel.com")',
    'h = mixpanel.Consumer(events_url="https://api.mixpanel.com/track")',
    'URL = "https://api.mixpanel.com/track"',
    "URL_2 = 'https://api.mixpanel.com' '/engage'",
    'URL_3 = f"https://api.mixpanel.com/{x}"',
    'URL_4 = "https:\\x2f\\x2fapi.mixpanel.com/track"',
    'URL_5 = r"https://api.mixpanel.com\\track"',
    'URL_6 = b"https://api.mixpanel.com/track"',
    'URL_7 = "https://" + "api.mixpanel.com" + "/track"',
    'URL_8 = "é https://api.mixpanel.com/tréck"',
    'URL_9 = """\nü\nhttps://data.mixpanel.com/api/2.0/export\n"""',
    'URLS = {"us": "api.mixpanel.com", "eu": "api-eu.mixpanel.com"}',
    "j = mparticle.Configuration()",
    "k = mparticle.Configuration()\nk.host = 'https://s2s.mparticle.com/v2'",
    'HOST = os.environ.get("HOST", "s2s.mparticle.com")',
    'import boto3\nl = boto3.client("s3", region_name="us-east-1")',
    "def m(host='api.mixpanel.com'):\n\treturn Mixpanel('t', consumer=Consumer(api_host=host))",
    "class N:\n    host = 'https://api.mixpanel.com'\n\n    def o(self):\n        return Mixpanel('t')",
    "if x:\n\tp = Mixpanel('é')\nelse:\n\tp = None",
    'q = [Mixpanel("a"), Mixpanel("b")]; r = Mixpanel("c")',
    "# é https://api.mixpanel.com",
    'x = "ñandú"  # ñ',
    "s = Mixpanel('t')  # residency: allow[mixpanel/client] US project",
    "",
    "\x0c",
]
ENCODINGS = {
    "utf-8": "",
    "latin-1": "# -*- coding: latin-1 -*-\n",
    "cp1252": "#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n",
    "shift_jis": "# coding: shift_jis\n",
    "utf-16": "",
}
JAPANESE = {"é": "表", "ö": "ソ", "ü": "能", "ñ": "予", "ú": "十"}
"""In Shift JIS the second byte of these is a backslash."""


def encoded(text: str, encoding: str, mark: bytes, newline: str, ends: bool) -> bytes:
    if encoding == "shift_jis":
        text = "".join(JAPANESE.get(character, character) for character in text)
    text = text if ends else text.rstrip("\n")
    return mark + text.replace("\n", newline).encode(encoding)


@st.composite
def python_sources(draw: st.DrawFn) -> bytes:
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "latin-1", "cp1252", "shift_jis"]))
    imports = draw(st.lists(st.sampled_from(IMPORTS), max_size=3))
    statements = draw(st.lists(st.sampled_from(STATEMENTS), max_size=6))
    head = draw(st.sampled_from(["", '"""é: what it does."""\n', "from __future__ import annotations\n", "# é\n\n"]))
    text = ENCODINGS[encoding] + head + "\n".join([*imports, *statements]) + "\n"
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) if encoding == "utf-8" else b""
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return encoded(text, encoding, mark, newline, draw(st.booleans()))


# --- configuration ----------------------------------------------------------------------------------------

CONFIGS = {
    ".env": [
        "HOST=api.mixpanel.com",
        'export URL="https://api.mixpanel.com/track"',
        "# é",
        "AWS_REGION=us-east-1",
        "X=é",
    ],
    "a.yaml": [
        "url: https://api.mixpanel.com/track",
        "é: 'https://api.mixpanel.com'  # é",
        'list:\n  - api.mixpanel.com\n  - "é"',
        "environment:\n\n  - HOST=s2s.mparticle.com",
        "text: |\n  é\n  https://api.mixpanel.com\n",
        "region: us-east-1",
    ],
    "a.json": [
        '{"url": "https://api.mixpanel.com/track", "é": 1}',
        '{"url": "https:\\/\\/api.mixpanel.com\\/track"}',
        '["é", "api.mixpanel.com",\n\t"s2s.mparticle.com"]',
        '{"region": "us-east-1"}',
    ],
    "nginx.conf": [
        "location /é {\n\tproxy_pass https://api.mixpanel.com/track;\n}",
        "proxy_set_header Host api.mixpanel.com;",
        "# é",
        'proxy_pass "https://api-js.mixpanel.com";',
    ],
    "a.js": [
        "mixpanel.init('é', {api_host: 'https://api.mixpanel.com'});",
        "const a = `é ${b} https://api.mixpanel.com/track`;",
        "// é",
        "fetch('https://api.mixpanel.com/é')",
    ],
    "a.md": ["# é", "Send to https://api.mixpanel.com.", "```\ncurl https://api.mixpanel.com/track\n```"],
}


@st.composite
def configurations(draw: st.DrawFn) -> tuple[str, bytes]:
    path = draw(st.sampled_from(sorted(CONFIGS)))
    lines = draw(st.lists(st.sampled_from(CONFIGS[path]), max_size=5))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "latin-1", "utf-16"]))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) if encoding == "utf-8" else b""
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return path, encoded("\n".join(lines) + "\n", encoding, mark, newline, draw(st.booleans()))


# --- the laws ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(tmp_path)
    yield
    os.chdir(here)


def report_on(path: str, data: bytes, policy: Settings) -> tuple[Report, Tree]:
    tree = Tree(changes={path: data})
    return check_paths([path], policy, tree), tree


def fixed(path: str, data: bytes, policy: Settings) -> tuple[Report, Rewritten, bytes]:
    report, tree = report_on(path, data, policy)
    change = rewritten(report, [path], policy, tree)
    return report, change, change.after.get(path, data)


def evidence(report: Report) -> Counter[tuple[str, str, str]]:
    return Counter((finding.rule.id, finding.sighting.seen, finding.level.value) for finding in report.findings)


def assert_laws(path: str, data: bytes, policy: Settings) -> None:
    report, change, new = fixed(path, data, policy)
    assert report.skips == ()
    again, _ = report_on(path, new, policy)
    assert evidence(again) == evidence(change.report), "the report after fixing is the report on the fixed file"
    assert evidence(again) <= evidence(report), "nothing new appears"
    assert len(again.findings) <= len(report.findings) - change.fixed, "what was fixed is gone"
    _, second, newer = fixed(path, new, policy)
    assert (second.fixed, newer) == (0, new), "fixing twice is fixing once"
    assert_same_text_around(path, data, new)


def assert_same_text_around(path: str, data: bytes, new: bytes) -> None:
    """Encoding, byte order mark, newlines and everything non-ASCII are as they were."""
    before, after = source_of(path, data), source_of(path, new)
    assert isinstance(before, Source) and isinstance(after, Source)
    assert (after.encoding, after.bom) == (before.encoding, before.bom)
    foreign = [[character for character in source.text if ord(character) > 127] for source in (before, after)]
    assert foreign[0] == foreign[1]
    assert newlines(before.text) >= newlines(after.text), "no other kind of newline comes in"
    assert before.text[-1:] == after.text[-1:] or not before.text.endswith(("\n", "\r"))


def newlines(text: str) -> set[str]:
    kinds = {"\r\n"} if "\r\n" in text else set()
    rest = text.replace("\r\n", "")
    return kinds | {kind for kind in "\r\n" if kind in rest}


def parses(data: bytes) -> bool:
    try:
        ast.parse(data)
    except (SyntaxError, ValueError):
        return False
    return True


BUSY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@given(data=python_sources(), policy=st.sampled_from([POLICY, UNSAFE]))
@BUSY
def test_python(data: bytes, policy: Settings) -> None:
    assert_laws("app.py", data, policy)


@given(data=python_sources(), policy=st.sampled_from([POLICY, UNSAFE]))
@BUSY
def test_python_that_parsed_still_parses(data: bytes, policy: Settings) -> None:
    assume(parses(data))
    assert parses(fixed("app.py", data, policy)[2])


@given(file=configurations(), policy=st.sampled_from([POLICY, UNSAFE]))
@BUSY
def test_configuration(file: tuple[str, bytes], policy: Settings) -> None:
    assert_laws(*file, policy)


@given(data=python_sources())
@BUSY
def test_bytes_outside_the_edits_are_identical(data: bytes) -> None:
    """Of one round: what no edit names is where it was, moved at most."""
    report, _ = report_on("app.py", data, POLICY)
    taken, _ = selected(f.fix for f in report.findings if f.fix and f.fix.applicability is Applicability.SAFE)
    edits = sorted({edit for fix in taken for edit in fix.edits})
    new = apply(data, edits, report.sources["app.py"].encoding if edits else "utf-8")
    position = moved = 0
    for edit in edits:
        assert new[position + moved : edit.span.start + moved] == data[position : edit.span.start]
        moved += len(edit.text.encode(report.sources["app.py"].encoding)) - (edit.span.end - edit.span.start)
        position = edit.span.end
    assert new[position + moved :] == data[position:]


# --- fixes by themselves ------------------------------------------------------------------------------------


@st.composite
def fixes(draw: st.DrawFn) -> Fix:
    edits = draw(
        st.lists(
            st.builds(
                lambda path, start, length, text: Edit(path, Span(start, start + length), text),
                st.sampled_from(["a", "b"]),
                st.integers(0, 20),
                st.integers(0, 4),
                st.sampled_from(["", "x", "yy"]),
            ),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    edits.sort()
    for one, other in pairwise(edits):
        # Edits of one fix never touch each other.
        assume(one.path != other.path or (one.span.end <= other.span.start and one.span.start != other.span.start))
    return Fix("t", tuple(edits), Applicability.SAFE)


SEVERAL = st.lists(fixes(), max_size=6, unique=True)


@given(SEVERAL)
def test_every_fix_is_taken_or_rejected(given_fixes: list[Fix]) -> None:
    taken, rejected = selected(given_fixes)
    assert Counter(taken + rejected) == Counter(given_fixes)
    assert not given_fixes or taken


@given(SEVERAL)
def test_edits_that_are_taken_are_disjoint(given_fixes: list[Fix]) -> None:
    taken, _ = selected(given_fixes)
    edits = sorted({edit for fix in taken for edit in fix.edits})
    for one, other in pairwise(edits):
        assert one.path != other.path or one.span.end <= other.span.start
        assert (one.path, one.span.start) != (other.path, other.span.start)


@given(SEVERAL, st.randoms())
def test_the_order_of_fixes_does_not_matter(given_fixes: list[Fix], random: object) -> None:
    shuffled = list(given_fixes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    results = []
    for some in (given_fixes, shuffled):
        edits = [edit for fix in selected(some)[0] for edit in fix.edits]
        results.append([apply(bytes(range(65, 90)), (e for e in edits if e.path == path), "utf-8") for path in "ab"])
    assert results[0] == results[1]


def test_identical_edits_count_once() -> None:
    """Two fixes that need the same import bring it once."""
    edit = Edit("a", Span(0, 0), "import x\n")
    one = Fix("1", (edit, Edit("a", Span(2, 3), "B")), Applicability.SAFE)
    two = Fix("2", (edit, Edit("a", Span(4, 5), "C")), Applicability.SAFE)
    taken, rejected = selected([one, two])
    assert (taken, rejected) == ([one, two], [])
    assert apply(b"a b c", [*one.edits, *two.edits], "utf-8") == b"import x\na B C"


@pytest.mark.parametrize("other", [Span(0, 3), Span(2, 2), Span(2, 5), Span(1, 4)])
def test_edits_that_overlap_are_refused(other: Span) -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply(b"0123456789", [Edit("a", Span(1, 3), "x"), Edit("a", other, "y")], "utf-8")


def test_text_that_cannot_be_encoded_is_refused() -> None:
    with pytest.raises(ValueError, match="encode"):
        apply(b"x", [Edit("a", Span(0, 1), "表")], "latin-1")
