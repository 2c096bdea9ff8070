"""What a dataclass that derives from an SDK's one declares for the parameters of its constructor."""

from __future__ import annotations

from msgspec.structs import replace

from residency_lint.call_rules import SdkCall
from residency_lint.expressions import Argument, Call
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.classes import decorated
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.units import Unit

_MAKES_CONSTRUCTOR = frozenset({"dataclass"})


def with_declared(call: Call, rule: SdkCall, unit: Unit, scope: int) -> Call:
    """A call of a class with the defaults that its body declares for what the call does not name: `host: str = …`."""
    if not decorated(unit.scope(scope), _MAKES_CONSTRUCTOR):
        return call
    named = {argument.name for argument in call.arguments}
    declared = [
        Argument(placed(binding.value, Frame(unit, binding.site)), binding.span, name=setting.argument)
        for setting in rule.settings
        if setting.argument and setting.argument not in named
        for binding in unit.bindings.get((scope, setting.argument), [])[-1:]
        if binding.value is not None and binding.annotation is not None
    ]
    return replace(call, arguments=(*call.arguments, *declared)) if declared else call
