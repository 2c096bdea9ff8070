"""A value that a start's setting takes: where it is written, and how the start comes to it."""

from __future__ import annotations

from msgspec import Struct

from residency_lint.call_rules import SdkSetting
from residency_lint.expressions import Constant, Text
from residency_lint.facts import Mention, Role
from residency_lint.findings import Rewrite, Step
from residency_lint.resolve.frames import Value
from residency_lint.rules import Endpoint
from residency_lint.sightings.evidence import Evidence, Passage
from residency_lint.sightings.starts import Start, setting_name
from residency_lint.source import Source


class SettingValue(Struct, frozen=True):
    """One value of one setting of a start."""

    value: Value
    setting: SdkSetting
    start: Start

    @property
    def name(self) -> str:
        return self.start.variable(self.setting) or setting_name(self.setting)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The regions that a rewrite may lead to."""
        return self.start.scene.wanted(self.start.rule.vendor)

    @property
    def chain(self) -> tuple[Step, ...]:
        return (self.start.step(self.start.words_for(self.setting)), *self.value.chain)

    @property
    def row(self) -> Endpoint | None:
        """The row of the hosts that the setting takes."""
        row = self.start.scene.catalog.rules.get(f"{self.start.rule.vendor}/{self.setting.spelling.endpoint}")
        return row if isinstance(row, Endpoint) else None

    def passage(self, text: Text) -> Passage:
        return Passage(Mention(text, Role.VALUE, self.value.site), self.start.context, self.start.scene)

    def whole(self, content: Text | Constant) -> Evidence:
        """All of a text or constant, as the destination."""
        path = self.value.unit.facts.path
        text = content if isinstance(content, Text) else Text(content.text, content.span, path=path)
        return self.passage(text).at(0, len(text.text))

    def rewrites(self, whole: Evidence) -> tuple[Rewrite, ...]:
        """The host of each wanted region, as the setting wants it, instead of a whole value."""
        row, spelling = self.row, self.setting.spelling
        if row is None:
            return ()
        before, after = ("https://", spelling.path) if spelling.kind == "url" else ("", "")
        return tuple(
            whole.rewrite(region, f"{before}{address.host}{after}", row.fix)
            for region in self.wanted
            for address in row.columns.get(region, ())[:1]
        )


def source_of(value: Value, start: Start) -> Source:
    """The file that a value stands in."""
    return start.scene.sources(value.unit.facts.path) or start.scene.source
