"""Which environment a program gets: what really sets its variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from residency_lint.facts import BindingKind, Call, Mention, Role, ScopeKind, Text
from residency_lint.resolve.program import Program, Unit

_LOADERS = (
    "dotenv",
    "decouple",
    "environ",
    "environs",
    "pydantic_settings",
    "pydantic",
    "dynaconf",
    "starlette.config",
)
"""Modules that read a `.env`; without one of them, it sets nothing."""


def set_values(variable: str, unit: Unit, program: Program) -> Iterator[tuple[Unit, Mention]]:
    """Where a variable is set for the program that a file belongs to: a `.env` that is loaded, the image's `ENV`,
    compose and workflow environments."""
    if not variable:
        return
    for path in program.environment_files(unit.facts.path):
        if _is_dotenv(path) and not any(entry.module.startswith(_LOADERS) for entry in unit.facts.imports):
            continue
        there = program.unit_at(path)
        for mention in there.mentions if there else ():
            if mention.keys and mention.keys[-1] == variable and mention.role is Role.VALUE and _sets(mention, path):
                assert there is not None
                yield there, mention


def _is_dotenv(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".env")


def _sets(mention: Mention, path: str) -> bool:
    """Whether a value under the variable's name is given to a program: in YAML, below `environment` or `env`."""
    if path.endswith((".yml", ".yaml")):
        return any(key in ("environment", "env") for key in mention.keys[:-1])
    return True


def variable_of_field(name: str, class_scope: int, unit: Unit) -> str:
    """The variable that a field of a pydantic settings class is read from; nothing for other classes."""
    scope = unit.scope(class_scope)
    bases = {getattr(base, "id", "") or getattr(base, "name", "") for base in scope.bases}
    if "BaseSettings" not in bases:
        return ""
    return (_prefix(class_scope, unit) + name).upper()


def _prefix(class_scope: int, unit: Unit) -> str:
    """`env_prefix`, of `model_config` (pydantic 2) or of the inner `Config` (pydantic 1)."""
    for binding in unit.bindings.get((class_scope, "model_config"), []):
        if isinstance(binding.value, Call):
            for argument in binding.value.arguments:
                if argument.name == "env_prefix" and isinstance(argument.value, Text):
                    return argument.value.text
    for index in unit.scopes_below(class_scope):
        if unit.scope(index).kind is ScopeKind.CLASS and unit.scope(index).name == "Config":
            for binding in unit.bindings.get((index, "env_prefix"), []):
                if isinstance(binding.value, Text) and binding.kind is BindingKind.ASSIGNMENT:
                    return binding.value.text
    return ""


IS_ENVIRONMENT = re.compile(
    r"(?i)(?:^|/)(?:\.env(?:\.(?:local|prod|production|defaults))?|dockerfile(?:\.\w+)?|[\w-]+\.dockerfile"
    r"|(?:docker-)?compose[\w.-]*\.ya?ml)$|(?:^|/)\.github/workflows/[\w.-]+\.ya?ml$"
)
"""Names of files that set variables; `.env.example` sets nothing."""
