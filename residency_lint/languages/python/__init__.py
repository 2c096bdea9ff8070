"""Python source → facts: LibCST where it can parse, a lexer where it refuses."""

from __future__ import annotations

import io
import tokenize

from msgspec.structs import replace

from residency_lint.errors import Unreadable
from residency_lint.facts import Comment, Facts
from residency_lint.source import Source

_DEEPEST = 200
_MOST_OPERATORS = 500


def read(source: Source) -> Facts:
    """The facts of a Python file. Raises Unreadable when LibCST cannot, or must not, parse it."""
    from residency_lint.languages.python_text import depth_and_operators

    depth, operators = depth_and_operators(source.text)
    # LibCST's native parser ends the process (no exception) on input far beyond these.
    if depth > _DEEPEST or operators > _MOST_OPERATORS:
        raise Unreadable(f"nested {depth} deep with {operators} operators in one statement")
    try:
        return _read(source)
    except RecursionError:
        raise Unreadable("nested too deep") from None


def _read(source: Source) -> Facts:
    import libcst as cst

    from residency_lint.languages.python.expressions import Expressions
    from residency_lint.languages.python.positions import positions
    from residency_lint.languages.python.reader import Reader
    from residency_lint.languages.python.unit_tests import is_test

    try:
        module = cst.parse_module(source.text)
    except cst.ParserSyntaxError as error:
        raise Unreadable(f"line {error.raw_line}: {error.message.splitlines()[0]}") from None
    expressions = Expressions(source, positions(module))
    reader = Reader(source, expressions)
    reader.read(module)
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
