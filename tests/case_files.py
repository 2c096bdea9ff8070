"""Case files (`tests/cases/*.md`): headings are tests, fences are files, trailing markers are what is expected.

A marker ends a line, behind any comment sign: `# error: [vendor/row] "words of the message"`; several by `;`.

* `error`, `warning`, `note`: a finding of that level; `silenced`: one of any level that a comment silences.
* `allowed`: the line was seen, and it leads to the declared region.
* `quiet`: the rule says nothing at all here, although the line looks like it.

One marker is one finding. What is allowed may go without a marker, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

FILE_NAMES = {
    "py": "example.py",
    "python": "example.py",
    "json": "example.json",
    "yaml": "example.yaml",
    "yml": "example.yaml",
    "toml": "example.toml",
    "ini": "example.ini",
    "properties": "example.properties",
    "env": ".env",
    "dockerfile": "Dockerfile",
    "hcl": "example.tf",
    "tf": "example.tf",
    "sh": "example.sh",
    "nginx": "nginx.conf",
    "conf": "nginx.conf",
    "js": "example.js",
    "ts": "example.ts",
    "java": "Example.java",
    "go": "example.go",
    "rb": "example.rb",
    "html": "example.html",
    "xml": "example.xml",
    "md": "example.md",
    "txt": "example.txt",
}
KINDS = ("error", "warning", "note", "silenced", "allowed", "quiet")
_OF_PROGRAMS = (("reached",), ("reached", "fixed"), ("environment",), ("environment", "fixed"))
"""Fences of programs that are run (`tests/proof`)."""
_MARK = rf"(?:{'|'.join(KINDS)}):\s*\[[\w-]+/[\w-]+\](?:\s*\"[^\"]*\")?"
_MARKS = re.compile(rf"\s*(?:\#|//|--|;|<!--|/\*)[ ]*(?P<marks>{_MARK}(?:;[ ]*{_MARK})*)[ ]*(?:-->|\*/)?$")
_ONE = re.compile(r"(?P<kind>\w+):\s*\[(?P<rule>[^\]]+)\](?:\s*\"(?P<words>[^\"]*)\")?")
_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<info>[^`]*)$")
_PATH = re.compile(r"`([^`]+)`:$")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*$")


@dataclass(frozen=True)
class Marker:
    """What is expected on a line (1-based) of a file."""

    path: str
    line: int
    kind: str
    rule: str
    words: str


@dataclass(frozen=True)
class Fence:
    """A fence of the case file: its lines lie between `start` (the opening one, 0-based) and `end` (the closing)."""

    language: str
    words: tuple[str, ...]
    path: str
    lines: tuple[str, ...]
    start: int
    end: int

    @property
    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines)


@dataclass
class Section:
    """A heading, and what stands below it up to the next one."""

    file: str
    title: str
    level: int
    policy: str = ""
    fences: list[Fence] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.file}::{self.title}"

    @property
    def files(self) -> list[Fence]:
        return [fence for fence in self.fences if not fence.words]

    def fixed(self, path: str, *, unsafe: bool) -> Fence | None:
        words = ("fixed", "unsafe") if unsafe else ("fixed",)
        return next((fence for fence in self.fences if fence.words == words and fence.path == path), None)

    def texts(self) -> dict[str, str]:
        """Path → the file's text, without markers."""
        return {fence.path: "".join(_split(line)[0] + "\n" for line in fence.lines) for fence in self.files}

    def texts_fixed(self, *, unsafe: bool) -> dict[str, str]:
        """Path → the text after the safe fixes, or after all; a missing fence means no further change."""
        found = self.texts()
        for path in found:
            fence = (self.fixed(path, unsafe=True) if unsafe else None) or self.fixed(path, unsafe=False)
            found[path] = fence.text if fence else found[path]
        return found

    def reached(self, *, fixed: bool) -> dict[str, str] | None:
        """Host → `inside` or `outside` of the declared region, or `elsewhere` (no vendor's); None without a fence."""
        words = ("reached", "fixed") if fixed else ("reached",)
        fence = next((fence for fence in self.fences if fence.words == words), None)
        return None if fence is None else {host: place for place, host in map(str.split, fence.lines)}

    def environment(self, *, fixed: bool = False) -> dict[str, str]:
        """What the deployment gives the program, by the fence `environment`; once its files are fixed, by
        `environment fixed`."""
        words = [("environment",), ("environment", "fixed")] if fixed else [("environment",)]
        fences = [fence for wanted in words for fence in self.fences if fence.words == wanted]
        return dict(line.split("=", 1) for fence in fences for line in fence.lines)

    def markers(self) -> list[Marker]:
        return [
            Marker(fence.path, number, found["kind"], found["rule"], found["words"] or "")
            for fence in self.files
            for number, line in enumerate(fence.lines, 1)
            for found in _ONE.finditer(_split(line)[1])
        ]


def sections(file: str, text: str) -> list[Section]:
    """The sections of a case file that hold at least one file. Raises ValueError for what it cannot read."""
    found: list[Section] = []
    policies: dict[int, str] = {}
    section = Section(file, "", 0)
    path = ""
    lines = iter(enumerate(text.splitlines()))
    for number, line in lines:
        if heading := _HEADING.match(line):
            level = len(heading[1])
            policies = {depth: policy for depth, policy in policies.items() if depth < level}
            section = Section(file, heading[2], level, _deepest(policies))
            found.append(section)
            path = ""
        elif fence := _FENCE.match(line):
            language, *words = fence["info"].split() or [""]
            body = tuple(_body(lines, fence["ticks"], f"{file}:{number + 1}"))
            if words == ["policy"]:
                section.policy = policies[section.level] = "".join(line + "\n" for line in body)
            elif tuple(words) in _OF_PROGRAMS:
                section.fences.append(Fence(language, tuple(words), "", body, number, number + len(body) + 1))
            elif tuple(words) in ((), ("fixed",), ("fixed", "unsafe")):
                path = path or _path_of(language, bool(words), section, f"{file}:{number + 1}")
                section.fences.append(Fence(language, tuple(words), path, body, number, number + len(body) + 1))
            else:
                raise ValueError(f"{file}:{number + 1}: a fence is a file, `policy`, `fixed` or `fixed unsafe`")
            path = ""
        elif named := _PATH.match(line):
            path = named[1]
    return [_checked(section) for section in found if section.files]


def updated(text: str, section: Section, safe: dict[str, str], unsafe: dict[str, str]) -> str:
    """A case file's text with the `fixed` fences of one section made to say what fixing comes to."""
    lines = text.splitlines()
    before = section.texts()
    edits: list[tuple[int, int, list[str]]] = []
    for fence in section.files:
        path, place = fence.path, fence.end + 1
        wanted = {
            ("fixed",): safe[path] if safe[path] != before[path] else None,
            ("fixed", "unsafe"): unsafe[path] if unsafe[path] != safe[path] else None,
        }
        for words, new in wanted.items():
            old = section.fixed(path, unsafe=len(words) > 1)
            fresh = [] if new is None else _written(fence, words, new, section)
            if old is not None:
                start = old.start - (2 if old.start > 1 and _PATH.match(lines[old.start - 2]) else 0)
                edits.append((start, old.end + 1, fresh))
                place = old.end + 1
            elif fresh:
                edits.append((place, place, ["", *fresh]))
    edits.sort(key=lambda edit: edit[0])
    for start, end, fresh in reversed(edits):  # of two at one place, the later one first
        if not fresh and start and not lines[start - 1]:
            start -= 1
        lines[start:end] = fresh
    return "\n".join(lines) + "\n"


def updated_reached(text: str, section: Section, hosts: dict[str, str], hosts_fixed: dict[str, str]) -> str:
    """A case file's text with the `reached` fences of one section made to say what was seen."""
    lines = text.splitlines()
    for words, seen in ((("reached", "fixed"), hosts_fixed), (("reached",), hosts)):
        old = next((fence for fence in section.fences if fence.words == words), None)
        shown = [f"{place} {host}" for host, place in sorted(seen.items())]
        if old is not None and (words == ("reached",) or hosts_fixed != hosts):
            lines[old.start + 1 : old.end] = shown
        elif old is not None:
            lines[old.start - 1 : old.end + 1] = []
        elif hosts_fixed != hosts:
            before = next(fence for fence in section.fences if fence.words == ("reached",))
            lines[before.end + 1 : before.end + 1] = ["", "```text reached fixed", *shown, "```"]
    return "\n".join(lines) + "\n"


def _written(fence: Fence, words: tuple[str, ...], text: str, section: Section) -> list[str]:
    named = [f"`{fence.path}`:", ""] if len(section.files) > 1 else []
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`{3,}", text)), 3)
    return [*named, f"{ticks}{' '.join([fence.language, *words])}", *text.splitlines(), ticks]


def _deepest(policies: dict[int, str]) -> str:
    return policies[max(policies)] if policies else ""


def _body(lines: Iterator[tuple[int, str]], ticks: str, where: str) -> Iterable[str]:
    for _, line in lines:
        if line == ticks:
            return
        yield line
    raise ValueError(f"{where}: the fence is not closed")


def _path_of(language: str, is_fixed: bool, section: Section, where: str) -> str:
    """A fixed fence without a name is that of the last file in its language."""
    if is_fixed:
        for fence in reversed(section.files):
            if fence.language == language:
                return fence.path
    if language not in FILE_NAMES:
        raise ValueError(f"{where}: name the file: no file name goes with {language!r}")
    return FILE_NAMES[language]


def _split(line: str) -> tuple[str, str]:
    found = _MARKS.search(line)
    return (line[: found.start()], found["marks"]) if found else (line, "")


def _checked(section: Section) -> Section:
    if not section.policy:
        raise ValueError(f"{section.id}: no policy holds")
    paths = [fence.path for fence in section.files]
    if len(paths) != len(set(paths)):
        raise ValueError(f"{section.id}: two files have one name")
    for fence in section.fences:
        if fence.words and fence.words not in _OF_PROGRAMS and fence.path not in paths:
            raise ValueError(f"{section.id}: there is no file {fence.path}")
    for fence in section.files:
        for line in fence.lines:
            if re.search(rf"(?:{'|'.join(KINDS)}): ?\[[\w-]+/", line) and not _split(line)[1]:
                raise ValueError(f"{section.id}: not a marker: {line}")
    return section
