"""Python that no parser takes: texts and comments by a lexer, and the counts that say when to use it."""

from __future__ import annotations

import re

import pytest

from residency_lint.facts import Facts, Mention, Role
from residency_lint.languages.python_text import outline, read_refused
from residency_lint.source import Source


def facts_of(text: str) -> Facts:
    return read_refused(Source("a.py", text.encode()), "it is Python 2")


def only(text: str, wanted: str) -> Mention:
    return next(m for m in facts_of(text).mentions if m.text.text == wanted)


def test_note_says_why() -> None:
    """The facts say that the file was read as text."""
    facts = facts_of("print 'x'")
    assert (facts.language, facts.note) == ("python", "read as text: it is Python 2")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("HOST = 'x'", ("HOST",)),
        ("self.host = 'x'", ("host",)),
        ("f(host='x')", ("host",)),
        ("d = {'host': 'x'}", ("host",)),
        ("d['host'] = 'x'", ("host",)),
        ("host: str = 'x'", ("host",)),
        ("f('x')", ()),
    ],
)
def test_names(text: str, keys: tuple[str, ...]) -> None:
    """The name before a text."""
    assert only(text, "x").keys == keys


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("print 'x'", Role.PRINTED),
        ("raise E, 'x'", Role.PRINTED),
        ("logger.info('x')", Role.PRINTED),
        ("assert a == 'x'", Role.ASSERTED),
        ("if a == 'x': pass", Role.COMPARED),
        ("if 'x' in a: pass", Role.COMPARED),
        ("a.startswith('x')", Role.COMPARED),
        ("'''x'''", Role.PROSE),
        ("d = {'x': 1}", Role.KEY),
        ("d['x'] = 1", Role.KEY),
        ("description = 'x'", Role.DESCRIBED),
        ("a = 'x'", Role.VALUE),
    ],
)
def test_roles(text: str, role: Role) -> None:
    """What the line does with a text."""
    assert only(text, "x").role is role


@pytest.mark.parametrize("prefix", ["", "u", "ur", "b", "Rb", "f"])
@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
def test_prefixes_and_quotes(prefix: str, quote: str) -> None:
    """Every kind of string literal."""
    assert only(f"a = {prefix}{quote}x{quote}", "x").text.quote == quote


def test_empty_text_is_no_opening() -> None:
    """Two quotes in a row are an empty text."""
    assert [m.text.text for m in facts_of("a = ''\nb = 'x'").mentions] == ["", "x"]


def test_logical_line_is_the_statement() -> None:
    """Brackets and backslashes join lines."""
    text = "f(\n  'x',\n  a)\nb = \\\n  'y'\n"
    source = Source("a.py", text.encode())
    assert source.slice(only(text, "x").site.statement) == "f(\n  'x',\n  a)"
    assert source.slice(only(text, "y").site.statement) == "b = \\\n  'y'"


def test_comments_are_told_from_texts() -> None:
    """A number sign inside a text is no comment, a quote inside a comment opens nothing."""
    facts = facts_of("a = 'b # c' # it's\nd = 'x'")
    assert [c.text for c in facts.comments] == ["# it's"]
    assert facts.mentions[-1].text.text == "x"


def test_comment_above_a_statement() -> None:
    """A comment alone speaks of the whole statement below."""
    source = Source("a.py", b"# why\nf(\n  a)\n")
    comment = read_refused(source, "").comments[0]
    assert source.slice(comment.statement) == "f(\n  a)"


def test_lost_quote_ends_with_its_line() -> None:
    """What follows an unclosed quote is read as usual."""
    assert [m.text.text for m in facts_of("a = 'x\nb = 'y'").mentions] == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, 0)),
        ("x = (1 + 2)", (1, 1)),
        ("f([{1}])", (3, 0)),
        ("a + b\nc + d + e", (0, 2)),
        ("a and b or not c", (0, 3)),
        ("(a +\n b +\n c)", (1, 2)),
        ("'((((' # ((((", (0, 0)),
        ("a" + ".b" * 600, (0, 600)),
        ("(" * 20_000, (20_000, 0)),
    ],
)
def test_depth_and_operators(text: str, expected: tuple[int, int]) -> None:
    """The deepest bracket and the longest chain of one logical line, strings and comments apart."""
    seen = outline(text)
    assert (seen.depth, seen.operators) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = 2\n", ["a = 1", "b = 2"]),
        ("a = (1,\n2)\nb = 2", ["a = (1,", "b = 2"]),
        ('a = """\nb = 1\n"""\n"c"\n', ['a = """', '"c"']),
        ("if a:\n    b\nelif c:\n    d\nelse:\n    e\nf()", ["if a:", "f()"]),
        ("try:\n    a\nexcept E:\n    b\nfinally:\n    c\n", ["try:"]),
        ("# a\n@b(\n1)\n@c\n# d\ndef e():\n    f\n\n\n@g\nclass H: pass", ["@b(", "@g"]),
        ("a = 1 + \\\n2\n[b] = c\n", ["a = 1 + \\", "[b] = c"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("", []),
    ],
)
def test_statements(text: str, expected: list[str]) -> None:
    """Where the statements of the module begin: not their continued lines, further branches or the inside of texts."""
    assert [re.split("[\r\n]", text[start:])[0] for start in outline(text).statements] == expected
