"""Where an SDK is started: by a call, or by an assignment to a module that is its own client."""

from __future__ import annotations

from dataclasses import dataclass

from residency_lint.facts import Attribute, Binding, Call, Expression, Name, Site
from residency_lint.findings import Context, Step
from residency_lint.fixes import Slot
from residency_lint.resolve.names import Target, targets
from residency_lint.rules import SdkCall, SdkSetting
from residency_lint.sightings.scene import Scene
from residency_lint.source import Span


@dataclass(frozen=True)
class Start:
    """One place that starts an SDK. For an assignment `call` is the call it stands for: the module is `assigned`."""

    call: Call
    rule: SdkCall
    target: Target
    scene: Scene
    by_assignment: bool = False

    @property
    def name(self) -> str:
        return self.target.names[0].rpartition(".")[2]

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
        return binding.after if binding else None

    def words_for(self, setting: SdkSetting) -> str:
        name = setting_name(setting)
        return f"`{self.name}({name}=…)`" if setting.argument else f"`{self.place_of(setting)}`"

    def place_of(self, setting: SdkSetting) -> str:
        """Where a setting that is no argument is assigned, as the file would write it."""
        if setting.module:
            return f"{self.call.assigned}.{setting.module.rpartition('.')[2]}"
        return (
            f"{self.call.assigned or 'the object'}.{setting.attribute or setting.item or setting.setter or setting.env}"
        )

    def step(self, words: str, span: Span | None = None) -> Step:
        return Step(self.scene.path, span or self.span, words)


def setting_name(setting: SdkSetting) -> str:
    own = setting.argument or setting.attribute or setting.item or setting.setter or setting.env
    return own or setting.module.rpartition(".")[2]


def assignment_start(binding: Binding, name: str, rule: SdkCall, scene: Scene) -> Start:
    """The start that an assignment to the module attribute `name` is."""
    module = binding.target.rpartition(".")[0]
    function = _expression(binding.target, binding.span)
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


def _names(dotted: str, span: Span, site: Site, scene: Scene) -> set[str]:
    expression = _expression(dotted, span)
    return {name for target in targets(expression, scene.unit, site, scene.program) for name in target.names}


def _expression(dotted: str, span: Span) -> Expression:
    first, *rest = dotted.split(".")
    expression: Expression = Name(first, span)
    for name in rest:
        expression = Attribute(expression, name, span)
    return expression
