"""Reads everything else: prose, scripts, style sheets, and files whose name says nothing."""

from __future__ import annotations

import re

from residency_lint.facts import Facts, Role
from residency_lint.languages.code import read_code
from residency_lint.languages.file_names import language_of
from residency_lint.languages.ledger import Draft, Ledger
from residency_lint.languages.lines import (
    BASIC,
    BATCH,
    HASH,
    UNKNOWN,
    Comments,
    add_line,
    add_shell_line,
    split_comment,
)
from residency_lint.languages.syntaxes import SYNTAXES
from residency_lint.source import Source

_FENCE = re.compile(r"(`{3,}|~{3,})\s*(.*)")
_BY_LANGUAGE = {"batch": BATCH, "visual basic": BASIC, "text": UNKNOWN}
_HTML_COMMENT = re.compile(r"<!--")
_SHEBANG = re.compile(r"#!\s*\S*?(?:env\s+(?:-S\s+)?)?(\w+)[\d.]*(?:\s|$)")
_INTERPRETERS = {"node": "javascript", "deno": "typescript", "ruby": "ruby", "perl": "perl", "php": "php"}


def read(source: Source) -> Facts:
    """The facts of a file by what its name says; a file without suffix by its first line."""
    ledger = Ledger(source)
    language = _language(source.path, ledger.text)
    if language in ("markdown", "prose"):
        _read_prose(ledger, language == "markdown")
    elif language in ("shell", "batch"):
        _read_shell(ledger, _BY_LANGUAGE.get(language, HASH))
    elif language in SYNTAXES and language not in ("css", "sql"):
        read_code(ledger, SYNTAXES[language])
    else:
        return text_mentions(source)
    return ledger.facts(language)


def text_mentions(source: Source) -> Facts:
    """Every line that is not a comment, with its key where it looks like a setting."""
    ledger = Ledger(source)
    language = language_of(source.path)
    comments = _BY_LANGUAGE.get(language, UNKNOWN)
    position, group, text = 0, ledger.group(), ledger.text
    blocks = SYNTAXES[language].blocks if language in ("css", "sql") else ()
    marks = SYNTAXES[language].marks if blocks else ()
    while position < len(text):
        end = ledger.line_end(position)
        start, stop = ledger.stripped(position, end)
        block = next((pair for pair in blocks if text.startswith(pair[0], start)), None)
        if block:
            close = text.find(block[1], start + 2)
            position = len(text) if close < 0 else close + len(block[1])
            ledger.comment(start, position)
            continue
        if start < stop and marks and text.startswith(marks, start):
            ledger.comment(start, stop)
        elif start < stop:
            stop = split_comment(ledger, start, stop, comments)
            if start < stop:
                add_line(ledger, Draft(*ledger.stripped(start, stop), group=group))
        position = end + 1
    return ledger.facts(language)


def _language(path: str, text: str) -> str:
    language = language_of(path)
    if language == "text" and text.startswith("#!"):
        found = _SHEBANG.match(text, 0, 200)
        return _INTERPRETERS.get(found[1], "shell") if found else "shell"
    return language


def _read_prose(ledger: Ledger, is_markdown: bool) -> None:
    """Lines of fenced and indented code have the keys "```" and what stands behind the fence."""
    text, position, fence, info, after_blank = ledger.text, 0, "", "", True
    while position < len(text):
        end = ledger.line_end(position)
        start, stop = ledger.stripped(position, end)
        indent, position = start - position, end + 1
        if start == stop:
            after_blank = True
            continue
        found = _FENCE.match(text, start, stop) if is_markdown else None
        if found and not fence:
            fence, info = found[1], found[2].strip("{} ")
        elif fence and found and found[1].startswith(fence) and not found[2]:
            fence = ""
        elif not fence and text.startswith("<!--", start):
            close = text.find("-->", start)
            position = len(text) if close < 0 else close + 3
            ledger.comment(start, position)
        else:
            is_indented = is_markdown and indent >= 4 and after_blank
            keys = ("```", info) if fence else ("```", "") if is_indented else ()
            _add_prose(ledger, start, stop, keys)
            after_blank = is_indented
            continue
        after_blank = False


def _add_prose(ledger: Ledger, start: int, stop: int, keys: tuple[str, ...]) -> None:
    """Add a line of prose, its HTML comments apart."""
    found = None if keys else _HTML_COMMENT.search(ledger.text, start, stop)
    close = ledger.text.find("-->", found.end(), stop) if found else -1
    if found and close >= 0:
        ledger.comment(found.start(), close + 3)
        pieces = [(start, found.start()), (close + 3, stop)]
    else:
        pieces = [(start, stop)]
    for piece in pieces:
        first, last = ledger.stripped(*piece)
        if first < last:
            ledger.add(Draft(first, last, keys, 0, Role.PROSE))


def _read_shell(ledger: Ledger, comments: Comments) -> None:
    """Lines joined by a backslash or caret are one statement; flags and assignments are keys of their values."""
    block: list[tuple[int, int]] = []
    group = ledger.group()
    for start, end in ledger.lines():
        first, stop = ledger.stripped(start, end)
        if ledger.text[first:stop].lower().startswith((*comments.marks, *comments.first)):
            ledger.comment(first, stop)
            continue
        if first == stop:
            continue
        goes_on = ledger.text[stop - 1] in "\\^`"
        block.append((first, stop - goes_on))
        if not goes_on:
            _add_block(ledger, block, group)
            block = []
    _add_block(ledger, block, group)


def _add_block(ledger: Ledger, block: list[tuple[int, int]], group: int) -> None:
    if not block:
        return
    statement = (ledger.text.rfind("\n", 0, block[0][0]) + 1, ledger.line_end(block[-1][1]))
    for first, stop in block:
        if first < stop:
            add_shell_line(ledger, Draft(first, stop, group=group, statement=statement))
