"""Expressions as small trees without any vendor in mind, and where in a program they stand: frozen, picklable."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from residency_lint.fixes import Slot
from residency_lint.source import Span

HOLE = "\ufffc"
"""Stands in a folded text for a part whose value is not known."""
FAILED_IMPORT = "an import that fails"
"""Why it cannot be told from an expression alone whether a `try` fails that only catches what an import raises."""

RAISED = "an exception"
"""Why it cannot be told from an expression alone whether a `try` comes to one of its handlers."""


class Text(Struct, frozen=True):
    """A text. `plain`: the bytes at `span` decode to exactly `text`, so that offsets carry over."""

    text: str
    span: Span
    plain: bool = True
    pieces: tuple[tuple[int, Text], ...] = ()
    """For a text folded from several: where each piece starts in it."""
    quote: str = '"'
    path: str = ""
    """The file it stands in, when that is not the file of the facts at hand."""


class Constant(Struct, frozen=True):
    """`None`, `True`, a number: `text` as written."""

    text: str
    span: Span


class Name(Struct, frozen=True):
    id: str
    span: Span


class Attribute(Struct, frozen=True):
    base: Expression
    name: str
    span: Span


class Subscript(Struct, frozen=True):
    base: Expression
    key: Expression
    span: Span


class Argument(Struct, frozen=True):
    """`name` is empty for a positional argument; `star` is `*` or `**` for an expanded one."""

    value: Expression
    span: Span
    name: str = ""
    star: str = ""


class Call(Struct, frozen=True):
    function: Expression
    arguments: tuple[Argument, ...]
    span: Span
    slot: Slot
    """Where a further argument goes."""
    site: Site
    assigned: str = ""
    """The dotted name it is assigned to: `config`, `self.config`."""


class Joined(Struct, frozen=True):
    """Texts and expressions one after another: `+`, f-strings, `%`, `.format`, implicit concatenation."""

    parts: tuple[Expression, ...]
    span: Span


class Fallback(Struct, frozen=True):
    """`first or second`: the first true one."""

    options: tuple[Expression, ...]
    span: Span


class Branch(Struct, frozen=True):
    """`then if test else otherwise`."""

    test: Expression
    then: Expression
    otherwise: Expression
    span: Span


class Comparison(Struct, frozen=True):
    left: Expression
    operator: str
    right: Expression
    span: Span


class Negation(Struct, frozen=True):
    operand: Expression
    span: Span


class Mapping(Struct, frozen=True):
    """A dict display; an item without a key is an expanded mapping."""

    items: tuple[tuple[Expression | None, Expression], ...]
    span: Span


class Listing(Struct, frozen=True):
    """A list, tuple or set display."""

    items: tuple[Expression, ...]
    span: Span


class Element(Struct, frozen=True):
    """Any one of what an expression holds: what a loop's target gets."""

    base: Expression
    span: Span


class Comprehension(Struct, frozen=True):
    """What a scope yields for each item of `base`, where `is_nested` all that those hold: a list, or a mapping."""

    scope: int
    base: Expression
    span: Span
    is_nested: bool = False
    is_mapping: bool = False


class Lambda(Struct, frozen=True):
    """A function without a name; `scope` is the one it opens."""

    scope: int
    span: Span


class Place(Struct, frozen=True):
    """Where an expression is looked at; what that takes is the resolver's."""


class Elsewhere(Struct, frozen=True):
    """An expression of another place: what a caller gives, seen from the function that is called."""

    expression: Expression
    place: Place
    path: str

    @property
    def span(self) -> Span:
        return self.expression.span


class Opaque(Struct, frozen=True):
    """Anything else, and why it says nothing."""

    reason: str
    span: Span


Expression: TypeAlias = (
    Text
    | Constant
    | Name
    | Attribute
    | Subscript
    | Call
    | Joined
    | Fallback
    | Branch
    | Comparison
    | Negation
    | Mapping
    | Listing
    | Element
    | Comprehension
    | Lambda
    | Elsewhere
    | Opaque
)


# --- where things stand --------------------------------------------------------------------------


class Guard(Struct, frozen=True):
    """A condition under which code runs. Guards of one `if` chain share `chain`; a later branch also has the
    negated conditions of the earlier ones."""

    test: Expression
    holds: bool
    chain: int


class Site(Struct, frozen=True):
    """Where in the program something stands: its scope, the conditions it runs under, its statement."""

    scope: int
    guards: tuple[Guard, ...]
    statement: Span
