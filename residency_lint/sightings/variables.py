"""Lines that set a variable for no program: nothing reads the env file, something stronger sets the variable, a later
line of the same image does, or all environments that repeat the line do."""

from __future__ import annotations

from posixpath import basename

from residency_lint.facts import Mention
from residency_lint.resolve.deployments import environments_repeating
from residency_lint.resolve.dotenv import loading_calls, named_files
from residency_lint.resolve.environment import set_values
from residency_lint.resolve.units import Unit
from residency_lint.sightings.scene import Scene

_LOADS = ("load_dotenv", "read_env", "dotenv_values", "env_file", "_env_file", "decouple", "RepositoryEnv", "Dynaconf")
"""Names without one of which no Python file reads an env file."""


def sets_nothing(mention: Mention, scene: Scene) -> bool:
    """Whether a line of an env file, or of an image, reaches none of the programs that read its variable."""
    if scene.facts.language == "dockerfile":
        return _is_set_again(mention, scene)
    if scene.facts.aliases:
        return _is_always_replaced(mention, scene)
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


def _is_always_replaced(mention: Mention, scene: Scene) -> bool:
    """Whether every environment that repeats what stands beside a line says something else for its variable."""
    again = [keys for keys, original in environments_repeating(scene.unit) if original == mention.keys[:-1]]
    said = {one.keys for one in scene.unit.values_by_key.get(mention.keys[-1], ())} if again else set()
    return bool(again) and all((*keys, mention.keys[-1]) in said for keys in again)


def _is_set_again(mention: Mention, scene: Scene) -> bool:
    """Whether a later line of the same stage sets the variable anew, and not to what it was: `ENV PATH=$PATH:/app`."""
    if mention.keys[:1] != ("ENV",) or len(mention.keys) < 2:
        return False
    name = mention.keys[-1]
    later = (one for one in scene.unit.mentions if one.text.span.start > mention.text.span.start)
    for one in sorted(later, key=lambda one: one.text.span):
        if one.keys == ("FROM",) or f"${name}" in one.text.text or f"${{{name}" in one.text.text:
            return False
        if one.keys == mention.keys:
            return True
    return False


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
