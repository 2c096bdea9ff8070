"""Which Python runs a program: what `sys.version_info` is compared with."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from residency_lint.expressions import Attribute, Call, Comparison, Constant, Expression, Listing, Subscript
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.names import targets

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""How two are compared of which one is the greater."""
_OLDEST, _NEWEST = (3, 9), (3, 20)
"""What may run a program of today: between them, a comparison may come out either way."""


def by_version(test: Comparison, frame: Frame, resolution: Resolution) -> bool | None:
    """Whether `sys.version_info >= (3, 8)` holds; None where that depends on the Python, and for anything else."""
    asked, compare = _numbers(test.right), ORDER.get(test.operator)
    left, length = test.left, len(_OLDEST)
    if isinstance(left, (Subscript, Attribute)) and _is_major(left):
        left, length = left.base, 1
    if not asked or compare is None or not _is_version(left, frame, resolution):
        return None
    holds = {compare(running[:length], asked) for running in (_OLDEST, _NEWEST)}
    return holds.pop() if len(holds) == 1 else None


def _is_major(node: Subscript | Attribute) -> bool:
    if isinstance(node, Attribute):
        return node.name == "major"
    return isinstance(node.key, Constant) and node.key.text == "0"


def _is_version(node: Expression, frame: Frame, resolution: Resolution) -> bool:
    if isinstance(node, Call):  # `sys.version_info[:2]`
        node = node.function.base if isinstance(node.function, Attribute) else node
    return any(t.name == "sys.version_info" for t in targets(node, frame.unit, frame.site, resolution.program))


def _numbers(expression: Expression) -> tuple[int, ...]:
    items = expression.items if isinstance(expression, Listing) else (expression,)
    texts = [item.text for item in items if isinstance(item, Constant)]
    return tuple(map(int, texts)) if len(texts) == len(items) and all(text.isdigit() for text in texts) else ()
