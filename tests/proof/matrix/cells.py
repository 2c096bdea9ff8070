"""The matrix: every way to take a destination (`sinks.toml`) with every way a value gets there (`forms.md`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

import tomli

from tests.case_files import Section, sections

FOLDER = Path(__file__).parent
_TEXTS = re.compile(r"(?<![A-Z_])(?:START|MIDDLE|END|TEXT|OTHER_TEXT)(?![A-Z_])")
_SEND = re.compile(r"^( *)SEND\((.*)\)(  #.*)?$", re.MULTILINE)
_USE = re.compile(r"^( *)USE\((.*)\)$", re.MULTILINE)
_BUILD = re.compile(r"BUILD\(([^()]*)\)")
_WORD = re.compile(r"(?<![A-Z_])(?:VALUE|OTHER|OTHER_TEXT|START|MIDDLE|END|TEXT)(?![A-Z_])")
_FOR_TEXTS = re.compile(r"environ|getenv|click|typer|argparse|decouple|pydantic|base64|str\(|\.replace\(")


@dataclass(frozen=True)
class Sink:
    """A row of `sinks.toml`."""

    name: str
    imports: str
    wrong: str
    right: str
    send: str = ""
    make: str = ""
    leading: str = ""
    keyword: str = ""
    use: str = ""
    plain: bool = False
    shown: bool = False
    function: bool = False

    def sending(self, expression: str) -> str:
        return self.send.replace("VALUE", expression) if self.send else self.using(self.building(expression))

    def using(self, client: str) -> str:
        return self.use.replace("CLIENT", client)

    def building(self, expression: str) -> str:
        return f"{self.make}({self.leading}{self.keyword and self.keyword + '='}{expression})"


@dataclass(frozen=True)
class Cell:
    """A form at a sink: two programs that differ in nothing but where they send."""

    form: Section
    sink: Sink

    @property
    def id(self) -> str:
        return f"{self.form.title} / {self.sink.name}"

    @cached_property
    def wrong(self) -> dict[str, str]:
        return self._texts(self.sink.wrong, self.sink.right)

    @cached_property
    def right(self) -> dict[str, str]:
        return self._texts(self.sink.right, self.sink.wrong)

    def environment(self, *, wrong: bool) -> dict[str, str]:
        text, other = (self.sink.wrong, self.sink.right) if wrong else (self.sink.right, self.sink.wrong)
        return {key: self._filled(value, text, other) for key, value in self.form.environment().items()}

    def _texts(self, text: str, other: str) -> dict[str, str]:
        return {path: self._filled(body, text, other) for path, body in self.form.texts().items()}

    def _filled(self, body: str, text: str, other: str) -> str:
        sink = self.sink
        body = body.replace("IMPORTS", sink.imports.strip())
        body = _SEND.sub(lambda found: _indented(sink.sending(found[2]), found[1]) + (found[3] or ""), body)
        body = _USE.sub(lambda found: _indented(sink.using(found[2]), found[1]), body)
        body = _BUILD.sub(lambda found: sink.building(found[1]), body)
        body = body.replace("*LEADING, ", sink.leading).replace("*LEADING", sink.leading.rstrip(", "))
        body = body.replace("MAKE", sink.make).replace("KEYWORD", sink.keyword)
        start, middle, end = _parts(text, other)
        words = {
            "VALUE": text if sink.plain else f'"{text}"',
            "OTHER": other if sink.plain else f'"{other}"',
            "TEXT": text,
            "OTHER_TEXT": other,
            "START": start,
            "MIDDLE": middle,
            "END": end,
        }
        return _WORD.sub(lambda found: words[found[0]], body)


def _indented(statements: str, indent: str) -> str:
    return "\n".join(indent + line for line in statements.strip("\n").split("\n"))


def _parts(text: str, other: str) -> tuple[str, str, str]:
    """What two texts begin with, what only the first has, and what they end with."""
    start = _shared(text, other)
    end = _shared(text[len(start) :][::-1], other[len(start) :][::-1])[::-1]
    return start, text[len(start) : len(text) - len(end)], end


def _shared(text: str, other: str) -> str:
    """What two texts begin with."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False))
    return "".join(one for one, _ in pairs)


SINKS = [Sink(name, **row) for name, row in tomli.loads((FOLDER / "sinks.toml").read_text(encoding="utf-8")).items()]
FORMS = sections("forms.md", (FOLDER / "forms.md").read_text(encoding="utf-8"))


def _fits(form: Section, sink: Sink) -> bool:
    """Whether a form can be written for a sink."""
    body = "\n".join(form.texts().values())
    if sink.plain and (
        _TEXTS.search(body)
        or _FOR_TEXTS.search(body)
        or any("VALUE" in text and "IMPORTS" not in text for text in form.texts().values())
    ):
        return False
    if "class Client(MAKE)" in body and sink.function:
        return False
    return not ("KEYWORD" in body and not sink.keyword) and not (re.search("MAKE|BUILD", body) and not sink.make)


def cells() -> Iterator[Cell]:
    return (Cell(form, sink) for form in FORMS for sink in SINKS if _fits(form, sink))


CELLS = list(cells())


def spread(every: int) -> list[Cell]:
    """One cell in so many, moving from form to form, so that each form and each sink is met."""
    return [cell for cell in CELLS if (FORMS.index(cell.form) + SINKS.index(cell.sink)) % every == 0]


def packages(sink: Sink) -> list[str]:
    """What a sink's programs load first."""
    return sorted(set(re.findall(r"^(?:from|import) ([\w.]+)", sink.imports, re.MULTILINE)))


JUDGED = {form.title: [cell for cell in spread(6) if cell.form is form] for form in FORMS}
REPAIRED = [cell for cell in spread(34) if not cell.sink.shown]
KNOWN_PATH = FOLDER / "known.toml"
