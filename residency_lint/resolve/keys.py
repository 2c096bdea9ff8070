"""What tells one key from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from residency_lint.expressions import HOLE, Call, Constant, Text
from residency_lint.resolve.enums import member_of
from residency_lint.resolve.frames import Value

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def word_of(value: Value, resolution: Resolution) -> str | None:
    """What tells a value from others as a key or in a comparison: of a text, the text itself; of anything else, what
    no text is."""
    content = value.content
    if isinstance(content, Text):
        return None if HOLE in content.text else content.text
    if isinstance(content, Constant):
        return f"\0{content.text}"
    member = member_of(value, resolution.program) if isinstance(content, Call) else None
    return f"\0{id(value.unit)} {member.site.scope} {member.target}" if member is not None else None
