"""Members of an SDK's enums, its constants, and texts that stand where a member is wanted."""

from __future__ import annotations

from residency_lint.call_rules import SdkSetting
from residency_lint.expressions import Call, Text
from residency_lint.findings import Rewrite
from residency_lint.fixes import Applicability, Edit
from residency_lint.resolve.enums import outer_members
from residency_lint.resolve.frames import Unknown, Value
from residency_lint.resolve.names import targets
from residency_lint.sightings.setting_values import SettingValue, source_of
from residency_lint.sightings.starts import Start
from residency_lint.sightings.writing import joined, spelled, value_text
from residency_lint.source import Source, Span


def member_of(one: SettingValue) -> Unknown | None:
    """The member or constant that a value is, by its qualified name: `ServerZone.EU`, `ServerZone("EU")`."""
    value, setting, content = one.value, one.setting, one.value.content
    if isinstance(content, Unknown):
        return content if setting.spelling.column(content.name) else None
    if setting.spelling.kind != "enum" or not isinstance(content, Call) or len(content.arguments) != 1:
        return None
    word = content.arguments[0].value
    if isinstance(word, Text):
        for target in targets(content.function, value.unit, value.site, one.start.scene.program):
            if setting.spelling.column(f"{target.name}.{word.text}"):
                return Unknown("a member of an enum", name=f"{target.name}.{word.text}", span=word.span)
    return None


def as_members(values: tuple[Value, ...], setting: SdkSetting, start: Start) -> tuple[Value, ...]:
    """The values; instead of the call of an SDK's enum the members that what it is called with comes to."""
    if setting.spelling.kind != "enum":
        return values
    return tuple(member for value in values for member in _called(value, setting, start))


def _called(value: Value, setting: SdkSetting, start: Start) -> tuple[Value, ...]:
    content, program = value.content, start.scene.program
    if not isinstance(content, Call) or len(content.arguments) != 1 or content.arguments[0].name:
        return (value,)
    owners = {member.rpartition(".")[0] for member in (*setting.spelling.values.values(), *setting.spelling.also)}
    names = [name for t in targets(content.function, value.unit, value.site, program) for name in t.names]
    owner = next((name for name in names if name in owners), "")
    if not owner:
        return (value,)
    there = value.frame(1)
    words = start.resolution.all_values(content.arguments[0].value, there)
    return tuple(outer_members(owner, words, there.unknown("a member of an enum"), start.resolution))


def instead_of_constant(member: Unknown, one: SettingValue) -> tuple[Rewrite, ...]:
    """The values of the wanted regions, written out where a constant of the SDK stands."""
    setting, start, source = one.setting, one.start, source_of(one.value, one.start)
    assert member.span is not None
    rewrites = []
    for region in one.wanted:
        text = value_text(setting, start.rule, region, '"', start.scene)
        if text is not None and region != setting.spelling.column(member.name):
            rewrites.append(Rewrite(region, text, (Edit(source.path, member.span, text),), start.rule.fix))
    return tuple(rewrites)


def instead_of_text(text: Text, one: SettingValue) -> tuple[Rewrite, ...]:
    """The members of the wanted regions, with the import they need, where a text stands among the start's arguments."""
    setting, start, scene = one.setting, one.start, one.start.scene
    whole = with_quotes(text, scene.source)
    if whole is None or (text.path or scene.path) != scene.path or not start.call.span.contains(whole):
        return _instead_of_argument(text, one)
    rewrites = []
    for region in one.wanted:
        member = setting.spelling.values.get(region, "")
        if member:
            owner, _, last = member.rpartition(".")
            name, edits = _spelled(owner, one)
            edits = [*joined(edits), Edit(scene.path, whole, f"{name}.{last}")]
            rewrites.append(Rewrite(region, f"{name}.{last}", tuple(edits), start.rule.fix))
    return tuple(rewrites)


def _instead_of_argument(text: Text, one: SettingValue) -> tuple[Rewrite, ...]:
    """The same where the text stands elsewhere: the argument as a member by that name, else a member in its place."""
    setting, start, scene = one.setting, one.start, one.start.scene
    argument = next((a for a in start.call.arguments if a.name == setting.argument and not a.star), None)
    if argument is None or not start.call.span.contains(argument.value.span):
        return ()
    rewrites = []
    for region, member in ((region, setting.spelling.values.get(region, "")) for region in one.wanted):
        owner, _, last = member.rpartition(".")
        if not owner:
            continue
        name, edits = _spelled(owner, one)
        words = f"{name}[{scene.source.slice(argument.value.span)}]" if text.text == last else f"{name}.{last}"
        edits = [*joined(edits), Edit(scene.path, argument.value.span, words)]
        rewrites.append(Rewrite(region, words, tuple(edits), Applicability.UNSAFE))
    return tuple(rewrites)


def _spelled(owner: str, one: SettingValue) -> tuple[str, list[Edit]]:
    """An enum as the file names it already, under any of its names, else with the import it needs."""
    names = dict.fromkeys([owner, *(member.rpartition(".")[0] for member in one.setting.spelling.also)])
    return min((spelled(name, one.start.call, one.start.scene) for name in names), key=lambda found: len(found[1]))


def with_quotes(text: Text, source: Source) -> Span | None:
    """The bytes of a text's literal; None where it is no plain one."""
    quote, span = text.quote.encode(), text.span
    whole = Span(span.start - len(quote), span.end + len(quote))
    is_plain = text.plain and whole.start >= 0
    data = source.data[whole.start : whole.end] if is_plain else b""
    before = source.data[max(0, whole.start - 1) : whole.start]
    return whole if data.startswith(quote) and data.endswith(quote) and not before.isalpha() else None
