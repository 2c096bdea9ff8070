"""What one file says, without any vendor in mind: frozen, picklable, the same for every language.

A `Mention` is a text where it stands; `Call`s are expressions and are listed once more in `Facts.calls`.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from residency_lint.expressions import Call, Expression, Joined, Site, Subscript, Text
from residency_lint.fixes import Slot
from residency_lint.source import Span


class Role(Enum):
    """What the code around a text does with it."""

    VALUE = "value"
    PRINTED = "printed, logged or raised"
    COMPARED = "compared or searched for"
    DESCRIBED = "a description or help text"
    PROSE = "a docstring or plain text"
    KEY = "a key"
    ASSERTED = "asserted or mocked"
    LISTED = "an entry of a list of valid names"
    DEAD = "code that cannot run"
    IDENTIFIER = "an identifier that names no destination"
    PERMITTED = "a permission"


class ScopeKind(Enum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    COMPREHENSION = "comprehension"


class Scope(Struct, frozen=True):
    """`parent` is an index into `Facts.scopes`, -1 for the module's."""

    kind: ScopeKind
    name: str
    parent: int
    span: Span
    bases: tuple[Expression, ...] = ()
    decorators: tuple[Expression, ...] = ()
    parameters: tuple[str, ...] = ()
    positional: int = 0
    """How many of the parameters take a positional argument."""
    rest: str = ""
    """The name that further positional arguments are collected under: `*rest`."""
    options: str = ""
    """The name that further keyword arguments are collected under: `**options`."""


class BindingKind(Enum):
    ASSIGNMENT = "assignment"
    PARAMETER = "parameter"
    DEFINITION = "definition"
    OTHER = "other"
    """A loop, `with`, `except`, `del`, an augmented assignment: the value cannot be told."""


class Binding(Struct, frozen=True):
    """`target`, a dotted name (`HOST`, `self.host`, `config.host`) or one with an item (`params[site]`), gets `value`.

    A parameter without default has no value. `after` is where a further statement would go, with its indentation.
    """

    target: str
    value: Expression | None
    kind: BindingKind
    span: Span
    site: Site
    after: Slot | None = None
    scope: int = -1
    """For a definition: the scope it opens."""
    annotation: Expression | None = None
    """Of a parameter or a class's field: what is written as its type, where that says more than a type; of a field also
    the name of a class."""
    is_typed: bool = False
    """Whether it is a class's name with a type: a field."""
    since: int = 0
    """Where it begins to hold: what is assigned still sees the names as they were."""
    made_at: Site | None = None
    """Where a function binds it that takes the name from its module."""

    @property
    def key(self) -> str:
        """Of an item: `site` of `params[site]`; else nothing."""
        return self.target.partition("[")[2].removesuffix("]")


class Import(Struct, frozen=True):
    """`from module import name as bound`, or `import module as bound` (no name). A star import's name is `*`.

    `module` keeps the leading dots of a relative import. `slot` is where a further imported name goes.
    """

    module: str
    name: str
    bound: str
    span: Span
    site: Site
    slot: Slot | None = None


class Mention(Struct, frozen=True):
    """A text where it stands. `keys`: the names that lead to it, outermost first (dict keys, keyword argument,
    assigned name; key path in configuration). `group`: mentions of one container share it; 0 is none."""

    text: Text
    role: Role
    site: Site
    keys: tuple[str, ...] = ()
    group: int = 0
    callee: str = ""
    """The dotted name of the call whose argument it is, as written."""


class Read(Struct, frozen=True):
    """A name, an attribute, an item or the result of a call is read, and what is done with its value.

    `name` is empty for what has no dotted name; one that begins with a dot is an attribute of such.
    """

    name: str
    role: Role
    expression: Expression
    site: Site

    @property
    def span(self) -> Span:
        return self.expression.span


class Return(Struct, frozen=True):
    value: Expression
    site: Site


class Comment(Struct, frozen=True):
    """A comment with its marker, and the bytes of the statement it stands on or above."""

    text: str
    span: Span
    statement: Span


class Facts(Struct, frozen=True):
    """What one file says."""

    path: str
    language: str
    mentions: tuple[Mention, ...] = ()
    joins: tuple[tuple[Joined, Site], ...] = ()
    calls: tuple[Call, ...] = ()
    bindings: tuple[Binding, ...] = ()
    imports: tuple[Import, ...] = ()
    reads: tuple[Read, ...] = ()
    returns: tuple[Return, ...] = ()
    yields: tuple[Return, ...] = ()
    """What functions yield, and what comprehensions are made of."""
    loops: tuple[Span, ...] = ()
    """The bodies that run again and again without a name that goes through something: `while`."""
    selections: tuple[tuple[Subscript | Call, Site], ...] = ()
    """`table[key]`, and `table.get(key)` with a key that is no text."""
    scopes: tuple[Scope, ...] = ()
    comments: tuple[Comment, ...] = ()
    aliases: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Where a configuration file repeats what stands elsewhere in it (YAML's `*name`): the keys that lead to the copy,
    with a last `<<` where it is merged, and those that lead to the original."""
    import_slot: Slot | None = None
    """Where a new import statement goes, each on a line of its own."""
    is_test: bool = False
    note: str = ""
    """Why the file was read less well than its language allows."""
