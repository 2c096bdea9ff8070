"""In which contexts code runs: the calls that lead to it, one by one, where what they give matters to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import asdict

from residency_lint.dotted import written
from residency_lint.expressions import Attribute, Call, Expression, Guard, Name, Site
from residency_lint.facts import ScopeKind
from residency_lint.findings import Step
from residency_lint.fixes import Slot
from residency_lint.resolve.callers import CallSite, call_sites, instances
from residency_lint.resolve.classes import decorator_name, is_class_method, is_property, is_static, receivers
from residency_lint.resolve.decorators import decorating
from residency_lint.resolve.frames import Activation, Choice, Frame
from residency_lint.resolve.loops import iterations
from residency_lint.resolve.names import Target
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import Resolution

_MOST_CONTEXTS = 24
_DEEPEST = 5


def contexts(
    expressions: Iterable[Expression], unit: Unit, site: Site, resolution: Resolution, depth: int = 0
) -> list[Activation | None]:
    """The calls by way of which expressions are reached whose values depend on a parameter; only None where nothing
    depends on one, or nobody calls."""
    expressions = [*expressions, *(guard.test for guard in site.guards)]
    for scope in unit.visible_scopes(site.scope):
        function = unit.scope(scope)
        if function.kind is not ScopeKind.FUNCTION or depth > _DEEPEST:
            continue
        names = _names_behind(expressions, unit, scope)
        own = set(function.parameters) | {function.rest, function.options}
        parent = unit.scope(function.parent)
        receiver = ""
        if parent.kind is ScopeKind.CLASS and function.parameters and not is_static(function):
            receiver = function.parameters[0]
        found: list[Activation | None] = []
        is_of_class = bool(receiver) and is_class_method(function)
        by_call = own - {"" if is_of_class else receiver, ""}
        if names & by_call and not is_called_otherwise(scope, unit, resolution):
            found = list(islice(_by_call(scope, unit, resolution, depth), _MOST_CONTEXTS))
        if not found and receiver and receiver in names:
            found = _by_receiver(scope, unit, resolution, depth) or list(
                islice(_by_instance(scope, unit, parent.name, resolution, depth), _MOST_CONTEXTS)
            )
        if found:
            return found[:_MOST_CONTEXTS]
    return [None]


def reached(unit: Unit, site: Site, resolution: Resolution) -> Choice:
    """Whether code runs, as far as the calls of the functions tell that it stands in; one without calls in sight is
    called from elsewhere."""
    found = Choice.SURE
    for scope in unit.visible_scopes(site.scope):
        if unit.scope(scope).kind is not ScopeKind.FUNCTION or is_called_otherwise(scope, unit, resolution):
            continue
        choices = [_way_to(one, resolution) for one in call_sites(scope, unit, resolution)]
        if choices:
            found = max(found, min(choices, key=lambda choice: choice.value), key=lambda choice: choice.value)
    return found


def _way_to(one: CallSite, resolution: Resolution) -> Choice:
    """Whether a call is made, in any of the contexts that it stands in."""
    site = one.call.site
    if not site.guards:
        return Choice.SURE
    tests = [guard.test for guard in site.guards]
    frames = (
        each
        for outer in contexts((), one.unit, site, resolution)
        for each in iterations(tests, Frame(one.unit, site, activation=outer), resolution)
    )
    choices = [resolution.conditions.choice(site.guards, each) for each in islice(frames, _MOST_CONTEXTS)]
    return min(choices, key=lambda choice: choice.value, default=Choice.NEVER)


def run_at(
    unit: Unit, site: Site, position: int, resolution: Resolution, *, last: bool = False, depth: int = 0
) -> tuple[Site, int]:
    """Where the module's body comes to what stands in a function: at its first call, or its last; the place itself
    where that cannot be told."""
    scope = site.scope
    sites = call_sites(scope, unit, resolution) if unit.scope(scope).kind is ScopeKind.FUNCTION else ()
    if not sites or depth > _DEEPEST or any(one.unit is not unit for one in sites):
        return site, position
    found = [run_at(unit, one.call.site, one.call.span.start, resolution, last=last, depth=depth + 1) for one in sites]
    if any(unit.scope(place.scope).kind is ScopeKind.FUNCTION for place, _ in found):
        return site, position
    return (max if last else min)(found, key=lambda one: one[1])


def _by_call(scope: int, unit: Unit, resolution: Resolution, depth: int) -> Iterator[Activation]:
    for site in call_sites(scope, unit, resolution):
        arguments = [argument.value for argument in site.call.arguments]
        # The call's own function takes no part: `self.make(…)` would count as a use of `self`.
        for outer in contexts(arguments, site.unit, site.call.site, resolution, depth + 1):
            caller = Frame(site.unit, site.call.site, _steps(site.call, site.unit, outer), 0, outer)
            for each in iterations(arguments, caller, resolution):
                yield site.activation(unit, scope, each)


def _by_receiver(scope: int, unit: Unit, resolution: Resolution, depth: int) -> list[Activation | None]:
    """The calls of a method, or the reads of a property, each with the object that it is of; none where not all of them
    can be told."""
    found: list[Activation | None] = []
    for there, call in _accesses(scope, unit, resolution):
        base = call.function.base if isinstance(call.function, Attribute) else None
        for outer in contexts((base,), there, call.site, resolution, depth + 1) if base is not None else ():
            caller = Frame(there, call.site, activation=outer)
            objects = list(receivers(base, caller, resolution)) if base is not None else []
            if not objects or any(made is None for made, _ in objects):
                return []
            known = resolution.all_values(base, caller) if base is not None else ()
            if len(known) != len(objects):
                return []
            steps = Frame(there, call.site, _steps(call, there, outer), activation=outer)
            if resolution.conditions.choice(call.site.guards, caller) is not Choice.NEVER:
                found += [Activation(unit, scope, call, steps, made, owner) for made, owner in objects]
    return found


def _accesses(scope: int, unit: Unit, resolution: Resolution) -> Iterator[tuple[Unit, Call]]:
    function = unit.scope(scope)
    if not is_property(function):
        yield from ((site.unit, site.call) for site in call_sites(scope, unit, resolution))
        return
    if resolution.program.files_naming(f".{function.name}", unit.facts.path):
        return
    for read in unit.reads_by_word.get(function.name, ()):
        access: Expression = read.expression
        while isinstance(access, Attribute) and access.name != function.name:
            access = access.base
        if isinstance(access, Attribute):
            yield unit, Call(access, (), access.span, Slot(access.span), read.site)


def _by_instance(scope: int, unit: Unit, name: str, resolution: Resolution, depth: int) -> Iterator[Activation]:
    """The makings of the objects whose method the code stands in."""
    function = unit.scope(scope)
    for site in instances(Target(name, unit, function.parent), resolution):
        arguments = [argument.value for argument in site.call.arguments]
        for outer in contexts(arguments, site.unit, site.call.site, resolution, depth + 1):
            caller = Frame(site.unit, site.call.site, _steps(site.call, site.unit, outer), 0, outer)
            if resolution.conditions.choice(site.call.site.guards, caller) is not Choice.NEVER:
                yield Activation(unit, scope, site.call, caller, caller.value(site.call), site.owner)


def _steps(call: Call, unit: Unit, outer: Activation | None) -> tuple[Step, ...]:
    start = outer.caller if outer else Frame(unit, call.site)
    return Frame(unit, call.site, start.chain).via(call.span, f"called by `{written(call)}`").chain


_PASSED_THROUGH = frozenset(
    """
    lru_cache cache cached_property property staticmethod classmethod wraps contextmanager asynccontextmanager
    overload override final singledispatch retry typechecked validate_call setter
    """.split()
)


def is_called_otherwise(scope: int, unit: Unit, resolution: Resolution) -> bool:
    """Whether a decorator may call the function with arguments that are not in sight: a command, a route, a fixture."""
    decorators = unit.scope(scope).decorators
    if all(decorator_name(decorator) in _PASSED_THROUGH for decorator in decorators):
        return False
    known = decorating(scope, unit, resolution.program)
    return any(
        target is None and decorator_name(decorator) not in _PASSED_THROUGH
        for decorator, target in zip(decorators, known, strict=True)
    )


def _names_behind(expressions: Iterable[Expression], unit: Unit, scope: int) -> set[str]:
    """The names that expressions rest on, through the assignments of a function."""
    found: set[str] = set()
    pending: list[object] = list(expressions)
    while pending:
        node = pending.pop()
        if isinstance(node, Name) and node.id not in found:
            found.add(node.id)
            for binding in (b for n in _bound_as(node.id, scope, unit) for b in unit.bindings[scope, n]):
                pending.append(binding.value)
                pending += [guard.test for guard in binding.site.guards]
        elif isinstance(node, tuple):
            pending += node
        elif isinstance(node, Struct) and not isinstance(node, (Site, Guard)):
            pending += [part for name, part in asdict(node).items() if name not in ("site", "place", "slot", "span")]
    return found


def _bound_as(name: str, scope: int, unit: Unit) -> list[str]:
    """A name and its items and attributes, as far as the function binds them."""
    return [n for n in unit.names_in(scope) if n == name or n.startswith((f"{name}[", f"{name}."))]
