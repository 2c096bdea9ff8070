"""Where a destination is asked for, and what that comes to, whatever else stands there."""

from __future__ import annotations

from msgspec import Struct

from residency_lint.expressions import Text
from residency_lint.facts import Mention
from residency_lint.resolve.templates import pieces_of
from residency_lint.source import Span


class Taken(Struct, frozen=True):
    """Where a destination is asked for, and what that comes to: texts all of which are known. `key`: of a mapping that
    is expanded there only this item is asked for."""

    span: Span
    texts: tuple[Text, ...]
    path: str
    key: str = ""

    def leaves_out(self, span: Span, origin: Mention | None, telling: Span) -> bool:
        """Whether a text that stands in the expression at `span` is no part of what is taken, where its bytes at
        `telling` are what matters."""
        if (
            origin is None
            or origin.site.guards
            or not self.span.contains(span)
            or (self.key and origin.keys[-1:] != (self.key,))
        ):
            return False
        pieces = [piece for text in self.texts for _, piece in pieces_of(text, self.path)]
        return not any(p.path in ("", self.path) and p.span.overlaps(telling) for p in pieces)
