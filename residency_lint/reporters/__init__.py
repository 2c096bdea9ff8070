"""The formats a report can be written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from residency_lint.report import Report

Renderer = Callable[[Report], Iterator[str]]
"""Yields pieces of text, newlines included; joined they are the whole output."""

FORMATS = {
    "text": "text",
    "concise": "concise",
    "json": "json_",
    "sarif": "sarif",
    "github": "github",
}
"""name on the command line → module here. Modules and not functions: a hook that prints text loads no JSON."""


def renderer(name: str) -> Renderer:
    render: Renderer = import_module(f"{__name__}.{FORMATS[name]}").render
    return render
