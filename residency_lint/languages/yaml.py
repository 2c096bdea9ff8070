"""Reads YAML by its indentation, so that templates and broken files are read as far as they go."""

from __future__ import annotations

import re

from residency_lint.facts import Role
from residency_lint.languages.flow import YAML, Pairs, read_flow
from residency_lint.languages.ledger import DEEPEST, Draft, Ledger
from residency_lint.languages.lines import HASH, add_line, add_shell_line, split_comment
from residency_lint.languages.scalars import closing, unescaped

_KEY = re.compile(r":(?=\s|$)")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)+|[&!]\S+$|\*[\w-]+$")
_ALIAS = re.compile(r"\*([^\s,\[\]{}]+)")
_MERGED = re.compile(r"<<[ \t]*:[ \t]*\*([^\s,\[\]{}]+)")
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}\s*(?:\#.*)?$")
_ITEM_PAIR = re.compile(r"(--?[A-Za-z][\w-]*|[A-Za-z_][A-Za-z0-9_.]*)=")
_ENVIRONMENTS = frozenset(
    ("environment", "env", "args", "build_args", "build-args", "command", "envs", "labels", "tags")
)
_SCRIPTS = frozenset(
    "run script scripts command commands cmd args entrypoint before_script after_script user_data userdata install "
    "before_install build shell bash sh inline inlinescript steps pre_build post_build exec code".split()
)


def read_yaml(ledger: Ledger) -> None:
    """Lines of a block scalar are mentions under its key; `#` starts a comment in them only where the key names a
    script (`run`, `command`, `user_data` …) or the block starts with `#!`."""
    _Yaml(ledger).read()


class _Frame:
    """A mapping or list of the block style; `indent` is the column of its keys or dashes."""

    __slots__ = ("group", "indent", "is_list", "key", "keys", "pairs")

    def __init__(self, indent: int, is_list: bool, keys: tuple[str, ...], group: int) -> None:
        self.indent, self.is_list, self.keys, self.group = indent, is_list, keys, group
        self.key: str | None = None
        self.pairs = Pairs()

    def path(self) -> tuple[str, ...]:
        return self.keys if self.key is None else (*self.keys, self.key)[-DEEPEST:]


class _Yaml:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.text = ledger, ledger.text
        self.frames = [_Frame(-1, False, (), 0)]
        self.anchors: dict[str, tuple[str, ...]] = {}
        """Name → the keys that lead to what bears it."""

    def read(self) -> None:
        position = 0
        while position < len(self.text):
            end = self.ledger.line_end(position)
            position = self._line(position, end)

    def _line(self, line: int, end: int) -> int:
        """Read the line that starts at `line`; gives where the next one starts."""
        start, stop = self.ledger.stripped(line, end)
        if start == stop:
            return end + 1
        if self.text[start] == "#" or self.text.startswith("{{/*", start) or self.text.startswith("{{- /*", start):
            self.ledger.comment(start, stop)
            return end + 1
        if start == line and (self.text.startswith(("---", "..."), start)):
            del self.frames[1:]
            self.frames[0].key = None
            start, stop = self.ledger.stripped(start + 3, end)
            return self._content(start, end, start - line) if start < stop else end + 1
        if start == line and self.text[start] == "%":
            return end + 1
        return self._content(start, end, start - line)

    def _content(self, start: int, end: int, indent: int) -> int:
        """Read what stands at column `indent`: dashes first, then a key, then a value."""
        text = self.text
        while text.startswith("-", start) and (start + 1 >= end or text[start + 1] in " \t"):
            self._list(indent)
            after, stop = self.ledger.stripped(start + 1, end)
            if after == stop:
                return end + 1
            start, indent = after, indent + after - start
        if text.startswith("? ", start):
            start, indent = start + 2, indent + 2
        properties = _PROPERTIES.match(text, start, end)
        if properties:
            start, indent = properties.end(), indent
        colon = self._colon(start, end)
        if colon < 0:
            return self._value(start, end, self._outer(indent))
        self._mapping(indent)
        self._key(start, colon)
        return self._value(*self.ledger.stripped(colon + 1, end), indent, line_end=end)

    def _list(self, indent: int) -> None:
        while self.frames[-1].indent > indent:
            self.frames.pop()
        if not (self.frames[-1].is_list and self.frames[-1].indent == indent):
            self.frames.append(_Frame(indent, True, self.frames[-1].path(), self.ledger.group()))

    def _mapping(self, indent: int) -> None:
        while self.frames[-1].indent > indent or (self.frames[-1].is_list and self.frames[-1].indent == indent):
            self.frames.pop()
        if self.frames[-1].indent < indent:
            self.frames.append(_Frame(indent, False, self.frames[-1].path(), self.ledger.group()))

    def _outer(self, indent: int) -> int:
        """The indentation that a value's further lines must exceed: that of the key or dash they hang on."""
        while len(self.frames) > 1 and self.frames[-1].indent > indent:
            self.frames.pop()
        return self.frames[-1].indent

    def _colon(self, start: int, end: int) -> int:
        """Where the colon behind a key stands, -1 if the line starts with no key."""
        text, after = self.text, start
        if start < end and text[start] in "\"'":
            after = closing(text, start + 1, text[start], end) + 1
            if not after:
                return -1
            found = _QUOTED_COLON.match(text, after, end)
            return found.end() - 1 if found else -1
        if text.startswith("{{", start):
            after = text.find("}}", start, end)
            if after < 0:
                return -1
        elif start < end and text[start] in "{[|>@`%":
            return -1
        found = _KEY.search(text, after, end)
        if not found or _COMMENT.search(text, after, found.start()):
            return -1
        return found.start()

    def _key(self, start: int, colon: int) -> None:
        frame = self.frames[-1]
        start, end = self.ledger.stripped(start, colon)
        quote = self.text[start] if self.text[start : start + 1] in ('"', "'") and end - start > 1 else ""
        start, end = start + len(quote), end - len(quote)
        if quote == '"':
            frame.key = unescaped(self.text[start:end]) or self.text[start:end]
        else:
            frame.key = self.text[start:end]
        self.ledger.add(Draft(start, end, frame.keys, frame.group, Role.KEY, frame.key, quote=quote))

    def _value(self, start: int, stop: int, outer: int, line_end: int | None = None) -> int:
        """Read the value at `start`; lines indented deeper than `outer` may belong to it."""
        text = self.text
        line_end = stop if line_end is None else line_end
        properties = _PROPERTIES.match(text, start, stop)
        if properties:
            self._note(properties.group())
        start, stop = self.ledger.stripped(properties.end() if properties else start, stop)
        if start >= stop:
            return line_end + 1
        if _BLOCK.match(text, start, stop):
            if "#" in text[start:stop]:
                self.ledger.comment(text.index("#", start), stop)
            return self._block(start, line_end + 1, outer)
        if text[start] in "[{" and not text.startswith("{{", start):
            return self._flow(start)
        if text[start] in "\"'":
            after = self._quoted(start, outer)
            if after:
                return after
        elif text[start] == "#":
            self.ledger.comment(start, stop)
            return line_end + 1
        end = split_comment(self.ledger, start, stop, HASH)
        self._scalar(Draft(*self._bare(*self.ledger.stripped(start, end))))
        return line_end + 1

    def _note(self, properties: str) -> None:
        """Note an anchor, or what an alias repeats."""
        path = self.frames[-1].path()
        for word in properties.split():
            if word[0] == "&":
                self.anchors[word[1:]] = path
            elif word[0] == "*" and path and word[1:] in self.anchors:
                self.ledger.aliases.append((path, self.anchors[word[1:]]))

    def _flow(self, start: int) -> int:
        path = self.frames[-1].path()
        end = read_flow(self.ledger, start, path, YAML)
        # `<<: [*one, *other]`, and `{<<: *one, …}`.
        is_merge = self.text[start] == "[" and path[-1:] == ("<<",)
        for found in (_ALIAS if is_merge else _MERGED).finditer(self.text, start, end):
            if found[1] in self.anchors:
                self.ledger.aliases.append((path if is_merge else (*path, "<<"), self.anchors[found[1]]))
        line_end = self.ledger.line_end(end)
        rest = self.ledger.stripped(end, line_end)
        if self.text.startswith("#", rest[0]) and rest[0] < rest[1]:
            self.ledger.comment(*rest)
        elif rest[0] < rest[1]:
            self._scalar(Draft(*rest))
        return line_end + 1

    def _quoted(self, start: int, outer: int) -> int:
        """Read a quoted value; 0 if the quote does not hold all of it, as in `"{{ printf "%s" . }}"`."""
        text, quote = self.text, self.text[start]
        end = closing(text, start + 1, quote) if quote == '"' else self._closing_single(start + 1)
        if end < 0 or not self._is_indented(start, end, outer):
            return 0
        line_end = self.ledger.line_end(end)
        rest, stop = self.ledger.stripped(end + 1, line_end)
        if rest < stop and not (text[rest] == "#" and rest > end + 1):
            return 0
        raw = text[start + 1 : end]
        decoded = unescaped(raw) if quote == '"' else raw.replace("''", "'")
        self._scalar(Draft(start + 1, end, decoded=decoded, quote=quote))
        if rest < stop:
            self.ledger.comment(rest, stop)
        return line_end + 1

    def _closing_single(self, start: int) -> int:
        end = self.text.find("'", start)
        while end >= 0 and self.text.startswith("''", end):
            end = self.text.find("'", end + 2)
        return end

    def _is_indented(self, start: int, end: int, outer: int) -> bool:
        for line, stop in self.ledger.lines(self.ledger.line_end(start) + 1, end):
            first, last = self.ledger.stripped(line, stop)
            if first < last and first - line <= outer:
                return False
        return True

    def _bare(self, start: int, end: int) -> tuple[int, int]:
        """Without the quotes around all of it, whatever stands between them."""
        text = self.text
        if end - start > 1 and text[start] in "\"'" and text[end - 1] == text[start]:
            return start + 1, end - 1
        return start, end

    def _scalar(self, draft: Draft) -> None:
        frame = self.frames[-1]
        draft.keys, draft.group = frame.path(), frame.group
        text = self.text[draft.start : draft.end] if draft.decoded is None else draft.decoded
        if frame.is_list and draft.decoded in (None, text):
            pair = _ITEM_PAIR.match(text)
            owner = draft.keys[-1].lower() if draft.keys else ""
            if pair and (owner in _ENVIRONMENTS or pair[1].isupper() or pair[1].startswith("--")):
                draft.keys, draft.start, draft.decoded = (*draft.keys, pair[1]), draft.start + pair.end(), None
        self.ledger.add(draft)
        if frame.key is not None:
            frame.pairs.see(frame.key, draft, text)

    def _block(self, header: int, position: int, outer: int) -> int:
        """Read the lines of a block scalar."""
        path, group, first = self.frames[-1].path(), self.ledger.group(), True
        is_script = bool(path) and path[-1].lower() in _SCRIPTS
        last = position - 1
        while position < len(self.text):
            end = self.ledger.line_end(position)
            start, stop = self.ledger.stripped(position, end)
            if start < stop and start - position <= outer:
                break
            if start < stop:
                is_script = is_script or (first and self.text.startswith("#!", start))
                draft, first, last = Draft(start, stop, path, group), False, end
                if is_script:
                    add_shell_line(self.ledger, draft)
                else:
                    add_line(self.ledger, draft)
            position = end + 1
        line = self.text.rfind("\n", 0, header) + 1
        self.ledger.statement(line, last)
        return position


_QUOTED_COLON = re.compile(r"\s*:(?=\s|$)")
_COMMENT = re.compile(r"\s\#")
