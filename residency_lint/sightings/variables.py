"""Lines of env files that no program is given: nothing reads the file, or something stronger sets the variable."""

from __future__ import annotations

from posixpath import basename

from residency_lint.facts import Mention
from residency_lint.resolve.dotenv import loading_calls, named_files
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.units import Unit
from residency_lint.sightings.scene import Scene

_LOADS = ("load_dotenv", "read_env", "dotenv_values", "env_file", "_env_file", "decouple", "RepositoryEnv", "Dynaconf")
"""Names without one of which no Python file reads an env file."""


def sets_nothing(mention: Mention, scene: Scene) -> bool:
    """Whether a line of an env file reaches none of the programs that read its variable."""
    if scene.facts.language != "env" or not mention.keys or mention.keys[-1] not in scene.unit.values_by_key:
        return False
    program, variable = scene.program.everywhere, mention.keys[-1]
    units = [program.unit_at(path) for path in program.files_naming(variable, scene.path)]
    found = [set_values(variable, unit, program) for unit in units if unit is not None]
    if not found or any(one.unit.facts.path == scene.path for ones in found for one in ones):
        return False
    if all(found):
        return True
    return not _is_read(variable, scene)


def _may_load(unit: Unit | None, path: str) -> bool:
    """Whether a program that loads env files may load this one: not where its calls name others."""
    calls = loading_calls(unit) if unit is not None else []
    if unit is None or not calls:
        return True
    name = basename(path)
    return any(
        name in map(basename, named) if (named := named_files(call, unit)) else name == ".env" or bool(call.arguments)
        for call in calls
    )


def _is_read(variable: str, scene: Scene) -> bool:
    """Whether something may read the file: a library for it, or what runs the program."""
    program = scene.program.everywhere
    loading = dict.fromkeys(path for name in _LOADS for path in program.files_naming(name, scene.path))
    if any(_may_load(program.unit_at(path), scene.path) for path in loading):
        return True
    units = (program.unit_at(path) for path in program.environment_files(scene.path) if path != scene.path)
    return any(
        "env_file" in unit.values_by_key or any(variable in mention.text.text for mention in unit.mentions)
        for unit in units
        if unit is not None
    )
