"""Source code, scripts, markup and prose: texts with their names and roles, comments told apart."""

from __future__ import annotations

import pytest

from residency_lint.facts import Facts, Mention, Role
from residency_lint.languages import reader_for
from residency_lint.languages.text import text_mentions
from residency_lint.source import Source


def facts_of(path: str, text: str) -> Facts:
    return reader_for(path)[1](Source(path, text.encode()))


def only(path: str, text: str, wanted: str) -> Mention:
    return next(m for m in facts_of(path, text).mentions if m.text.text == wanted)


def texts(path: str, text: str) -> list[str]:
    return [m.text.text for m in facts_of(path, text).mentions]


def comments(path: str, text: str) -> list[tuple[str, str]]:
    source = Source(path, text.encode())
    return [(c.text, source.slice(c.statement)) for c in reader_for(path)[1](source).comments]


@pytest.mark.parametrize(
    ("path", "text", "keys"),
    [
        ("a.js", 'const HOST = "x";', ("HOST",)),
        ("a.ts", 'const HOST: string = "x";', ("HOST",)),
        ("a.ts", 'c = { a: { "host": "x" } }', ("c", "a", "host")),
        ("a.ts", 'c = { host: process.env.H || "x" }', ("c", "host")),
        ("a.ts", 'f(process.env.H ?? "x")', ("H",)),
        ("a.js", 'mixpanel.init(t, { api_host: "x" })', ("api_host",)),
        ("a.js", 'client.init("x")', ("init",)),
        ("a.js", 'config["host"] = "x"', ("host",)),
        ("a.rb", "  h = { :host => 'x' }", ("h", "host")),
        ("a.rb", 'ENV["HOST"] || "x"', ("HOST",)),
        ("a.php", '$d = array("host" => "x");', ("d", "host")),
        ("a.php", "$this->host = 'x';", ("host",)),
        ("a.go", 'm := map[string]string{"us": "x"}', ("us",)),
        ("a.go", "u := `x`", ("u",)),
        ("a.rs", 'Config { host: "x".into() }', ("host",)),
        ("a.java", 'static final String HOST = "x";', ("HOST",)),
        ("a.dart", "Options(host: 'x')", ("host",)),
        ("a.kt", 'val host = """x"""', ("host",)),
    ],
)
def test_code_names(path: str, text: str, keys: tuple[str, ...]) -> None:
    """The names that lead to a text."""
    assert only(path, text, "x").keys == keys


@pytest.mark.parametrize(
    ("path", "text", "role"),
    [
        ("a.js", 'if (a === "x") {}', Role.COMPARED),
        ("a.js", 'if ("x" != a) {}', Role.COMPARED),
        ("a.js", 'switch (a) { case "x": f() }', Role.COMPARED),
        ("a.js", 'a.includes("x")', Role.COMPARED),
        ("a.js", '["x", "y"].includes(a)', Role.COMPARED),
        ("a.java", 'if ("x".equals(a)) {}', Role.COMPARED),
        ("a.go", 'strings.HasPrefix(u, "x")', Role.COMPARED),
        ("a.js", "u.replace(/x/g, y)", Role.COMPARED),
        ("a.js", 'console.log("x")', Role.PRINTED),
        ("a.js", 'throw new TypeError("x")', Role.PRINTED),
        ("a.go", 'fmt.Println("x")', Role.PRINTED),
        ("a.rs", 'println!("x")', Role.PRINTED),
        ("a.java", 'System.out.println("x")', Role.PRINTED),
        ("a.rb", 'raise "x"', Role.PRINTED),
        ("a.php", "echo 'x';", Role.PRINTED),
        ("a.go", 'fmt.Sprintf("x")', Role.VALUE),
        ("a.js", 'login("x")', Role.VALUE),
        ("a.rs", 'assert_eq!(a, "x")', Role.ASSERTED),
        ("a.js", 'expect(a).toBe("x")', Role.ASSERTED),
        ("a.js", 'import a from "x"', Role.IDENTIFIER),
        ("a.go", 'import (\n\t"x"\n)', Role.IDENTIFIER),
        ("a.js", '({ "x": 1 })', Role.KEY),
        ("a.js", 'a ? "x" : "y"', Role.VALUE),
        ("a.js", '({ description: "x" })', Role.DESCRIBED),
        ("a.js", '({ audience: "x" })', Role.IDENTIFIER),
    ],
)
def test_code_roles(path: str, text: str, role: Role) -> None:
    """What the code does with a text."""
    assert only(path, text, "x").role is role


def test_code_callee() -> None:
    """The dotted name of the call stays as written."""
    assert only("a.rb", 'Mixpanel::Tracker.new("x")', "x").callee == "Mixpanel::Tracker.new"


def test_code_groups() -> None:
    """Entries of one literal share a group; statements of a body have none."""
    text = 'function f() { const a = "a"; return { us: "u", eu: "e" } }'
    assert only("a.js", text, "a").group == 0
    assert only("a.js", text, "u").group == only("a.js", text, "e").group > 0


@pytest.mark.parametrize(
    "text",
    [
        "a = b / c; d('x')",
        "r = /[\"'/`]/g; d('x')",
        "s = 'open\nd('x')",
        "<p>it's</p>\nd('x')",
        "t = `a ${b ? `n` : '}'} `; d('x')",
    ],
)
def test_code_goes_on(text: str) -> None:
    """Divisions, expressions, lost quotes and nested templates do not derail the lexer."""
    assert "x" in texts("a.jsx", text)


def test_code_escapes() -> None:
    """An escaped slash is decoded, and the text is not plain."""
    assert not only("a.js", r"a = 'http:\/\/x'", "http://x").text.plain


def test_code_heredoc() -> None:
    """Lines of a heredoc are texts under the name it is given to."""
    assert only("a.rb", "a = <<~EOS\n  x y\nEOS\nb = 'z'", "x y").keys == ("a",)


@pytest.mark.parametrize(
    ("path", "text", "comment"),
    [
        ("a.js", "f('http://x') // why", "// why"),
        ("a.js", "/* why */", "/* why */"),
        ("a.tsx", "<a>http://x</a>", None),
        ("a.rb", "a = 'b#{c}' # why", "# why"),
        ("a.php", "#[Attribute]\nf();", None),
        ("a.lua", "x = 1 -- why", "-- why"),
        ("a.sql", "-- why\nselect 1", "-- why"),
        ("a.css", "/* why */ a { b: c }", "/* why */"),
        ("a.sh", "curl https://x/#/y # why", "# why"),
        ("a.sh", "echo 'a # b'", None),
        ("a.bat", "REM why\nset a=b", "REM why"),
        ("a.vb", "' why\nx = 1", "' why"),
        ("a.md", "text <!-- why -->", "<!-- why -->"),
        ("a.html", "<p><!-- why --></p>", "<!-- why -->"),
        ("notes", "# why\na = b", "# why"),
    ],
)
def test_comments(path: str, text: str, comment: str | None) -> None:
    """Comments are told apart by the language of the file."""
    assert [words for words, _ in comments(path, text)] == ([comment] if comment else [])


def test_comment_above_code() -> None:
    """A comment alone on its line speaks of the next line."""
    assert comments("a.js", "// residency: allow[x] why\ninit(token);\n")[0][1] == "init(token);"


def test_markdown_samples_are_told_from_text() -> None:
    """Fenced and indented code has the fence and its language as keys."""
    text = "See [x](https://y)\n\n```python\nrun()\n```\n\n    indented\n"
    found = [(m.text.text, m.keys, m.role) for m in facts_of("a.md", text).mentions]
    assert found == [
        ("See [x](https://y)", (), Role.PROSE),
        ("run()", ("```", "python"), Role.PROSE),
        ("indented", ("```", ""), Role.PROSE),
    ]


def test_shell_assignments_and_flags() -> None:
    """Assignments and flags are keys of their values; joined lines are one statement."""
    text = "export R=us-east-1\naws --region eu-west-1 \\\n  s3 ls\n"
    assert only("a.sh", text, "us-east-1").keys == ("R",)
    assert only("a.sh", text, "eu-west-1").keys == ("--region",)
    source = Source("a.sh", text.encode())
    assert source.slice(only("a.sh", text, "s3 ls").site.statement) == "aws --region eu-west-1 \\\n  s3 ls"


@pytest.mark.parametrize(("line", "role"), [("echo hi-x", Role.PRINTED), ("echo hi-x > file", Role.VALUE)])
def test_shell_echo(line: str, role: Role) -> None:
    """What is only printed is told from what is written somewhere."""
    assert facts_of("a.sh", line).mentions[0].role is role


def test_html_scripts_are_code() -> None:
    """Scripts are read as code, attributes are values, text is prose."""
    text = '<script src="u">init({host: "x"}) // c\n</script><a href="l">words</a>'
    assert only("a.html", text, "x").keys == ("host",)
    assert only("a.html", text, "u").keys == ("script", "src")
    assert only("a.html", text, "words").role is Role.PROSE
    assert only("a.html", text, "l").role is Role.PROSE


def test_vue_after_the_script() -> None:
    """Texts behind a script are read as markup again."""
    assert only("a.vue", '<script>a = "x"</script><img src="y">', "y").keys == ("img", "src")


def test_plist_keys() -> None:
    """The text of `<key>` leads to the element behind it."""
    assert only("Info.plist", "<dict><key>Region</key><string>us</string></dict>", "us").keys == ("dict", "Region")


@pytest.mark.parametrize("text", ['<add key="K" value="x"/>', '<meta-data android:name="K" android:value="x"/>'])
def test_xml_name_and_value_are_one_pair(text: str) -> None:
    """The value has the name as its last key."""
    assert only("a.xml", text, "x").keys[-1] == "K"


def test_unknown_text_has_keys_where_it_fits() -> None:
    """`key = value` and `key: value` lines have a key, others none."""
    facts = text_mentions(Source("notes", b"a = b\nc: d\nplain words\n"))
    assert [(m.keys, m.text.text) for m in facts.mentions] == [(("a",), "b"), (("c",), "d"), ((), "plain words")]


def test_script_without_suffix() -> None:
    """The first line names the language."""
    assert facts_of("bin/run", "#!/usr/bin/env node\na = 'x'").language == "javascript"


def test_windows_newlines_in_code() -> None:
    """A lost quote does not take the carriage return with it."""
    assert texts("a.js", "a = 'x\r\nb = 'y'\r\n") == ["x", "y"]
