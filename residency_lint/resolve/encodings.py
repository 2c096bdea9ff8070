"""Texts that stand in the source in an encoding: base64 and its like."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from residency_lint.expressions import HOLE, Expression, Text
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.templates import pieces_of

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution


def coder(names: set[str]) -> Callable[[bytes], bytes] | None:
    """What a function of one of these qualified names makes of bytes."""
    return next((_CODERS[name] for name in sorted(names) if name in _CODERS), None)


def coded(code: Callable[[bytes], bytes], given: Expression, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """The texts that are made; another one cannot be written in their place, for nothing of them stands there."""
    for value in resolution.values(given, frame.deeper()):
        made = _made(code, value.text)
        if made is None or not isinstance(value.content, Text):
            yield frame.unknown("a text in an encoding")
            continue
        _, source = pieces_of(value.content, value.unit.facts.path)[0]
        yield replace(value, content=Text(made, source.span, plain=False, path=source.path))


def _made(code: Callable[[bytes], bytes], text: str | None) -> str | None:
    if text is None or HOLE in text:
        return None
    try:
        return code(text.encode()).decode()
    except ValueError:
        return None


_CODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64.b64decode": base64.b64decode,
    "base64.standard_b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b16decode": base64.b16decode,
    "base64.b85decode": base64.b85decode,
    "binascii.a2b_base64": binascii.a2b_base64,
    "binascii.unhexlify": binascii.unhexlify,
    "binascii.a2b_hex": binascii.unhexlify,
    "base64.b64encode": base64.b64encode,
    "base64.standard_b64encode": base64.b64encode,
    "base64.urlsafe_b64encode": base64.urlsafe_b64encode,
}
