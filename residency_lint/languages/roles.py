"""What the keys that lead to a text, and the text itself, say about its role."""

from __future__ import annotations

import re
from functools import lru_cache

from residency_lint.facts import Role

_DESCRIPTIONS = frozenset(
    "description desc help helptext hint placeholder tooltip example examples title label labels comment comments "
    "summary doc docs documentation docsurl documentationurl docurl helpurl homepage readme changelog".split()
)
_IDENTIFIERS = frozenset("audience aud issuer iss namespace schema id context scope scopes xmlns".split())
_LISTS = frozenset("allowedvalues allowedpattern enum choices options oneof regionslist regionlist".split())
_VALID = re.compile(r"(?:valid|supported|available)|allowed\w*(?:regions?|zones?|values?|locations?|names?|options?)$")
_SECURITY_POLICY = re.compile(
    r"content-?security-?policy|(?:^|[_-])csp(?:$|[_-])|^csp[A-Z]"
    r"|^(?:connect|default|script|img|frame|style|font|media|worker|child|object|manifest|prefetch)-?src(?:-elem|-attr)?$",
    re.I,
)
_DIRECTIVE = re.compile(r"\b(?:connect|default|script|img|frame|style|font|media|worker|child|object)-src\s")


def role_of(keys: tuple[str, ...], text: str) -> Role:
    """The role of a configuration value; `Role.VALUE` where nothing says otherwise."""
    role = _role_of_keys(keys[-4:])
    if role is Role.VALUE and "-src" in text and _DIRECTIVE.search(text):
        return Role.PERMITTED
    return role


@lru_cache(maxsize=4096)
def _role_of_keys(keys: tuple[str, ...]) -> Role:
    if not keys:
        return Role.VALUE
    if any(_SECURITY_POLICY.search(key) for key in keys):
        return Role.PERMITTED
    words = [_word(key) for key in keys[-2:]]
    if any(word in _DESCRIPTIONS for word in words):
        return Role.DESCRIBED
    if _is_identifier(keys[-1]):
        return Role.IDENTIFIER
    if words[-1] in _LISTS or _VALID.match(words[-1]):
        return Role.LISTED
    return Role.VALUE


def _is_identifier(key: str) -> bool:
    """`id`, `schema` and `context` are identifiers only with the sign that marks them: `$id`, `$schema`, `@context`."""
    if key.startswith("xmlns"):
        return True
    word = _word(key)
    return word in _IDENTIFIERS and (word not in ("id", "schema", "context") or key[:1] in ("$", "@"))


def _word(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())
