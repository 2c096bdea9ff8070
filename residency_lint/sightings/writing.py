"""How a missing setting is written: as an argument or a statement, with the import it needs."""

from __future__ import annotations

import re

from residency_lint.facts import Attribute, Call, Constant, Expression, Import, Name, Text
from residency_lint.findings import Rewrite
from residency_lint.fixes import Applicability, Edit, Slot
from residency_lint.resolve.frames import Value
from residency_lint.resolve.names import constructor_parameters, exported, targets
from residency_lint.rules import Endpoint, SdkCall, SdkSetting
from residency_lint.sightings.scene import Scene
from residency_lint.sightings.starts import Start
from residency_lint.sightings.surroundings import objects
from residency_lint.source import Span

_NAME = re.compile(r"\{([a-z_][\w]*(?:\.\w+)+)\}")


def insertion(
    start: Start, setting: SdkSetting, instead: Expression | None, unset: tuple[Value, ...] = ()
) -> tuple[Rewrite, ...]:
    """The rewrites that add `setting` to a start, one per wanted region; `instead` is what stands there, and `unset`
    the `None` that it comes to."""
    call, scene = start.call, start.scene
    setting = _placeable(setting, start)
    is_chained = isinstance(call.function, Attribute) and isinstance(call.function.base, Call)
    # `super().__init__(…)` takes an argument like any call; but there is no module name before it to build with.
    if is_chained and (setting.build or getattr(call.function, "name", "") != "__init__"):
        return ()
    rewrites = []
    for region in scene.wanted(start.rule.vendor):
        plain = _value(setting, start.rule, region, _quote(call), scene)
        built = _built(setting, plain, call, scene) if plain is not None else None
        if built is None:
            continue
        value, edits = built
        shown = _argument(setting, value) or f"{start.place_of(setting)} = {value}"
        edit = _placed(start, setting, value, instead, unset)
        if edit is not None and (edit.path == scene.path or not edits):
            fix = start.rule.fix if edit.path == scene.path else min(start.rule.fix, Applicability.UNSAFE)
            rewrites.append(Rewrite(region, shown, (*edits, edit), fix, adds=True))
        elif not setting.argument:
            rewrites.append(Rewrite(region, shown, (), Applicability.DISPLAY, adds=True))
    return tuple(rewrites)


def _placeable(setting: SdkSetting, start: Start) -> SdkSetting:
    """The setting, or its twin among the arguments where no statement about the object can follow the call."""
    if not setting.item or (start.after is not None and start.call.assigned):
        return setting
    taken = {argument.name for argument in start.call.arguments}
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


def _value(setting: SdkSetting, rule: SdkCall, region: str, quote: str, scene: Scene) -> str | None:
    """The value that names a region, as a Python expression."""
    spelling = setting.spelling
    if spelling.endpoint:
        row = scene.catalog.rules.get(f"{rule.vendor}/{spelling.endpoint}")
        assert isinstance(row, Endpoint)
        for address in row.columns.get(region, ())[:1]:
            host = address.host if spelling.kind != "url" else f"https://{address.host}{spelling.path}"
            return f"{quote}{host}{quote}"
        return None
    word = spelling.values.get(region)
    if word is None or spelling.kind in ("boolean", "enum") or word.startswith("{"):
        return word
    return f"{quote}{word}{quote}"


def _built(setting: SdkSetting, value: str, call: Call, scene: Scene) -> tuple[str, tuple[Edit, ...]] | None:
    """The expression that carries a value, and the import edits that its names need."""
    if setting.spelling.kind == "enum":
        owner, _, member = value.rpartition(".")
        spelled, edits = _spelled(owner, call, scene)
        return f"{spelled}.{member}", tuple(edits)
    if not setting.build:
        return (value, ()) if setting.spelling.kind != "object" else None
    needed_edits: list[Edit] = []
    text = setting.build.replace("{value}", value)
    for name in _NAME.findall(text):
        if not _accepts(name, setting.build, scene):
            return None
        spelled, needed = _spelled(name, call, scene)
        text = text.replace("{" + name + "}", spelled)
        needed_edits += needed
    return text, _joined(needed_edits)


def _joined(edits: list[Edit]) -> tuple[Edit, ...]:
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


def _spelled(name: str, call: Call, scene: Scene) -> tuple[str, list[Edit]]:
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
    start: Start, setting: SdkSetting, value: str, instead: Expression | None, unset: tuple[Value, ...]
) -> Edit | None:
    path, call = start.scene.path, start.call
    if setting.entry:
        return call.slot.edit(path, _argument(setting, value))
    if setting.argument:
        place = _place_of_none(unset, start)
        if instead is not None and place is not None:
            return Edit(*place, value)
        return None if instead is not None else call.slot.edit(path, f"{setting.argument}={value}")
    after = _after(setting, start)
    if after is None or not call.assigned or setting.setter or setting.env:
        return None
    return after.edit(path, f"{_subscripted(start.place_of(setting))} = {value}")


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
