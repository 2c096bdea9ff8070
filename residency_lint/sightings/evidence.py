"""Passages of a text that name a destination, and the sightings made of them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import HOLE, Text
from residency_lint.facts import Mention
from residency_lint.findings import Context, Rewrite, Sighting
from residency_lint.fixes import Applicability, Edit
from residency_lint.rules import Rule
from residency_lint.sightings.scene import Scene, changed

_PLACEHOLDER = re.compile(
    r"<[A-Za-z][\w .-]*>|[xX]{4,}|\bX{3,}\b|\byour[-_]|(?i:fill[-_]?me|change[-_]?me|replace[-_]?me)"
)


class Passage(Struct, frozen=True):
    """A text under search, and what kind of place it stands in."""

    mention: Mention
    context: Context
    scene: Scene
    is_only: bool = False
    """Whether the expression that is put together has no other value."""

    @property
    def text(self) -> str:
        return self.mention.text.text

    @property
    def surroundings(self) -> str:
        """The keys that lead to the text and the lines around it: what tells one certificate from another."""
        data, span = self.scene.source.data, self.mention.site.statement
        around = data[max(0, span.start - 400) : min(len(data), span.end + 400)]
        return " ".join(self.mention.keys) + " " + around.decode("latin-1")

    def at(self, start: int, end: int) -> Evidence:
        return Evidence(self, start, end)


class Evidence(Struct, frozen=True):
    """The characters of a passage that name a destination."""

    passage: Passage
    start: int
    end: int

    @property
    def words(self) -> str:
        return self.passage.text[self.start : self.end]

    @property
    def context(self) -> Context:
        """The passage's; a placeholder's where the text plainly is one."""
        is_placeholder = self.passage.context is Context.CODE and _PLACEHOLDER.search(self.passage.text)
        return Context.PLACEHOLDER if is_placeholder else self.passage.context

    def is_beside_hole(self, new: str) -> bool:
        """Whether writing `new` would change characters right beside a part that is not known."""
        first, last = changed(self.passage.mention.text, self.start, self.end, new)
        return HOLE in self.passage.text[max(0, first - 1) : last + 1]

    def is_between_parts(self, new: str) -> bool:
        """Whether writing `new` would add characters right where the passage was put together from parts: that may be
        wrong for other values of the part beside them."""
        text = self.passage.mention.text
        first, last = changed(text, self.start, self.end, new)
        beside = [piece for at, piece in text.pieces if first in (at, at + len(piece.text))]
        return first == last and len(beside) > 1 and not all(text.span.contains(piece.span) for piece in beside)

    def _empty_part(self, new: str) -> Text | None:
        """The one part without a character that stands where writing `new` would add some: they are meant for it."""
        text = self.passage.mention.text
        first, last = changed(text, self.start, self.end, new)
        empty = [piece for at, piece in text.pieces if at == first == last and not piece.text]
        return empty[0] if len(empty) == 1 else None

    def edit(self, new: str) -> Edit | None:
        part, text = self._empty_part(new), self.passage.mention.text
        if part is not None:
            first, _ = changed(text, self.start, self.end, new)
            added = new[first - self.start :][: len(new) - (self.end - self.start)]
            return self.passage.scene.edit(part if part.path else replace(part, path=text.path), 0, 0, added)
        return self.passage.scene.edit(self.passage.mention.text, self.start, self.end, new)

    def rewrite(self, region: str, new: str, fix: Applicability) -> Rewrite:
        """The rewrite to a region; shown only where the text cannot be edited."""
        if self.is_beside_hole(new):
            fix = Applicability.DISPLAY
        elif self._empty_part(new) is not None:
            # It may serve something else as well.
            fix = min(fix, Applicability.UNSAFE)
        elif self.is_between_parts(new):
            # Its parts may serve something else as well.
            fix = min(fix, Applicability.UNSAFE if self.passage.is_only else Applicability.DISPLAY)
        edit = self.edit(new) if fix is not Applicability.DISPLAY else None
        if edit is None or fix is Applicability.DISPLAY:
            return Rewrite(region, new, (), Applicability.DISPLAY)
        return Rewrite(region, new, (edit,), fix)

    def rewrite_in_parts(self, region: str, new: str, fix: Applicability) -> Rewrite:
        """The rewrite of a text that stands in one expression in parts, divided at dashes (`"us-" + "east-1"`): every
        part gets the words of its own place."""
        text, scene = self.passage.mention.text, self.passage.scene
        inside = [at for at, _ in text.pieces if self.start < at < self.end]
        if not inside or not all(text.span.contains(piece.span) for _, piece in text.pieces):
            return Rewrite(region, new, (), Applicability.DISPLAY)
        cuts = [self._cut(at, new) for at in inside]
        olds, news = [self.start, *inside, self.end], [0, *(cut for cut in cuts if cut is not None), len(new)]
        parts = [
            (start, end, new[first:last])
            for (start, end), (first, last) in zip(pairwise(olds), pairwise(news), strict=False)
            if text.text[start:end] != new[first:last]
        ]
        edits = [scene.edit(text, *part) for part in parts]
        written = tuple(edit for edit in edits if edit is not None)
        if None in cuts or len(written) < len(edits):
            return Rewrite(region, new, (), Applicability.DISPLAY)
        return Rewrite(region, new, written, fix)

    def _cut(self, at: int, new: str) -> int | None:
        """Where `new` is divided as the text is at `at`: before or after the same dash."""
        text = self.passage.text
        before = text[self.start : at].count("-")
        dashes = [index for index, sign in enumerate(new) if sign == "-"]
        if text[at - 1] == "-" and len(dashes) >= before:
            return dashes[before - 1] + 1
        return dashes[before] if text[at] == "-" and len(dashes) > before else None

    def _telling_part(self, rewrites: tuple[Rewrite, ...]) -> tuple[int, int]:
        """Of a text put together, the characters in the part that a rewrite would change: there the value is born."""
        for at, piece in self.passage.mention.text.pieces:
            start, end = max(self.start, at), min(self.end, at + len(piece.text))
            if start < end and any(piece.span.contains(edit.span) for r in rewrites for edit in r.edits[:1]):
                return start, end
        return self.start, self.end

    def sighting(self, rule: Rule, region: str | None, **more: Any) -> Sighting:
        """What the evidence says; `more` are fields of `Sighting`."""
        scene, mention = self.passage.scene, self.passage.mention
        path, span = scene.locate(mention.text, *self._telling_part(more.get("rewrites", ())))
        seen = more.setdefault("seen", self.words.replace(HOLE, "…"))
        found = Sighting(
            rule=rule,
            path=path,
            span=span,
            statement=mention.site.statement,
            region=region,
            seen=seen,
            words=f"`{seen}`",
            context=self.context,
            certain=not scene.facts.note,
        )
        return replace(found, **more)
