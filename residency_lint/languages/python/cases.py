"""The patterns of `match`: what decides in a `case`."""

from __future__ import annotations

import libcst as cst

from residency_lint import expressions as e
from residency_lint.languages.python.around import Around
from residency_lint.languages.python.expressions import Expressions


def case_test(case: cst.MatchCase, subject: e.Expression, around: Around, expressions: Expressions) -> e.Expression:
    """The condition of a `case`: its subject is a text, or one of several; so are items of it."""
    span = expressions.span(case.pattern)
    found: e.Expression | None = None
    for index, pattern in _deciding(case.pattern):
        values = [expressions.test(value, around) for value in _values(pattern)]
        if not values or case.guard is not None:
            return e.Opaque("a pattern", subject.span)
        part = subject if index is None else e.Subscript(subject, e.Constant(str(index), span), span)
        one = e.Comparison(part, "in", e.Listing(tuple(values), span), span)
        if len(values) == 1:
            one = e.Comparison(part, "==", values[0], values[0].span)
        found = one if found is None else e.Branch(found, one, found, span)
    assert found is not None
    return found


def _values(pattern: cst.MatchPattern) -> list[cst.BaseExpression]:
    """The values of `case "a" | "b"`; nothing for other patterns."""
    if isinstance(pattern, cst.MatchValue):
        return [pattern.value]
    if isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
        return _values(pattern.pattern)
    if isinstance(pattern, cst.MatchOr):
        return [one.pattern.value for one in pattern.patterns if isinstance(one.pattern, cst.MatchValue)]
    return []


def _deciding(pattern: cst.MatchPattern) -> list[tuple[int | None, cst.MatchPattern]]:
    """The items that decide in `case ["us", *_]`, each with its index; else the pattern itself."""
    if not isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        return [(None, pattern)]
    found: list[tuple[int | None, cst.MatchPattern]] = []
    for index, one in enumerate(pattern.patterns):
        if isinstance(one, cst.MatchStar):
            break
        if _values(one.value):
            found.append((index, one.value))
        elif not takes_anything(one.value):
            return [(None, pattern)]
    return found or [(None, pattern)]


def takes_anything(pattern: cst.MatchPattern) -> bool:
    """Whether it is `_`, or a name."""
    return isinstance(pattern, cst.MatchAs) and pattern.pattern is None
