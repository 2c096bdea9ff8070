"""Cloud regions in a text: ARNs, hosts with a region label, settings that choose a region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from residency_lint.arns import Arn, PlaceKind, arn_place, arns, hidden_default, pinned, portability
from residency_lint.cloud_hosts import HostKind, RegionWord, host_region, region_words
from residency_lint.dotted import written
from residency_lint.facts import BindingKind
from residency_lint.findings import Context, Rewrite, Sighting
from residency_lint.fixes import Applicability
from residency_lint.rules import ArnRule, CloudHost, Pinned, Rule, Setting
from residency_lint.sightings.evidence import Evidence, Passage
from residency_lint.verdicts import UNREADABLE

_FETCHED = re.compile(
    r"\.(?:zip|tar|gz|tgz|bz2|xz|deb|rpm|pkg|dmg|msi|exe|jar|sh|whl|gpg|asc|repo|min\.js)(?:$|[?#\s\"'])"
    r"|\b(?:apt|yum|dnf|rpm)\b"
)
_FETCHES = re.compile(r"\b(?:curl|wget|aria2c|Invoke-WebRequest)\b")
_SENDS = re.compile(r"\s(?:-d|-F|-T|-X\s*(?:POST|PUT)|--data\S*|--form|--upload-file|--request|--post-\w+)[\s=]")


def region_rewrites(rule: Rule, evidence: Evidence, fix: Applicability, suffix: str = "") -> tuple[Rewrite, ...]:
    """The evidence, a region's name, as each wanted region; `suffix` keeps a zone's letter."""
    if fix is Applicability.DISPLAY:
        return ()
    scene = evidence.passage.scene
    regions = scene.regions(rule.vendor)
    seen = regions.get(evidence.words)
    # Credentials and endpoints do not reach into another partition.
    wanted = [
        region
        for region in scene.wanted(rule.vendor)
        if seen is None or region not in regions or regions[region].partition == seen.partition
    ]
    rewrites = [evidence.rewrite(region, region + suffix, fix) for region in wanted]
    found = tuple(rewrite for rewrite in rewrites if rewrite.edits)
    if found:
        return found
    rewrites = [evidence.rewrite_in_parts(region, region + suffix, fix) for region in wanted]
    return tuple(rewrite for rewrite in rewrites if rewrite.edits)


# --- ARNs ------------------------------------------------------------------------------------------


def arn_sightings(passage: Passage) -> Iterator[tuple[tuple[int, int], list[Sighting]]]:
    """The characters of every ARN, with what its most specific rule says of it."""
    for arn in arns(passage.text):
        found: list[Sighting] = []
        for rule in passage.scene.catalog.arns:
            if not (fnmatchcase(arn.service, rule.service) and fnmatchcase(arn.resource, rule.resource)):
                continue
            if not rule.columns:
                found = list(_cloud_arn(rule, arn, passage))
                break
            columns = [name for name, slot in rule.columns.items() if slot == arn.region]
            if columns:
                # Two pods may share an AWS region: then it is the wanted one's as well.
                wanted = passage.scene.wanted(rule.vendor)
                column = next((name for name in columns if name in wanted), columns[0])
                found = [_vendor_arn(rule, column, arn, passage)]
                break
        yield (arn.start, arn.end), found


def _vendor_arn(rule: ArnRule, column: str, arn: Arn, passage: Passage) -> Sighting:
    slot = passage.at(arn.region_start, arn.region_end)
    rewrites = [
        slot.rewrite(region, rule.columns[region], rule.fix)
        for region in passage.scene.wanted(rule.vendor)
        if rule.columns.get(region, arn.region) != arn.region
    ]
    unreadable = column == UNREADABLE
    return passage.at(arn.start, arn.end).sighting(
        rule,
        None if unreadable else column,
        rewrites=tuple(rewrites),
        reason=rule.why.rstrip(".") if unreadable else "",
    )


def _cloud_arn(rule: ArnRule, arn: Arn, passage: Passage) -> Iterator[Sighting]:
    regions = passage.scene.regions(rule.vendor)
    evidence, slot = passage.at(arn.start, arn.end), passage.at(arn.region_start, arn.region_end)
    place = arn_place(arn, regions)
    found = sorted(place.regions)
    is_portable = portability(arn, passage.scene.catalog.portability) == "name-addressed"
    default = hidden_default(arn.region)
    if default is not None:
        # `${opt:region, 'us-east-1'}`: the default inside the hole is what is judged.
        found = [default[0]]
        evidence = slot = passage.at(arn.region_start + default[1], arn.region_start + default[2])
    elif place.kind is PlaceKind.UNKNOWN_REGION:
        found = [arn.region]
    elif place.kind is not PlaceKind.REGION:
        is_portable = False
    if not found or (place.kind is PlaceKind.WILDCARD and not arn.region.strip("*")):
        return
    held = pinned(arn.service, arn.resource, found[0], passage.scene.catalog.pinned, passage.surroundings)
    if held is not None and not held.maybe:
        return
    fix = rule.fix if is_portable else Applicability.DISPLAY
    yield evidence.sighting(
        rule,
        found[0] if len(found) == 1 else None,
        verb="is in",
        spread=tuple(found) if len(found) > 1 else (),
        rewrites=region_rewrites(rule, slot, fix),
        pinned=_why(held),
    )


def _why(held: Pinned | None) -> str:
    return held.why if held else ""


# --- hosts -----------------------------------------------------------------------------------------


def cloud_host_sightings(found: re.Match[str], passage: Passage) -> Iterator[Sighting]:
    """What a cloud's host says; `found` has the groups `host` and `path`."""
    for rule in passage.scene.catalog.cloud_hosts:
        read = host_region(found["host"], rule, passage.scene.regions(rule.vendor))
        if read is None:
            continue
        evidence = passage.at(*found.span("host"))
        if _is_download(found, passage) or _is_namespace(found):
            return
        if read.kind is HostKind.HIDDEN and read.service in rule.stops:
            yield evidence.sighting(rule, None, reason="the host does not show the region")
        if read.word is not None:
            yield from _labelled(rule, read.service, read.word, evidence)
        return


def _labelled(rule: CloudHost, service: str, word: RegionWord, evidence: Evidence) -> Iterator[Sighting]:
    passage = evidence.passage
    held = pinned(service, "", word.region, passage.scene.catalog.pinned, passage.surroundings)
    if held is not None and not held.maybe:
        return
    label = passage.at(evidence.start + word.start, evidence.start + word.end)
    is_made_up = evidence.context is Context.CODE and _MADE_UP.search(evidence.words)
    fix = rule.fix if label.words == word.region else Applicability.DISPLAY
    yield evidence.sighting(
        rule,
        word.region,
        verb="is in",
        context=Context.PLACEHOLDER if is_made_up else evidence.context,
        rewrites=region_rewrites(rule, label, fix),
        pinned=_why(held),
    )


_MADE_UP = re.compile(r"(?i)(?:^|[.-])(?:012345678910|0{3,}|000-00|your\w*|example\w*|x{4,})(?:[.-]|$)")
"""Labels that are no real customer's."""


def _is_download(found: re.Match[str], passage: Passage) -> bool:
    """A public file that a build fetches; nothing of a customer's goes there."""
    fetches = _FETCHES.search(passage.text) and not _SENDS.search(passage.text)
    return bool(_FETCHED.search((found["path"] or "") + " ") or fetches)


def _is_namespace(found: re.Match[str]) -> bool:
    """`http://s3.amazonaws.com/doc/2006-03-01/` and ACL group addresses are names, not destinations."""
    return (found["path"] or "").startswith(("/doc/2006-03-01", "/groups/"))


# --- settings --------------------------------------------------------------------------------------


def setting_sightings(passage: Passage) -> Iterator[Sighting]:
    """Regions under a key that chooses one."""
    keys = passage.mention.keys
    if _is_unread_default(passage):
        return
    for rule, names, unless in passage.scene.catalog.settings:
        if rule.spelling.kind != "region" or not (names_region(keys, names) or _is_default_of_option(passage, names)):
            continue
        if unless is not None and unless.search(" ".join((".".join(keys), *_names_around(passage))).lower()):
            continue
        if rule.emulators and re.search(rule.emulators, passage.scene.source.text):
            return
        yield from _regions(rule, passage)
        return


def _names_around(passage: Passage) -> Iterator[str]:
    """The names that say what a text in a program is for: of the call that takes it, of what keeps it, of the function
    and class it stands in."""
    unit, span = passage.scene.unit, passage.mention.text.span
    if unit.facts.language != "python":
        return
    call, binding = unit.innermost_call(span), unit.innermost_binding(span)
    yield from (written(call.function),) if call else ()
    yield from (binding.target,) if binding else ()
    scope = passage.mention.site.scope
    while scope > 0:
        yield unit.scope(scope).name
        scope = unit.scope(scope).parent


def _is_unread_default(passage: Passage) -> bool:
    """The default of a parameter that its function never reads chooses nothing."""
    unit = passage.scene.unit
    binding = unit.bindings_by_value.get(id(passage.mention.text))
    if binding is None or binding.kind is not BindingKind.PARAMETER:
        return False
    function = binding.site.scope
    names = {"locals", binding.target}
    return not any(
        read.name.partition(".")[0] in names and function in unit.visible_scopes(read.site.scope)
        for read in unit.facts.reads
    )


def _is_default_of_option(passage: Passage, names: re.Pattern[str]) -> bool:
    """`{"name": "region", "default": "us-east-1"}`: an option of a form, which its name describes."""
    mention = passage.mention
    if not mention.group or not mention.keys or mention.keys[-1] not in _DEFAULT_KEYS:
        return False
    return any(
        other.keys[:-1] == mention.keys[:-1]
        and other.keys[-1] in _NAME_KEYS
        and names_region((other.text.text,), names)
        for other in passage.scene.unit.mentions_by_group[mention.group]
    )


_DEFAULT_KEYS = ("default", "default_value", "defaultValue", "initial")
_NAME_KEYS = ("name", "key", "id", "field", "dest")


def option_sightings(passage: Passage) -> Iterator[Sighting]:
    """`--region us-east-1` in a command line that a program or script runs."""
    for rule, names, _ in passage.scene.catalog.settings:
        for found in _OPTION.finditer(passage.text):
            if rule.spelling.kind == "region" and names_region((found["option"],), names):
                yield from _regions(rule, passage, *found.span("value"))


_OPTION = re.compile(r"(?<![\w-])--(?P<option>[a-z][a-z-]*)[= ](?P<value>[a-z0-9-]+)")


def names_region(keys: tuple[str, ...], names: re.Pattern[str]) -> bool:
    """Whether the last key, or the one whose `default` or `value` it is, names a region."""
    key = bare(keys[-1])
    # `AvailabilityZone1`, `--aws-region`: how people spell and number the same key.
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().lstrip("-").rstrip("0123456789").replace("-", "_")
    if names.search(spelled) or names.search(key.lower()):
        return True
    return key.lower() in ("default", "value") and len(keys) > 1 and names_region(keys[:-1], names)


def bare(key: str) -> str:
    """`DD_SITE` of `environ[DD_SITE]`."""
    return key.removesuffix("]").rpartition("[")[2] if key.endswith("]") else key


def _regions(rule: Setting, passage: Passage, start: int = 0, end: int | None = None) -> Iterator[Sighting]:
    for word in region_words(passage.text, passage.scene.regions(rule.vendor)):
        if word.start < start or (end is not None and word.end > end):
            continue
        held = pinned("", "", word.region, passage.scene.catalog.pinned, passage.surroundings)
        if held is not None and not held.maybe:
            continue
        evidence = passage.at(word.start, word.end)
        letter = word.text.removeprefix(word.region)
        is_plain = word.text.startswith(word.region) and len(letter) <= 1
        yield evidence.sighting(
            rule,
            word.region,
            words=f"`{passage.mention.keys[-1]}` is `{word.text}`" if end is None else f"`{word.text}`",
            verb="" if end is None else "is in",
            rewrites=region_rewrites(rule, evidence, rule.fix if is_plain else Applicability.DISPLAY, letter),
            pinned=_why(held),
        )
