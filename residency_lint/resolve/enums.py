"""Members of enums of the repository, as objects of their class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import Argument, Call, Expression, Listing, Name, Site, Text
from residency_lint.facts import Binding, BindingKind, ScopeKind
from residency_lint.fixes import Slot
from residency_lint.resolve.classes import lineage, local_class
from residency_lint.resolve.frames import Frame, Unknown, Value, told
from residency_lint.resolve.names import Target, targets
from residency_lint.resolve.program import Program
from residency_lint.resolve.templates import pieces_of
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

_ENUMS = frozenset({"enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag"})


def is_enum(target: Target, program: Program) -> bool:
    return local_class(target) and any(base.name in _ENUMS for base in lineage(target, program))


def enum_of(expression: Expression, frame: Frame, program: Program) -> Target | None:
    """The enum that an expression names."""
    found = targets(expression, frame.unit, frame.site, program)
    return next((target for target in found if is_enum(target, program)), None)


def members(enum: Target) -> dict[str, Binding]:
    """Name → what the class's body binds to it, in that order."""
    assert enum.unit is not None
    bindings = [
        binding
        for (scope, name), found in enum.unit.bindings.items()
        for binding in found
        if scope == enum.scope and binding.kind is BindingKind.ASSIGNMENT and not name.startswith("_")
    ]
    return {binding.target: binding for binding in sorted(bindings, key=lambda binding: binding.span)}


def as_object(value: Value, resolution: Resolution) -> tuple[Value, Target] | None:
    """What a member is an object of, and the call that makes it: a member is what its class's body binds, and keeps
    what it is through all names it is given."""
    binding = member_of(value, resolution.program)
    if binding is None or isinstance(value.content, Call):
        return None
    enum = Target(value.unit.scope(binding.site.scope).name, value.unit, binding.site.scope)
    return _made(enum, binding, "*" if isinstance(value.content, Listing) else "", value), enum


def members_called(base: Expression, frame: Frame, resolution: Resolution) -> list[tuple[Value, Target]]:
    """The members of enums that an expression can stand for, as objects."""
    found = (as_object(value, resolution) for value in resolution.values(base, frame.aside()))
    return [one for one in found if one is not None]


def member_of(value: Value, program: Program) -> Binding | None:
    """What binds a member of an enum, if a value is one, or the object that stands for one."""
    content = value.content
    if isinstance(content, Call) and len(content.arguments) == 1:
        binding = value.unit.bindings_by_value.get(id(content)) or value.unit.bindings_by_value.get(
            id(content.arguments[0].value)
        )
    else:
        binding = value.unit.bindings_by_value.get(id(content))
    if binding is None or binding.kind is not BindingKind.ASSIGNMENT:
        return None
    scope = binding.site.scope
    return binding if is_enum(Target(value.unit.scope(scope).name, value.unit, scope), program) else None


def _made(enum: Target, binding: Binding, star: str, value: Value) -> Value:
    unit, span = value.unit, binding.span
    assert binding.value is not None
    outside = Site(max(unit.scope(enum.scope).parent, 0), (), unit.scope(enum.scope).span)
    end = unit.scope(0).span.end  # where the class is known by its name
    call = Call(
        Name(enum.name, Span(end, end)),
        (Argument(binding.value, binding.value.span, star=star),),
        span,
        Slot(Span(span.end, span.end)),
        outside,
    )
    return Frame(unit, outside, value.chain).value(call)


def named(enum: Target, name: str, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`Residency["EU"]`."""
    binding = members(enum).get(name)
    assert enum.unit is not None
    if binding is None or binding.value is None:
        yield frame.unknown(f"`{enum.name}` has no member `{name}`")
    else:
        yield from resolution.bound([binding], Frame(enum.unit, binding.site, frame.chain, frame.depth + 1))


def by_value(node: Call, frame: Frame, resolution: Resolution) -> list[Value] | None:
    """`Region("eu")` as the text that it is called with: a member is told from others by what it is bound to. None for
    the call of anything else, and of enums whose members are asked for more than that."""
    enum = enum_of(node.function, frame, resolution.program)
    if enum is None or enum.unit is None or len(node.arguments) != 1 or node.arguments[0].star:
        return None
    known = [binding.value for binding in members(enum).values()]
    words = {one.text for one in known if isinstance(one, Text)}
    has_methods = any(enum.unit.scope(s).kind is ScopeKind.FUNCTION for s in enum.unit.scopes_below(enum.scope))
    found = list(resolution.values(node.arguments[0].value, frame.deeper()))
    is_told = all(isinstance(one.content, Unknown) or one.text in words for one in found)
    return found if is_told and len(words) == len(known) and not has_methods else None


def outer_members(owner: str, words: Iterable[Value], otherwise: Value, resolution: Resolution) -> Iterator[Value]:
    """Members of an enum, or constants, of a package outside, by name: `ServerZone["EU"]`, `ServerZone("EU")`."""
    assert isinstance(otherwise.content, Unknown)
    reason = otherwise.content.reason
    for word in told(tuple(words)):
        text = word.content
        pieces = pieces_of(text, word.unit.facts.path) if isinstance(text, Text) else []
        if isinstance(text, Text) and len(pieces) == 1 and len(pieces[0][1].text) == len(text.text):
            name, piece = f"{owner}.{text.text}", pieces[0][1]
            there = resolution.program.unit_at(piece.path) or word.unit
            yield replace(word, unit=there, content=Unknown(reason, name=name, span=piece.span))
        elif isinstance(text, Unknown) and text.name:
            name = f"{owner}.{text.name.rpartition('.')[2]}"
            yield replace(word, content=Unknown(reason, name=name, span=text.span))
        else:
            yield otherwise


def outer_name(thing: Expression, frame: Frame, resolution: Resolution) -> str:
    """The qualified name of something of a package outside; empty for anything else."""
    names = targets(thing, frame.unit, frame.site, resolution.program)
    return names[0].name if names and not names[0].is_local else ""
