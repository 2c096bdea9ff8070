"""What commands of click set for their options: a prefix of variables, a map of defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from residency_lint.dotted import last_name
from residency_lint.expressions import Call, Expression, Mapping
from residency_lint.facts import Scope
from residency_lint.resolve.arguments import placed
from residency_lint.resolve.command_lines import argument_of
from residency_lint.resolve.config_mappings import item_of
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.units import Unit

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def variable_by_prefix(name: str, function: Scope, frame: Frame, resolution: Resolution) -> str:
    """The variable that an option is read from where its command has a prefix for them: `cli(auto_envvar_prefix="X")`,
    `@click.command(context_settings={"auto_envvar_prefix": "X"})`; empty without one."""
    found = _set_for(function, "auto_envvar_prefix", frame, resolution)
    prefix = next((value.text for one in found for value in resolution.values(one, frame.aside()) if value.text), "")
    return f"{prefix}_{name}".upper() if prefix else ""


def default_by_map(name: str, function: Scope, frame: Frame, resolution: Resolution) -> Expression | None:
    """What `context_settings={"default_map": {…}}` gives an option that the command line leaves out."""
    for one in _set_for(function, "default_map", frame, resolution):
        for value in resolution.values(one, frame.aside()):
            item = item_of(value.content, name) if isinstance(value.content, Mapping) else None
            if item is not None:
                return placed(item, value.frame(frame.depth))
    return None


def _set_for(function: Scope, key: str, frame: Frame, resolution: Resolution) -> list[Expression]:
    """What a command is told under a name: by what declares it, else where it is called."""
    declared = [d for d in function.decorators if isinstance(d, Call) and last_name(d.function) in ("command", "group")]
    settings = [one for call in declared if (one := argument_of(call, "context_settings")) is not None]
    values = [value for one in settings for value in resolution.values(one, frame.aside())]
    found = [
        placed(item, value.frame(frame.depth))
        for value in values
        if isinstance(value.content, Mapping) and (item := item_of(value.content, key)) is not None
    ]
    return [*found, *_given_to(function.name, key, frame.unit)]


def _given_to(name: str, key: str, unit: Unit) -> list[Expression]:
    return [one for call in unit.calls_by_name.get(name, []) if (one := argument_of(call, key)) is not None]
