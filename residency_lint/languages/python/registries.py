"""Tables that definitions enter themselves into: `@register("eu")`, `class Eu(Backend, name="eu")`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.dotted import dotted, last_name
from residency_lint.source import Span

Keywords = Mapping[int, Mapping[str, e.Expression]]


class Entry(Struct, frozen=True):
    """`TABLE[key] = value`, where the key is no text."""

    table: str
    key: e.Expression
    value: e.Expression
    scope: int


def registered(
    entries: Sequence[Entry], bindings: Sequence[f.Binding], scopes: Sequence[f.Scope], keywords: Keywords
) -> Iterator[f.Binding]:
    """The items that a table of this file gets by the decorators, or the bases, of the file's definitions.

    `keywords`: what the classes are given beside their bases.
    """
    for entry in entries:
        place = _place_of(entry, bindings, scopes)
        maker = _maker(entry, scopes)
        if place is None or maker < 0:
            continue
        for one in bindings:
            if one.kind is not f.BindingKind.DEFINITION or one.scope < 0:
                continue
            key = _key(entry, maker, one, bindings, scopes, keywords)
            if key is not None:
                scope, name = place
                end = Span(scopes[one.scope].span.end, scopes[one.scope].span.end)
                site = e.Site(scope, one.site.guards if scope == one.site.scope else (), scopes[one.scope].span)
                target = f"{name}[{key}]"
                yield f.Binding(target, e.Name(one.target, end), f.BindingKind.ASSIGNMENT, end, site, since=end.end)


def _place_of(entry: Entry, bindings: Sequence[f.Binding], scopes: Sequence[f.Scope]) -> tuple[int, str] | None:
    """The scope that makes the table, and its name there: the module, or the class whose attribute it is."""
    owner, _, name = entry.table.rpartition(".")
    function = scopes[entry.scope]
    for one in bindings:
        if one.target != name or one.kind is not f.BindingKind.ASSIGNMENT:
            continue
        if not owner and one.site.scope == 0:
            return 0, name
        there = scopes[one.site.scope]
        is_class = there.kind is f.ScopeKind.CLASS and one.site.scope == function.parent
        if is_class and owner in (there.name, *function.parameters[:1]):
            return one.site.scope, name
    return None


def _maker(entry: Entry, scopes: Sequence[f.Scope]) -> int:
    """The function that a decorator names, or that a subclass runs: the one that enters its first parameter, or the
    one around it."""
    function = scopes[entry.scope]
    is_first = isinstance(entry.value, e.Name) and entry.value.id in function.parameters[:1]
    if function.kind is not f.ScopeKind.FUNCTION or not is_first:
        return -1
    is_inner = function.parent >= 0 and scopes[function.parent].kind is f.ScopeKind.FUNCTION
    return function.parent if is_inner else entry.scope


def _key(
    entry: Entry,
    maker: int,
    one: f.Binding,
    bindings: Sequence[f.Binding],
    scopes: Sequence[f.Scope],
    keywords: Keywords,
) -> str | None:
    """The key that a definition enters itself under; None where it does not, or that cannot be told."""
    given = _given(maker, one, scopes, keywords)
    if given is None:
        return None
    named, positional = given
    key = entry.key
    if isinstance(key, e.Attribute) and _is_same(key, entry):
        if key.name in ("__name__", "__qualname__"):
            return one.target
        found = [b.value for b in bindings if b.site.scope == one.scope and b.target == key.name]
        return _text(found[-1]) if found else None
    if not isinstance(key, e.Name) or key.id not in scopes[maker].parameters:
        return None
    at = scopes[maker].parameters.index(key.id)
    default = [b.value for b in bindings if b.site.scope == maker and b.target == key.id]
    value = named.get(key.id) or (positional[at] if at < len(positional) else default[0] if default else None)
    return _text(value)


def _is_same(key: e.Attribute, entry: Entry) -> bool:
    return isinstance(key.base, e.Name) and isinstance(entry.value, e.Name) and key.base.id == entry.value.id


def _given(
    maker: int, one: f.Binding, scopes: Sequence[f.Scope], keywords: Keywords
) -> tuple[Mapping[str, e.Expression], Sequence[e.Expression]] | None:
    """What a definition tells the function that enters it, by name and by position; None where it does not call it."""
    definition, function = scopes[one.scope], scopes[maker]
    if function.name == "__init_subclass__":
        is_derived = any(dotted(base) == scopes[function.parent].name for base in definition.bases)
        return (keywords.get(one.scope, {}), ()) if is_derived else None
    for decorator in definition.decorators:
        if last_name(decorator.function if isinstance(decorator, e.Call) else decorator) == function.name:
            arguments = decorator.arguments if isinstance(decorator, e.Call) else ()
            named = {argument.name: argument.value for argument in arguments if argument.name}
            return named, [argument.value for argument in arguments if not argument.name and not argument.star]
    return None


def _text(value: e.Expression | None) -> str | None:
    return value.text if isinstance(value, e.Text) else None
