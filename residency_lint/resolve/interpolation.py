"""Options of a `configparser` that name other options: `https://%(host)s/track`, `${mixpanel:host}`."""

from __future__ import annotations

import re
from collections.abc import Callable

from residency_lint.dotted import last_name
from residency_lint.expressions import Call, Constant, Expression, Joined, Mapping, Text
from residency_lint.resolve.config_mappings import item_of
from residency_lint.resolve.parts import cut

_DEEPEST = 10
_BASIC = re.compile(r"%\((?P<option>[^)]+)\)s")
_EXTENDED = re.compile(r"\$\{(?:(?P<section>[^}:]+):)?(?P<option>[^}:]+)\}")


def interpolated(sections: dict[str, Mapping], parser: Call, is_raw: bool) -> dict[str, Mapping]:
    """The sections with what their options name put in."""
    given = next((a.value for a in parser.arguments if a.name == "interpolation"), None)
    if is_raw or isinstance(given, Constant):
        return sections
    pattern = _BASIC if given is None or not _is_extended(given) else _EXTENDED

    def option(section: str, name: str) -> Expression | None:
        return item_of(sections[section], name.strip()) if section in sections else None

    return {
        name: Mapping(tuple((k, _filled(v, name, pattern, option, 0)) for k, v in section.items), section.span)
        for name, section in sections.items()
    }


def _is_extended(interpolation: Expression) -> bool:
    function = interpolation.function if isinstance(interpolation, Call) else interpolation
    return last_name(function) == "ExtendedInterpolation"


def _filled(
    value: Expression,
    section: str,
    pattern: re.Pattern[str],
    option: Callable[[str, str], Expression | None],
    depth: int,
) -> Expression:
    if not isinstance(value, Text) or depth > _DEEPEST or not pattern.search(value.text):
        return value
    parts: list[Expression] = []
    end = 0
    for found in pattern.finditer(value.text):
        owner = found.groupdict().get("section") or section
        inner = option(owner, found["option"])
        if inner is None:
            return value
        if found.start() > end:
            parts.append(cut(value, end, found.start()))
        parts.append(_filled(inner, owner, pattern, option, depth + 1))
        end = found.end()
    if end < len(value.text):
        parts.append(cut(value, end, len(value.text)))
    return Joined(tuple(parts), value.span)
