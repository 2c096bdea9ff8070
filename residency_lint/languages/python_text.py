"""Reads Python that cannot be parsed: a lexer that tells texts from comments and notes names beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec import Struct

from residency_lint.facts import Facts, Role
from residency_lint.languages.ledger import Draft, Ledger
from residency_lint.languages.scalars import unescaped
from residency_lint.source import Source

_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)|(?P<text>[rRuUbBfFtT]{0,3}(?:\"\"\"|'''|\"|'))|(?P<word>\w+)|(?P<open>[\[({])|(?P<close>[\])}])"
    r"|(?P<joined>\\[ ]?\n)|(?P<newline>\n)|(?P<operator>[-+*/%@&|^~<>=!]+|[.:,;])|."
)
_INSIDE = {
    quote: re.compile(r"\\[\s\S]|" + re.escape(quote) + ("" if len(quote) == 3 else r"|\n"))
    for quote in ('"', "'", '"""', "'''")
}
_WORD_OPERATORS = frozenset(("and", "or", "not", "in", "is", "if", "else", "lambda", "await"))
_KEY = re.compile(
    r"([A-Za-z_][\w.]*)\s*(?::\s*[\w.\[\], |]{1,60})?=\s*\(?\s*$|[\"']([^\"'\n]{1,80})[\"']\s*:\s*\(?\s*$"
)
_ITEM = re.compile(r"\[\s*[\"']([^\"'\n]{1,80})[\"']\s*\]\s*=\s*$")
_COMPARED = re.compile(r"(?:[=!]=|<>|\bin|\bis|\bnot|\.(?:startswith|endswith|find|index|count)\()\s*$")
_COMPARED_AFTER = re.compile(r"\s*(?:[=!]=|<>|(?:not\s+)?in\b)")
_CALLEE = re.compile(r"([A-Za-z_][\w.]*)\s*\(\s*$")
_PRINTING = re.compile(
    r"(?:print|raise|assert|warn)\b|(?:[\w.]*\.)?(?:log(?:ger|ging)?|LOG(?:GER)?)\.\w+\s*\(|warnings\.warn"
)
_WINDOW = 160


def read_refused(source: Source, reason: str) -> Facts:
    """The texts and comments of a Python file that no parser takes; the facts' note says why."""
    ledger = Ledger(source)
    for line in _logical_lines(ledger):
        _add_texts(ledger, line)
    return ledger.facts("python", f"read as text: {reason}")


class Outline(Struct, frozen=True):
    """A Python file from afar. Strings and comments do not count; commas, colons and the `=` of an assignment are no
    operators, attribute dots are. A chain of `elif` is nesting."""

    depth: int
    """The deepest nesting of brackets in one logical line."""
    operators: int
    """The most operators in one."""
    statements: tuple[int, ...]
    """Where the statements of the module begin, with their decorators."""


def outline(text: str) -> Outline:
    """What can be told of a file before it is parsed. LibCST's native parser ends the process from about 1,400 nested
    brackets or a very long chain of operators."""
    depth = deepest = operators = most = 0
    branches: dict[int, int] = {}
    statements: list[int] = []
    is_decorated = False
    previous = "newline"
    for kind, start, end in _tokens(text):
        if previous == "newline" and depth == 0 and kind not in _NO_CODE and text[start - 1 : start] in _LINE_BEFORE:
            if not is_decorated and text[start:end] not in _FURTHER_BRANCHES:
                statements.append(start)
            is_decorated = text[start] == "@"
        if kind == "open":
            depth += 1
            # `a[0][0]`, `a()()`: each is a step of a chain, as an attribute is.
            operators += previous == "close"
            deepest = max(deepest, depth)
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "newline" and depth == 0:
            operators = 0
        elif kind == "operator":
            # A run such as `-----` is one token here and as many operators.
            operators += end - start if text[start:end] not in ("=", ",", ":", ";") else 0
        elif kind == "word":
            operators += text[start:end] in _WORD_OPERATORS
            if previous == "newline" and depth == 0:
                deepest = max(deepest, _branch(branches, start - text.rfind("\n", 0, start), text[start:end]))
        most = max(most, operators)
        previous = kind
    return Outline(deepest, most, tuple(statements))


_NO_CODE = frozenset(("comment", "newline", "joined", "blank"))
_LINE_BEFORE = ("", "\n")
_FURTHER_BRANCHES = frozenset(("elif", "else", "except", "finally"))


def _branch(branches: dict[int, int], column: int, word: str) -> int:
    """How deep the `elif` of a line lies: each is nested in the one before it."""
    for inner in [known for known in branches if known > column]:
        del branches[inner]
    if word == "elif":
        branches[column] = branches.get(column, 0) + 1
    elif word != "else":
        branches.pop(column, None)
    return branches.get(column, 0)


@dataclass(slots=True)
class _LogicalLine:
    start: int
    end: int
    texts: list[tuple[int, int, int]]
    """Where the token starts, what it holds starts, and its end."""
    has_code: bool
    groups: dict[int, int]
    """For each text: the number of the bracket it stands in."""


def _logical_lines(ledger: Ledger) -> list[_LogicalLine]:
    text, lines = ledger.text, []
    line, groups = _LogicalLine(0, 0, [], False, {}), [0]
    for kind, start, end in _tokens(text):
        if kind == "comment":
            ledger.comment(start, end)
        elif kind == "newline" and len(groups) == 1:
            line.end = start
            lines.append(line)
            line = _LogicalLine(end, end, [], False, {})
        elif kind == "open":
            groups.append(ledger.group())
        elif kind == "close" and len(groups) > 1:
            groups.pop()
        elif kind == "text":
            line.groups[start] = groups[-1]
            line.texts.append((start, start + _opening_length(text, start), end))
        line.has_code |= kind not in ("comment", "text", "newline", "joined", "blank")
    line.end = len(text)
    return [*lines, line]


_LOOKED_UP = re.compile(r"""\w\(\s*['"]([\w-]+)['"]\s*,\s*(?:default\s*=\s*)?$""")
"""`getenv("KEY", ` before its second argument."""


def _add_texts(ledger: Ledger, line: _LogicalLine) -> None:
    text = ledger.text
    start, stop = ledger.stripped(line.start, line.end)
    if line.has_code:
        ledger.statement(line.start, max(line.start, stop))
    is_printed = bool(_PRINTING.match(text, start, line.end))
    for opening, inside, after in line.texts:
        quote = _quote_at(text, inside)
        end = after - len(quote) if text.endswith(quote, inside, after) else after
        draft = Draft(inside, end, _keys(text, line.start, opening), line.groups[opening], quote=quote)
        draft.statement = (line.start, line.end)
        is_raw = "r" in text[opening:inside].lower()
        draft.decoded = None if is_raw else unescaped(text[inside:end])
        if not line.has_code:
            draft.role = Role.PROSE
        elif is_printed:
            draft.role = Role.ASSERTED if text.startswith("assert", start) else Role.PRINTED
        else:
            draft.role, draft.callee = _role_and_callee(text, line.start, opening, after)
        ledger.add(draft)


def _keys(text: str, start: int, opening: int) -> tuple[str, ...]:
    """The name or key that gets a text."""
    window = text[max(start, opening - _WINDOW) : opening]
    found = _LOOKED_UP.search(window) or _ITEM.search(window) or _KEY.search(window)
    return (found[found.lastindex or 1].split(".")[-1],) if found else ()


def _role_and_callee(text: str, start: int, opening: int, after: int) -> tuple[Role | None, str]:
    window = text[max(start, opening - _WINDOW) : opening]
    if _COMPARED.search(window) or _COMPARED_AFTER.match(text, after):
        return Role.COMPARED, ""
    if re.match(r"\s*:(?!=)", text[after : after + 20]) and window.rstrip().endswith(("{", ",")):
        return Role.KEY, ""
    if (
        window.endswith("[")
        and text.startswith("]", after)
        and (window[-2:-1].isalnum() or window[-2:-1] in tuple("_)]"))
    ):
        return Role.KEY, ""
    found = _CALLEE.search(window)
    return None, found[1] if found else ""


def _tokens(text: str) -> list[tuple[str, int, int]]:
    """Kind, start and end of every token; a text without its closing quote ends with its line, or is passed over."""
    tokens, position, unclosed = [], 0, set[str]()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            break
        kind, start, position = found.lastgroup or "blank", position, found.end()
        if kind == "text":
            position = _end_of_text(text, position, unclosed)
        if kind != "blank" or not text[start:position].isspace():
            tokens.append((kind, start, position))
    return tokens


def _end_of_text(text: str, inside: int, unclosed: set[str]) -> int:
    quote = _quote_at(text, inside)
    if quote in unclosed:
        return inside
    for found in _INSIDE[quote].finditer(text, inside):
        if found.group() == quote:
            return found.end()
        if found.group() == "\n":
            return found.start()
    unclosed.add(quote)
    return len(text) if len(quote) == 1 else inside


def _quote_at(text: str, inside: int) -> str:
    """The quote that ends at `inside`."""
    sign = text[inside - 1]
    return sign * 3 if text.startswith(sign * 3, inside - 3) and inside >= 3 else sign


def _opening_length(text: str, start: int) -> int:
    found = _TOKEN.match(text, start)
    return found.end() - start if found else 1
