"""What stands in functions and classes that nothing in the repository names, beside what the program really starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from residency_lint.dotted import last_name
from residency_lint.facts import Role, ScopeKind
from residency_lint.findings import Context, Sighting
from residency_lint.resolve.classes import decorator_name
from residency_lint.resolve.units import Unit
from residency_lint.sightings.scene import Scene
from residency_lint.source import Span

_DEEPEST = 4


def without_uncalled(found: list[Sighting], scene: Scene) -> list[Sighting]:
    """The sightings; what leads outside in code that nothing calls is only noted, where code that is called leads the
    same vendor's data inside."""
    if scene.facts.language != "python" or not any(_leads_out(one, scene) for one in found):
        return found
    dead = {id(one) for one in found if one.path == scene.path and _is_uncalled(one.span, scene)}
    if not dead:
        return found
    inside = {
        one.rule.vendor
        for one in found
        if id(one) not in dead and not one.beside and one.region in scene.wanted(one.rule.vendor)
    }
    return [
        replace(one, context=Context.UNUSED)
        if id(one) in dead and one.rule.vendor in inside and _leads_out(one, scene)
        else one
        for one in found
    ]


def _leads_out(one: Sighting, scene: Scene) -> bool:
    return one.context is Context.CODE and one.region not in scene.wanted(one.rule.vendor)


def _is_uncalled(span: Span, scene: Scene, depth: int = 0) -> bool:
    """Whether a place is in a function or class that no code which runs names."""
    unit = scene.unit
    return any(_is_unnamed(index, scene, depth) for index in _around(span, unit))


def _around(span: Span, unit: Unit) -> Iterator[int]:
    for index, scope in enumerate(unit.facts.scopes):
        if index and scope.kind in (ScopeKind.FUNCTION, ScopeKind.CLASS) and scope.span.contains(span):
            yield index


def _is_unnamed(index: int, scene: Scene, depth: int) -> bool:
    unit, scope = scene.unit, scene.unit.scope(index)
    name = scope.name
    if depth > _DEEPEST or name == "lambda" or _HIDDEN.fullmatch(name) or not _is_plain(index, unit):
        return False
    uses = [read.span for read in unit.reads_by_word.get(name, ())]
    uses += [call.function.span for call in unit.calls_by_name.get(name, ())]
    if any(not scope.span.contains(use) and not _is_uncalled(use, scene, depth + 1) for use in uses):
        return False
    return not _may_be_found(name, scene) and not scene.program.everywhere.files_naming(name, scene.path)


def _is_plain(index: int, unit: Unit) -> bool:
    """Whether nobody but who names it gets at a function or class: no decorator or base takes note of it."""
    scope = unit.scope(index)
    if any(decorator_name(one) not in _PLAIN for one in scope.decorators):
        return False
    owner = index if scope.kind is ScopeKind.CLASS else unit.enclosing_class(scope.parent)
    return owner < 0 or _has_plain_bases(owner, unit)


def _has_plain_bases(index: int, unit: Unit, depth: int = 0) -> bool:
    """Whether a class has no base that calls its methods, or hears of its being made: a thread, a model, a registry."""
    own = {unit.scope(inner).name for inner in unit.scopes_below(index)}
    if depth > _DEEPEST or "__init_subclass__" in own:
        return False
    classes = {scope.name: at for at, scope in enumerate(unit.facts.scopes) if scope.kind is ScopeKind.CLASS}
    names = [last_name(base) for base in unit.scope(index).bases]
    return all(
        name in _IDLE or (name in classes and _has_plain_bases(classes[name], unit, depth + 1)) for name in names
    )


_IDLE = frozenset("ABC Protocol Generic NamedTuple TypedDict object".split())
_HIDDEN = re.compile(r"__\w+__")
"""What Python itself calls."""
_PLAIN = frozenset("staticmethod classmethod property cached_property cache lru_cache contextmanager dataclass".split())


def _may_be_found(name: str, scene: Scene) -> bool:
    """Whether a file finds what it calls by a name that is put together, or says this one in a text."""
    unit = scene.unit
    if any(unit.calls_by_name.get(word) or unit.reads_by_word.get(word) for word in _FINDING):
        return True
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(mention.role is not Role.PROSE and word.search(mention.text.text) for mention in unit.facts.mentions)


_FINDING = "getattr globals locals vars eval exec __dict__ __subclasses__ getmembers import_module attrgetter".split()
