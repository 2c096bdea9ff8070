"""Statements that a fix writes before the one that a call stands in, where the call's value has no name yet."""

from __future__ import annotations

import re

from residency_lint.dotted import last_name
from residency_lint.expressions import Call
from residency_lint.fixes import Edit
from residency_lint.sightings.scene import Scene
from residency_lint.source import Span


def free_name(call: Call, scene: Scene) -> str:
    """A name for what a call makes that nothing in the file bears; empty where none is found."""
    own = last_name(call.function)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", own).lower()
    taken = re.findall(r"\w+", scene.source.text)
    return next((free for free in (name, f"{name}_", f"own_{name}") if free not in taken), "")


def hoisted(call: Call, statements: list[str], value: str, scene: Scene) -> tuple[Edit, ...]:
    """The edits that write statements on lines of their own before a call's, and `value` instead of the call.

    None where the call's statement does not begin its line.
    """
    data, start = scene.source.data, call.site.statement.start
    line = data.rfind(b"\n", 0, start) + 1
    indentation = data[line:start].decode(scene.source.encoding)
    if indentation.strip():
        return ()
    newline = "\r\n" if b"\r\n" in data[: start + 400] else "\n"
    lines = "".join(f"{statement}{newline}{indentation}" for statement in statements)
    if start == call.span.start:
        return (Edit(scene.path, call.span, lines + value),)
    return (Edit(scene.path, Span(start, start), lines), Edit(scene.path, call.span, value))
