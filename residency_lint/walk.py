"""Paths → files worth opening."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from residency_lint.errors import ConfigError
from residency_lint.listing import Kind, entries_below
from residency_lint.skips import Skip


def files(
    paths: Sequence[str | Path], *, root: Path = Path(), is_excluded: Callable[[str], bool] = lambda path: False
) -> Iterator[str | Skip]:
    """The files below `paths`, each once, sorted within each argument, and the folders that could not be listed.

    Paths below the current folder come relative to it, others absolute, always with `/`. A file that is named
    is taken as given, whatever git ignores. `is_excluded` is asked for every file and, with a `/` at the end, for
    folders. Links to files are followed as far as `root` or the folder they were found below; links to folders never.
    Raises ConfigError with every path that does not exist.
    """
    missing = [str(path) for path in paths if not os.path.lexists(path)]
    if missing:
        raise ConfigError("\n".join(f"{path}: no such file or folder" for path in missing))
    return _files([os.path.abspath(path) for path in paths], os.path.realpath(root), is_excluded)


def shown(path: str) -> str:
    """An absolute path as reports name it."""
    return _shown(path, os.path.join(os.getcwd(), ""))


def _shown(path: str, here: str) -> str:
    short = path.removeprefix(here) if path != here else path
    return short.replace(os.sep, "/") if os.sep != "/" else short


def _files(paths: Iterable[str], root: str, is_excluded: Callable[[str], bool]) -> Iterator[str | Skip]:
    seen: set[str] = set()
    here = os.path.join(os.getcwd(), "")
    for path in paths:
        real_by_path = {path: os.path.realpath(path)}
        if os.path.isdir(path):
            real_by_path, skips = _below(path, root, is_excluded)
            yield from skips
        for found in sorted(real_by_path):
            real, name = real_by_path[found], _shown(found, here)
            # Binary names are dropped even when given: the hook and a run over the tree must agree.
            if real not in seen and not _has_binary_name(name) and not is_excluded(name):
                seen.add(real)
                yield name


def _below(folder: str, root: str, is_excluded: Callable[[str], bool]) -> tuple[dict[str, str], list[Skip]]:
    """Files below a folder, with their real paths; a link only where nothing else leads to its target."""
    plain: dict[str, str] = {}
    links: dict[str, str] = {}
    skips: list[Skip] = []
    real_folder = os.path.realpath(folder)
    for entry in entries_below(folder, lambda inner: is_excluded(shown(inner) + "/")):
        if isinstance(entry, Skip):
            skips.append(Skip(shown(entry.path), entry.reason))
        elif entry[1] is Kind.LINK:
            target = os.path.realpath(entry[0])
            if _is_reachable(target, (root, real_folder)):
                links[entry[0]] = target
        else:
            # Put together from parts: `realpath` of every file would cost more than reading them.
            plain[entry[0]] = real_folder + entry[0][len(folder) :]
    reached = set(plain.values())
    return plain | {path: target for path, target in links.items() if target not in reached}, skips


def _is_reachable(target: str, folders: Iterable[str]) -> bool:
    return os.path.isfile(target) and any(target.startswith(os.path.join(folder, "")) for folder in folders)


def _has_binary_name(path: str) -> bool:
    stem, _, suffix = path.rpartition(".")
    return suffix.lower() in _BINARY and stem != "" and not stem.endswith("/")


# Formats that are binary whatever lies in them; lock files and minified code are text and are read.
_BINARY = frozenset(
    """
    png jpg jpeg gif ico icns bmp tif tiff webp avif heic psd
    mp3 mp4 m4a m4v mov avi mkv webm ogg oga ogv wav flac
    woff woff2 ttf otf eot
    zip gz tgz bz2 xz zst lz4 7z rar tar jar war ear apk aab ipa whl egg deb rpm dmg iso
    pdf doc docx xls xlsx ppt pptx odt ods odp
    so dylib dll exe pyc pyo pyd o obj lib class wasm
    npy npz parquet avro orc sqlite sqlite3 h5 onnx safetensors
    """.split()
)
