"""The scope that a function opens, with its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.source import Span

if TYPE_CHECKING:
    from residency_lint.languages.python.around import Around
    from residency_lint.languages.python.expressions import Expressions


def open_function(
    name: str,
    params: cst.Parameters,
    span: Span,
    around: Around,
    expressions: Expressions,
    decorators: tuple[e.Expression, ...] = (),
) -> int:
    """Adds a function's scope, with its parameters bound in it."""
    index = len(expressions.scopes)
    positional = [*params.posonly_params, *params.params]
    parameters = [*positional, *params.kwonly_params]
    rest, options = (p.name if isinstance(p, cst.Param) else None for p in (params.star_arg, params.star_kwarg))
    scope = f.Scope(
        f.ScopeKind.FUNCTION,
        name,
        around.site.scope,
        span,
        decorators=decorators,
        parameters=tuple(p.name.value for p in parameters),
        positional=len(positional),
        rest=rest.value if rest else "",
        options=options.value if options else "",
    )
    expressions.scopes.append(scope)
    for parameter in parameters:
        default = None
        if parameter.default:
            default = expressions.convert(parameter.default, around.under(parameter.name.value))
        site = e.Site(index, (), expressions.span(parameter))
        _bind(parameter.name, default, site, expressions, annotation_of(parameter.annotation, around, expressions))
    for collected in (rest, options):
        if collected is not None:
            _bind(collected, None, e.Site(index, (), around.site.statement), expressions)
    return index


def annotation_of(node: cst.Annotation | None, around: Around, expressions: Expressions) -> e.Expression | None:
    """A type that says more than a type: `Annotated[str, Option(envvar="HOST")]`."""
    return annotated(node.annotation, around, expressions) if node else None


def annotated(node: cst.BaseExpression, around: Around, expressions: Expressions) -> e.Expression | None:
    """The same, wherever it stands: also a name may be given to it."""
    if not isinstance(node, cst.Subscript) or len(node.slice) < 2:
        return None
    name = node.value.attr if isinstance(node.value, cst.Attribute) else node.value
    if not isinstance(name, cst.Name) or name.value != "Annotated":
        return None
    metadata = [element.slice.value for element in node.slice[1:] if isinstance(element.slice, cst.Index)]
    items = tuple(expressions.convert(value, around) for value in metadata)
    span = expressions.span(node)
    return e.Subscript(e.Name(name.value, span), e.Listing(items, span), span)


def _bind(
    name: cst.Name,
    default: e.Expression | None,
    site: e.Site,
    expressions: Expressions,
    annotation: e.Expression | None = None,
) -> None:
    span = expressions.span(name)
    expressions.bindings.append(
        f.Binding(name.value, default, f.BindingKind.PARAMETER, span, site, annotation=annotation)
    )
