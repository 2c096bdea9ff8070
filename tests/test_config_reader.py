"""Configuration files: values with their key paths, comments told apart."""

from __future__ import annotations

import pytest

from residency_lint.facts import Facts, Mention, Role
from residency_lint.languages import reader_for
from residency_lint.source import Source


def facts_of(path: str, text: str) -> Facts:
    source = Source(path, text.encode())
    return reader_for(path)[1](source)


def values(path: str, text: str) -> dict[tuple[str, ...], str]:
    """Key path → text of the values that are no keys."""
    return {m.keys: m.text.text for m in facts_of(path, text).mentions if m.role is not Role.KEY}


def only(path: str, text: str, wanted: str) -> Mention:
    return next(m for m in facts_of(path, text).mentions if m.text.text == wanted)


def comments(path: str, text: str) -> list[tuple[str, str]]:
    source = Source(path, text.encode())
    found = reader_for(path)[1](source).comments
    return [(comment.text, source.slice(comment.statement)) for comment in found]


def test_yaml_values_have_their_key_path() -> None:
    """Nested mappings give the keys, outermost first."""
    assert values("a.yaml", "a:\n  b:\n    c: us-east-1\n") == {("a", "b", "c"): "us-east-1"}


def test_yaml_keys_are_mentions_of_their_own() -> None:
    """A region used as a key is seen as a key."""
    mention = only("a.yaml", "Mappings:\n  us-east-1:\n    AMI: x\n", "us-east-1")
    assert (mention.role, mention.keys) == (Role.KEY, ("Mappings",))


@pytest.mark.parametrize("text", ["l:\n- a\n- b\nm: c\n", "l:\n  - a\n  - b\nm: c\n", "l: [a, b]\nm: c\n"])
def test_yaml_items_of_a_list_share_a_group(text: str) -> None:
    """Siblings share a positive group and other containers have another."""
    first, second, other = (only("a.yaml", text, word) for word in ("a", "b", "c"))
    assert first.group == second.group > 0
    assert first.group != other.group
    assert (first.keys, other.keys) == (("l",), ("m",))


def test_yaml_lists_of_lists() -> None:
    """Dashes may follow each other on a line."""
    assert values("a.yaml", "l:\n  - - a\n") == {("l",): "a"}


def test_yaml_documents_start_anew() -> None:
    """Nothing of one document leads to a value of the next."""
    assert values("a.yaml", "a:\n  b: x\n---\nc: y\n") == {("a", "b"): "x", ("c",): "y"}


def test_yaml_comment_behind_a_value() -> None:
    """A comment on a line belongs to that line."""
    assert comments("a.yaml", "a:\n  b: us # residency: allow[x] why\n") == [
        ("# residency: allow[x] why", "  b: us # residency: allow[x] why")
    ]


def test_yaml_comment_alone_on_its_line() -> None:
    """A comment alone belongs to the next statement, past other comments and empty lines."""
    assert [statement for _, statement in comments("a.yaml", "# one\n\n  # two\na: b\nc: d\n")] == ["a: b", "a: b"]


@pytest.mark.parametrize("value", ["https://x/#/y", '"a # b"', "'a # b'"])
def test_yaml_number_sign_that_starts_no_comment(value: str) -> None:
    """A fragment and a quoted number sign stay in the value."""
    assert values("a.yaml", f"a: {value}\n") == {("a",): value.strip("\"'")}
    assert comments("a.yaml", f"a: {value}\n") == []


def test_yaml_name_and_value_are_one_pair() -> None:
    """The value of a Kubernetes variable has the variable's name as its last key, whichever comes first."""
    text = "env:\n- name: A\n  value: x\n- value: y\n  name: B\n"
    found = values("a.yaml", text)
    assert (found["env", "A"], found["env", "B"]) == ("x", "y")


def test_yaml_compose_environment_entries() -> None:
    """`- K=V` under `environment` is a value behind its name."""
    source = Source("a.yml", b"environment:\n  - REGION=us-east-1\n")
    mention = next(m for m in reader_for("a.yml")[1](source).mentions if m.keys == ("environment", "REGION"))
    assert source.slice(mention.text.span) == mention.text.text == "us-east-1"


def test_yaml_tags_and_anchors_are_no_part_of_a_value() -> None:
    """`!Sub` and `&name` are left out, templates stay."""
    assert values("a.yaml", "a: !Sub 'arn:${AWS::Region}'\nb: &x us\nc: *x\n") == {
        ("a",): "arn:${AWS::Region}",
        ("b",): "us",
    }


def test_yaml_block_scalar_lines() -> None:
    """Each line is a mention under the key; settings in it have their own key."""
    assert values("a.yaml", "data: |\n  host=https://x\n  plain words\nnext: y\n") == {
        ("data", "host"): "https://x",
        ("data",): "plain words",
        ("next",): "y",
    }


def test_yaml_script_has_comments_and_flags() -> None:
    """Under a key that names a script `#` starts a comment, and a flag is the key of its value."""
    text = "run: |\n  # why\n  aws --region us-east-1 s3\n"
    assert values("a.yaml", text)["run", "--region"] == "us-east-1"
    assert comments("a.yaml", text) == [("# why", "  aws --region us-east-1 s3")]


def test_yaml_number_sign_in_other_blocks_is_text() -> None:
    """A block under an ordinary key has no comments."""
    assert comments("a.yaml", "data: |\n  # title\n") == []


def test_yaml_block_is_the_statement_below_a_comment() -> None:
    """A comment above a block scalar speaks of all its lines."""
    assert comments("a.yaml", "# why\nrun: |\n  a\n  b\nx: y\n")[0][1] == "run: |\n  a\n  b"


def test_yaml_templates_that_are_no_yaml() -> None:
    """Helm's lines and quotes in quotes do not derail the reader."""
    text = '{{- if .Values.x }}\na: "{{ printf "%s" .x }}"\n{{- end }}\nb: us\n'
    assert values("a.yaml", text)[("b",)] == "us"


def test_yaml_flow_over_several_lines() -> None:
    """Braces may hold lines, comments and quotes."""
    text = "a: {b: http://x:80/y,  # why\n  'c': [\"d\"]}\ne: f\n"
    assert values("a.yaml", text) == {("a", "b"): "http://x:80/y", ("a", "c"): "d", ("e",): "f"}


def test_yaml_quoted_text_over_several_lines() -> None:
    """A quoted text goes on to its closing quote."""
    assert values("a.yaml", 'a: "x\n  y"\nb: z\n') == {("a",): "x\n  y", ("b",): "z"}


def test_yaml_lost_quote_ends_with_its_line() -> None:
    """What follows an unclosed quote is read as usual."""
    assert values("a.yaml", 'a: "x\nb: "y"\n')[("b",)] == "y"


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("Description", Role.DESCRIBED),
        ("_comment", Role.DESCRIBED),
        ("AllowedValues", Role.LISTED),
        ("valid_regions", Role.LISTED),
        ("Content-Security-Policy", Role.PERMITTED),
        ("connect-src", Role.PERMITTED),
        ("audience", Role.IDENTIFIER),
        ("$schema", Role.IDENTIFIER),
        ("schema", Role.VALUE),
        ("allowed_principals", Role.VALUE),
        ("region", Role.VALUE),
    ],
)
def test_keys_give_roles(key: str, role: Role) -> None:
    """The last keys say what a value is for."""
    assert only("a.json", f'{{"{key}": ["wanted"]}}', "wanted").role is role


def test_json_escapes_are_decoded() -> None:
    """A decoded text is not plain and says what it means."""
    mention = only("a.json", r'{"a": "https:\/\/x\u002ey"}', "https://x.y")
    assert not mention.text.plain


def test_json_lone_surrogate() -> None:
    """Half a character becomes the replacement character, which can be written."""
    assert only("a.json", r'["a\ud800b \ud83d\ude00"]', "a\ufffdb \U0001f600")


@pytest.mark.parametrize("path", ["tsconfig.json", ".eslintrc", "a.jsonc", "a.json5"])
def test_json_with_comments(path: str) -> None:
    """Comments in JSON are tolerated, and addresses are none."""
    text = '{\n  // one\n  "a": "http://x", /* two */\n  b: "y",\n}\n'
    assert values(path, text) == {("a",): "http://x", ("b",): "y"}
    assert [words for words, _ in comments(path, text)] == ["// one", "/* two */"]


def test_eslintrc_in_yaml() -> None:
    """A configuration file without braces is YAML."""
    assert values(".eslintrc", "env:\n  a: b\n") == {("env", "a"): "b"}


def test_json_nested_deeply() -> None:
    """Depth costs nothing; only the innermost keys are kept."""
    mention = only("a.json", '{"a":' * 20_000 + '"x"' + "}" * 20_000, "x")
    assert set(mention.keys) == {"a"}


def test_json_short_numbers_are_left_out() -> None:
    """Account ids are kept, coordinates are not."""
    assert values("a.json", '{"a": 338661164609, "b": 12, "c": true}') == {("a",): "338661164609", ("c",): "true"}


def test_hcl_blocks_and_attributes() -> None:
    """Block types and labels lead to a value."""
    text = 'resource "aws_x" "n" {\n  region = "us-east-1" # why\n}\n'
    assert values("a.tf", text) == {("resource", "aws_x", "n", "region"): "us-east-1"}
    assert comments("a.tf", text) == [("# why", '  region = "us-east-1" # why')]


def test_hcl_maps_and_lists() -> None:
    """Map keys are keys; items of a list share a group."""
    text = 'm = {\n  us-east-1 = "a"\n  "eu" : "b"\n}\nl = [\n  "c",\n  "d"\n]\n'
    assert values("a.tfvars", text)["m", "us-east-1"] == "a"
    assert values("a.tfvars", text)["m", "eu"] == "b"
    assert only("a.tfvars", text, "c").group == only("a.tfvars", text, "d").group


def test_hcl_templates_stay() -> None:
    """Quotes inside a template do not end the text."""
    assert values("a.tf", 'a = "${lookup(var.m, "k")}/z"\n') == {("a",): '${lookup(var.m, "k")}/z'}


def test_hcl_comparison() -> None:
    """A text that is compared is told from those that are chosen."""
    text = 'a = var.r == "us" ? "b" : "c"\n'
    assert only("a.tf", text, "us").role is Role.COMPARED
    assert only("a.tf", text, "c").role is Role.VALUE


def test_hcl_validation() -> None:
    """A list that a value is looked up in selects nothing."""
    assert only("a.tf", 'x = contains(["us"], var.r)\n', "us").role is Role.COMPARED


def test_hcl_heredoc() -> None:
    """Lines of a heredoc are mentions under the attribute."""
    assert values("a.tf", 'a = <<-EOT\n  x\n  EOT\nb = "y"\n') == {("a",): "x", ("b",): "y"}


def test_toml() -> None:
    """Tables, dotted keys, arrays and inline tables make the key path."""
    text = '[tool.x]\na.b = "c" # why\nl = [\n  "d", # e\n]\nt = { k = "v" }\n'
    assert values("a.toml", text) == {
        ("tool", "x", "a", "b"): "c",
        ("tool", "x", "l"): "d",
        ("tool", "x", "t", "k"): "v",
    }
    assert [words for words, _ in comments("a.toml", text)] == ["# why", "# e"]


def test_ini_goes_on_with_indented_lines() -> None:
    """An indented line belongs to the key before it; `;` starts a comment."""
    mentions = facts_of("a.ini", "[s]\nhosts = a ; why\n  b\n").mentions
    assert [(m.keys, m.text.text) for m in mentions if m.role is not Role.KEY] == [
        (("s", "hosts"), "a"),
        (("s", "hosts"), "b"),
    ]


def test_properties() -> None:
    """Escapes are decoded, `!` starts a comment, `#` in a value does not."""
    assert values("a.properties", "! why\nurl=https\\://x #1\n") == {("url",): "https://x #1"}


@pytest.mark.parametrize("path", [".env", ".env.example", "prod.env", ".env.local"])
def test_env(path: str) -> None:
    """`export`, quotes, empty values and comments behind values."""
    text = "export A=\"x # y\" # why\nB=\nC='z'\nD=http://h/#f\n"
    assert values(path, text) == {("A",): "x # y", ("B",): "", ("C",): "z", ("D",): "http://h/#f"}


def test_dockerfile_pairs() -> None:
    """ENV knows both forms, over several lines, as one statement."""
    text = 'FROM a/b:c\nENV A=x \\\n    B="y z"\nENV OLD some words\nARG C=d\n'
    assert values("Dockerfile", text) == {
        ("FROM",): "a/b:c",
        ("ENV", "A"): "x",
        ("ENV", "B"): "y z",
        ("ENV", "OLD"): "some words",
        ("ARG", "C"): "d",
    }
    source = Source("Dockerfile", text.encode())
    assert source.slice(only("Dockerfile", text, "y z").site.statement) == 'ENV A=x \\\n    B="y z"'


def test_dockerfile_label_describes() -> None:
    """A label sends nothing."""
    assert only("docker/Dockerfile.ui", "LABEL url=http://x\n", "http://x").role is Role.DESCRIBED


def test_nginx() -> None:
    """A directive is the key of its arguments; a header's name is the second key."""
    text = 'location / {\n  proxy_pass https://x/; # why\n  proxy_set_header Host "x";\n}\n'
    found = values("nginx.conf", text)
    assert found[("proxy_pass",)] == "https://x/"
    assert found["proxy_set_header", "Host"] == "x"
    assert comments("nginx.conf", text) == [("# why", "  proxy_pass https://x/; # why")]


def test_nginx_security_policy() -> None:
    """A header that permits is told apart."""
    text = 'server {\n add_header Content-Security-Policy "connect-src x";\n}\n'
    assert only("a.conf", text, "connect-src x").role is Role.PERMITTED


def test_windows_newlines() -> None:
    """A carriage return belongs to no value and no statement."""
    source = Source("a.yaml", b"a: b # c\r\nd: e\r\n")
    facts = reader_for("a.yaml")[1](source)
    assert [m.text.text for m in facts.mentions] == ["a", "b", "d", "e"]
    assert source.slice(facts.comments[0].statement) == "a: b # c"


@pytest.mark.parametrize("path", ["a.yaml", "a.properties", "a.ini", ".env"])
def test_byte_order_mark_and_no_final_newline(path: str) -> None:
    """Spans count the mark; the last line needs no newline."""
    sign = ":" if path == "a.yaml" else "="
    source = Source(path, b"\xef\xbb\xbf" + f"k{sign} é-us-east-1".encode())
    mention = reader_for(path)[1](source).mentions[-1]
    assert source.slice(mention.text.span) == mention.text.text == "é-us-east-1"


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/values.yaml.tmpl", "yaml"),
        ("docker/Dockerfile.ui", "dockerfile"),
        ("Pipfile.lock", "json"),
        ("src/.env.template", "env"),
        ("requirements-dev.txt", "text"),
        ("README", "prose"),
        ("Makefile", "shell"),
        ("C:\\x\\a.TF", "hcl"),
        ("no-suffix", "text"),
    ],
)
def test_languages_by_name(path: str, language: str) -> None:
    """A name says the language."""
    assert reader_for(path)[0] == language


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/a.yaml", True),
        ("a/__tests__/b.js", True),
        ("a.test.js", True),
        ("a_test.go", True),
        ("FooTest.java", True),
        ("src/latest/contest.yaml", False),
        ("src/testing_ground.yaml", False),
    ],
)
def test_tests_by_path(path: str, expected: bool) -> None:
    """Folder and file names mark a test."""
    assert facts_of(path, "x").is_test is expected
