"""What HTTP calls come to in the contexts that they run in: the entry of a table that is sent to, and what stands in a
program all of whose calls are seen and is sent by none of them: an alternative."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from posixpath import normpath

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.call_rules import SdkCall
from residency_lint.expressions import HOLE, Attribute, Call, Name, Text
from residency_lint.facts import Read
from residency_lint.findings import Context, Sighting
from residency_lint.languages.file_names import is_test
from residency_lint.resolve.classes import constructed_by, method_of
from residency_lint.resolve.frames import Frame, Unknown, Value
from residency_lint.resolve.imports import foreign_packages, importers, paths_imported
from residency_lint.resolve.names import targets
from residency_lint.resolve.templates import pieces_of
from residency_lint.resolve.values import Resolution
from residency_lint.sightings.hosts import host_at
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.sends import Send, addresses_in_contexts, is_settled, sends
from residency_lint.source import Span

_MOST_FILES = 12
_MOST_SENDS = 40


class _Sent(Struct, frozen=True):
    """Parts of the addresses that are sent to: file and place of a text that goes into one, and where that leads: a
    vendor and its region, or nothing that is known."""

    parts: frozenset[tuple[str, Span, tuple[str, str] | None]]

    def leads_inside(self, vendor: str, scene: Scene) -> bool:
        return any(place in [(vendor, region) for region in scene.wanted(vendor)] for _, _, place in self.parts)

    def leads_there(self, one: Sighting) -> bool:
        """Whether the place of a sighting goes into an address that leads to where the sighting does."""
        wanted = one.rule.vendor, one.region
        return any(path == one.path and span.overlaps(one.span) and place == wanted for path, span, place in self.parts)

    def may_hold(self, one: Sighting) -> bool:
        """The same of an address that may lead there; of what a word selects as well."""
        places = [(one.path, one.span), *((step.path, step.span) for step in one.chain)]
        return any(
            path == other and span.overlaps(sent) and (to is None or to == (one.rule.vendor, one.region))
            for path, span in places
            for other, sent, to in self.parts
        )


def as_sent(found: list[Sighting], scene: Scene) -> list[Sighting]:
    """The sightings: an entry of a table that is sent to without a choice stands for itself; what no HTTP call of a
    program sends to is an entry of a choice, where others of the vendor's lead inside and all of the program's calls
    are seen."""
    if scene.facts.language != "python" or not any(_is_suspect(one, scene) for one in found):
        return found
    entries = [one for one in found if _is_suspect(one, scene) and one.beside and not one.chosen]
    sure = _surely_sent(scene) if entries else _Sent(frozenset())
    steps = {(s.path, s.span) for one in found if _is_suspect(one, scene) for s in one.chain if one.span != s.span}
    taken = {id(one) for one in entries if (one.path, one.span) not in steps and sure.leads_there(one)}
    found = [replace(one, beside=frozenset()) if id(one) in taken else one for one in found]
    sent = _sent(scene)
    if sent is None:
        return found
    return [
        replace(one, beside=frozenset(scene.wanted(one.rule.vendor)), chosen=False)
        if _is_suspect(one, scene) and sent.leads_inside(one.rule.vendor, scene) and not sent.may_hold(one)
        else one
        for one in found
    ]


def _is_suspect(one: Sighting, scene: Scene) -> bool:
    return (
        not isinstance(one.rule, SdkCall)
        and one.context is Context.CODE
        and one.region not in scene.wanted(one.rule.vendor)
    )


def _surely_sent(scene: Scene) -> _Sent:
    """What a file's calls send to whatever is set; a word that the code itself says chooses for good."""
    values = (values for send in sends(scene) for values in addresses_in_contexts(send, scene))
    settled = (v for found in values if is_settled(tuple(replace(v, table=()) for v in found)) for v in found)
    return _Sent(frozenset(part for value in settled for part in _parts(value, scene)))


def _sent(scene: Scene) -> _Sent | None:
    """What the files that import each other send to; None where not all of that can be told."""
    parts: set[tuple[str, Span, tuple[str, str] | None]] = set()
    scenes = _scenes(scene)
    for one in scenes or ():
        calls = list(sends(one))
        if not _is_seen(one, calls) or len(calls) > _MOST_SENDS:
            return None
        for value in (value for send in calls for values in addresses_in_contexts(send, one) for value in values):
            if value.text is None or HOLE in value.text:
                return None
            parts.update(_parts(value, scene))
    return _Sent(frozenset(parts)) if scenes else None


def _parts(value: Value, scene: Scene) -> Iterator[tuple[str, Span, tuple[str, str] | None]]:
    text, path = value.content, value.unit.facts.path
    if isinstance(text, Text):
        found = host_at(text.text, scene.catalog)
        place = (found[0].rule.vendor, found[0].region) if found else None
        yield from ((piece.path or path, piece.span, place) for _, piece in pieces_of(text, path))


def _scenes(scene: Scene) -> list[Scene] | None:
    """The files that a file imports or is imported by, and so on; None where they are many, or where one can send in
    ways that are not seen."""
    program, paths = scene.program.everywhere, _paths_around(scene)
    if paths is None:
        return None
    found = [scene]
    for path in paths:
        unit, source = program.unit_at(path), scene.sources(path)
        if unit is not None and source is not None and not unit.facts.is_test:
            found.append(replace(scene, source=source, unit=unit))
    return found


def _paths_around(scene: Scene) -> list[str] | None:
    """Told from their bytes, before any of them is parsed: what they import first, for to ask who imports a file is to
    look through all of the repository."""
    program, itself = scene.program.everywhere, normpath(scene.path.replace("\\", "/"))
    found, imports, pending = {itself}, [itself], [itself]
    while pending:
        is_importing = bool(imports)
        path = imports.pop() if is_importing else pending.pop()
        if is_importing and not _HARMLESS.issuperset(foreign_packages(path, program)):
            return None
        for other in map(normpath, paths_imported(path, program) if is_importing else importers(path, program)):
            if other not in found and not is_test(other):
                found.add(other)
                imports.append(other)
                pending.append(other)
        if len(found) > _MOST_FILES:
            return None
    return sorted(found - {itself})


# --- whether all is seen -----------------------------------------------------------------------------


def _is_seen(scene: Scene, calls: list[Send]) -> bool:
    """Whether nothing in a file can send but these calls."""
    for entry in scene.facts.imports:
        module = entry.module or entry.name
        is_own = module.startswith(".") or scene.program.module(scene.path, module) is not None
        is_own = is_own or scene.program.module(scene.path, f"{module}.{entry.name}") is not None
        if not is_own and module.partition(".")[0] not in _HARMLESS:
            return False
    seen = {send.call.span for send in calls}
    if any(call.span not in seen and _may_send(call, scene) for call in scene.facts.calls):
        return False
    used = {send.call.function.span for send in calls}
    used |= {made.arguments[0].value.span for made in _partials(scene)}
    return all(read.span in used for read in scene.facts.reads if _is_sender(read, scene))


def _partials(scene: Scene) -> Iterator[Call]:
    """`post = partial(requests.post, url)`: by that name it is seen, or another name for it is."""
    for made in scene.unit.calls_by_name.get("partial", ()):
        if made.arguments and made.assigned:
            yield made


def _is_sender(read: Read, scene: Scene) -> bool:
    """Whether a function that sends is read, to be called by another name or by somebody else."""
    if read.name.rpartition(".")[2] not in scene.catalog.http.words:
        return False
    found = targets(read.expression, scene.unit, read.site, scene.program)
    return any(name in scene.catalog.http.functions for target in found for name in target.names)


_SENDING = frozenset({"ctypes", "ftplib", "multiprocessing", "smtplib", "socket", "ssl", "subprocess", "xmlrpc"})
"""Modules of the standard library by which something may be sent that is no HTTP call in sight."""
_READING = frozenset(
    "aiohttp attr attrs click decouple dotenv environ httpx pydantic pydantic_settings requests toml tomli tomllib"
    " typer urllib3 yaml yarl".split()
)
"""Packages that send nothing, and those whose sending is seen."""
_HARMLESS = (sys.stdlib_module_names - _SENDING) | _READING


def _may_send(call: Call, scene: Scene) -> bool:
    """Whether a call bears the name of one that sends, and is called on something that cannot be told."""
    function = call.function
    if isinstance(function, Name):
        return function.id in _OPENS
    if not isinstance(function, Attribute):
        values = Resolution(scene.program).all_values(function, Frame(scene.unit, call.site))
        return not values or not all(isinstance(v.content, Unknown) and v.content.target for v in values)
    if function.name in _OPENS:
        return True
    if function.name not in scene.catalog.http.words or not call.arguments:
        return False
    if function.name in ("get", "options", "head") and not any(argument.name for argument in call.arguments):
        return False  # `table.get(key)`
    values = Resolution(scene.program).all_values(function.base, Frame(scene.unit, call.site))
    return not values or not all(_is_own(value, function.name, scene) for value in values)


_OPENS = frozenset(
    "HTTPHandler SysLogHandler build_opener create_connection eval exec import_module open_connection system".split()
)
"""What sends, or runs anything, in ways that are not looked at."""


def _is_own(value: Value, name: str, scene: Scene) -> bool:
    """Whether a method of a value is one of the repository's, or of a text or a container."""
    if isinstance(value.content, Call):
        target = constructed_by(value, scene.program)
        return target is not None and method_of(target, name, scene.program) is not None
    return not isinstance(value.content, Unknown) or value.content.target is not None
