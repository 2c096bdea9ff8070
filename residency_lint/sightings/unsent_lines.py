"""Lines that give a program a variable which its HTTP calls do not send to, where what they send to is inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.expressions import Call, Expression, Fallback, Subscript, Text
from residency_lint.facts import Mention
from residency_lint.findings import Sighting
from residency_lint.resolve.deployments import sets_variable
from residency_lint.sightings.hosts import host_at
from residency_lint.sightings.passed_over import passed_by
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sends import Send, addresses_in_contexts, sends
from residency_lint.sightings.unread_lines import is_of_others, is_taken, lines, outside

_MOST_SENDS = 40
_MOST_FILES = 12


def unsent_lines(scene: Scene) -> Iterator[Sighting]:
    """Of a file whose HTTP calls all stay inside, the lines of its environment that name a place outside under a
    variable that no program names, or that the calls' addresses pass over."""
    sent = _sent(scene)
    for unit, mention in lines(scene) if sent.vendors else ():
        if sent.leaves(mention.keys[-1], unit.facts.path):
            for vendor in sent.vendors:
                yield from (replace(one, is_settled=True) for one in outside(vendor, mention, unit, scene))


def is_unsent(mention: Mention, vendor: str, scene: Scene) -> bool:
    """The same of a line of the environment, told from there: programs that take another line of it may themselves name
    nothing to look at."""
    if not mention.keys or not sets_variable(mention, scene.unit):
        return False
    program = scene.program.everywhere
    if is_of_others(scene.unit, program):
        return False
    names = dict.fromkeys(one.keys[-1] for one in scene.unit.mentions if _is_inside(one, vendor, scene))
    paths = dict.fromkeys(path for name in names for path in program.files_naming(name, scene.path))
    for path in islice(paths, _MOST_FILES):
        unit, source = program.unit_at(path), scene.sources(path)
        if unit is not None and source is not None and unit.facts.language == "python":
            sent = _sent(replace(scene, source=source, unit=unit))
            if vendor in sent.vendors and sent.leaves(mention.keys[-1], scene.path):
                return True
    return False


def _is_inside(mention: Mention, vendor: str, scene: Scene) -> bool:
    """Whether a line gives a program a host inside."""
    if not mention.keys or not sets_variable(mention, scene.unit):
        return False
    found = host_at(mention.text.text, scene.catalog)
    return found is not None and found[0].rule.vendor == vendor and found[0].region in scene.wanted(vendor)


class _Sent(Struct, frozen=True):
    """The HTTP calls of a file; `vendors`: those that they send to, where all of them stay inside."""

    scene: Scene
    calls: tuple[Send, ...]
    vendors: frozenset[str]

    def leaves(self, variable: str, path: str) -> bool:
        """Whether none of them may send to what a file says of a variable."""
        return not is_taken(variable, path, self.scene) or self._is_only_passed(variable)

    def _is_only_passed(self, variable: str) -> bool:
        """Whether a variable is named where an address takes something else, and nowhere else."""
        if len(re.findall(rf"\b{re.escape(variable)}\b", self.scene.source.text)) > 1:
            return False
        passed = (expression for send in self.calls for expression, _ in passed_by(send, self.scene))
        if not any(variable in _words(expression) for expression in passed):
            return False
        program = self.scene.program.everywhere
        units = [program.unit_at(other) for other in program.files_naming(variable, self.scene.path)]
        return not any(unit is not None and unit.facts.language == "python" for unit in units)


def _sent(scene: Scene) -> _Sent:
    calls = tuple(sends(scene))
    return _Sent(scene, calls, _vendors_inside(calls, scene) if len(calls) <= _MOST_SENDS else frozenset())


def _vendors_inside(calls: tuple[Send, ...], scene: Scene) -> frozenset[str]:
    """The vendors that calls send to inside; none where one may send elsewhere, or that cannot be told."""
    vendors: set[str] = set()
    for value in (value for send in calls for values in addresses_in_contexts(send, scene) for value in values):
        found = host_at(value.text or "", scene.catalog)
        if not _HOST.match(value.text or "") or (found and found[0].region not in scene.wanted(found[0].rule.vendor)):
            return frozenset()
        if found:
            vendors.add(found[0].rule.vendor)
    return frozenset(vendors)


_HOST = re.compile(r"(?:https?://)?[\w.-]+(?::\d+)?(?:[/?#]|$)", re.ASCII)
"""An address of which the host is known, whatever stands behind it."""


def _words(expression: Expression) -> Iterator[str]:
    """The names under which an expression looks something up."""
    if isinstance(expression, Subscript):
        yield from _words(expression.key)
    elif isinstance(expression, Text):
        yield expression.text
    elif isinstance(expression, Call):
        for argument in expression.arguments:
            yield from _words(argument.value)
    elif isinstance(expression, Fallback):
        for option in expression.options:
            yield from _words(option)
