"""Reads HCL: Terraform, Nomad, Packer; templates in texts stay as they are written."""

from __future__ import annotations

import re

from residency_lint.facts import Role
from residency_lint.languages.ledger import DEEPEST, Draft, Ledger
from residency_lint.languages.scalars import unescaped

_TOKEN = re.compile(
    r"[ \t\f\v]+|(?P<newline>\n)|(?P<comment>\#[^\n]*|//[^\n]*|/\*)|(?P<heredoc><<[-~]?(?P<tag>[A-Za-z_]\w*)[^\n]*\n)"
    r"|(?P<quote>\")|(?P<comparison>[=!]=)|(?P<assign>=>?|:)|(?P<open>[\[{(])|(?P<close>[\]})])|(?P<comma>,)"
    r"|(?P<word>[A-Za-z_][\w.-]*)|(?P<number>\d[\w.]*)|."
)
_TEMPLATE = re.compile(r"\\.|[$%]\{|[\"{}\n]")
_REFERENCE = re.compile(r"(?:local|var)\.\w+")
_LITERALS = frozenset(("true", "false"))
_COMPARED = re.compile(r"\s*[=!]=")
_SEARCHES = frozenset(("contains", "startswith", "endswith", "regex", "regexall", "can", "index", "strcontains"))


def read_hcl(ledger: Ledger) -> None:
    """Block types and labels, attributes and map keys make the key path."""
    _Hcl(ledger).read()


class _Frame:
    __slots__ = ("callee", "group", "head", "key", "keys", "sign", "values")

    def __init__(self, sign: str, keys: tuple[str, ...], group: int, callee: str = "") -> None:
        self.sign, self.keys, self.group, self.callee = sign, keys, group, callee
        self.key: str | None = None
        self.head: list[Draft] = []
        """Words and texts since the statement began: labels of a block, a key, or values."""
        self.values = 0

    def path(self) -> tuple[str, ...]:
        return self.keys if self.key is None else (*self.keys, self.key)[-DEEPEST:]


class _Hcl:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.text = ledger, ledger.text
        self.frames = [_Frame("{", (), ledger.group())]
        self.compares = False
        self.word = ""

    def read(self) -> None:
        position, length = 0, len(self.text)
        while position < length:
            found = _TOKEN.match(self.text, position)
            if found is None:
                break
            position = self._token(found.lastgroup or "", found)
        self._end_statement()
        while len(self.frames) > 1:
            self.frames.pop()
            self._end_statement()

    def _token(self, kind: str, found: re.Match[str]) -> int:
        start, end = found.span()
        if kind == "comment":
            return self._comment(start, end)
        if kind in ("heredoc", "tag"):
            return self._heredoc(found)
        if kind == "quote":
            return self._quoted(end)
        if kind in ("word", "number"):
            self._bare(start, end, kind)
        elif kind == "comparison":
            self._compare()
        elif kind == "assign":
            self._assign(found.group())
        elif kind == "open":
            self._open(found.group())
        elif kind == "close":
            self._end_statement()
            if len(self.frames) > 1:
                self.frames.pop()
        elif kind == "comma" or (kind == "newline" and self.frames[-1].sign == "{"):
            self._end_statement()
        return end

    def _comment(self, start: int, end: int) -> int:
        if self.text.startswith("/*", start):
            end = self.text.find("*/", start + 2)
            end = len(self.text) if end < 0 else end + 2
        self.ledger.comment(start, end)
        return end

    def _compare(self) -> None:
        self.compares = True

    def _bare(self, start: int, end: int, kind: str) -> None:
        self.word = self.text[start:end]
        frame = self.frames[-1]
        if frame.key is not None or frame.sign != "{":
            if kind == "number" or self.word in _LITERALS:
                self._value(Draft(start, end))
            elif _REFERENCE.fullmatch(self.word):
                self._value(Draft(start, end, role=Role.IDENTIFIER))
        else:
            frame.head.append(Draft(start, end))

    def _quoted(self, start: int) -> int:
        end = self._end_of_text(start)
        closed = self.text.startswith('"', end)
        draft = Draft(start, end, decoded=unescaped(self.text[start:end]), quote='"')
        frame = self.frames[-1]
        if frame.key is not None or frame.sign != "{":
            self._value(draft)
        else:
            frame.head.append(draft)
        return end + closed

    def _end_of_text(self, position: int) -> int:
        """Where a text ends: at its quote, with all templates in it closed, or else at the end of the line."""
        depths: list[str] = []
        for found in _TEMPLATE.finditer(self.text, position):
            sign = found.group()
            if sign == "\n":
                return found.start()
            if sign in ("${", "%{") or (sign == "{" and depths and depths[-1] != '"'):
                depths.append("{")
            elif sign == "}" and depths and depths[-1] == "{":
                depths.pop()
            elif sign == '"':
                if not depths:
                    return found.start()
                if depths[-1] == '"':
                    depths.pop()
                else:
                    depths.append('"')
        return len(self.text)

    def _heredoc(self, found: re.Match[str]) -> int:
        """Each line of a heredoc is a mention under the attribute's key."""
        frame, tag, position = self.frames[-1], found["tag"], found.end()
        group = self.ledger.group()
        for start, end in self.ledger.lines(position):
            first, stop = self.ledger.stripped(start, end)
            if self.text[first:stop] == tag:
                return end
            if first < stop:
                self.ledger.add(Draft(first, stop, frame.path(), group))
            position = end
        return position

    def _value(self, draft: Draft) -> None:
        frame = self.frames[-1]
        draft.keys, draft.group, draft.callee = frame.path(), frame.group, frame.callee
        if self.compares or _COMPARED.match(self.text, draft.end + len(draft.quote)) or frame.callee in _SEARCHES:
            draft.role = Role.COMPARED
        self.compares = False
        self.ledger.add(draft)

    def _assign(self, sign: str) -> None:
        """What stands before is a key; `:` is one only in an object, not in `a ? b : c`."""
        frame = self.frames[-1]
        if frame.key is not None or frame.sign != "{" or not frame.head:
            return
        draft = frame.head.pop()
        self._labels(frame.head)
        frame.key = self.text[draft.start : draft.end]
        self._labels([draft])

    def _labels(self, drafts: list[Draft]) -> None:
        frame = self.frames[-1]
        for draft in drafts:
            draft.keys, draft.group, draft.role = frame.keys, frame.group, Role.KEY
            self.ledger.add(draft)
        drafts.clear()

    def _open(self, sign: str) -> None:
        frame = self.frames[-1]
        keys, callee = frame.path(), self.word if sign == "(" else frame.callee
        if sign == "{" and frame.key is None and frame.head:
            keys = (*keys, *(self.text[draft.start : draft.end] for draft in frame.head))[-DEEPEST:]
            self._labels(frame.head)
        self.frames.append(_Frame(sign, keys, self.ledger.group(), callee))

    def _end_statement(self) -> None:
        frame = self.frames[-1]
        heads, frame.head = frame.head, []
        for draft in heads:
            if draft.quote:
                self._value(draft)
        frame.key, self.compares = None, False
