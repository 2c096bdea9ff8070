"""Config files + flags → one frozen `Settings`, which knows the policy of every path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from residency_lint.config_file import NAMES, ConfigFile, near, read_config_file
from residency_lint.declarations import Declarations, declarations, place_errors
from residency_lint.errors import ConfigError
from residency_lint.index import Index
from residency_lint.policy import Policy

if TYPE_CHECKING:
    from residency_lint.catalog import Catalog


@dataclass(frozen=True)
class Settings:
    """Everything a run was told; paths are absolute, or relative to the current folder.

    Raises ConfigError where it is made with flags that are wrong, and from every method that takes a path when the
    path's config file is wrong.
    """

    index: Index
    """Of the shipped catalogue; `index_for` adds the rows of a config file."""
    regions: tuple[str, ...] = ()
    """`--region`: replaces the top-level `region` of every config file, and nothing else."""
    isolated: bool = False
    config: Path | None = None
    """`--config`: used for every path, whatever lies nearer."""
    unsafe_fixes: bool = False
    selected: tuple[str, ...] = ()
    """`vendor` or `vendor/row`; none means all."""
    deselected: tuple[str, ...] = ()
    strict: bool = False
    stdin_filename: str = ""
    jobs: int = 1
    """Processes that search and check, where there is enough to do; 0 for as many as there are processors."""
    keeps: bool = False
    """Whether what is found is kept for later runs, and taken from earlier ones."""
    today: date = field(default_factory=date.today)
    _known: dict[str, Declarations] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Folder → what holds in it; folders below one config file share theirs."""
    _excluding: dict[str, tuple[Declarations, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Folder that is not excluded → who may exclude something in it."""

    def __post_init__(self) -> None:
        errors = list(place_errors("--region", self.regions, self.index))
        if self.config is not None and not self.config.is_file():
            errors.append(f"--config: {self.config}: no such file")
        if self.config is not None and self.isolated:
            errors.append("--config: --isolated reads no config file; leave one of them out")
        if errors:
            raise ConfigError("\n".join(errors))

    def policy_for(self, path: str) -> Policy:
        """Also raises ConfigError if no region is declared for the path."""
        return self._declared(path).policy_for(path)

    def index_for(self, path: str) -> Index:
        return self._declared(path).index

    def catalog_for(self, path: str) -> Catalog:
        return self.index_for(path).catalog

    def is_excluded(self, path: str) -> bool:
        """Whether `exclude` names a file, or with a `/` at the end a folder.

        Config files from the current folder down are asked in turn: what lies in an excluded folder, config files
        too, is never read.
        """
        return any(declared.is_excluded(path) for declared in self._excluders(os.path.dirname(path.rstrip("/"))))

    def _excluders(self, folder: str) -> tuple[Declarations, ...]:
        """What may exclude something in a folder, of config files from the current one (``) down."""
        passed: list[str] = []
        while folder not in self._excluding:
            passed.append(folder)
            if not folder or os.path.isabs(folder) or ".." in folder.split("/"):
                break
            folder = os.path.dirname(folder)
        found = self._excluding.get(folder, ())
        for inner in reversed(passed):
            if not any(declared.is_excluded(f"{inner}/") for declared in found):
                declared = self._declared(f"{inner}/" if inner else "")
                found += (declared,) if declared.file.exclude and declared not in found else ()
            self._excluding[inner] = found
        return found

    def is_selected(self, rule_id: str) -> bool:
        names = {rule_id, rule_id.partition("/")[0]}
        return (not self.selected or not names.isdisjoint(self.selected)) and names.isdisjoint(self.deselected)

    def selection_errors(self, rule_ids: set[str]) -> Iterator[str]:
        """A line for each selected or deselected name that is no rule's and no vendor's."""
        known = rule_ids | {rule_id.partition("/")[0] for rule_id in rule_ids}
        for flag, names in (("--select", self.selected), ("--ignore", self.deselected)):
            for name in names:
                if name not in known:
                    yield f"{flag}: {name!r} is no vendor and no rule{near(name, known)}"

    def _declared(self, path: str) -> Declarations:
        # One key where the folder makes no difference.
        folder = os.path.dirname(path) if self.config is None and not self.isolated else ""
        if folder not in self._known:
            self._known[folder] = self._nearest(os.path.abspath(folder))
        return self._known[folder]

    def _nearest(self, folder: str) -> Declarations:
        """The config file that is nearest upwards and has something to say, used alone."""
        if self.config is not None:
            file = read_config_file(self.config)
            if file is None:
                raise ConfigError(f"{self.config}: has no [tool.residency-lint]")
            # Its globs start from the current folder, as with ruff: it often lies apart (`ci/policy.toml`).
            return self._made(file, os.getcwd())
        passed: list[str] = []
        while not self.isolated and folder not in self._known:
            passed.append(folder)
            file = _config_in(folder)
            if file is not None:
                self._known[folder] = self._made(file, folder)
            elif os.path.dirname(folder) == folder:
                break
            else:
                folder = os.path.dirname(folder)
        found = self._known.get(folder) or self._made(ConfigFile(), folder)
        self._known.update((inner, found) for inner in passed)
        return found

    def _made(self, file: ConfigFile, folder: str) -> Declarations:
        return declarations(file, folder, self.index, self.regions, self.today)


def _config_in(folder: str) -> ConfigFile | None:
    for name in NAMES:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            here = os.path.join(os.getcwd(), "")
            file = read_config_file(Path(path.removeprefix(here)))
            if file is not None:
                return file
    return None
