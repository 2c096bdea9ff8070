"""How a missing setting is written: as an argument or a statement, with the import it needs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from residency_lint.call_rules import SdkCall, SdkSetting
from residency_lint.expressions import Argument, Attribute, Call, Constant, Expression, Mapping, Name, Text
from residency_lint.facts import Import
from residency_lint.findings import Rewrite
from residency_lint.fixes import Applicability, Edit, Slot
from residency_lint.resolve.frames import Value
from residency_lint.resolve.names import constructor_parameters, exported, targets
from residency_lint.rules import Endpoint
from residency_lint.sightings.hoisting import free_name, hoisted
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.starts import Start
from residency_lint.sightings.surroundings import objects
from residency_lint.sightings.unset import lookup_left_unset
from residency_lint.source import Span

_NAME = re.compile(r"\{([a-z_][\w]*(?:\.\w+)+)\}")


def insertion(
    start: Start,
    settings: Sequence[SdkSetting],
    instead: Expression | Argument | None,
    unset: tuple[Value, ...] = (),
    kept: str = "",
) -> tuple[Rewrite, ...]:
    """The rewrites that add settings to a start, one per wanted region.

    `instead`: what stands there, or a whole argument that they take the place of; `unset`: the `None` that it comes to;
    `kept`: the expression that they are set to.
    """
    call, scene = start.call, start.scene
    settings = [_placeable(setting, start) for setting in settings]
    is_chained = isinstance(call.function, Attribute) and isinstance(call.function.base, Call)
    # `super().__init__(…)` takes an argument like any call; but there is no module name before it to build with.
    has_build = any(setting.build for setting in settings)
    if is_chained and (has_build or getattr(call.function, "name", "") != "__init__"):
        return ()
    rewrites = []
    for region in scene.wanted(start.rule.vendor) if settings else ():
        written = [_written(setting, region, kept, start) for setting in settings]
        values = [value for value, _ in filter(None, written)]
        if len(values) < len(settings):
            continue
        shown, placed = _placed(start, settings, values, instead, unset)
        is_here = all(edit.path == scene.path for edit in placed)
        edits = joined([edit for _, needed in filter(None, written) for edit in needed])
        if placed and (is_here or not edits):
            # A statement more, a choice of a name, or another file is for a person to look at.
            fix = start.rule.fix if is_here and len(placed) == 1 else min(start.rule.fix, Applicability.UNSAFE)
            rewrites.append(Rewrite(region, shown, (*edits, *placed), fix, adds=True))
        elif not settings[0].argument:
            rewrites.append(Rewrite(region, shown, (), Applicability.DISPLAY, adds=True))
    return tuple(rewrites)


def _written(setting: SdkSetting, region: str, kept: str, start: Start) -> tuple[str, tuple[Edit, ...]] | None:
    plain = kept or value_text(setting, start.rule, region, _quote(start.call), start.scene)
    return _built(setting, plain, start.call, start.scene) if plain is not None else None


def _placeable(setting: SdkSetting, start: Start) -> SdkSetting:
    """The setting, or its twin among the arguments where no statement about the object can follow the call."""
    is_own = getattr(start.call.function, "name", "") != "__init__"
    if not setting.item or (is_own and start.after is not None and start.call.assigned):
        return setting
    taken = {a.name for a in start.call.arguments if not isinstance(a.value, Mapping)}
    twins = (s for s in start.rule.settings if s.entry == setting.item and s.entry.partition("[")[0] not in taken)
    return next(twins, setting)


def _argument(setting: SdkSetting, value: str) -> str:
    """An argument that gives a value; nothing for a setting that is none."""
    if setting.entry:
        name, _, key = setting.entry.rstrip("]").partition("[")
        return f'{name}={{"{key}": {value}}}'
    return f"{setting.argument}={value}" if setting.argument else ""


def _quote(call: Call) -> str:
    """The quote the call's own texts are written with."""
    for argument in call.arguments:
        if isinstance(argument.value, Text) and argument.value.quote in ("'", '"'):
            return argument.value.quote
    return '"'


def value_text(setting: SdkSetting, rule: SdkCall, region: str, quote: str, scene: Scene) -> str | None:
    """The value that names a region, as a Python expression."""
    spelling = setting.spelling
    if spelling.endpoint:
        row = scene.catalog.rules.get(f"{rule.vendor}/{spelling.endpoint}")
        assert isinstance(row, Endpoint)
        for address in row.columns.get(region, ())[:1]:
            host = address.host if spelling.kind != "url" else f"https://{address.host}{spelling.path}"
            return f"{quote}{host}{quote}"
        return None
    word = region if spelling.kind == "region" else spelling.values.get(region)
    if word is None or spelling.kind in ("boolean", "enum") or word.startswith("{"):
        return word
    return f"{quote}{word}{quote}"


def _built(setting: SdkSetting, value: str, call: Call, scene: Scene) -> tuple[str, tuple[Edit, ...]] | None:
    """The expression that carries a value, and the import edits that its names need."""
    if setting.spelling.kind == "enum":
        owner, _, member = value.rpartition(".")
        name, edits = spelled(owner, call, scene)
        return f"{name}.{member}", tuple(edits)
    if not setting.build:
        return (value, ()) if setting.spelling.kind != "object" else None
    text = setting.build.replace("{value}", value).replace("{host}", value.strip("\"'"))
    if not all(_accepts(name, setting.build, scene) for name in _NAME.findall(text)):
        return None
    written, edits_needed = with_names([text], call, scene)
    return written[0], edits_needed


def with_names(texts: Sequence[str], call: Call, scene: Scene) -> tuple[list[str], tuple[Edit, ...]]:
    """Texts with the qualified names in braces as the file would write them next to `call`, and the imports needed."""
    needed: list[Edit] = []
    written = list(texts)
    for name in dict.fromkeys(name for text in texts for name in _NAME.findall(text)):
        own_name, edits = spelled(name, call, scene)
        written = [text.replace("{" + name + "}", own_name) for text in written]
        needed += edits
    return written, joined(needed)


def joined(edits: list[Edit]) -> tuple[Edit, ...]:
    """Several names that one import statement takes are one edit of it."""
    texts: dict[tuple[str, Span], str] = {}
    for edit in edits:
        place = edit.path, edit.span
        texts[place] = texts.get(place, "") + edit.text
    return tuple(Edit(path, span, text) for (path, span), text in texts.items())


def _accepts(name: str, build: str, scene: Scene) -> bool:
    """Whether a class that is built takes its argument, where the class is this repository's own."""
    module, _, last = name.rpartition(".")
    argument = re.search(r"\((\w+)=", build)
    found = exported(module, last, scene.unit, scene.program)
    return not found or argument is None or argument[1] in constructor_parameters(found[0])


def spelled(name: str, call: Call, scene: Scene) -> tuple[str, list[Edit]]:
    """A qualified name as the file would write it next to `call`."""
    module, _, last = name.rpartition(".")
    if isinstance(call.function, Attribute):
        base = scene.source.slice(call.function.base.span)
        # `amplitude.Amplitude` stands in its module, `Experiment.initialize_remote` in a class.
        if _stands_for(call.function.base, module, call, scene):
            return f"{base}.{last}", []
    imports = [
        entry
        for scope in scene.unit.visible_scopes(call.site.scope)
        for (place, _), entries in scene.unit.imports.items()
        if place == scope
        for entry in entries
    ]
    for entry in imports:
        if entry.module == module and entry.name == last:
            return entry.bound, []
        if not entry.name and entry.module == module and (entry.bound or "." not in module):
            return f"{entry.bound or module}.{last}", []
    if any(star.module == module for star in scene.unit.stars):
        return last, []
    bound = last if not _is_taken(last, scene) else module.rpartition(".")[2].title().replace("_", "") + last
    written = last if bound == last else f"{last} as {bound}"
    first = _first(call.function)
    beside = next((e for e in imports if e.bound == first and e.module == module and e.slot), None)
    if beside is not None:
        return bound, [_beside(beside, written, scene)]
    if scene.facts.import_slot is None:
        return bound, []
    return bound, [scene.facts.import_slot.edit(scene.path, f"from {module} import {written}")]


def _stands_for(expression: Expression, module: str, call: Call, scene: Scene) -> bool:
    return any(module in target.names for target in targets(expression, scene.unit, call.site, scene.program))


def _first(expression: Expression) -> str:
    """The name that a dotted expression starts with."""
    while isinstance(expression, Attribute):
        expression = expression.base
    return expression.id if isinstance(expression, Name) else ""


def _beside(entry: Import, name: str, scene: Scene) -> Edit:
    """The name added to an import statement: before the first that sorts after it where the names are sorted."""
    siblings = [e for e in scene.facts.imports if e.slot == entry.slot]
    names = [e.name for e in siblings]
    key = str.lower if names == sorted(names, key=str.lower) else str
    assert entry.slot is not None
    if names == sorted(names, key=key):
        for sibling in siblings:
            if key(sibling.name) > key(name):
                start = sibling.span.start
                separator = ", " if entry.slot.before == ", " else entry.slot.before
                return Edit(scene.path, type(entry.span)(start, start), name + separator)
    return entry.slot.edit(scene.path, name)


def _is_taken(name: str, scene: Scene) -> bool:
    unit = scene.unit
    return any(bound == name for _, bound in unit.imports) or any(target == name for _, target in unit.bindings)


def _placed(
    start: Start,
    settings: Sequence[SdkSetting],
    values: Sequence[str],
    instead: Expression | Argument | None,
    unset: tuple[Value, ...],
) -> tuple[str, tuple[Edit, ...]]:
    """What is written, as a person reads it, and the edits that write it."""
    path, call = start.scene.path, start.call
    if all(setting.argument or setting.entry for setting in settings):
        shown = ", ".join(_argument(s, value) for s, value in zip(settings, values, strict=True))
        if isinstance(instead, Argument):
            return shown, (Edit(path, whole_argument(instead, start.scene), shown),)
        held = next((a for a in call.arguments if a.name == settings[0].entry.partition("[")[0]), None)
        if held is not None and isinstance(held.value, Mapping) and settings[0].entry:
            return shown, _into_display(held.value, settings, values, start)
        place = _place_of_none(unset, start)
        if instead is not None and place is not None:
            return shown, (Edit(*place, values[0]),) if len(values) == 1 else ()
        if len(values) == 1 and (looked_up := lookup_left_unset(instead, unset, start)) is not None:
            return shown, (looked_up.slot.edit(path, values[0]),)
        return shown, () if instead is not None else (call.slot.edit(path, shown),)
    setting, value = settings[0], values[0]
    if len(settings) > 1 or setting.setter or setting.env or setting.file:
        return f"{start.place_of(setting)} = {value}", ()
    if not call.assigned and setting.attribute and (name := free_name(call, start.scene)):
        shown = f"{name}.{setting.attribute} = {value}"
        made = f"{name} = {start.scene.source.slice(call.span)}"
        return shown, hoisted(call, [made, shown], name, start.scene)
    shown, after = f"{start.place_of(setting)} = {value}", _after(setting, start)
    if after is None or not call.assigned:
        return shown, ()
    return shown, (after.edit(path, f"{_subscripted(start.place_of(setting))} = {value}"),)


def _into_display(
    display: Mapping, settings: Sequence[SdkSetting], values: Sequence[str], start: Start
) -> tuple[Edit, ...]:
    """A further item of a dict that is written as an argument; nothing where several are needed."""
    path, span = start.scene.path, display.span
    if len(settings) > 1 or not start.scene.source.slice(span).startswith("{"):
        return ()
    key = settings[0].entry.rstrip("]").partition("[")[2]
    comma = ", " if display.items else ""
    return (Edit(path, Span(span.start + 1, span.start + 1), f'"{key}": {values[0]}{comma}'),)


def whole_argument(argument: Argument, scene: Scene) -> Span:
    """An argument with its name: `span` is that of its value."""
    named = re.search(rf"{argument.name}\s*=\s*$".encode(), scene.source.data[: argument.span.start])
    return Span(named.start(), argument.span.end) if argument.name and named else argument.span


def _place_of_none(unset: tuple[Value, ...], start: Start) -> tuple[str, Span] | None:
    """Where the one `None` is written that a setting comes to: an argument, a parameter's default."""
    places = {(value.unit.facts.path, value.content.span) for value in unset if isinstance(value.content, Constant)}
    if len(places) != 1:
        return None
    path, span = places.pop()
    source = start.scene.source if path == start.scene.path else start.scene.sources(path)
    return (path, span) if source is not None and source.slice(span) == "None" else None


def _after(setting: SdkSetting, start: Start) -> Slot | None:
    """Where a statement about the object goes: behind what replaces the whole mapping of an item."""
    mapping = setting.item.partition("[")[0]
    places = [(scope, f"{name}.{mapping}") for scope, name in objects(start)] if mapping else []
    later = [binding for place in places for binding in start.scene.unit.bindings.get(place, ())]
    return max(later, key=lambda binding: binding.span).after if later else start.after


def _subscripted(place: str) -> str:
    """`configuration.server_variables["site"]` for `configuration.server_variables[site]`."""
    return re.sub(r"\[([^\]]*)\]", r'["\1"]', place)
