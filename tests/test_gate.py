"""Which files could hold anything the policy forbids, and how they are read."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residency_lint.gate import Gate, read_bytes
from residency_lint.skips import Skip

SMALL = st.text(alphabet="abAB.é", max_size=4)


@given(st.lists(SMALL, max_size=5), st.text(alphabet="abAB.é", max_size=40), st.integers(1, 9))
def test_gate_says_what_a_plain_search_says(atoms: list[str], text: str, chunk: int) -> None:
    """In one piece or in many."""
    data = text.encode()
    expected = any(atom and atom.encode().lower() in data.lower() for atom in atoms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("residency_lint.gate._CHUNK", chunk)
        assert Gate(atoms).is_candidate(data) is expected


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_searched_as_text(encoding: str) -> None:
    """With a byte order mark, as editors on Windows write it."""
    data = "\ufeffurl = API.example.com".encode(encoding)
    assert Gate(["api.example.com"]).is_candidate(data)
    assert not Gate(["api.example.org"]).is_candidate(data)


def test_broken_utf_16_is_searched_all_the_same() -> None:
    """As far as it goes."""
    assert Gate(["host"]).is_candidate("\ufeffhost".encode("utf-16-le") + b"\x00\xd8\x00")


def test_atom_across_pieces() -> None:
    """A text that lies on the border of two pieces is found."""
    for start in range((1 << 15) - 12, (1 << 15) + 2):
        assert Gate(["example.com", "x"]).is_candidate(b" " * start + b"example.com")


def test_bytes_are_untouched(tmp_path: Path) -> None:
    """Newlines and the end-of-file character of DOS included."""
    path = tmp_path / "a"
    for data in (b"", b"a\r\nb\x1a\n\xff", b"x" * 300_000):
        path.write_bytes(data)
        assert read_bytes(str(path)) == data


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nor any other thing that is no file."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert read_bytes(str(path)) == Skip(str(path), "cannot be read: not a regular file")
    assert read_bytes("/dev/zero") == Skip("/dev/zero", "cannot be read: not a regular file")
    assert isinstance(read_bytes(str(tmp_path)), Skip)


def test_missing_file(tmp_path: Path) -> None:
    """It may be gone since it was listed."""
    path = str(tmp_path / "gone")
    assert read_bytes(path) == Skip(path, "cannot be read: No such file or directory")


def test_too_large_a_file_is_reported(tmp_path: Path) -> None:
    """Exactly the largest size is read."""
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    assert read_bytes(str(path), largest=10) == b"x" * 10
    assert read_bytes(str(path), largest=9) == Skip(str(path), "larger than 9 bytes; exclude it")


def test_file_that_hides_its_size() -> None:
    """Files of /proc say that they are empty."""
    path = "/proc/self/status"
    if os.path.exists(path):
        assert b"Name:" in bytes(read_bytes(path))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        "import segment",
        "import os, segment",
        "import os as system, sys; import segment as tracking",
        "    from segment.analytics import Client",
        "try: import segment",
        'importlib.import_module("segment")',
        'CLIENT = "segment.analytics.Client"',
        ' "import segment\\n",',
    ],
)
def test_module_that_is_imported(line: str) -> None:
    """Also in a notebook."""
    assert Gate([], modules=["segment"]).look(f"x = 1\n{line}\n".encode()) == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        "    from . import segment  # lazily",
        "from lib import segment",
        "from lib.segment import Client",
        "import lib.segment",
        "    segment,",
        "    segment as tracking, other",
    ],
)
def test_module_that_another_one_hands_on(line: str) -> None:
    """Also within the parentheses of an import."""
    assert Gate([], modules=["segment"]).look(f"x = 1\n{line}\n".encode()) == {"segment"}


@pytest.mark.parametrize(
    "line", ["segment = 1", "for segment in stream:", "x = segment.end", "# a segment of it", 'KIND = "segment"']
)
def test_module_whose_name_is_a_word_of_the_program(line: str) -> None:
    """Nothing that concerns the module."""
    assert not Gate([], modules=["segment"]).is_candidate(f"x = 1\n{line}\n".encode())
