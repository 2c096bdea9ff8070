"""Where an SDK is started: by a call, or by an assignment to a module that is its own client."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from residency_lint.call_rules import SdkCall, SdkSetting
from residency_lint.dotted import expression_of
from residency_lint.expressions import Attribute, Call, Expression, Name, Site, Text
from residency_lint.facts import Binding, ScopeKind
from residency_lint.findings import Context, Sighting, Step
from residency_lint.fixes import Slot
from residency_lint.resolve.callers import instances
from residency_lint.resolve.classes import constructed_by, lineage
from residency_lint.resolve.frames import Activation, Frame, Value
from residency_lint.resolve.names import Target, constructor_parameters, targets
from residency_lint.resolve.units import Unit
from residency_lint.resolve.values import Resolution, resolve
from residency_lint.sightings.declared import with_declared
from residency_lint.sightings.partials import completed
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.signatures import at_release
from residency_lint.source import Span

_MOST_PARTIALS = 8


class Start(Struct, frozen=True):
    """One place that starts an SDK. For an assignment `call` is the call it stands for: the module is `assigned`."""

    call: Call
    rule: SdkCall
    target: Target
    scene: Scene
    by_assignment: bool = False
    activation: Activation | None = None
    """The call by way of which it is reached."""
    passed: list[tuple[Expression, Unit]] = field(default_factory=list)
    """What stands where other values are taken, each with its file; grows as values are asked for."""

    @property
    def frame(self) -> Frame:
        return Frame(self.scene.unit, self.call.site, activation=self.activation)

    @property
    def resolution(self) -> Resolution:
        return Resolution(self.scene.program.everywhere, self.passed)

    def values(self, expression: Expression) -> tuple[Value, ...]:
        """The values that one of its expressions can take, in the context it is reached in."""
        return self.resolution.all_values(expression, self.frame)

    def sighting(self, span: Span, region: str | None, *, seen: str, words: str, verb: str = "leads to") -> Sighting:
        """What stands at a span of the file and concerns the start."""
        statement, scene = self.call.site.statement, self.scene
        return Sighting(self.rule, scene.path, span, statement, region, seen, words, verb, self.context)

    @property
    def name(self) -> str:
        return self.target.names[0].rpartition(".")[2]

    @property
    def service(self) -> str:
        """The first argument, where it is a text: one of the services that a cloud's client is made for."""
        return next((a.value.text for a in self.call.arguments[:1] if isinstance(a.value, Text)), "")

    def variable(self, setting: SdkSetting) -> str:
        """The environment variable that the SDK reads for a setting; empty where it depends on an unknown service."""
        if "{service}" not in setting.env:
            return setting.env
        service = self.service
        spelled = setting.services.get(service, service.upper().replace("-", "_"))
        return setting.env.replace("{service}", spelled) if service else ""

    @property
    def is_method(self) -> bool:
        """Whether it is a method of what another SDK call made."""
        return self.target.name.rpartition(".")[0] in self.scene.catalog.sdk_calls

    @property
    def title(self) -> str:
        return f"`{self.call.assigned}.{self.name} = …`" if self.by_assignment else f"`{self.name}()`"

    @property
    def context(self) -> Context:
        return Context.TEST if self.scene.facts.is_test else Context.CODE

    @property
    def span(self) -> Span:
        """The call where it fits on a line, else what is called."""
        call, data = self.call, self.scene.source.data
        one_line = b"\n" not in data[call.span.start : call.span.end]
        return call.span if one_line else call.function.span

    @property
    def after(self) -> Slot | None:
        """Where a statement about what is started goes."""
        if self.by_assignment:
            return next((b.after for b in self.scene.facts.bindings if b.span == self.call.span), None)
        binding = self.scene.unit.bindings_by_value.get(id(self.call))
        return binding.after if binding else self._after_statement

    @property
    def _after_statement(self) -> Slot | None:
        """A line of its own behind a call that is a whole statement: `super().__init__()`."""
        data, statement, call = self.scene.source.data, self.call.site.statement, self.call
        line = data.rfind(b"\n", 0, statement.start) + 1
        rest = data[statement.end :].partition(b"\n")[0].strip()
        indentation = data[line : statement.start].decode(self.scene.source.encoding)
        is_whole = statement.start == call.span.start and statement.end == call.span.end
        if not is_whole or not call.assigned or indentation.strip() or rest:
            return None
        newline = "\r\n" if data[statement.end :].startswith(b"\r\n") else "\n"
        return Slot(Span(statement.end, statement.end), newline + indentation)

    def words_for(self, setting: SdkSetting) -> str:
        name = setting_name(setting)
        return f"`{self.name}({name}=…)`" if setting.argument else f"`{self.place_of(setting)}`"

    def place_of(self, setting: SdkSetting) -> str:
        """Where a setting that is no argument is assigned, as the file would write it."""
        if setting.module:
            return f"{self.call.assigned}.{setting.module.rpartition('.')[2]}"
        if setting.entry:
            return f"{self.name}({setting.entry})"
        own = setting.attribute or setting.item or setting.setter
        if setting.file:
            return setting.key
        return f"{self.call.assigned or 'the object'}.{own}" if own else self.variable(setting)

    def step(self, words: str, span: Span | None = None) -> Step:
        return Step(self.scene.path, span or self.span, words)


def setting_name(setting: SdkSetting) -> str:
    places = (setting.argument, setting.attribute, setting.item, setting.entry, setting.setter, setting.env)
    own = next(filter(None, (*places, setting.key, setting.receiver)), "")
    return own or setting.module.rpartition(".")[2]


_DEEPEST = 3
"""Calls of an SDK, each on what the one before made."""


def starts(scene: Scene) -> Iterator[Start]:
    """Every start of an SDK in a file: calls, calls by way of a partial or a subclass, assignments to a module."""
    for call in scene.facts.calls:
        for whole in (_completed(call, scene), *_of_parameter(call, scene)):
            found = rule_of(whole.function, whole.site, scene)
            if found is not None:
                yield Start(whole, *found, scene)
    for index, scope in enumerate(scene.facts.scopes):
        if scope.kind is ScopeKind.CLASS and scope.bases:
            yield from _base_starts(index, scene)
    for name, rule in scene.catalog.sdk_modules.items():
        # Several assignments are one start: the module's client is made once.
        for binding in module_bindings(name, scene)[:1]:
            if _is_the_sdks_module(name.rpartition(".")[0], rule, scene):
                yield _assignment_start(binding, name, rule, scene)


def rule_of(function: Expression, site: Site, scene: Scene, depth: int = 0) -> tuple[SdkCall, Target] | None:
    """The SDK row, and the name, that something called stands for."""
    for target in (*targets(function, scene.unit, site, scene.program), *_methods(function, site, scene, depth)):
        rule = next((scene.catalog.sdk_calls[n] for n in target.names if n in scene.catalog.sdk_calls), None)
        if rule is not None and _is_the_sdk(target, rule):
            return (rule if target.is_local else at_release(rule, scene)), target
    return None


def _methods(function: Expression, site: Site, scene: Scene, depth: int) -> Iterator[Target]:
    """The method of an object that a call of an SDK made: `session.client`; `client = client.client()` ends."""
    if not isinstance(function, Attribute) or function.name not in scene.catalog.sdk_methods or depth > _DEEPEST:
        return
    for value in resolve(function.base, scene.unit, site, scene.program):
        if isinstance(value.content, Call):
            made_by = rule_of(value.content.function, value.site, replace(scene, unit=value.unit), depth + 1)
            if made_by is not None:
                yield Target(f"{made_by[1].names[0]}.{function.name}")


def _is_the_sdk(target: Target, rule: SdkCall) -> bool:
    """A class of this repository under the SDK's name is the SDK itself only if it takes the SDK's settings."""
    if target.unit is None:
        return True
    parameters = constructor_parameters(target)
    return any(
        setting.argument in parameters
        if setting.argument
        else bool(target.unit.attributes(target.scope, setting.attribute))
        for setting in rule.settings
    )


def _is_the_sdks_module(module: str, rule: SdkCall, scene: Scene) -> bool:
    """A module of this repository under the SDK's name is the SDK itself only if it has the SDK's settings."""
    own = scene.program.module(scene.path, module)
    return own is None or any(
        own.bindings.get((0, setting.module.rpartition(".")[2])) for setting in rule.settings if setting.module
    )


def _completed(call: Call, scene: Scene) -> Call:
    """A call of a `functools.partial`, with the function and arguments that it was made with."""
    if not isinstance(call.function, Name):
        return call
    for scope in scene.unit.visible_scopes(call.site.scope):
        for binding in scene.unit.bindings.get((scope, call.function.id), [])[-1:]:
            if (whole := completed(call, binding.value, scene)) is not None:
                return whole
    return call


def _of_parameter(call: Call, scene: Scene) -> Iterator[Call]:
    """The calls of partials that a function is given: `def connect(factory=EuConfig)`, `factory(…)`."""
    unit, scope = scene.unit, call.site.scope
    if not isinstance(call.function, Name) or call.function.id not in unit.scope(scope).parameters:
        return
    for value in resolve(call.function, unit, call.site, scene.program)[:_MOST_PARTIALS]:
        made = value.content if isinstance(value.content, Call) and value.unit is unit else None
        if (whole := completed(call, made, scene)) is not None:
            yield whole


def _base_starts(scope: int, scene: Scene) -> Iterator[Start]:
    """`super().__init__(…)` in a subclass of the SDK's class; the calls of one that has no constructor of its own."""
    found = _base_rule(scope, scene)
    if found is None:
        return
    constructors = _constructors(scope, scene.unit)
    if not constructors:
        yield from _subclass_starts(scope, found, scene)
    for call in scene.unit.calls_by_name.get("__init__", []):
        if call.site.scope in constructors and isinstance(call.function, Attribute):
            by_name = not isinstance(call.function.base, Call)
            itself = scene.unit.scope(call.site.scope).parameters[:1]
            whole = replace(call, arguments=call.arguments[by_name:], assigned=call.assigned or "".join(itself))
            yield Start(whole, *found, scene)


def _subclass_starts(scope: int, found: tuple[SdkCall, Target], scene: Scene) -> Iterator[Start]:
    target = Target(scene.unit.scope(scope).name, scene.unit, scope)
    for site in instances(target, Resolution(scene.program.everywhere)):
        path = site.unit.facts.path
        source = scene.source if site.unit is scene.unit else scene.sources(path)
        made = constructed_by(site.receiver, scene.program.everywhere) if site.receiver else None
        if source is not None and made is not None and _leads_straight_to(target, made, scene):
            whole = with_declared(site.call, found[0], scene.unit, scope)
            yield Start(whole, *found, replace(scene, source=source, unit=site.unit))


def _leads_straight_to(target: Target, made: Target, scene: Scene) -> bool:
    """Whether no class between has a constructor of its own."""
    for one in lineage(made, scene.program.everywhere):
        if one.unit is target.unit and one.scope == target.scope:
            return True
        if one.unit is None or constructor_parameters(one) or _constructors(one.scope, one.unit):
            return False
    return False


def _constructors(scope: int, unit: Unit) -> set[int]:
    return {index for index in unit.scopes_below(scope) if unit.scope(index).name == "__init__"}


def _base_rule(scope: int, scene: Scene) -> tuple[SdkCall, Target] | None:
    entry = scene.unit.scope(scope)
    site = Site(entry.parent, (), entry.span)
    return next((found for base in entry.bases if (found := rule_of(base, site, scene)) is not None), None)


def _assignment_start(binding: Binding, name: str, rule: SdkCall, scene: Scene) -> Start:
    """The start that an assignment to the module attribute `name` is."""
    module = binding.target.rpartition(".")[0]
    function = expression_of(binding.target, binding.span)
    end = Slot(Span(binding.span.end, binding.span.end))
    call = Call(function, (), binding.span, end, binding.site, assigned=module)
    return Start(call, rule, Target(name), scene, by_assignment=True)


def module_bindings(name: str, scene: Scene) -> list[Binding]:
    """The assignments in a file to a module's attribute, by its qualified name, in source order."""
    module, _, attribute = name.rpartition(".")
    return [
        binding
        for binding in scene.facts.bindings
        if binding.target.endswith(f".{attribute}")
        and module in _names(binding.target.rpartition(".")[0], binding.span, binding.site, scene)
    ]


def _names(name: str, span: Span, site: Site, scene: Scene) -> set[str]:
    expression = expression_of(name, span)
    return {one for target in targets(expression, scene.unit, site, scene.program) for one in target.names}
