"""Settings that are left to the environment: what holds where that sets nothing."""

from __future__ import annotations

from msgspec.structs import replace

from residency_lint.call_rules import SdkSetting
from residency_lint.dotted import written
from residency_lint.expressions import Argument, Call, Constant, Elsewhere, Expression, Fallback, Name
from residency_lint.resolve.deployments import is_dotenv
from residency_lint.resolve.dotenv import loaded
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.frames import Unknown, Value
from residency_lint.sightings.starts import Start


def without_own_default(
    values: tuple[Value, ...], expression: Expression, setting: SdkSetting, start: Start
) -> tuple[Value, ...]:
    """A setting's values; where a look-up falls back on what the object has anyway, as in
    `config.host = environ.get("HOST", config.host)`, and nothing sets the variable, none is set."""
    if not setting.attribute or not start.call.assigned:
        return values
    fallback = _fallback(expression)
    if fallback is None or written(fallback) != f"{start.call.assigned}.{setting.attribute}":
        return values
    others = tuple(value for value in values if not isinstance(value.content, Unknown))
    return others or tuple(replace(value, content=Constant("None", fallback.span)) for value in values[:1])


def _fallback(expression: Expression) -> Expression | None:
    """What an expression comes to last: the default of a look-up, the last of what `or` tries."""
    if isinstance(expression, Elsewhere):
        return _fallback(expression.expression)
    if isinstance(expression, Fallback):
        return expression.options[-1]
    is_lookup = isinstance(expression, Call) and len(expression.arguments) == 2
    return expression.arguments[1].value if is_lookup and isinstance(expression, Call) else None


def left_unset(values: tuple[Value, ...], start: Start) -> tuple[Value, ...]:
    """The values, where all are variables that are `None` when nothing sets them, and what sets the others that the
    file asks for is in sight: it sets these not. So it is with those that are set too late."""
    names = {value.content.env for value in values if isinstance(value.content, Unknown) and value.is_unset}
    if not names or len(names) < len(values) or "" in names:
        return ()
    return values if _are_set_later(values, start) or _is_environment_in_sight(names, start) else ()


def _are_set_later(values: tuple[Value, ...], start: Start) -> bool:
    """Whether something sets each variable, and did not yet where it was asked for."""
    program = start.scene.program
    names = [(value.content.env, value.unit) for value in values if isinstance(value.content, Unknown)]
    return all(set_values(name, unit, program) for name, unit in names)


def _is_environment_in_sight(names: set[str], start: Start) -> bool:
    """Whether a file that gives the program its environment sets another variable that it asks for by name."""
    unit, program = start.scene.unit, start.scene.program
    asked = {mention.text.text for mention in unit.mentions} - names
    files = [file.unit for file in loaded(unit, program)]
    paths = [path for path in program.environment_files(unit.facts.path) if not is_dotenv(path)]
    files += [there for path in paths if (there := program.unit_at(path)) is not None]
    return any(asked & there.values_by_key.keys() for there in files)


def lookup_left_unset(expression: Expression | Argument | None, unset: tuple[Value, ...], start: Start) -> Call | None:
    """The look-up in the start's file that says nothing where its variable is not set: it has no default yet."""
    if len(unset) != 1 or not unset[0].is_unset or unset[0].unit is not start.scene.unit:
        return None
    while isinstance(expression, Elsewhere):
        expression = expression.expression
    if isinstance(expression, Name):
        places = ((scope, expression.id) for scope in start.scene.unit.visible_scopes(start.call.site.scope))
        bound = next(filter(None, (start.scene.unit.bindings.get(place) for place in places)), [])
        expression = bound[0].value if len(bound) == 1 else None
    return expression if isinstance(expression, Call) and len(expression.arguments) == 1 else None
