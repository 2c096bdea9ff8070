"""The variables that click reads options from by a prefix."""

from __future__ import annotations

from residency_lint.dotted import last_name
from residency_lint.expressions import Call, Expression, Mapping, Text
from residency_lint.facts import Scope
from residency_lint.resolve.config_mappings import item_of
from residency_lint.resolve.units import Unit


def variable_by_prefix(name: str, function: Scope, unit: Unit) -> str:
    """The variable that an option is read from where its command has a prefix for them: `cli(auto_envvar_prefix="X")`,
    `@click.command(context_settings={"auto_envvar_prefix": "X"})`; empty without one."""
    declared = [d for d in function.decorators if isinstance(d, Call) and last_name(d.function) in ("command", "group")]
    settings = [value for call in declared if (value := _argument(call, "context_settings")) is not None]
    found = [item_of(one, "auto_envvar_prefix") for one in settings if isinstance(one, Mapping)]
    found += [_argument(call, "auto_envvar_prefix") for call in unit.calls_by_name.get(function.name, [])]
    prefix = next((one.text for one in found if isinstance(one, Text)), "")
    return f"{prefix}_{name}".upper() if prefix else ""


def _argument(call: Call, name: str) -> Expression | None:
    return next((a.value for a in call.arguments if a.name == name), None)
