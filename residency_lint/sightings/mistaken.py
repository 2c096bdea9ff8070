"""Settings that an SDK does not have: of another release, of another SDK, misspelled, or put on an object that reads
none."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.call_rules import SdkCall, SdkSetting
from residency_lint.expressions import Argument, Attribute, Call, Elsewhere, Expression, Mapping, Name, Text
from residency_lint.facts import Binding
from residency_lint.findings import Rewrite, Sighting
from residency_lint.fixes import Applicability, Edit
from residency_lint.resolve.frames import Unknown
from residency_lint.sightings.members import with_quotes
from residency_lint.sightings.signatures import locked
from residency_lint.sightings.starts import Start, setting_name
from residency_lint.sightings.writing import insertion, whole_argument
from residency_lint.source import Span
from residency_lint.verdicts import NOWHERE

_OF_A_PLACE = re.compile(
    r"(?i)(?:^|_)(?:host|hostname|domain|url|uri|endpoint|server|region|residency|zone|site|pod|cluster|datacenter"
    r"|location|eu)(?:$|_)"
)
"""Words of names that say where data goes, whatever the SDK."""
_NEAR = 0.8


class Mistaken(Struct, frozen=True):
    """What was meant to say where data goes: an argument, or an assignment to an attribute."""

    name: str
    value: Expression | None
    span: Span
    argument: Argument | None = None
    binding: Binding | None = None
    key: Text | None = None
    """The name, as a key of a dict that `**` expands."""


def mistaken(start: Start) -> Mistaken | None:
    """The first argument or attribute of a start that was meant as a setting and is none."""
    return next(_arguments(start), None) or next(_attributes(start), None)


def refused(start: Start) -> Mistaken | None:
    """An argument meant as a setting that the SDK has not: it ends the program, whatever another one says."""
    signatures = start.rule.signatures
    is_closed = bool(signatures) and not signatures[0].more
    return next(_arguments(start), None) if is_closed else None


def refused_sighting(found: Mistaken, start: Start) -> Sighting:
    """That it is no setting; the right one stands beside it already."""
    words = f"{start.title} has no `{found.name}` and ends with a TypeError"
    return replace(
        start.sighting(found.span, NOWHERE, seen=found.name, words=words, verb=""),
        chain=(start.step(start.title), start.step(words, found.span)),
        rewrites=_without(found, start),
    )


def _without(found: Mistaken, start: Start) -> tuple[Rewrite, ...]:
    """The call without an argument, whose comma goes with it."""
    arguments, scene = start.call.arguments, start.scene
    at = next((i for i, argument in enumerate(arguments) if argument is found.argument), 0)
    if found.argument is None or at == 0:
        return ()
    kept = arguments[at - 1]
    title = setting_name(start.rule.settings[0])
    edit = Edit(scene.path, Span(kept.span.end, found.span.end), "")
    wanted = scene.wanted(start.rule.vendor)
    return tuple(Rewrite(region, title, (edit,), Applicability.UNSAFE) for region in wanted)


def mistaken_sighting(found: Mistaken, settings: tuple[SdkSetting, ...], start: Start) -> Sighting:
    """What is wrong with it, and the `settings` that do what was meant."""
    words = _words(found, settings, start)
    return replace(
        start.sighting(
            found.span, start.rule.absent or NOWHERE, seen=found.name, words=words, verb="and the data goes to"
        ),
        statement=found.binding.site.statement if found.binding else start.call.site.statement,
        chain=(start.step(start.title), start.step(words, found.span)),
        rewrites=_rewrites(found, settings, start),
    )


def _arguments(start: Start) -> Iterator[Mistaken]:
    if start.target.is_local:
        return
    parameters = start.rule.signatures[0].parameters if start.rule.signatures else ()
    taken = {*parameters, *(setting.argument for setting in start.rule.settings)}
    is_closed = bool(start.rule.signatures) and not start.rule.signatures[0].more
    for argument in start.call.arguments:
        if argument.name and argument.name not in taken and _is_meant(argument.name, start, is_closed=is_closed):
            yield Mistaken(argument.name, argument.value, whole_argument(argument, start.scene), argument=argument)
        for key, value in _items(argument, start):
            if key.text not in taken and _is_meant(key.text, start, is_closed=is_closed):
                yield Mistaken(key.text, value, key.span, key=key)


def _items(argument: Argument, start: Start) -> list[tuple[Text, Expression]]:
    """What `**` expands, where all of it stands in this file."""
    unit = start.scene.unit
    values = start.values(argument.value) if argument.star == "**" else ()
    if len(values) != 1 or not isinstance(values[0].content, Mapping) or values[0].unit is not unit:
        return []
    return [(key, value) for key, value in values[0].content.items if isinstance(key, Text)]


def _attributes(start: Start) -> Iterator[Mistaken]:
    """`config.pod = "eu1"`, on an object that reads its place from elsewhere."""
    call, unit = start.call, start.scene.unit
    if not call.assigned or start.by_assignment:
        return
    known = {setting.attribute or setting.item.partition("[")[0] for setting in start.rule.settings}
    prefix = call.assigned + "."
    for (scope, target), bindings in unit.bindings.items():
        name = target.removeprefix(prefix)
        if scope != call.site.scope or name == target or not name.isidentifier() or name in known:
            continue
        for binding in bindings:
            if binding.span.start > call.span.start and _is_meant(name, start, is_closed=True):
                yield Mistaken(name, binding.value, binding.span, binding=binding)


def _is_meant(name: str, start: Start, *, is_closed: bool) -> bool:
    """Whether a name was meant as a setting; where the SDK's names are not all known, only what is near to one."""
    rule = start.rule
    whole = start.scene.catalog.rules.get(rule.id, rule)
    assert isinstance(whole, SdkCall)
    names = {setting_name(setting) for setting in whole.settings if not (setting.env or setting.file)}
    if name in whole.mistaken or name in names:
        return True
    near = [*names, *whole.mistaken] if is_closed else [*names]
    if difflib.get_close_matches(name.lower(), near, 1, _NEAR):
        return True
    return is_closed and bool(_OF_A_PLACE.search(name))


def _words(found: Mistaken, settings: tuple[SdkSetting, ...], start: Start) -> str:
    whole = start.scene.catalog.rules.get(start.rule.id, start.rule)
    assert isinstance(whole, SdkCall)
    names = " and ".join(f"`{setting_name(setting)}`" for setting in settings)
    meant = f": the setting is {'' if settings[0].argument else 'the attribute '}{names}" if settings else ""
    if found.binding is not None and found.name in {setting.argument for setting in whole.settings}:
        return f"{start.title} reads `{found.name}` once, when it is called: set afterwards it has no effect"
    if found.binding is not None:
        return f"{start.title} does not read `{found.name}`{meant}"
    known = next((s for s in whole.settings if s.argument == found.name and (s.since or s.until)), None)
    release = locked(whole, start.scene)
    if known is None:
        return f"{start.title} has no `{found.name}`{meant}"
    if known.since and release is not None and release.release.is_before(known.since):
        return f"`{found.name}` needs {whole.package} {known.since}, and {release.words} is locked{meant}"
    return f"`{found.name}` ended with {whole.package} {known.until}{meant}"


def _rewrites(found: Mistaken, settings: tuple[SdkSetting, ...], start: Start) -> tuple[Rewrite, ...]:
    if found.key is not None:
        return _renamed(found, found.key, settings, start)
    if found.argument is None:
        return insertion(start, settings, None)
    if all(setting.argument for setting in settings):
        return insertion(start, settings, found.argument, kept=_kept(found, settings, start))
    if len(start.call.arguments) > 1 or not start.call.assigned:
        return ()
    # The only argument makes room for a statement of its own.
    data, span = start.scene.source.data, found.span
    blanks = len(data[span.end :]) - len(data[span.end :].lstrip())
    removal = Edit(start.scene.path, Span(len(data[: span.start].rstrip()), span.end + blanks), "")
    return tuple(replace(r, edits=(removal, *r.edits)) for r in insertion(start, settings, None) if r.edits)


def _renamed(found: Mistaken, key: Text, settings: tuple[SdkSetting, ...], start: Start) -> tuple[Rewrite, ...]:
    """The key and its value, where one setting takes it; the dict may be read elsewhere as well."""
    setting, path = next(iter(settings), None), start.scene.path
    place = _place_of(found.value, start)
    if setting is None or len(settings) > 1 or not setting.argument or setting.build or place is None:
        return ()
    name = Edit(path, key.span, setting.argument)
    return tuple(
        replace(
            rewrite,
            edits=(name, Edit(path, place, rewrite.value.partition("=")[2])),
            applicability=min(rewrite.applicability, Applicability.UNSAFE),
        )
        for rewrite in insertion(start, settings, None)
        if len(rewrite.edits) == 1
    )


def _place_of(value: Expression | None, start: Start) -> Span | None:
    """Where the whole of a value is written in the file of a start."""
    if isinstance(value, Elsewhere):
        value = value.expression if value.path == start.scene.path else None
    return with_quotes(value, start.scene.source) if isinstance(value, Text) else value.span if value else None


def _kept(found: Mistaken, settings: tuple[SdkSetting, ...], start: Start) -> str:
    """The value as it is written, where it comes from elsewhere and one setting can take it over; else nothing."""
    takes_one = len(settings) == 1 and (
        "{value}" in settings[0].build
        if settings[0].build
        else settings[0].spelling.kind in ("host", "url", "host:port")
    )
    if not takes_one or not isinstance(found.value, (Name, Attribute, Call)):
        return ""
    values = start.values(found.value)
    if all(isinstance(value.content, Unknown) for value in values):
        return start.scene.source.slice(found.value.span)
    return ""
