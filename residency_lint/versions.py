"""Which release of a package the requirement and lock files of a program let in."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import tomli
from msgspec import Struct


class Release(Struct, frozen=True):
    """The newest release that a requirement lets in: `numbers` itself, or all before it where not `included`."""

    numbers: tuple[int, ...]
    included: bool
    exact: bool
    words: str
    """As a person would say it: `4.5.0`, `<5`."""

    def is_before(self, version: str) -> bool:
        """Whether nothing that is let in is as new as `version`."""
        own, other = _padded(self.numbers, numbers_of(version))
        return own < other if self.included else own <= other


def numbers_of(version: str) -> tuple[int, ...]:
    """The release numbers that a version starts with; what follows them (`rc1`, `.post2`) does not count here."""
    found = re.match(r"\s*v?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, found[1].split("."))) if found else ()


def is_in_force(release: Release | None, since: str, until: str) -> bool:
    """Whether what holds from `since` to `until` (both included) holds at a release; None stands for the newest."""
    if release is None:
        return not until
    if since and release.is_before(since):
        return False
    return not until or release.is_before(".".join(map(str, _next(numbers_of(until)))))


def release_of(requirement: str) -> Release | None:
    """The upper end of a requirement (`==4.5.0`, `>=4,<5`, `~=2.1`, `^4.5`, `=4.5.*`), None where it is open."""
    found = [
        end
        for sign, version in re.findall(r"([=~<>!^]*)\s*(v?\d[\w.*+!-]*)", requirement)
        if (end := _end(sign, version)) is not None
    ]
    return min(found, key=lambda end: (_padded(end.numbers, (0,) * 8)[0], end.included), default=None)


def _end(sign: str, version: str) -> Release | None:
    numbers = numbers_of(version)
    words = version if sign in ("", "==", "===") else sign + version
    if sign in (">", ">=", "!=") or not numbers:
        return None
    if version.endswith(".*") or (sign == "=" and len(numbers) < 3):
        return Release(_next(numbers), False, False, words)
    if sign in ("", "=", "==", "==="):
        return Release(numbers, True, True, words.lstrip("="))
    if sign == "~=":
        return Release(_next(numbers[:-1] or numbers), False, False, words)
    if sign == "~":
        return Release(_next(numbers[:2]), False, False, words)
    if sign == "^":
        first = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
        return Release(_next(numbers[: first + 1]), False, False, words)
    return Release(numbers, sign == "<=", False, words)


def _next(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (*numbers[:-1], numbers[-1] + 1)


def _padded(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    size = max(len(one), len(other))
    return one + (0,) * (size - len(one)), other + (0,) * (size - len(other))


# --- files -------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def requirements(path: str, text: str) -> Mapping[str, str]:
    """Package → what a file, by its name, asks for; empty for other files, and for those that cannot be read."""
    number = rank(path)
    try:
        read = _READERS[number][1](text) if number is not None else ()
        return {_canonical(package): wanted for package, wanted in read}
    except (tomli.TOMLDecodeError, json.JSONDecodeError, SyntaxError, ValueError, RecursionError):
        return {}


def wanted_by_script(text: str) -> Mapping[str, str]:
    """What the block `# /// script` of a program asks for (PEP 723)."""
    block = re.search(r"(?m)^# /// script\s*$\n((?:^#(?: .*)?$\n)+?)^# ///\s*$", text)
    if block is None:
        return {}
    try:
        data = tomli.loads("\n".join(line[2:] for line in block[1].splitlines()))
    except tomli.TOMLDecodeError:
        return {}
    return {_canonical(name): wanted for name, wanted in _listed(data.get("dependencies"))}


def wanted_in(known: Mapping[str, str], package: str) -> str | None:
    return known.get(_canonical(package))


def _canonical(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


_ONE = re.compile(
    r"\s*([A-Za-z0-9][\w.-]*?)\s*(?:\[[^\]]*\])?\s*\(?((?:[=~<>!^]+\s*v?[\w.*+!-]+\s*,?\s*)*)\)?\s*(?:[;#\\].*|--hash.*)?"
)


def _listed(entries: object) -> Iterator[tuple[str, str]]:
    for entry in entries if isinstance(entries, (list, tuple)) else ():
        if isinstance(entry, str) and (found := _ONE.fullmatch(entry)):
            yield found[1], found[2]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """`requirements.txt`, `constraints.txt`."""
    return _listed([line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "-"))])


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    data = tomli.loads(text)
    project, tools = _table(data, "project"), _table(data, "tool")
    yield from _listed(project.get("dependencies"))
    for entries in (*_table(project, "optional-dependencies").values(), *_table(data, "dependency-groups").values()):
        yield from _listed(entries)
    poetry = _table(tools, "poetry")
    groups = [_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for table in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups):
        yield from _named(table)


def _named(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """`mixpanel = "^4.5"`, `mixpanel = {version = "4.5.0"}`."""
    for name, wanted in table.items():
        wanted = wanted.get("version", "") if isinstance(wanted, dict) else wanted
        if isinstance(wanted, str):
            yield name, wanted


def _toml_lock(text: str) -> Iterator[tuple[str, str]]:
    """`poetry.lock`, `uv.lock`, `pdm.lock`: read by lines, for they are long."""
    for found in re.finditer(r'(?m)^\[\[package\]\]\s*\nname = "([^"]+)"\s*\nversion = "([^"]+)"', text):
        yield found[1], "==" + found[2]


def _pipfile(text: str) -> Iterator[tuple[str, str]]:
    data = tomli.loads(text)
    return _named({**_table(data, "dev-packages"), **_table(data, "packages")})


def _pipfile_lock(text: str) -> Iterator[tuple[str, str]]:
    data = json.loads(text)
    return _named({**_table(data, "develop"), **_table(data, "default")})


def _setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    block = re.search(r"(?m)^install_requires\s*=(.*(?:\n[ \t]+.*|\n[ \t]*(?=\n))*)", text)
    return _lines("\n".join(line.strip() for line in block[1].splitlines()) if block else "")


def _setup_py(text: str) -> Iterator[tuple[str, str]]:
    """The literal list of `install_requires`, also by way of a name."""
    tree = ast.parse(text)
    lists = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            value = lists.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
            if isinstance(value, (ast.List, ast.Tuple)):
                yield from _listed([item.value for item in value.elts if isinstance(item, ast.Constant)])


def _environment(text: str) -> Iterator[tuple[str, str]]:
    """The entries of a conda environment, those below `pip:` as well."""
    return _listed(
        [found[1].rpartition("::")[2] for found in re.finditer(r"(?m)^\s*-\s+[\"']?([^\s\"'#:][^\n\"'#]*)", text)]
    )


def _image(text: str) -> Iterator[tuple[str, str]]:
    """What a Dockerfile installs by name."""
    for command in re.findall(r"\bpip3?\s+install\s+((?:[^\n&|;\\]|\\\n)*)", text):
        yield from _listed([word.strip("\"'") for word in re.split(r"[\s\\]+", command)])


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], Iterable[tuple[str, str]]]], ...] = (
    (re.compile(r"(?:poetry|uv|pdm)\.lock"), _toml_lock),
    (re.compile(r"Pipfile\.lock"), _pipfile_lock),
    (re.compile(r"(?:[\w.-]*requirements[\w.-]*|constraints[\w.-]*)\.(?:txt|in)"), _lines),
    (re.compile(r"pyproject\.toml"), _pyproject),
    (re.compile(r"Pipfile"), _pipfile),
    (re.compile(r"setup\.cfg"), _setup_cfg),
    (re.compile(r"setup\.py"), _setup_py),
    (re.compile(r"(?:conda[\w-]*|environment[\w-]*)\.ya?ml"), _environment),
    (re.compile(r"(?i:dockerfile[\w.]*|containerfile)"), _image),
)
"""Locks before requirements, and those nearest to what is installed first."""


def rank(path: str) -> int | None:
    """Where a file stands, by its name, among those that ask for packages; None for any other."""
    *folders, name = re.split(r"[/\\]", path)
    if folders[-1:] == ["requirements"] and name.endswith((".txt", ".in")):
        name = "requirements.txt"
    return next((index for index, (pattern, _) in enumerate(_READERS) if pattern.fullmatch(name)), None)
