"""Which environment a program gets: what really sets its variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from residency_lint.expressions import Attribute, Call, Element, Expression, Mapping, Name, Site, Subscript, Text
from residency_lint.facts import Binding, BindingKind, Mention
from residency_lint.resolve.deployments import deployed, mentions_of, said
from residency_lint.resolve.dotenv import Dotenv, is_too_late, loaded, neighbours
from residency_lint.resolve.names import targets
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit


class Set(Struct, frozen=True):
    """What sets a variable: a line of a file, or an expression of a program."""

    value: Expression
    unit: Unit
    site: Site
    is_default: bool = False
    """It holds only where nothing else sets the variable."""


def set_values(
    variable: str,
    unit: Unit,
    program: Program,
    *,
    before: tuple[Site, int] | None = None,
    dotenvs: tuple[Dotenv, ...] | None = None,
    any_case: bool = False,
) -> list[Set]:
    """What sets a variable for the program that a file belongs to, strongest first; equals stand side by side.

    `before`: where in the file it is read. `dotenvs`: the files that count, instead of those that the program loads.
    """
    if not variable:
        return []
    names = sorted({variable, variable.upper(), variable.lower()} if any_case else {variable})
    assigned = next(filter(None, (list(_assigned(name, unit, program, before)) for name in names)), [])
    if certain := [one for one in assigned if not one.is_default]:
        return certain
    files = list(loaded(unit, program, before=before)) if dotenvs is None else list(dotenvs)
    lines = [(file, line) for file in files for line in mentions_of(variable, file.unit, any_case=any_case)[-1:]]
    winning = [_line(file.unit, line, program) for file, line in lines if file.wins]
    if winning:
        return winning[:1]
    for name in names:
        if found := deployed(name, unit, program):
            return [Set(line.text, line.unit, line.mention.site) for line in found]
    # What is set already stays: of those that the program loads, the first; of those that a class names, the last one.
    earliest = lines[-1:] if dotenvs is None else lines[:1]
    return [_line(file.unit, line, program) for file, line in earliest] or assigned


def _line(unit: Unit, mention: Mention, program: Program) -> Set:
    return Set(said(mention, unit, program), unit, mention.site)


def _assigned(variable: str, unit: Unit, program: Program, before: tuple[Site, int] | None) -> Iterator[Set]:
    """What code gives a variable before it is read: `os.environ[…] = …`, `.setdefault`, `.update`; the last one."""
    name = re.compile(re.escape(variable.encode("utf-8", "replace")))
    for there in neighbours(unit, program, name):
        found = sorted(_assignments(variable, there, program), key=lambda one: one.value.span)
        if there is unit and before is not None:
            found = [one for one in found if not is_too_late(one.site, one.value.span.start, before, unit)]
        if found:
            yield from [one for one in found if one.site.guards or one is found[-1]]
            return


def _assignments(variable: str, unit: Unit, program: Program) -> Iterator[Set]:
    for binding in unit.bindings_of_items.get(variable, []):
        if binding.value is not None and _is_environment(binding, unit, program):
            yield Set(binding.value, unit, binding.site)
    for call in unit.calls_by_name.get("setdefault", []):
        given = [argument.value for argument in call.arguments]
        if len(given) == 2 and _on(call, unit, program):
            named = isinstance(given[0], Text) and given[0].text == variable
            found = given[1] if named else _item_of_loop(variable, given[0], call, unit)
            if found is not None:
                yield Set(found, unit, call.site, is_default=True)


def _item_of_loop(variable: str, key: Expression, call: Call, unit: Unit) -> Expression | None:
    """What a mapping has for a variable that is gone through: `for name, value in DEFAULTS.items(): …`."""
    names = unit.bindings.get((call.site.scope, key.id), []) if isinstance(key, Name) else []
    target = next((b.value for b in reversed(names) if b.span.start < call.span.start), None)
    loop = target.base if isinstance(target, Subscript) else None
    view = loop.base if isinstance(loop, Element) and isinstance(loop.base, Call) else None
    if view is None or not isinstance(view.function, Attribute) or view.function.name != "items":
        return None
    whole: Expression | None = view.function.base
    if isinstance(whole, Name):
        scopes = unit.visible_scopes(call.site.scope)
        bound = next((found for scope in scopes if (found := unit.bindings.get((scope, whole.id)))), None)
        whole = bound[-1].value if bound else None
    items = whole.items if isinstance(whole, Mapping) else ()
    return next((value for name, value in items if isinstance(name, Text) and name.text == variable), None)


def _is_environment(binding: Binding, unit: Unit, program: Program) -> bool:
    base = binding.target.partition("[")[0]
    if binding.kind is not BindingKind.ASSIGNMENT or base.rpartition(".")[2] != "environ":
        return False
    first = base.partition(".")[0]
    return any(first in (entry.bound, entry.name, entry.module) for entry in unit.facts.imports)


def _on(call: Call, unit: Unit, program: Program) -> bool:
    return any(t.name.startswith("os.environ.") for t in targets(call.function, unit, call.site, program))


def of_mapping(unit: Unit, program: Program) -> Mapping:
    """All that a flat file of variables says, as a mapping."""
    span = unit.scope(0).span
    items = [(Text(key, span, plain=False), ms[-1]) for key, ms in unit.values_by_key.items()]
    return Mapping(tuple((key, said(m, unit, program)) for key, m in items), span)
