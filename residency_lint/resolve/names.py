"""Which qualified name an expression stands for: through imports, aliases and re-exports."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import Attribute, Expression, Lambda, Name, Site
from residency_lint.facts import Binding, BindingKind, Import, ScopeKind
from residency_lint.resolve.program import Program
from residency_lint.resolve.units import Unit

_DEEPEST = 20


class Target(Struct, frozen=True):
    """A qualified name (`mixpanel.Consumer`), and what bears it in this repository: a file and a class's or
    function's scope in it (0: the module itself)."""

    name: str
    unit: Unit | None = None
    scope: int = -1
    by_way_of: tuple[str, ...] = ()
    """The names it bears on the way, where one module of the repository passes it on to another."""

    @property
    def is_local(self) -> bool:
        return self.unit is not None

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.by_way_of, self.name)


def targets(expression: Expression, unit: Unit, site: Site, program: Program, depth: int = 0) -> tuple[Target, ...]:
    """The names an expression can stand for; several where imports compete (`try` / `except ImportError`)."""
    if depth > _DEEPEST:
        return ()
    if isinstance(expression, Attribute):
        bases = targets(expression.base, unit, site, program, depth + 1)
        return tuple(found for base in bases for found in _members(base, expression.name, unit, program, depth))
    if isinstance(expression, Name):
        return _named(expression.id, expression.span.start, unit, site, program, depth)
    return ()


def constructor_parameters(target: Target) -> tuple[str, ...]:
    """Parameter names of a class's `__init__` (without `self`), or of a function, of this repository."""
    if target.unit is None:
        return ()
    for scope in (target.scope, *target.unit.scopes_below(target.scope)):
        entry = target.unit.scope(scope)
        if entry.kind is ScopeKind.FUNCTION and (entry.name == "__init__" or scope == target.scope):
            return entry.parameters[1:] if entry.name == "__init__" else entry.parameters
    return ()


def exported(module: str, name: str, unit: Unit, program: Program) -> tuple[Target, ...]:
    """What a name of a module of this repository stands for; nothing where the module is not of it."""
    found = program.module(unit.facts.path, module, for_names=True)
    return _exported(found, module, name, program, 0) if found is not None else ()


def _named(name: str, position: int, unit: Unit, site: Site, program: Program, depth: int) -> tuple[Target, ...]:
    for scope in unit.visible_scopes(site.scope):
        imports = unit.reaching_imports(name, scope, site, position)
        bindings = unit.reaching(name, scope, site, position)
        if imports and not (bindings and bindings[0].span.start > imports[-1].span.start):
            return tuple(_imported(entry, unit, program, depth) for entry in imports)
        if bindings:
            found = tuple(target for binding in bindings for target in _bound(binding, unit, program, depth))
            # `try: from a import B` / `except ImportError: B = None`
            return found or tuple(_imported(entry, unit, program, depth) for entry in imports)
    for star in unit.stars:
        module = program.module(unit.facts.path, star.module, for_names=True)
        if module is None:
            return (Target(_join(star.module, name)),)
        if exported := _exported(module, star.module, name, program, depth + 1):
            return exported
    return ()


def _bound(binding: Binding, unit: Unit, program: Program, depth: int) -> tuple[Target, ...]:
    if binding.kind is BindingKind.DEFINITION:
        return (Target(binding.target, unit, binding.scope),)
    if isinstance(binding.value, Lambda):
        return (Target(binding.target, unit, binding.value.scope),)
    if binding.kind is BindingKind.ASSIGNMENT and isinstance(binding.value, (Name, Attribute)):
        return targets(binding.value, unit, binding.site, program, depth + 1)
    return ()


def _imported(entry: Import, unit: Unit, program: Program, depth: int) -> Target:
    if not entry.name:
        # `import a.b as c` binds the module a.b, `import a.b` the package a.
        return Target(entry.module if entry.bound else entry.module.partition(".")[0])
    module = program.module(unit.facts.path, entry.module, for_names=True)
    if module is not None and module is not unit:
        exported = _exported(module, entry.module, entry.name, program, depth + 1)
        if exported:
            return _passed_on(exported[0], _join(entry.module, entry.name))
    return Target(_join(entry.module, entry.name))


def _passed_on(target: Target, name: str) -> Target:
    return target if name in target.names else replace(target, by_way_of=(name, *target.by_way_of))


def _exported(module: Unit, module_name: str, name: str, program: Program, depth: int) -> tuple[Target, ...]:
    """What a name of another module of the repository stands for; a definition keeps the name it is imported by."""
    if depth > _DEEPEST:
        return ()
    site = Site(0, (), module.scope(0).span)
    found = _named(name, module.scope(0).span.end, module, site, program, depth)
    return tuple(Target(_join(module_name, name), t.unit, t.scope) if t.unit is module else t for t in found)


def _members(base: Target, name: str, unit: Unit, program: Program, depth: int) -> tuple[Target, ...]:
    if base.unit is not None:
        definitions = base.unit.bindings.get((base.scope, name), [])
        return tuple(
            Target(f"{base.name}.{name}", base.unit, binding.scope)
            for binding in definitions
            if binding.kind is BindingKind.DEFINITION and base.unit.scope(base.scope).kind is ScopeKind.CLASS
        )
    module = program.module(unit.facts.path, base.name, for_names=True)
    if module is not None and module is not unit:
        exported = _exported(module, base.name, name, program, depth + 1)
        if exported:
            return tuple(_passed_on(target, _join(base.name, name)) for target in exported)
    return (Target(_join(base.name, name)),)


def _join(module: str, name: str) -> str:
    return module + name if module.endswith(".") else f"{module}.{name}"
