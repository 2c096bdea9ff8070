"""The parts of a text that something else fills in later: template holes, and the defaults written inside them."""

from __future__ import annotations

import re

REGION = r"[a-z]{2,}(?:-[a-z]+)+-\d+"
"""The shape of a cloud region's name."""

# Every branch starts with a character that no ARN field may hold and consumes one hole in one way, so that
# repeating it cannot backtrack more than linearly. `$name` needs its closing lookahead for the same reason.
HOLES = (
    r"(?:\ufffc"  # a part that the reader could not fold
    r"|\$\{(?:[^{}]|\{[^{}]*\})*\}"
    r"|\#\{[^{}]*\}"
    r"|\#[A-Za-z]\w*\#"
    r"|\{\{[^{}]*\}\}"
    r"|\{[^{}\n]*\}"
    r"|%\([A-Za-z_]\w*\)[sd]"
    r"|%[sdv]"
    r"|\$\([A-Za-z_]\w*\)"
    r"|\$[A-Za-z_]\w*(?!\w)"
    r"|<[A-Za-z][\w .-]*>"
    r"|&lt;[A-Za-z][\w .-]*&gt;)"
)
"""A regular expression for one hole of the usual template languages."""

_HOLE = re.compile(HOLES)
_DEFAULT = re.compile(
    r"(?:[,(|]|:[-=]?|\bor\b|\belse\b|\?\?|[A-Za-z0-9_]-)\s*['\"]?"
    rf"(?P<region>{REGION}[a-z]?)(?=['\"}})\s,]|$)"
)


def has_hole(text: str) -> bool:
    return _HOLE.search(text) is not None


def masked(text: str) -> str:
    """The text with every character of a hole replaced by U+FFFC; offsets stay."""
    return _HOLE.sub(lambda hole: "\ufffc" * len(hole.group()), text)


def hidden_default(slot: str) -> tuple[str, int, int] | None:
    """The region that a hole falls back to, with its offsets in the slot: `${opt:region, 'us-east-1'}`."""
    for hole in _HOLE.finditer(slot):
        default = _DEFAULT.search(slot, hole.start(), hole.end())
        if default is not None:
            return default["region"], default.start("region"), default.end("region")
    return None
