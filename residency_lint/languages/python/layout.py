"""Where further text goes in Python source, laid out like what stands there."""

from __future__ import annotations

import re

import libcst as cst

from residency_lint.fixes import Slot
from residency_lint.source import Source, Span

_COMMENT = re.compile(rb"(?:[ \t]*#[^\r\n]*)?")
_NEWLINE = re.compile(rb"\r\n|\n|\r")


def argument_slot(node: cst.Call, call: Span, last_value: Span, data: bytes) -> Slot:
    """After the last argument (`last_value`: its value without parentheses), on a line of its own if that one is."""
    if not node.args:
        return Slot(Span(call.end - 1, call.end - 1))
    last = node.args[-1]
    end = last_value.end
    for _ in getattr(last.value, "rpar", ()):
        end = data.index(b")", end) + 1
    line_start = data.rfind(b"\n", 0, last_value.start) + 1
    lead = data[line_start : last_value.start]
    keyword = f"{last.keyword.value}=".encode() if last.keyword is not None else b""
    if line_start <= call.start or lead.strip(b" \t*") not in (b"", keyword):
        return Slot(Span(end, end), before=", ")
    indent = _indent(lead)
    if isinstance(last.comma, cst.Comma):
        end = _COMMENT.match(data, data.index(b",", end) + 1).end()  # type: ignore[union-attr]
        return Slot(Span(end, end), before=_newline_before(line_start, data) + indent, after=",")
    return Slot(Span(end, end), before="," + _newline_before(line_start, data) + indent)


def import_slot(last_name: Span, data: bytes) -> Slot:
    """After the last name of a `from` import."""
    line_start = data.rfind(b"\n", 0, last_name.start) + 1
    lead = data[line_start : last_name.start]
    before = ", " if lead.strip() or not lead else "," + _newline_before(line_start, data) + lead.decode("ascii")
    return Slot(Span(last_name.end, last_name.end), before=before)


def statement_slot(statement: Span, source: Source) -> Slot:
    """On a line after a statement, with the statement's indentation."""
    data = source.data
    start = max(data.rfind(b"\n", 0, statement.start), data.rfind(b"\r", 0, statement.start)) + 1
    lead = data[max(start, source.bom) : statement.start]
    line_end = _NEWLINE.search(data, statement.end)
    newline = line_end.group().decode() if line_end else newline_of(data)
    end = line_end.start() if line_end else len(data)
    return Slot(Span(end, end), before=newline + _indent(lead))


def newline_of(data: bytes) -> str:
    """The newline that a file uses first."""
    found = _NEWLINE.search(data)
    return found.group().decode() if found else "\n"


def _indent(lead: bytes) -> str:
    return lead[: len(lead) - len(lead.lstrip())].decode("ascii")


def _newline_before(line_start: int, data: bytes) -> str:
    return "\r\n" if data[line_start - 2 : line_start] == b"\r\n" else "\n"
