"""Jupyter notebooks → facts: the sources of code cells are code, those of other cells prose, all else is output."""

from __future__ import annotations

from msgspec.structs import replace

from residency_lint.facts import Facts, Mention, Role
from residency_lint.languages.flow import JSON, read_documents
from residency_lint.languages.ledger import Ledger
from residency_lint.source import Source


def read(source: Source) -> Facts:
    ledger = Ledger(source)
    read_documents(ledger, JSON)
    facts = ledger.facts("notebook")
    kind = ""
    mentions: list[Mention] = []
    for mention in facts.mentions:
        if mention.keys == ("cells", "cell_type") and mention.role is not Role.KEY:
            kind = mention.text.text
        elif mention.keys[:2] == ("cells", "source") and mention.role is not Role.KEY:
            mentions += _of_cell(mention, kind)
    return replace(facts, mentions=tuple(mentions))


def _of_cell(mention: Mention, kind: str) -> list[Mention]:
    if kind != "code":
        return [replace(mention, role=Role.PROSE, group=0)]
    line = mention.text.text.strip()
    return [] if line.startswith("#") else [replace(mention, role=_role(line), keys=(), group=0)]


def _role(line: str) -> Role:
    """What a line does that is not a plain statement."""
    return Role.PRINTED if line.startswith(("print(", "print ", '"""', "'''")) else Role.VALUE
