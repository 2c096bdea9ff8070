"""A file's bytes → its `Source`, with the encoding that turns them into text and back."""

from __future__ import annotations

import codecs
import re

from residency_lint.skips import Skip
from residency_lint.source import Source

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"[ \t\f]*(#|$)")
_ASCII = bytes(range(128))
_ESCAPES = ("unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape", "idna", "punycode")
_BYTE_FOR_BYTE = "latin-1"


def source_of(path: str, data: bytes) -> Source | Skip:
    """The source of a file; a Skip if it is binary, or if it is Python and declares an encoding that is not true.

    Python by PEP 263; UTF-16 by its byte order mark; else UTF-8; else Latin-1, byte for byte, which keeps every host
    and every offset. Latin-1 too where text in the declared encoding would not turn back into the same bytes (UTF-7,
    ISO-2022, EBCDIC): non-ASCII characters are then shown wrong, but an edit cannot damage the file.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf_16(path, data)
    if b"\0" in data:
        return Skip(path, "binary: it holds NUL bytes", fatal=False)
    declared = _declared(data) if path.lower().endswith((".py", ".pyi", ".pyw")) else ""
    if declared:
        return _as_declared(path, data, declared)
    return Source(path, data, "utf-8" if _is_in(data, "utf-8") else _BYTE_FOR_BYTE)


def _utf_16(path: str, data: bytes) -> Source | Skip:
    encoding = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    try:
        text = data[2:].decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    # Also UTF-32, whose mark begins with that of UTF-16.
    return Skip(path, "binary: it is not UTF-16", fatal=False) if "\0" in text else Source(path, data, encoding)


def _declared(data: bytes) -> str:
    """The encoding named in the first line, or in the second if the first is blank or a comment; as PEP 263 says."""
    for line in re.split(rb"\r\n|\n|\r", data.removeprefix(codecs.BOM_UTF8)[:4096], maxsplit=2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie:
            return cookie[1].decode()
        if not _BLANK.match(line):
            break
    return ""


def _as_declared(path: str, data: bytes, declared: str) -> Source | Skip:
    encoding = _normal_name(declared)
    try:
        is_plain = encoding not in _ESCAPES and _ASCII.decode(encoding) == _ASCII.decode("ascii")
    except UnicodeError:
        is_plain = False
    except LookupError:
        return Skip(path, f"declares encoding {declared}, but Python knows no text encoding of that name")
    if data.startswith(codecs.BOM_UTF8) and encoding != "utf-8":
        return Skip(path, f"declares encoding {declared}, but starts with the byte order mark of UTF-8")
    if not is_plain:
        return Source(path, data, _BYTE_FOR_BYTE)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return Skip(path, f"declares encoding {declared}, but byte {error.start} ({data[error.start]:#04x}) is not")
    except UnicodeError:
        return Skip(path, f"declares encoding {declared}, but is not in it")
    return Source(path, data, encoding if _returns(text, data, encoding) else _BYTE_FOR_BYTE)


def _normal_name(declared: str) -> str:
    """Python's name; like the compiler, it takes the endings that Emacs writes (`utf-8-unix`)."""
    name = declared.lower().replace("_", "-")
    if re.fullmatch(r"utf-8(-.*)?", name):
        return "utf-8"
    if re.fullmatch(r"(latin-1|iso-8859-1|iso-latin-1)(-.*)?", name):
        return "iso8859-1"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name


def _returns(text: str, data: bytes, encoding: str) -> bool:
    """Whether every character by itself becomes its bytes again, which offsets rest on."""
    if encoding in ("utf-8", "ascii", "iso8859-1"):
        return True
    try:
        return b"".join(character.encode(encoding) for character in text) == data
    except UnicodeError:
        return False


def _is_in(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
