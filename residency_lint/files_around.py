"""The files beside and above a file that say what its program is given: variables, and releases of packages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from residency_lint.versions import rank

_DEEPEST_DEPLOYMENT = 3
_MOST_BESIDE = 12
_MOST_DEPLOYMENTS = 100


class FilesAround:
    """Looked for once in each folder. `listed`: the names of what lies in one, sorted."""

    def __init__(self, listed: Callable[[str], tuple[str, ...]]) -> None:
        self._listed = listed
        self._environments: dict[str, tuple[str, ...]] = {}
        self._requirements: dict[str, tuple[str, ...]] = {}

    def environment_files(self, path: str) -> tuple[str, ...]:
        """The files beside and above a file, up to the work tree's or the current folder, that set variables."""
        folder = os.path.dirname(path)
        if folder not in self._environments:
            found = [
                os.path.join(folder, inner, name)
                for inner in ("", os.path.join(".github", "workflows"))
                for name in self._listed(os.path.join(folder, inner))
                if _IS_ENVIRONMENT.search(os.path.join(inner, name))
            ]
            found += self._deployments(folder, _DEEPEST_DEPLOYMENT)
            above = () if _is_top(folder) else self.environment_files(folder)
            self._environments[folder] = (*found, *above)
        return self._environments[folder]

    def requirement_files(self, path: str) -> tuple[str, ...]:
        """The files beside and above a file that ask for packages: the nearest folder first, in it locks first."""
        folder = os.path.dirname(path)
        if folder not in self._requirements:
            ranked = [
                (number, os.path.join(folder, inner, name))
                for inner in ("", "requirements")
                for name in self._listed(os.path.join(folder, inner))
                if (number := rank(os.path.join(inner, name))) is not None
            ]
            above = () if _is_top(folder) else self.requirement_files(folder)
            self._requirements[folder] = (*(found for _, found in sorted(ranked)), *above)
        return self._requirements[folder]

    def files_beside(self, path: str) -> tuple[str, ...]:
        """The other files of the same kind in a file's folder, as far as they are few."""
        folder, kind = os.path.dirname(path), os.path.splitext(path)[1]
        found = [os.path.join(folder, name) for name in self._listed(folder) if os.path.splitext(name)[1] == kind]
        return tuple(one for one in found if one != path) if kind and len(found) <= _MOST_BESIDE else ()

    def _deployments(self, folder: str, depth: int) -> list[str]:
        """The files in folders for deployments below a folder."""
        found: list[str] = []
        for name in self._listed(folder) if depth else ():
            if _DEPLOYMENTS.fullmatch(name) or (depth < _DEEPEST_DEPLOYMENT and "." not in name):
                inner = os.path.join(folder, name)
                files = [file for file in self._listed(inner) if _IS_DEPLOYMENT.search(file)]
                found += [os.path.join(inner, file) for file in files[:_MOST_DEPLOYMENTS]]
                found += self._deployments(inner, depth - 1)
        return found[:_MOST_DEPLOYMENTS]


def _is_top(folder: str) -> bool:
    """Whether nothing above a folder belongs to the program: the work tree's, or the current one."""
    return not folder or os.path.exists(os.path.join(folder, ".git")) or os.path.dirname(folder) == folder


_IS_ENVIRONMENT = re.compile(
    r"(?i)(?:^|/)(?:\.env(?:\.(?:local|prod|production|defaults))?|dockerfile(?:\.\w+)?|[\w-]+\.dockerfile"
    r"|(?:docker-)?compose[\w.-]*\.ya?ml|(?:app|serverless|template|render|heroku|values)\.ya?ml"
    r"|(?:[\w-]+[-_.])?(?:deploy(?:ment)?|configmap|k8s|kubernetes|manifest|pod|(?:cron)?job)(?:[-_.][\w-]+)?\.ya?ml"
    r"|fly\.toml|vercel\.json|procfile|[\w-]+\.tf|(?:[\w-]+[-_.])?(?:entry-?point|start(?:up)?|run|serve|boot)\.sh)$"
    r"|(?:^|/)\.github/workflows/[\w.-]+\.ya?ml$"
)
"""Names of files that set variables; `.env.example` sets nothing."""
_IS_DEPLOYMENT = re.compile(r"(?i)\.(?:ya?ml|json|tf|service)$|(?:^|/)dockerfile(?:\.\w+)?$")
"""Names of files that set variables where they lie in a folder for deployments."""
_DEPLOYMENTS = re.compile(
    r"(?i)(?:deploy\w*|k8s|kube\w*|manifests|helm|charts?|templates|infra\w*|terraform|tf|ops|docker|\.docker|base"
    r"|overlays|prod(?:uction)?|modules|systemd)$"
)
"""Names of folders for deployments."""
