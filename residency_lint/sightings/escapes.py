"""Methods and functions that go to one region whatever is configured, and what does the same and follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from residency_lint.call_rules import SdkEscape
from residency_lint.expressions import Attribute, Call
from residency_lint.findings import Context, Rewrite, Sighting
from residency_lint.fixes import Applicability
from residency_lint.resolve.names import targets
from residency_lint.resolve.values import resolve
from residency_lint.rules import Endpoint
from residency_lint.sightings.hoisting import hoisted
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.writing import with_names
from residency_lint.source import Span


def escape_sightings(call: Call, scene: Scene) -> Iterator[Sighting]:
    """A sighting for each escape that a call is."""
    function = call.function
    if not isinstance(function, Attribute) or not any(
        name.endswith("." + function.name) for name in scene.catalog.escapes
    ):
        return
    names = {name for t in targets(function, scene.unit, call.site, scene.program) for name in t.names}
    for value in resolve(function.base, scene.unit, call.site, scene.program):
        if isinstance(value.content, Call):
            made_by = targets(value.content.function, value.unit, value.content.site, scene.program)
            names |= {f"{name}.{function.name}" for t in made_by for name in t.names}
    for name in sorted(names & set(scene.catalog.escapes)):
        rule = scene.catalog.escapes[name]
        yield Sighting(
            rule=rule,
            path=scene.path,
            span=Span(function.span.start, function.span.end),
            statement=call.site.statement,
            region=rule.goes_to,
            seen=name,
            words=f"`{function.name}()` ignores the configured host",
            verb="and sends to",
            context=Context.TEST if scene.facts.is_test else Context.CODE,
            rewrites=tuple(_rewrites(call, function, rule, scene)),
            hint=rule.why,
        )


def _rewrites(call: Call, function: Attribute, rule: SdkEscape, scene: Scene) -> Iterator[Rewrite]:
    lines = rule.instead.get(function.name, "").strip().splitlines()
    parts = _parts(call, function, rule, scene)
    if not lines or parts is None:
        return
    for region in scene.wanted(rule.vendor):
        row = scene.catalog.rules.get(f"{rule.vendor}/{rule.endpoint}")
        hosts = row.columns.get(region, ()) if isinstance(row, Endpoint) else ()
        known = {**parts, **({"host": hosts[0].host} if hosts else {})}
        texts = [_filled(line, known) for line in lines]
        written, needed = with_names(texts, call, scene)
        edits = hoisted(call, written[:-1], written[-1], scene)
        if edits:
            fix = min(rule.fix, Applicability.UNSAFE)
            yield Rewrite(region, written[-1], (*needed, *edits), fix)


def _filled(line: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), line)


def _parts(call: Call, function: Attribute, rule: SdkEscape, scene: Scene) -> Mapping[str, str] | None:
    """What the call is given, as it is written, by parameter; None where not all of it has a place in the new text."""
    template = rule.instead.get(function.name, "")
    parts = {"object": scene.source.slice(function.base.span)}
    for index, argument in enumerate(call.arguments):
        name = argument.name or (rule.parameters[index] if index < len(rule.parameters) else "")
        if argument.star or f"{{{name}}}" not in template:
            return None
        # The span of a text leaves its quotes out, that of an argument does not.
        parts[name] = scene.source.slice(argument.span)
    wanted = set(re.findall(r"\{(\w+)\}", template)) - {"host"}
    return parts if wanted <= set(parts) else None
