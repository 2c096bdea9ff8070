"""Which reader reads which file."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from residency_lint.languages.file_names import language_of

if TYPE_CHECKING:
    from residency_lint.facts import Facts
    from residency_lint.source import Source

READERS = {
    "python": "python",
    "notebook": "notebook",
    **dict.fromkeys(("yaml", "json", "hcl", "toml", "ini", "properties", "env", "conf", "dockerfile"), "config"),
    **dict.fromkeys(
        "javascript typescript java kotlin go c csharp swift rust scala dart groovy php ruby perl r elixir lua coffee "
        "proto".split(),
        "code",
    ),
    **dict.fromkeys(("html", "xml"), "markup"),
    **dict.fromkeys(("markdown", "prose", "shell", "batch", "css", "sql", "visual basic", "text"), "text"),
}
"""Language → the module of this package whose `read` reads it."""


def reader_for(path: str) -> tuple[str, Callable[[Source], Facts]]:
    """The language that a path's name says, and the function that reads it; the module is imported only now."""
    language = language_of(path)
    read: Callable[[Source], Facts] = import_module(f"{__name__}.{READERS[language]}").read
    return language, read
