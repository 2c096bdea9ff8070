"""Python source → facts: LibCST where it can parse, a lexer where it refuses."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.errors import Unreadable
from residency_lint.facts import Comment, Facts
from residency_lint.source import Source

if TYPE_CHECKING:
    import libcst as cst

    from residency_lint.languages.python.expressions import Expressions
    from residency_lint.languages.python.reader import Reader

_DEEPEST = 200
_MOST_OPERATORS = 500
_PIECE = 16_000
"""Characters that are parsed at once: the tree of LibCST takes 300 times as much memory as they do."""


def read(source: Source) -> Facts:
    """The facts of a Python file. Raises Unreadable when LibCST cannot, or must not, parse it."""
    from residency_lint.languages.python_text import outline

    seen = outline(source.text)
    # LibCST's native parser ends the process (no exception) on input far beyond these.
    if seen.depth > _DEEPEST or seen.operators > _MOST_OPERATORS:
        raise Unreadable(f"nested {seen.depth} deep with {seen.operators} operators in one statement")
    try:
        return _facts(_reader(source, _pieces(seen.statements)))
    except RecursionError:
        raise Unreadable("nested too deep") from None


def _pieces(statements: Iterable[int]) -> tuple[int, ...]:
    """Where the pieces of a module begin that are parsed one after the other, each of some statements."""
    starts = [0]
    for start in statements:
        if start - starts[-1] >= _PIECE:
            starts.append(start)
    return tuple(starts)


def _reader(source: Source, pieces: tuple[int, ...]) -> Reader:
    import libcst as cst

    from residency_lint.languages.python.expressions import Expressions
    from residency_lint.languages.python.reader import Reader

    expressions = Expressions(source)
    reader = Reader(source, expressions)
    try:
        reader.read(_statements(pieces, expressions))
    except cst.ParserSyntaxError as error:
        if len(pieces) > 1:
            # Whether the whole can be parsed is what counts, and where it cannot.
            return _reader(source, (0,))
        raise Unreadable(_where_and_why(error)) from None
    return reader


def _statements(pieces: tuple[int, ...], expressions: Expressions) -> Iterator[cst.CSTNode]:
    """The statements of a module, piece by piece."""
    ends = (*pieces[1:], len(expressions.source.text))
    for start, end in zip(pieces, ends, strict=True):
        # A generator of its own: what it has parsed is let go with it, before the next piece's tree is made.
        yield from _piece(start, end, expressions)


def _piece(start: int, end: int, expressions: Expressions) -> Iterator[cst.CSTNode]:
    import libcst as cst

    from residency_lint.languages.python.positions import positions

    module = cst.parse_module(expressions.source.text[start:end])
    expressions.positions, expressions.begin = positions(module), start
    yield from module.body


def _where_and_why(error: cst.ParserSyntaxError) -> str:
    message = error.message.splitlines()[0]
    # The parser counts from 1 and says so in its message; `raw_line` is one more.
    told = _TOLD.match(message)
    return f"line {told[1]}: {told[2]}" if told else f"line {error.raw_line}: {message}"


_TOLD = re.compile(r"parser error: error at (\d+):\d+: (.*)")


def _facts(reader: Reader) -> Facts:
    from residency_lint.languages.python.unit_tests import is_test

    expressions, source = reader.expressions, reader.source
    facts = Facts(
        path=source.path,
        language="python",
        mentions=tuple(expressions.mentions),
        joins=tuple(expressions.joins),
        calls=tuple(expressions.calls),
        bindings=tuple(expressions.bindings),
        imports=tuple(reader.imports.all),
        reads=tuple(expressions.reads),
        returns=tuple(expressions.returns),
        yields=tuple(expressions.yields),
        loops=tuple(reader.loops),
        selections=tuple(expressions.selections),
        scopes=tuple(reader.scopes),
        comments=comments(source),
        import_slot=reader.imports.slot,
    )
    return replace(facts, is_test=is_test(facts))


def comments(source: Source) -> tuple[Comment, ...]:
    """The comments that could silence something; tokenising costs, so only where the word occurs."""
    if b"residency" not in source.data:
        return ()
    starts = [0]
    for line in io.StringIO(source.text, newline=""):
        starts.append(starts[-1] + len(line))
    found: list[tuple[int, int, str]] = []
    statements: list[tuple[int, int]] = []
    begin: int | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline="").readline):
            start = starts[token.start[0] - 1] + token.start[1]
            if token.type == tokenize.COMMENT:
                found.append((start, start + len(token.string), token.string))
            elif token.type == tokenize.NEWLINE and begin is not None:
                statements.append((begin, start))
                begin = None
            elif begin is None and token.type not in _BLANK:
                begin = start
    except (tokenize.TokenError, SyntaxError):
        return ()
    return tuple(
        Comment(text, source.span(start, end), source.span(*_statement_of(start, end, statements)))
        for start, end, text in found
    )


def _statement_of(start: int, end: int, statements: list[tuple[int, int]]) -> tuple[int, int]:
    """The statement a comment stands on, else the one below it."""
    return next(((s, e) for s, e in statements if e >= end), (start, end))


_BLANK = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
