"""What source code languages look like to the lexer: their comments, quotes and regular expressions."""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

_SLASH_BLOCK = (("/*", "*/"),)


class Syntax(Struct, frozen=True, dict=True):
    marks: tuple[str, ...] = ("//",)
    blocks: tuple[tuple[str, str], ...] = _SLASH_BLOCK
    quotes: str = "\"'"
    """Texts of one line with backslash escapes."""
    long_quotes: tuple[str, ...] = ()
    """Texts over several lines."""
    character_quote: bool = False
    """`'` holds one character, or is a lifetime: nothing of interest."""
    has_templates: bool = False
    has_regexes: bool = False
    has_heredocs: bool = False

    @cached_property
    def signs(self) -> re.Pattern[str]:
        """Everything at which the lexer has to stop, longer ones first."""
        parts = [re.escape(opening) for opening, _ in self.blocks]
        parts += [re.escape(mark) for mark in self.marks]
        parts += [re.escape(quote) for quote in self.long_quotes]
        if self.has_heredocs:
            parts.append(r"<<[<~-]?[\"']?[A-Za-z_]\w*[\"']?")
        if self.character_quote:
            parts.append(r"'(?:\\.[^'\n]{0,8}|[^'\\\n])'")
        parts.append(f"[{re.escape(self.quotes)}{'`' if self.has_templates else ''}{{}}()\\[\\]]")
        if self.has_regexes:
            parts.append("/")
        return re.compile("|".join(parts))


_JAVASCRIPT = Syntax(has_templates=True, has_regexes=True)
_CURLY = Syntax(quotes='"', character_quote=True)
_JVM = Syntax(quotes='"', character_quote=True, long_quotes=('"""',))
_HASH = Syntax(marks=("#",), blocks=())

SYNTAXES = {
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "java": _JVM,
    "kotlin": _JVM,
    "scala": _JVM,
    "swift": Syntax(quotes='"', long_quotes=('"""',)),
    "csharp": Syntax(quotes='"', character_quote=True, long_quotes=('"""',)),
    "go": Syntax(quotes='"', character_quote=True, long_quotes=("`",)),
    "c": _CURLY,
    "rust": _CURLY,
    "proto": Syntax(marks=("//", "#"), long_quotes=('"""',)),
    "dart": Syntax(long_quotes=('"""', "'''")),
    "groovy": Syntax(long_quotes=('"""', "'''")),
    "php": Syntax(marks=("//", "#"), has_heredocs=True),
    "ruby": Syntax(marks=("#",), blocks=(("\n=begin", "\n=end"),), has_regexes=True, has_heredocs=True),
    "perl": Syntax(marks=("#",), blocks=(("\n=pod", "\n=cut"),), has_heredocs=True),
    "r": _HASH,
    "elixir": Syntax(marks=("#",), blocks=(), long_quotes=('"""',)),
    "coffee": Syntax(marks=("#",), blocks=(("###", "###"),), long_quotes=('"""', "'''"), has_regexes=True),
    "lua": Syntax(marks=("--",), blocks=(("--[[", "]]"),)),
    "css": Syntax(),
    "sql": Syntax(marks=("--",)),
}
