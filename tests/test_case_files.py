"""How case files are read and rewritten."""

import pytest

from tests.case_files import Marker, sections, updated

HEAD = '# All\n\n```toml policy\nregion = "eu"\n```\n\n'


def test_markers_are_stripped() -> None:
    text = f'{HEAD}## One\n\n```py\na = 1  # keep  # error: [v/r] "words"; note: [v/s]\nb = 2\n```\n'
    (section,) = sections("x.md", text)
    assert section.texts() == {"example.py": "a = 1  # keep\nb = 2\n"}
    assert section.markers() == [
        Marker("example.py", 1, "error", "v/r", "words"),
        Marker("example.py", 1, "note", "v/s", ""),
    ]


@pytest.mark.parametrize("sign", ["# {}", "// {}", "; {}", "-- {}", "<!-- {} -->", "/* {} */"])
def test_any_comment_sign_holds_a_marker(sign: str) -> None:
    (section,) = sections("x.md", f"{HEAD}## One\n\n```txt\nx  {sign.format('error: [v/r]')}\n```\n")
    assert section.texts() == {"example.txt": "x\n"}
    assert section.markers() == [Marker("example.txt", 1, "error", "v/r", "")]


def test_a_policy_holds_below_its_heading_and_no_further() -> None:
    inner = '## Two\n\n```toml policy\nregion = "us"\n```\n\n### Three\n\n```py\n```\n\n'
    found = sections("x.md", f"{HEAD}## One\n\n```py\n```\n\n{inner}## Four\n\n```py\n```\n")
    assert [(section.title, section.policy) for section in found] == [
        ("One", 'region = "eu"\n'),
        ("Three", 'region = "us"\n'),
        ("Four", 'region = "eu"\n'),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# One\n\n```py\n```\n",
        f"{HEAD}## One\n\n```py\nx = 1\n",
        f"{HEAD}## One\n\n```cobol\n```\n",
        f"{HEAD}## One\n\n```py\n```\n\n```py\n```\n",
        f"{HEAD}## One\n\n```py wrong\n```\n",
        f"{HEAD}## One\n\n```py\nx = 1  # error: [v/r] words\n```\n",
    ],
    ids=["no policy", "open fence", "no name", "one name twice", "unknown word", "broken marker"],
)
def test_what_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        sections("x.md", text)


def test_updating_adds_changes_and_removes_fixed_fences_only() -> None:
    text = f"{HEAD}## One\n\n```py\na = 1\n```\n\nProse.\n"
    (section,) = sections("x.md", text)
    added = updated(text, section, {"example.py": "a = 2\n"}, {"example.py": "a = 3\n"})
    fences = "```py fixed\na = 2\n```\n\n```py fixed unsafe\na = 3\n```\n"
    assert added == f"{HEAD}## One\n\n```py\na = 1\n```\n\n{fences}\nProse.\n"
    (section,) = sections("x.md", added)
    assert updated(added, section, {"example.py": "a = 1\n"}, {"example.py": "a = 1\n"}) == text
