"""Findings as JSON, and back: what one run found, for the next one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from residency_lint.findings import Context, Finding, Level, Rewrite, Sighting, Step, Suppression
from residency_lint.fixes import Applicability, Edit, Fix
from residency_lint.rules import Rule
from residency_lint.skips import Skip
from residency_lint.source import Span
from residency_lint.verdicts import Verdict

Result = list[Finding] | Skip
_CLASSES = {cls.__name__: cls for cls in (Finding, Sighting, Step, Rewrite, Suppression, Edit, Fix, Span, Skip)}
_ENUMS: dict[str, type[Enum]] = {cls.__name__: cls for cls in (Applicability, Context, Level, Verdict)}


def as_text(results: Iterable[Result], rules: Mapping[str, Rule]) -> str:
    """Raises LookupError for a rule that is none of `rules`."""
    return json.dumps([_written(result, rules) for result in results], separators=(",", ":"))


def of_text(text: str, rules: Mapping[str, Rule]) -> list[Result]:
    """What `as_text` wrote. Raises LookupError, TypeError or ValueError for anything else."""
    return [list(result) if isinstance(result, tuple) else result for result in _read(json.loads(text), rules)]


def _written(value: Any, rules: Mapping[str, Rule]) -> Any:
    if isinstance(value, Rule):
        # What a start made of it for itself (an older release's signature) has done its work.
        return {"rule": rules[value.id].id}
    if isinstance(value, Enum):
        return {"enum": type(value).__name__, "name": value.name}
    if isinstance(value, Struct):
        return {"of": type(value).__name__, "is": [_written(part, rules) for part in astuple(value)]}
    if isinstance(value, frozenset):
        return {"set": sorted(value)}
    if isinstance(value, (tuple, list)):
        return [_written(item, rules) for item in value]
    return value


def _read(value: Any, rules: Mapping[str, Rule]) -> Any:
    if isinstance(value, list):
        return tuple(_read(item, rules) for item in value)
    if not isinstance(value, dict):
        return value
    if "of" in value:
        return _CLASSES[value["of"]](*(_read(item, rules) for item in value["is"]))
    if "enum" in value:
        return _ENUMS[value["enum"]][value["name"]]
    return rules[value["rule"]] if "rule" in value else frozenset(value["set"])
