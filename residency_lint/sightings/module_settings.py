"""Settings of an SDK that is a module: what other files of the program give it."""

from __future__ import annotations

from collections.abc import Iterator

from residency_lint.dotted import expression_of
from residency_lint.expressions import Branch, Elsewhere, Expression, Opaque
from residency_lint.resolve.frames import Frame
from residency_lint.resolve.names import targets
from residency_lint.sightings.starts import Start


def set_elsewhere(name: str, start: Start) -> Expression | None:
    """What other files assign to a module's attribute, by its qualified name: `analytics.host = …` among the settings.

    Which of them runs first, and whether before the start, is nobody's to tell: each is taken to be in time.
    """
    found: Expression | None = None
    for value in _assigned(name, start):
        several = Opaque("one of several files", value.span)
        found = value if found is None else Branch(several, found, value, value.span)
    return found


def _assigned(name: str, start: Start) -> Iterator[Elsewhere]:
    program = start.scene.program.everywhere
    module, _, attribute = name.rpartition(".")
    for path in program.files_setting(attribute, start.scene.path):
        there = program.unit_at(path)
        if there is None or there.facts.is_test:
            continue
        for binding in there.facts.bindings:
            owner, _, last = binding.target.rpartition(".")
            if not owner or last != attribute or binding.value is None:
                continue
            known = targets(expression_of(owner, binding.span), there, binding.site, program)
            if any(module in target.names for target in known):
                yield Elsewhere(binding.value, Frame(there, binding.site), path)
