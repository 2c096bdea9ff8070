"""Reads HTML and XML: attributes and texts with the names of their elements, scripts as code."""

from __future__ import annotations

import re

from residency_lint.facts import Facts, Role
from residency_lint.languages.code import read_code
from residency_lint.languages.file_names import language_of
from residency_lint.languages.flow import Pairs
from residency_lint.languages.ledger import DEEPEST, Draft, Ledger
from residency_lint.languages.syntaxes import SYNTAXES
from residency_lint.source import Source

_SIGN = re.compile(r"<!--|<!\[CDATA\[|<%#|\{\{!--|\{#|</?(?=[A-Za-z])")
_CLOSINGS = {"<!--": "-->", "<%#": "%>", "{{!--": "--}}", "{#": "#}"}
_NAME = re.compile(r"[\w:.-]+")
_ATTRIBUTE = re.compile(
    r"\s+|(?P<name>[^\s=>\"'/]+)(?:\s*=\s*(?P<value>\"[^\"<]*\"|'[^'<]*'|[^\s>\"']+))?|(?P<end>/?>)|."
)
_SCRIPT = SYNTAXES["javascript"]
_EMPTY = frozenset("br hr img input link meta area base col embed source track wbr".split())


def read(source: Source) -> Facts:
    """In HTML text is prose; in XML it is a value under its element's name."""
    ledger = Ledger(source)
    language = language_of(source.path)
    _Markup(ledger, language == "xml").read()
    return ledger.facts(language)


class _Markup:
    def __init__(self, ledger: Ledger, is_xml: bool) -> None:
        self.ledger, self.text, self.is_xml = ledger, ledger.text, is_xml
        self.path: list[str] = []
        self.groups = [ledger.group()]
        self.key = ""
        """The text of the last `<key>` of a property list: the key of the element that follows."""

    def read(self) -> None:
        position = self._front_matter()
        while position < len(self.text):
            found = _SIGN.search(self.text, position)
            start = found.start() if found else len(self.text)
            self._add_text(position, start)
            if found is None:
                return
            position = self._sign(found.group(), start, found.end())

    def _front_matter(self) -> int:
        """The script between `---` lines at the top of an Astro page."""
        end = self.text.find("\n---", 3) if self.text.startswith("---") else -1
        if end < 0:
            return 0
        read_code(self.ledger, _SCRIPT, 3, end)
        return end + 4

    def _sign(self, sign: str, start: int, after: int) -> int:
        if sign == "<![CDATA[":
            end = self.text.find("]]>", after)
            end = len(self.text) if end < 0 else end
            self._add_text(after, end)
            return end + 3
        if sign in _CLOSINGS:
            end = self.text.find(_CLOSINGS[sign], after)
            if end < 0 and sign != "<!--":
                return after
            end = len(self.text) if end < 0 else end + len(_CLOSINGS[sign])
            self.ledger.comment(start, end)
            return end
        found = _NAME.match(self.text, after)
        name = found.group() if found else ""
        after = found.end() if found else after
        return self._leave(name, after) if sign == "</" else self._enter(name, after)

    def _leave(self, name: str, after: int) -> int:
        if name in self.path[-8:]:
            while self.path.pop() != name:
                self.groups.pop()
            self.groups.pop()
        end = self.text.find(">", after, after + 200)
        return after if end < 0 else end + 1

    def _enter(self, name: str, position: int) -> int:
        group, pairs, is_closed = self.ledger.group(), Pairs(), False
        while position < len(self.text):
            found = _ATTRIBUTE.match(self.text, position)
            if found is None:
                break
            position = found.end()
            if found["end"]:
                is_closed = found["end"] == "/>"
                break
            if found["value"]:
                self._add_attribute(found, name, group, pairs)
        if name.lower() in ("script", "style") and not self.is_xml and not is_closed:
            end = self.text.find(f"</{name}", position)
            end = len(self.text) if end < 0 else end
            read_code(self.ledger, _SCRIPT, position, end)
            return end
        if not is_closed and (self.is_xml or name.lower() not in _EMPTY):
            self.path.append(name)
            self.groups.append(group)
        return position

    def _add_attribute(self, found: re.Match[str], tag: str, group: int, pairs: Pairs) -> None:
        start, end = found.span("value")
        name = found["name"]
        quote = self.text[start] if self.text[start] in "\"'" else ""
        draft = Draft(start + len(quote), end - len(quote), (tag, name), group, quote=quote)
        if tag.lower() == "a" and name == "href":
            draft.role = Role.PROSE
        self.ledger.add(draft)
        pairs.see(name.split(":")[-1], draft, self.text[draft.start : draft.end])

    def _add_text(self, start: int, end: int) -> None:
        for line, stop in self.ledger.lines(start, end):
            first, last = self.ledger.stripped(line, stop)
            if first < last:
                self._add_line(first, last)

    def _add_line(self, first: int, last: int) -> None:
        keys = tuple(self.path[-DEEPEST:])
        if not self.is_xml:
            self.ledger.add(Draft(first, last, (), 0, Role.PROSE))
        elif keys and keys[-1] == "key":
            self.key = self.text[first:last]
            self.ledger.add(Draft(first, last, keys[:-1], self.groups[-1], Role.KEY))
        else:
            keys = (*keys[:-1], self.key) if self.key and keys else keys
            self.ledger.add(Draft(first, last, keys, self.groups[-1]))
            self.key = ""
