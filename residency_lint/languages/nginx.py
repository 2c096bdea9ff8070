"""Reads nginx configuration: a directive's name is the key of its arguments."""

from __future__ import annotations

import re

from residency_lint.facts import Role
from residency_lint.languages.ledger import Draft, Ledger
from residency_lint.languages.scalars import closing

_TOKEN = re.compile(
    r"\s+|(?P<comment>\#[^\n]*)|(?P<quote>[\"'])|(?P<sign>[;{}])|(?P<word>(?:\$\{\w+\}|\\.|[^\s;{}\"'\\])+|.)"
)
_NAMED = frozenset(
    "proxy_set_header add_header more_set_headers fastcgi_param uwsgi_param scgi_param grpc_set_header set "
    "proxy_hide_header env proxy_cookie_domain".split()
)
_DIRECTIVE = re.compile(
    r"^[ \t]*(?:server|location|upstream|http|events|proxy_\w+|listen|root|map)\b[^\n=]*[;{]\s*(?:\#.*)?$", re.M
)


def is_nginx(text: str) -> bool:
    """Whether a `.conf` file looks like nginx's."""
    return bool(_DIRECTIVE.search(text))


def read_nginx(ledger: Ledger) -> None:
    """Arguments of the directives of one block share a group; block headers (`server_name`, `location`) compare."""
    text, position = ledger.text, 0
    groups, words = [ledger.group()], list[Draft]()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            break
        start, position = found.span()
        if found.lastgroup == "comment":
            ledger.comment(start, position)
        elif found.lastgroup == "quote":
            end = closing(text, position, found.group())
            end = ledger.line_end(position) if end < 0 else end
            words.append(Draft(position, end, quote=found.group()))
            position = min(end + 1, len(text))
        elif found.lastgroup == "word":
            words.append(Draft(start, position))
        elif found.lastgroup == "sign":
            _add_directive(ledger, words, groups[-1], found.group())
            words = []
            if found.group() == "{":
                groups.append(ledger.group())
            elif found.group() == "}" and len(groups) > 1:
                groups.pop()
    _add_directive(ledger, words, groups[-1], ";")


def _add_directive(ledger: Ledger, words: list[Draft], group: int, sign: str) -> None:
    if not words:
        return
    text = ledger.text
    name = text[words[0].start : words[0].end]
    keys: tuple[str, ...] = (name,)
    arguments = words[1:]
    if name in _NAMED and len(arguments) > 1:
        keys, arguments = (name, text[arguments[0].start : arguments[0].end]), arguments[1:]
    line = text.rfind("\n", 0, words[0].start) + 1
    statement = (line, ledger.line_end(words[-1].end))
    for draft in arguments:
        draft.keys, draft.group, draft.statement = keys, group, statement
        draft.role = Role.COMPARED if sign == "{" or name == "server_name" else None
        ledger.add(draft)
