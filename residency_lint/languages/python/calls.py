"""LibCST calls → calls, with what each argument's text is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.dotted import called_name, dotted
from residency_lint.languages.python import layout, roles
from residency_lint.languages.python.around import Around

if TYPE_CHECKING:
    from residency_lint.languages.python.expressions import Expressions


def converted(expressions: Expressions, node: cst.Call, around: Around) -> e.Expression:
    role = f.Role.DEAD if around.role is f.Role.DEAD else f.Role.VALUE
    function = expressions.convert(node.func, replace(around, role=role, assigned="", keys=()))
    callee = dotted(function)
    role = roles.role_of_callee(called_name(function))
    if role is f.Role.VALUE and _is_mock(expressions, callee, around.site.scope):
        role = f.Role.ASSERTED
    arguments: list[e.Argument] = []
    group = expressions.new_group() if callee == "dict" else around.group
    for index, argument in enumerate(node.args):
        inner = replace(around, callee=callee, group=group, assigned="").acting(
            roles.role_of_argument(callee, index, role)
        )
        named = _name_of_value(arguments) if arguments and roles.names_its_value(callee) else None
        if isinstance(named, e.Text) and (argument.keyword is None or argument.keyword.value == "default"):
            # `getenv("AWS_REGION", …)`, `add_argument("--region", default=…)`
            inner = inner.under(named.text)
        elif argument.keyword:
            inner = inner.under(argument.keyword.value)
        value = expressions.convert(argument.value, inner)
        name = argument.keyword.value if argument.keyword else ""
        arguments.append(e.Argument(value, expressions.span(argument.value), name, argument.star))
    span = expressions.span(node)
    last = expressions.span(node.args[-1].value) if node.args else span
    call = e.Call(
        function,
        tuple(arguments),
        span,
        layout.argument_slot(node, span, last, expressions.source.data),
        around.site,
        around.assigned,
    )
    if around.role is not f.Role.DEAD:
        expressions.calls.append(call)
        expressions.read(call, around)
        if callee.endswith((".get", ".pop")) and arguments and not isinstance(arguments[0].value, e.Text):
            expressions.selections.append((call, around.site))
    return call


def _is_mock(expressions: Expressions, callee: str, scope: int) -> bool:
    name = callee.partition(".")[0]
    return any((place, name) in expressions.mocks for place in (scope, 0))


def _name_of_value(arguments: list[e.Argument]) -> e.Expression:
    """The first argument, or the long option where a short one stands before it."""
    texts = [a.value for a in arguments if not a.name and isinstance(a.value, e.Text)]
    return next((text for text in texts if text.text.startswith("--")), arguments[0].value)
