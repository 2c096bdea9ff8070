"""Reads source code other than Python with a lexer: every text, its names, and what is done with it."""

from __future__ import annotations

import re

from residency_lint.facts import Facts, Role
from residency_lint.languages.code_context import before, is_compared_after, is_key, role_of_call
from residency_lint.languages.file_names import language_of
from residency_lint.languages.ledger import DEEPEST, Draft, Ledger
from residency_lint.languages.scalars import closing, unescaped
from residency_lint.languages.syntaxes import SYNTAXES, Syntax
from residency_lint.source import Source

_REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_REGEX_LONGEST = 400
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+~\n")
_WORDS_BEFORE_REGEX = ("return", "case", "typeof", "when", "if", "and", "or", "not")
_TAG = re.compile(r"<<[<~-]?[\"']?([A-Za-z_]\w*)")
_LONGEST_LOOK = 60


def read(source: Source) -> Facts:
    """The facts of a source file of any language in `SYNTAXES`."""
    ledger = Ledger(source)
    language = language_of(source.path)
    read_code(ledger, SYNTAXES.get(language, SYNTAXES["c"]))
    return ledger.facts(language)


def read_code(ledger: Ledger, syntax: Syntax, start: int = 0, end: int | None = None) -> None:
    """Read the code between two characters of a file."""
    _Code(ledger, syntax, len(ledger.text) if end is None else end).read(start)


class _Frame:
    __slots__ = ("callee", "first", "group", "is_call", "keys")

    def __init__(self, keys: tuple[str, ...], group: int, callee: str = "") -> None:
        self.keys, self.group, self.callee = keys, group, callee
        self.is_call = False
        self.first = 0
        """Index of the first draft inside."""


class _Code:
    def __init__(self, ledger: Ledger, syntax: Syntax, end: int) -> None:
        self.ledger, self.text, self.syntax, self.end = ledger, ledger.text, syntax, end
        self.frames = [_Frame((), 0)]
        self.unclosed: set[str] = set()
        """Closing signs that are known not to come any more: looking again for each would be quadratic."""
        self.blocks = dict(syntax.blocks)

    def read(self, position: int) -> None:
        signs = self.syntax.signs
        while True:
            found = signs.search(self.text, position, self.end)
            if found is None:
                return
            position = max(self._sign(found.group(), found.start()), position + 1)

    def _sign(self, sign: str, start: int) -> int:
        """Read what a sign starts; gives where to go on."""
        after = start + len(sign)
        if sign in self.blocks:
            return self._block_comment(start, after, self.blocks[sign])
        if sign in self.syntax.marks:
            return self._line_comment(start, after)
        if sign in ("{", "[", "("):
            self._open(sign, start)
        elif sign in ("}", "]", ")"):
            self._close(after)
        elif sign == "/":
            return self._regex(start)
        elif sign.startswith("<<"):
            return self._heredoc(start, after)
        elif sign in self.syntax.long_quotes:
            return self._long(start, after, sign)
        elif sign == "`":
            return self._template(start, after)
        elif sign in self.syntax.quotes:
            return self._short(start, after, sign)
        return after

    def _block_comment(self, start: int, after: int, close: str) -> int:
        start += self.text[start] == "\n"
        end = self._find(close, after)
        end = self.end if end < 0 else end + len(close)
        self.ledger.comment(start, end)
        return end

    def _line_comment(self, start: int, after: int) -> int:
        """`//` behind a colon is an address, `#` inside a word or before `[` (a PHP attribute) no comment."""
        previous = self.text[start - 1] if start else "\n"
        if self.text.startswith("//", start):
            is_comment = previous != ":"
        else:
            is_comment = not (previous.isalnum() or previous in "$'\"`\\&") and self.text[after : after + 1] not in (
                "[",
                "{",
            )
        if not is_comment:
            return after
        end = min(self.ledger.line_end(start), self.end)
        self.ledger.comment(start, end)
        return end

    def _open(self, sign: str, start: int) -> None:
        outer, around = self.frames[-1], before(self.text, start + (sign == "("))
        keys = (*outer.keys, around.key)[-DEEPEST:] if around.key else outer.keys
        frame = _Frame(keys, 0 if self._is_body(sign, start) else self.ledger.group(), outer.callee)
        frame.first = len(self.ledger.drafts)
        if frame.group == 0:
            frame.callee = ""
        if sign == "(":
            frame.is_call, frame.callee = bool(around.callee), around.callee or outer.callee
        self.frames.append(frame)

    def _is_body(self, sign: str, start: int) -> bool:
        """Whether `{` opens statements and not a literal: `) {`, `class X {`, `else {`, `=> {`."""
        if sign != "{":
            return False
        window = self.text[max(0, start - _LONGEST_LOOK) : start]
        previous = window.rstrip()
        if previous.endswith(("return", "yield", "default")):
            return False
        return previous.endswith((")", "=>", ";", "->")) or (previous[-1:].isalnum() and window != previous)

    def _close(self, after: int) -> None:
        if len(self.frames) == 1:
            return
        frame = self.frames.pop()
        drafts = self.ledger.drafts
        if frame.first < len(drafts) and frame.group and not frame.is_call and is_compared_after(self.text, after):
            for draft in drafts[frame.first :]:
                draft.role = draft.role or Role.COMPARED

    def _short(self, start: int, inside: int, quote: str) -> int:
        stop = min(self.ledger.line_end(inside), self.end)
        end = closing(self.text, inside, quote, stop)
        after = end + 1
        if end < 0:
            end = after = stop
        self._add(start, Draft(inside, end, quote=quote), after)
        return after

    def _long(self, start: int, inside: int, quote: str) -> int:
        end = self._find(quote, inside)
        if end < 0:
            return inside
        self._add(start, Draft(inside, end, quote=quote), end + len(quote))
        return end + len(quote)

    def _template(self, start: int, inside: int) -> int:
        """A template literal; `${…}` stays in its text, with the texts and templates inside it."""
        depths = ["`"]
        for found in _TEMPLATE_SIGN.finditer(self.text, inside, self.end) if "`" not in self.unclosed else ():
            sign, innermost = found.group(), depths[-1]
            if sign == "`":
                if innermost == "`":
                    depths.pop()
                else:
                    depths.append("`")
            elif (sign == "${" and innermost == "`") or (sign == "{" and innermost == "{"):
                depths.append("{")
            elif sign == "}" and innermost == "{":
                depths.pop()
            if not depths:
                self._add(start, Draft(inside, found.start(), quote="`"), found.end())
                return found.end()
        self.unclosed.add("`")
        return inside

    def _heredoc(self, start: int, after: int) -> int:
        found = _TAG.match(self.text, start)
        tag = found[1] if found else ""
        line_end = self.ledger.line_end(after)
        if not tag or tag in self.unclosed or line_end >= self.end:
            return after
        close = re.compile(rf"^[ \t]*{tag}\b", re.M).search(self.text, line_end + 1, self.end)
        if close is None:
            self.unclosed.add(tag)
            return after
        for first, stop in self.ledger.lines(line_end + 1, close.start()):
            first, stop = self.ledger.stripped(first, stop)
            if first < stop:
                self._add(start, Draft(first, stop), stop)
        return close.end()

    def _regex(self, start: int) -> int:
        """A regular expression recognises texts; a division is passed over."""
        window = self.text[max(0, start - _LONGEST_LOOK) : start]
        previous = window.rstrip(" \t")
        if previous and previous[-1] not in _BEFORE_REGEX and not previous.endswith(_WORDS_BEFORE_REGEX):
            return start + 1
        found = _REGEX.match(self.text, start, min(start + _REGEX_LONGEST, self.end))
        if found is None:
            return start + 1
        end = self.text.rindex("/", start, found.end())
        self.ledger.add(Draft(start + 1, end, self.frames[-1].keys, 0, Role.COMPARED, quote="/"))
        return found.end()

    def _find(self, sign: str, start: int) -> int:
        if sign in self.unclosed:
            return -1
        end = self.text.find(sign, start, self.end)
        if end < 0:
            self.unclosed.add(sign)
        return end

    def _add(self, opening: int, draft: Draft, after: int) -> None:
        frame, around = self.frames[-1], before(self.text, opening)
        draft.callee = around.callee or frame.callee
        name = around.key or (draft.callee if around.callee or frame.is_call else "")
        draft.keys = (*frame.keys, re.split(r"\.|::|->", name)[-1])[-DEEPEST:] if name else frame.keys
        draft.group = frame.group
        draft.decoded = unescaped(self.text[draft.start : draft.end]) if draft.quote else None
        if around.is_compared or is_compared_after(self.text, after):
            draft.role = Role.COMPARED
        elif frame.group and not around.key and is_key(self.text, opening, after):
            draft.role, draft.keys = Role.KEY, frame.keys
        else:
            draft.role = self._role(draft.callee, bool(around.callee) or frame.is_call)
        self.ledger.add(draft)

    def _role(self, callee: str, is_direct: bool) -> Role | None:
        role = role_of_call(callee)
        return role if is_direct or role is not Role.COMPARED else None


_TEMPLATE_SIGN = re.compile(r"\\[\s\S]|`|\$\{|[{}]")
