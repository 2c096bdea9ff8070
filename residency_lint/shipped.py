"""The index of the rules that come with the tool, kept from run to run in the user's cache folder."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from residency_lint import __version__
from residency_lint.index import Index, of_data
from residency_lint.rule_paths import rule_paths

if TYPE_CHECKING:
    from residency_lint.catalog import Catalog

_MAKERS = ("call_rows", "catalog", "index", "loading", "rule_files", "rule_rows", "shipped")


@lru_cache(maxsize=1)
def shipped_index() -> Index:
    """The index of the shipped rules: kept from an earlier run with the same tool and rules, else made of them."""
    path = _cache_path()
    kept = _read(path) if path is not None else None
    if kept is not None:
        return kept
    from residency_lint.loading import index_of

    made = index_of(_load())
    if path is not None:
        _write(path, json.dumps(made.as_data()))
    return made


def _load() -> Catalog:
    from residency_lint.loading import shipped_catalog

    return shipped_catalog()


def cache_folder() -> Path | None:
    """The user's own, never one of the code under scan; `RESIDENCY_LINT_CACHE_DIR` names another. None where the system
    knows no place for it."""
    named = os.environ.get("RESIDENCY_LINT_CACHE_DIR")
    if named:
        return Path(named)
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "") or os.path.join(home, ".cache")
    return Path(base, "residency-lint") if os.path.isabs(base) else None


def _cache_path() -> Path | None:
    """Named by what the index is made of and made by, so that it is never out of date."""
    folder = cache_folder()
    if folder is None:
        return None
    content = sha256(__version__.encode())
    with suppress(OSError):  # Who reads the rules says what is wrong with them.
        for path in (*rule_paths(), *(Path(__file__).with_name(f"{name}.py") for name in _MAKERS)):
            content.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return folder / f"index-{content.hexdigest()}.json"
    return None


def _read(path: Path) -> Index | None:
    """None for a file that is not there, or that is not what was written."""
    with suppress(OSError, KeyError, TypeError, ValueError, AttributeError):
        digest, _, text = path.read_text(encoding="utf-8").partition("\n")
        if digest == sha256(text.encode()).hexdigest():
            return of_data(json.loads(text), _load)
    return None


def _write(path: Path, text: str) -> None:
    """At once or not at all, beside other runs that do the same; a folder that cannot be written to costs some time."""
    import tempfile  # 3 ms, once

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(f"{sha256(text.encode()).hexdigest()}\n{text}")
            os.replace(name, path)
        except OSError:
            os.unlink(name)
