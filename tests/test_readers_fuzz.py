"""Whatever a file holds, each reader gives facts whose spans are true, in time that grows with its size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from residency_lint.facts import Facts
from residency_lint.languages import reader_for
from residency_lint.languages.python_text import outline, read_refused
from residency_lint.languages.text import text_mentions
from residency_lint.source import Source

PATHS = (
    "a.yaml a.json a.tf a.toml a.ini a.properties .env Dockerfile nginx.conf a.js a.go a.rb a.php a.rs a.dart a.coffee "
    "a.java a.lua a.html a.vue a.xml a.md a.txt a.sh a.bat a.css a.sql a.vb notes x.pl a.proto a.ex"
).split()
PIECES = st.sampled_from(
    (
        "\n|\r\n|\t|  |- |: |:|=|==|{|}|[|]|(|)|\"|'|`|\"\"\"|'''|#|//|/*|*/|<!--|-->|--|;|,|\\|\\u|\\\n|/|<<EOT"
        "|EOT|${|{{|}}|key|name|value|http://x/#/y|us-east-1|é|\U0001f600|<a b='c'>|</a>|<script>|</script>|```|    "
        "|&a|!b|*c|>-|case|||x|proxy_pass|RUN|ENV|ENV A=b|=begin|=end|%|?|\ufeff|\x0c|\u2028|\x00|\r|-- |rem "
        "|<key>|<![CDATA[|print|in|r'"
    ).split("|")
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map("".join))


def assert_true_spans(facts: Facts, source: Source) -> None:
    position = source.bom
    for mention in facts.mentions:
        span = mention.text.span
        assert position <= span.start <= span.end <= len(source.data)
        if mention.text.plain:
            assert source.slice(span) == mention.text.text
        assert mention.site.statement.start <= span.start
        assert span.end <= mention.site.statement.end
        mention.text.text.encode()
        position = span.end
    for comment in facts.comments:
        assert source.slice(comment.span) == comment.text
        assert comment.statement.end <= len(source.data)


@pytest.mark.parametrize("path", PATHS)
@given(text=TEXTS, mark=st.sampled_from([b"", b"\xef\xbb\xbf"]))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_true_spans(path: str, text: str, mark: bytes) -> None:
    """Spans lie in the data, ascend, do not overlap, and hold the text where it is plain."""
    source = Source(path, mark + text.encode())
    assert_true_spans(reader_for(path)[1](source), source)


@given(text=TEXTS)
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_as_refused_python(text: str) -> None:
    """The Python lexer takes anything."""
    source = Source("a.py", text.encode())
    assert_true_spans(read_refused(source, "because"), source)
    seen = outline(text)
    assert min(seen.depth, seen.operators, *seen.statements) >= 0


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_as_lines(text: str) -> None:
    """The fallback takes anything."""
    source = Source("a.unknown", text.encode())
    assert_true_spans(text_mentions(source), source)


HEAVY = {
    "brackets": "[" * 20_000 + "]" * 20_000,
    "mappings": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "quotes": "'\\\"" * 20_000,
    "unclosed": 'a: "b\n' * 20_000,
    "dashes": "- " * 20_000,
    "one line": '{"k":["é", "us-east-1", 12]},' * 20_000,
    "openings": "<a " * 20_000,
    "backticks": "`${" * 20_000,
    "comments": "# a\n" * 20_000,
    "heredocs": "x <<EOT\n" * 20_000,
    "escapes": '"\\' * 20_000,
    "blanks": " " * 200_000 + "\n" * 20_000,
    "words": "a" * 200_000 + " = " + "b." * 100_000,
    "colons": "a: " * 60_000,
    "slashes": "/ [" * 60_000,
    "block comments": "/* " * 60_000,
}


@pytest.mark.parametrize("path", [*PATHS, "refused.py"])
@pytest.mark.parametrize("name", HEAVY)
def test_heavy_input_is_read_to_its_end(path: str, name: str) -> None:
    """No nesting is too deep and no run too long for a reader: the file is read, and what it says stands in it."""
    source = Source(path, HEAVY[name].encode())
    facts = read_refused(source, "because") if path == "refused.py" else reader_for(path)[1](source)
    for mention in (*facts.mentions[:100], *facts.mentions[-100:]):
        assert 0 <= mention.text.span.start <= mention.text.span.end <= len(source.data)
    assert facts.path == path
