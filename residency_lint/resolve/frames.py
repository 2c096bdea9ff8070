"""Values, and the frames in which expressions are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.dotted import last_name
from residency_lint.expressions import HOLE, Call, Constant, Expression, Lambda, Listing, Mapping, Place, Site, Text
from residency_lint.findings import Step
from residency_lint.resolve.names import Target
from residency_lint.resolve.units import Unit
from residency_lint.source import Span

CHOSEN_MODULE = "a module that is imported by its name"
"""Why it cannot be told what a module is, as long as nothing of it is asked for."""


class Unknown(Struct, frozen=True):
    """A value that cannot be told, and why."""

    reason: str
    env: str = ""
    """The environment variable it comes from, if that is the reason."""
    name: str = ""
    """Its qualified name, if it is something of a package outside: `amplitude_experiment.ServerZone.EU`."""
    span: Span | None = None
    """Where that name stands."""
    optional: bool = False
    """Whether it is `None` where nothing sets it."""
    target: Target | None = None
    """The class or function of the repository that it is."""


class Choice(Enum):
    """Whether a value is taken, where conditions decide: of several, the later one of these holds."""

    SURE = 0
    DEFAULT = 1
    """With nothing set it is."""
    OPEN = 2
    """That cannot be told."""
    WORD = 3
    """Nor can this: a word decides, which is chosen by configuration."""
    OTHER = 4
    """With nothing set another one is."""
    NEVER = 5


Content: TypeAlias = Text | Constant | Call | Mapping | Listing | Lambda | Unknown


class Value(Struct, frozen=True, eq=False):
    """One value an expression can take. `content` lies in `unit` at `site`; `fallback`: other values are possible.

    `choice`: whether conditions lead to it. `selector`: the value that chose it in a `table`.
    """

    content: Content
    unit: Unit
    site: Site
    chain: tuple[Step, ...] = ()
    fallback: bool = False
    choice: Choice = Choice.SURE
    selector: Value | None = None
    table: tuple[tuple[str, Expression], ...] = ()
    activation: Activation | None = None

    @property
    def text(self) -> str | None:
        return self.content.text if isinstance(self.content, Text) else None

    @property
    def truth(self) -> bool | None:
        if isinstance(self.content, Text):
            return None if HOLE in self.content.text else bool(self.content.text)
        if isinstance(self.content, Constant):
            return self.content.text not in ("None", "False", "0")
        if isinstance(self.content, Call):
            # An object is true as a rule; what a function (`exists()`, `match()`, `any()`) gives back may be anything.
            return True if last_name(self.content.function).lstrip("_")[:1].isupper() else None
        return None if isinstance(self.content, Unknown) else True

    @property
    def is_unset(self) -> bool:
        """Whether it is a variable that is `None` where nothing sets it."""
        return isinstance(self.content, Unknown) and self.content.optional

    def chosen(self, choice: Choice) -> Value:
        """The value under a further condition."""
        if choice is Choice.SURE:
            return self
        return replace(self, choice=max(choice, self.choice, key=lambda one: one.value), fallback=True)

    def frame(self, depth: int) -> Frame:
        """Where the parts of the value are looked at."""
        return Frame(self.unit, self.site, self.chain, depth, self.activation)


class Activation(Struct, frozen=True, eq=False, dict=True):
    """A function as one call runs it: `caller` is where the call stands, `receiver` what its method is called on, and
    `owner` that object's class, or the class itself that a class method is called on."""

    unit: Unit
    scope: int
    call: Call
    caller: Frame
    receiver: Value | None = None
    owner: Target | None = None

    @cached_property
    def key(self) -> Key:
        """Equal for the same call on the same way."""
        receiver, owner = self.receiver, self.owner
        parts: tuple[object, ...] = (id(self.call), self.scope, self.caller.key)
        if receiver is not None:
            parts += (id(receiver.content), id(receiver.unit), receiver.activation and receiver.activation.key)
        return Key((*parts, owner and (id(owner.unit), owner.scope)))


class Key:
    """Parts that are compared often: their hash is reckoned once."""

    __slots__ = ("_hash", "_parts")

    def __init__(self, parts: tuple[object, ...]) -> None:
        self._parts, self._hash = parts, hash(parts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Key) and self._hash == other._hash and self._parts == other._parts)


class Frame(Place, frozen=True, eq=False, dict=True):
    """Where an expression is looked at, how the search came there, and how deep it is."""

    unit: Unit
    site: Site
    chain: tuple[Step, ...] = ()
    depth: int = 0
    activation: Activation | None = None

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Equal for frames in which expressions have the same values: by identity, as long as what it is of lives."""
        site = self.site
        place = site.scope, site.statement.start, site.statement.end, tuple(map(id, site.guards))
        return id(self.unit), place, self.activation and self.activation.key

    def value(self, content: Content, *, fallback: bool = False) -> Value:
        return Value(content, self.unit, self.site, self.chain, fallback, activation=self.activation)

    def unknown(self, reason: str) -> Value:
        return self.value(Unknown(reason))

    def via(self, span: Span, words: str) -> Frame:
        chain = (*self.chain, Step(self.unit.facts.path, span, words))
        return Frame(self.unit, self.site, chain, self.depth, self.activation)

    def via_file(self, unit: Unit, span: Span, words: str) -> Frame:
        """As `via`, with a step into another file."""
        return replace(self, unit=unit, chain=(*self.chain, Step(unit.facts.path, span, words)))

    def activation_of(self, unit: Unit, scope: int) -> Activation | None:
        """The call that runs a function, as far as the search came by way of it."""
        found = self.activation
        while found is not None and not (found.unit is unit and found.scope == scope):
            found = found.caller.activation
        return found

    def deeper(self) -> Frame:
        return Frame(self.unit, self.site, self.chain, self.depth + 1, self.activation)

    def aside(self) -> Frame:
        """For a question whose steps are no part of the answer."""
        return Frame(self.unit, self.site, (), self.depth + 1, self.activation)


def unless_set(values: Iterable[Value]) -> list[Value]:
    """The values that hold with nothing set: without those that a condition leaves to what may be given."""
    found = list(values)
    return [value for value in found if value.choice is not Choice.OTHER] or found


def told(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values without environment variables for which a fallback stands in."""
    if any(value.fallback and not isinstance(value.content, Unknown) for value in values):
        return tuple(v for v in values if not (isinstance(v.content, Unknown) and v.content.env))
    return values
