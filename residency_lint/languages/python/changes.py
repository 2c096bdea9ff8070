"""What calls change that stand for no assignment: `options.update(…)`, `.setdefault(…)`, `.pop(…)`, `setattr(…)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.dotted import dotted, expression_of
from residency_lint.fixes import Slot
from residency_lint.source import Span


def changes(call: e.Call, bindings: Sequence[f.Binding]) -> Iterator[f.Binding]:
    """What a call binds; `bindings`: those that stand before it, for a name of its own scope is bound anew."""
    arguments = call.arguments
    if isinstance(call.function, e.Attribute):
        owner = dotted(call.function.base)
        if owner.endswith("environ"):  # The environment is no value: what sets its variables is looked for.
            yield from _items(owner, call)
        elif owner and call.function.name == "update":
            yield from _updated(owner, call, bindings)
        elif owner and arguments and not arguments[0].name and is_own(owner, call.site, bindings):
            before = expression_of(owner, call.function.base.span)
            if call.function.name == "setdefault" and len(arguments) == 2:
                default = (arguments[0].value, arguments[1].value)
                yield _binding(owner, e.Mapping((default, (None, before)), call.span), call)
            elif call.function.name in _APPENDS and len(arguments) == 1:
                yield _binding(owner, _longer(before, call), call)
            elif call.function.name == "pop":
                yield without(owner, before, arguments[0].value, call.span, call.site)
    elif isinstance(call.function, e.Name) and call.function.id == "setattr" and len(arguments) == 3:
        owner, name = dotted(arguments[0].value), arguments[1].value
        if owner and isinstance(name, e.Text):
            yield _binding(f"{owner}.{name.text}", arguments[2].value, call)


def without(owner: str, before: e.Expression, key: e.Expression, span: Span, site: e.Site) -> f.Binding:
    """A mapping that has lost a key."""
    argument, slot = e.Argument(key, key.span), Slot(Span(span.end, span.end))
    left = e.Call(e.Attribute(before, "__delitem__", span), (argument,), span, slot, site)
    return f.Binding(owner, left, f.BindingKind.ASSIGNMENT, span, site, since=span.end)


def _updated(owner: str, call: e.Call, bindings: Sequence[f.Binding]) -> Iterator[f.Binding]:
    """Item by item where all of them are written here."""
    values = [argument.value for argument in call.arguments if not argument.name]
    if all(map(_is_display, values)):
        yield from _items(owner, call)
    elif "." in owner or is_own(owner, call.site, bindings):
        assert isinstance(call.function, e.Attribute)
        named = ((e.Text(a.name, a.span, plain=False), a.value) for a in call.arguments if a.name)
        before: e.Expression = e.Opaque("what it held before", call.span)
        if is_own(owner, call.site, bindings):
            before = expression_of(owner, call.function.base.span)
        items = ((None, before), *((None, value) for value in values), *named)
        yield _binding(owner, e.Mapping(items, call.span), call)
    else:
        # The mapping is another scope's: what is put into it here is not known by its keys.
        yield from (_binding(f"{owner}[**]", value, call) for value in values)
        yield from (_binding(f"{owner}[{a.name}]", a.value, call) for a in call.arguments if a.name)


def _items(owner: str, call: e.Call) -> Iterator[f.Binding]:
    """The items that `update` sets and that are written here."""
    if not isinstance(call.function, e.Attribute) or call.function.name != "update":
        return
    for argument in call.arguments:
        if argument.name:
            yield _binding(f"{owner}[{argument.name}]", argument.value, call)
        elif isinstance(argument.value, e.Mapping):
            for key, value in argument.value.items:
                if isinstance(key, e.Text):
                    yield _binding(f"{owner}[{key.text}]", value, call)


def _is_display(value: e.Expression) -> bool:
    return isinstance(value, e.Mapping) and all(isinstance(key, e.Text) for key, _ in value.items)


def is_own(owner: str, site: e.Site, bindings: Sequence[f.Binding]) -> bool:
    """Whether a name is one of the scope it is changed in: elsewhere it would be bound as another."""
    return any(binding.target == owner and binding.site.scope == site.scope for binding in bindings)


def _binding(target: str, value: e.Expression, call: e.Call) -> f.Binding:
    return f.Binding(target, value, f.BindingKind.ASSIGNMENT, call.span, call.site, since=call.span.end)


def _longer(before: e.Expression, call: e.Call) -> e.Listing:
    """A list with what is put to its end, one item or several."""
    assert isinstance(call.function, e.Attribute)
    added = call.arguments[0].value
    last = e.Element(added, added.span) if call.function.name == "extend" else added
    return e.Listing((e.Element(before, before.span), last), call.span)


_APPENDS = ("append", "extend", "add")
