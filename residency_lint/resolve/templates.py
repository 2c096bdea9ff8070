"""Format strings cut into their texts and the expressions between them."""

from __future__ import annotations

import re

from msgspec.structs import replace

from residency_lint.expressions import Call, Constant, Expression, Listing, Mapping, Opaque, Text
from residency_lint.source import Span

_PERCENT = re.compile(r"%(?:%|(?:\((\w+)\))?[#0\- +]*[\d.*]*([a-zA-Z]))")
_DOLLAR = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")
_BRACE = re.compile(r"\{\{|\}\}|\{(\w*)([^{}]*)\}")


def percent_parts(template: Text, node: Call) -> tuple[Expression, ...]:
    """`template % argument`, where `node` is that call of `__mod__`."""
    argument = node.arguments[0].value
    items = list(argument.items) if isinstance(argument, Listing) else [argument]
    named = {k.text: v for k, v in argument.items if isinstance(k, Text)} if isinstance(argument, Mapping) else {}
    parts: list[Expression] = []
    end = 0
    for field in _PERCENT.finditer(template.text):
        parts.append(piece_of(template, end, field.start()))
        end = field.end()
        if field.group() == "%%":
            parts.append(Constant("%", template.span))
        elif field.group(1):
            parts.append(named.get(field.group(1), Opaque("a named value", node.span)))
        else:
            parts.append(items.pop(0) if items and not named else Opaque("a formatted value", node.span))
    return (*parts, piece_of(template, end, len(template.text)))


def brace_parts(template: Text, node: Call) -> tuple[Expression, ...]:
    """`template.format(…)`, where `node` is that call."""
    positional = [a.value for a in node.arguments if not a.name and not a.star]
    named = {a.name: a.value for a in node.arguments if a.name}
    parts: list[Expression] = []
    end = count = 0
    for field in _BRACE.finditer(template.text):
        parts.append(piece_of(template, end, field.start()))
        end = field.end()
        if field.group() in ("{{", "}}"):
            parts.append(Constant(field.group()[0], template.span))
            continue
        key, extra = field.group(1), field.group(2)
        if key == "" or key.isdigit():
            index = int(key) if key else count
            count += 1
            found = positional[index] if index < len(positional) else None
        else:
            found = named.get(key)
        parts.append(found if found is not None and not extra else Opaque("a formatted value", node.span))
    return (*parts, piece_of(template, end, len(template.text)))


def dollar_parts(template: Text, node: Call) -> tuple[Expression, ...]:
    """`Template(template).substitute(…)`, where `node` is that call."""
    named = {a.name: a.value for a in node.arguments if a.name}
    parts: list[Expression] = []
    end = 0
    for field in _DOLLAR.finditer(template.text):
        parts.append(piece_of(template, end, field.start()))
        end = field.end()
        key = field.group(1) or field.group(2)
        parts.append(named.get(key, Opaque("a named value", node.span)) if key else Constant("$", template.span))
    return (*parts, piece_of(template, end, len(template.text)))


def replaced_parts(template: Text, node: Call) -> tuple[Expression, ...]:
    """`template.replace(old, new)`, where `node` is that call."""
    old, new = (argument.value for argument in node.arguments)
    assert isinstance(old, Text)
    parts: list[Expression] = []
    end = 0
    while (at := template.text.find(old.text, end)) >= 0:
        parts += [piece_of(template, end, at), new]
        end = at + len(old.text)
    return (*parts, piece_of(template, end, len(template.text)))


def pieces_of(text: Text, path: str) -> tuple[tuple[int, Text], ...]:
    """Where the parts of a text stand; `path` is the file of one that does not say."""
    if text.pieces:
        return text.pieces
    return ((0, text if text.path else replace(text, path=path)),)


def piece_of(template: Text, start: int, end: int) -> Text:
    """A part of a template, at its own place in the source where that is known."""
    text = template.text[start:end]
    if template.pieces:
        return Text(text, template.span, plain=False, path=template.path)
    if not template.plain or not template.text.isascii():
        return replace(template, text=text, plain=False)
    return replace(template, text=text, span=Span(template.span.start + start, template.span.start + end))
