"""Reads Dockerfiles: instructions over several lines, ENV, ARG and LABEL pairs."""

from __future__ import annotations

import re

from residency_lint.facts import Role
from residency_lint.languages.ledger import Draft, Ledger
from residency_lint.languages.lines import add_shell_line, trimmed

_INSTRUCTION = re.compile(r"([A-Za-z]+)\s+")
_PAIR = re.compile(r"(?P<key>\"[^\"\n]*\"|[\w.-]+)=(?P<value>\"[^\"\n]*\"|'[^'\n]*'|(?:\\.|[^\s\\\"'])*)")
_OLD_PAIR = re.compile(r"(?P<key>[\w.-]+)\s+(?P<value>\S.*)")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)")
_PAIRED = frozenset(("ENV", "ARG", "LABEL"))


def read_dockerfile(ledger: Ledger) -> None:
    """Lines joined by a backslash, or by a heredoc, are one statement; each line is read by itself."""
    instruction, block, goes_on, tag, group = "", [], False, "", 0
    for start, end in ledger.lines():
        first, stop = ledger.stripped(start, end)
        text = ledger.text[first:stop]
        if tag:
            block.append((first, stop))
            tag = "" if text == tag else tag
            continue
        if text.startswith("#"):
            ledger.comment(first, stop)
            continue
        if not text:
            continue
        if not goes_on:
            _read_statement(ledger, instruction, block, group)
            found = _INSTRUCTION.match(ledger.text, first, stop)
            instruction, block, group = (found[1].upper() if found else ""), [], ledger.group()
            first = found.end() if found else first
        goes_on = text.endswith(("\\", "`"))
        block.append((first, stop - goes_on))
        heredoc = _HEREDOC.search(text) if instruction in ("RUN", "COPY", "ADD") and "<<" in text else None
        tag = heredoc[1] if heredoc else ""
    _read_statement(ledger, instruction, block, group)


def _read_statement(ledger: Ledger, instruction: str, block: list[tuple[int, int]], group: int) -> None:
    if not block:
        return
    start = ledger.text.rfind("\n", 0, block[0][0]) + 1
    statement = (start, ledger.line_end(block[-1][1]))
    for first, stop in block:
        first, stop = ledger.stripped(first, stop)
        if first == stop:
            continue
        draft = Draft(first, stop, (instruction,) if instruction else (), group, statement=statement)
        if instruction in _PAIRED:
            _read_pairs(ledger, draft)
        elif instruction == "RUN":
            add_shell_line(ledger, draft)
        else:
            ledger.add(draft)


def _read_pairs(ledger: Ledger, draft: Draft) -> None:
    position = draft.start
    role = Role.DESCRIBED if draft.keys == ("LABEL",) else None
    if not _PAIR.match(ledger.text, position, draft.end):
        old = _OLD_PAIR.match(ledger.text, position, draft.end)
        if old:
            value = Draft(*old.span("value"), (*draft.keys, old["key"]), draft.group, role, statement=draft.statement)
            ledger.add(trimmed(ledger, value))
        elif draft.keys != ("ARG",):
            ledger.add(draft)
        return
    for found in _PAIR.finditer(ledger.text, position, draft.end):
        keys = (*draft.keys, found["key"].strip('"'))
        value = Draft(*found.span("value"), keys, draft.group, role, statement=draft.statement)
        ledger.add(trimmed(ledger, value))
