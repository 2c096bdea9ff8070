"""Imports point down only, one package knows LibCST, and files stay short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import residency_lint

ROWS = (
    ("__main__",),
    ("cli",),
    ("terminal",),
    ("rewrite", "reporters", "explain", "starter"),
    ("scan",),
    ("choosing", "remembered"),
    ("inspection", "kept"),
    ("judge", "suppress", "search"),
    ("sightings", "parallel"),
    ("tree",),
    ("resolve",),
    ("repository",),
    ("source_roots", "files_around"),
    ("disk",),
    ("settings", "walk", "gate", "decoding", "languages"),
    ("declarations", "listing"),
    ("shipped",),
    ("loading",),
    ("index",),
    ("catalog",),
    ("policy", "rule_files", "config_file"),
    ("call_rows",),
    ("rule_rows",),
    ("reported", "written"),
    ("report",),
    ("places", "facts", "findings", "arns", "cloud_hosts", "rule_tables", "versions"),
    ("call_rules",),
    ("rules", "dotted"),
    ("expressions",),
    ("fixes",),
    ("source", "skips", "watching", "errors", "holes", "verdicts", "rule_paths"),
)
"""A module, or a package with all that lies in it, may import from the rows below its own."""

ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}
PACKAGE = Path(residency_lint.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_rules" not in path.parts)
LONGEST = 400


def name_of(path: Path) -> str:
    """`judge` for `judge.py`, `resolve` for everything below `resolve/`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """The full names of all modules that a file imports, in functions as well."""
    own = ("residency_lint", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = own[: -node.level] if node.level else ()
            module = ".".join((*package, *([node.module] if node.module else [])))
            yield module
            # `from residency_lint import judge` imports a module as well.
            yield from (f"{module}.{alias.name}" for alias in node.names if module == "residency_lint")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """A module imports from lower rows, never from its own or a higher one."""
    if path == PACKAGE / "__init__.py":
        assert list(imports(path)) == []
        return
    name = name_of(path)
    assert name in ROW_OF, f"{name}: give it a place in ROWS"
    inner = {module.split(".")[1] for module in imports(path) if module.startswith("residency_lint.")}
    wrong = {other for other in inner - {name} if other in ROW_OF and ROW_OF[other] <= ROW_OF[name]}
    assert wrong == set()


def test_every_row_names_something_that_exists() -> None:
    """The picture holds no module that is gone."""
    assert set(ROW_OF) == {name_of(path) for path in MODULES} - {"__init__"}


def test_only_the_python_reader_imports_libcst() -> None:
    """Everything else works on facts, and a run without Python files never pays for the parser."""
    users = {path.parent for path in MODULES if any(name.partition(".")[0] == "libcst" for name in imports(path))}
    assert users == {PACKAGE / "languages" / "python"}


def test_nothing_imports_the_matchers() -> None:
    """They double the time LibCST takes to import."""
    assert [path for path in MODULES if "libcst.matchers" in imports(path)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_too_long(path: Path) -> None:
    """Past the limit, look for the second responsibility; what was split leaves the list."""
    assert len(path.read_bytes().splitlines()) <= LONGEST
