"""The program as seen from one file: the files that its imports lead to, and those around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from residency_lint.resolve.units import Unit


@dataclass
class Program:
    """The files a resolution may ask for, and what it found out on the way.

    `unit_at`: path → its unit, None where there is no such file. `is_file`, `data_at`: whether there is one, and its
    bytes, for a look before it is parsed. `leads_on`: whether a file can bear or pass on a name that matters; names are
    followed into no other, values into all. `environment_files`: path → the files beside and above it that set
    environment variables, the nearest first. `requirement_files`: as these, for packages.
    `files_naming`: a name and the file that defines it → the other Python files of the repository that hold the name.
    """

    unit_at: Callable[[str], Unit | None]
    is_file: Callable[[str], bool]
    data_at: Callable[[str], bytes]
    leads_on: Callable[[str], bool]
    environment_files: Callable[[str], tuple[str, ...]]
    requirement_files: Callable[[str], tuple[str, ...]]
    files_naming: Callable[[str, str], tuple[str, ...]] = lambda name, path: ()
    files_setting: Callable[[str, str], tuple[str, ...]] = lambda name, path: ()
    """As these, of those that give an attribute of that name to an object or a module."""
    is_never_set: Callable[[str, str], bool] = lambda name, path: False
    """Whether it is known already, without a further look, that there are none of these."""
    source_roots: Callable[[str, str], tuple[str, ...]] = lambda path, name: ()
    """A file and the first name of a module → the other folders of its repository that hold something of that name and
    that imports may start from."""
    files_beside: Callable[[str], tuple[str, ...]] = lambda path: ()
    """The other files of the same kind in a file's folder."""
    call_sites: dict[tuple[int, int], object] = field(default_factory=dict)
    """What calls a function, by its unit and scope: found out once."""
    importers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The files that import a module, by its path: found out once."""
    neighbours: dict[tuple[int, bytes], tuple[str, ...]] = field(default_factory=dict)
    """The modules near a file that may set up its environment, by its unit and what they hold: found out once."""
    deployed: dict[tuple[str, tuple[str, ...]], object] = field(default_factory=dict)
    """What gives a program a variable, by its name and the files that may: found out once."""
    values_known: dict[object, object] = field(default_factory=dict)
    """The values of expressions where they stand, for `Memory`."""
    _modules: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    whole: Program | None = None
    """The same program with call sites looked for in all of its files, and names followed everywhere."""

    @property
    def everywhere(self) -> Program:
        """The program for questions about an SDK's settings, which may cost more."""
        return self.whole or self

    def module(self, importer: str, module: str, *, for_names: bool = False) -> Unit | None:
        """The file of this repository that an import leads to."""
        path = self.path_of(importer, module, for_names=for_names)
        return self.unit_at(path) if path else None

    def path_of(self, importer: str, module: str, *, for_names: bool = False) -> str:
        """As `module`, its path: found by trying the few that are possible; empty where there is none."""
        key = importer, module, for_names
        if key not in self._modules:
            itself = normpath(importer.replace("\\", "/"))
            # `analytics.py` that imports `analytics` means the installed one.
            paths = (path for path in self._paths_of(importer, module) if path != itself)
            found = filter(self.is_file, paths)
            self._modules[key] = next((path for path in found if not for_names or self.leads_on(path)), "")
        return self._modules[key]

    def _paths_of(self, importer: str, module: str) -> Iterator[str]:
        yield from _paths_of(importer, module)
        if not module.startswith("."):
            for root in self.source_roots(importer, module.partition(".")[0]):
                yield from _files(join(root, module.replace(".", "/")))


def _paths_of(importer: str, module: str) -> Iterator[str]:
    folder = dirname(importer.replace("\\", "/"))
    dots = len(module) - len(module.lstrip("."))
    parts = module.lstrip(".").replace(".", "/")
    if dots:
        for _ in range(dots - 1):
            folder = normpath(join(folder, ".."))
        yield from _files(join(folder, parts) if parts else folder)
        return
    while True:
        yield from _files(join(folder, parts))
        yield from _files(join(folder, "src", parts))
        if not folder or folder in ("/", "."):
            return
        folder = dirname(folder)


def _files(stem: str) -> Iterator[str]:
    yield normpath(stem) + ".py"
    yield normpath(join(stem, "__init__.py"))
