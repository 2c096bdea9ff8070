"""Bytes to text and back, with places that hold."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residency_lint.decoding import source_of
from residency_lint.skips import Skip
from residency_lint.source import Source

LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
COOKIES = ["utf-8", "latin-1", "cp1252", "koi8-r", "shift_jis", "euc_jp", "gb18030", "big5hkscs", "utf-7", "iso2022_jp"]


def source(path: str, data: bytes) -> Source:
    found = source_of(path, data)
    assert isinstance(found, Source), found
    return found


def assert_places_hold(found: Source) -> None:
    """Every character has its own bytes, and every byte offset leads back to it."""
    text = found.text
    assert found.data[: found.bom] + text.encode(found.encoding) == found.data
    for index in range(len(text)):
        span = found.span(index, index + 1)
        assert found.slice(span) == text[index]
        assert found.character(span.start) == index
        line, column = found.place(span.start)
        assert found.line(line)[column - 1 : column] in (text[index], "")
    assert found.span(0, len(text)).end == len(found.data)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.booleans())
def test_places_in_utf_8(text: str, has_mark: bool) -> None:
    """With and without a byte order mark, whatever the newlines."""
    assert_places_hold(source("a.txt", (codecs.BOM_UTF8 if has_mark else b"") + text.encode()))


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.sampled_from(["le", "be"]))
def test_places_in_utf_16(text: str, order: str) -> None:
    """Transcoded by its byte order mark."""
    found = source("a.txt", ("\ufeff" + text).encode(f"utf-16-{order}"))
    assert (found.text, found.encoding) == (text, f"utf-16-{order}")
    assert_places_hold(found)


@given(st.binary().filter(lambda data: b"\0" not in data and not data.startswith((b"\xff\xfe", b"\xfe\xff"))))
def test_places_in_any_bytes(data: bytes) -> None:
    """What is no UTF-8 is read byte for byte."""
    assert_places_hold(source("a.txt", data))


@given(st.sampled_from(COOKIES), st.text(alphabet="aé~\\中文жя+Ê̄\n", max_size=20), LINE_ENDS)
def test_places_in_declared_encodings(encoding: str, text: str, newline: str) -> None:
    """Also in those whose text does not turn back into the same bytes: they are read byte for byte."""
    lines = (f"# coding: {encoding}\n" + text).replace("\n", newline)
    assert_places_hold(source("a.py", lines.encode(encoding, "ignore")))


@pytest.mark.parametrize(
    ("first", "encoding"),
    [
        (b"# -*- coding: latin-1 -*-\n", "iso8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252"),
        (b"\n# coding=ISO-8859-15\n", "iso8859-15"),
        (b"# coding: latin-1-unix\r\n", "iso8859-1"),
        (b"\f # coding: latin-1\r", "iso8859-1"),
    ],
)
def test_python_says_its_encoding(first: bytes, encoding: str) -> None:
    """In one of its first two lines (PEP 263)."""
    assert source("a.py", first + b"x = '\xe9'\n").encoding == encoding


@pytest.mark.parametrize(
    "first", [b"x = 1 # coding: cp1252\n", b"\n\n# coding: cp1252\n", b"x = 1\n# coding: cp1252\n"]
)
def test_where_python_does_not_look_for_it(first: bytes) -> None:
    """After code, or in the third line."""
    assert source("a.py", first + b"x = '\xe9'\n").encoding == "latin-1"


def test_only_python_says_its_encoding() -> None:
    """A comment of another language means nothing."""
    assert source("a.sh", b"# coding: cp1252\n\xe9").encoding == "latin-1"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"# coding: utf-8\nx = '\xe9'\n", "declares encoding utf-8, but byte 21 (0xe9) is not"),
        (b"# coding: ascii\n\xc3\xa9", "declares encoding ascii, but byte 16 (0xc3) is not"),
        (b"# coding: klingon\n", "declares encoding klingon, but Python knows no text encoding of that name"),
        (b"# coding: hex\n", "declares encoding hex, but Python knows no text encoding of that name"),
        (
            codecs.BOM_UTF8 + b"# coding: cp1252\n",
            "declares encoding cp1252, but starts with the byte order mark of UTF-8",
        ),
    ],
)
def test_false_declarations(data: bytes, reason: str) -> None:
    """Python would refuse the file; so what it says is not known."""
    assert source_of("a.py", data) == Skip("a.py", reason)


@pytest.mark.parametrize("encoding", ["utf-7", "unicode_escape", "idna", "punycode", "cp037", "utf-16", "iso2022_jp"])
def test_encodings_that_edits_could_damage(encoding: str) -> None:
    """They are read byte for byte."""
    assert source("a.py", f"# coding: {encoding}\n".encode() + b"x = '\x1b$B%\"%\"\x1b(B'\n").encoding == "latin-1"


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfe\xff", codecs.BOM_UTF32_LE + "a".encode("utf-32-le")])
def test_binary_files(data: bytes) -> None:
    """They are counted, and fail nothing."""
    found = source_of("a", data)
    assert isinstance(found, Skip)
    assert not found.fatal
