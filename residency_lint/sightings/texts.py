"""Destinations named in a text: hosts, addresses, accounts, ARNs, cloud hosts, ids and keys that carry a region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from residency_lint.arns import Arn, PlaceKind, arn_place, arns, hidden_default, pinned, portability
from residency_lint.catalog import HostRow
from residency_lint.cloud_hosts import HostKind, host_region, region_words
from residency_lint.facts import Mention, Text
from residency_lint.findings import Context, Rewrite, Sighting
from residency_lint.fixes import Applicability
from residency_lint.rule_files import Vendor
from residency_lint.rules import (
    NOWHERE,
    UNREADABLE,
    ArnRule,
    CloudHost,
    Endpoint,
    LookAlike,
    Neutral,
    Rule,
    Setting,
    Token,
)
from residency_lint.sightings.scene import Scene

# A host is preceded by no letter, dot, at sign or template hole, save the percent escape of a slash.
_HOST = re.compile(
    r"(?:(?<=%2[fF])|(?<=://)|(?<![A-Za-z0-9_.@%}\ufffc~-]))"
    r"(?:[^\s/@:\"'<>]*(?::[^\s/@\"'<>]*)?@)?"
    r"(?P<host>(?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*)(?![A-Za-z0-9_@-])"
    r"(?P<port>:\d+)?(?P<path>/[^\s\"'<>`|\\]*)?"
)
_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_ACCOUNT = re.compile(r"(?<![\w.-])\d{12}(?::role/[\w+=,.@/-]*\w)?(?!\w)")
_WORD = re.compile(r"(?<![\w.-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w-])")
_PLACEHOLDER = re.compile(
    r"<[A-Za-z][\w .-]*>|[xX]{4,}|\bX{3,}\b|\byour[-_]|(?i:fill[-_]?me|change[-_]?me|replace[-_]?me)"
)
_DOWNLOAD = re.compile(
    r"\.(?:zip|tar|gz|tgz|bz2|xz|deb|rpm|pkg|dmg|msi|exe|jar|sh|whl|gpg|asc|repo|min\.js)(?:$|[?#\s\"'])"
    r"|\b(?:apt|yum|dnf|rpm)\b"
)


@dataclass(frozen=True)
class Evidence:
    """A stretch of a text that names a destination."""

    mention: Mention
    start: int
    end: int

    @property
    def text(self) -> Text:
        return self.mention.text

    @property
    def words(self) -> str:
        return self.text.text[self.start : self.end]


def text_sightings(mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    """Everything a text names that some rule knows, allowed or not, in no order."""
    text = mention.text.text
    if len(text) < 4:
        return
    arn_spans: list[tuple[int, int]] = []
    if "arn" in text:
        for arn in arns(text):
            arn_spans.append((arn.start, arn.end))
            yield from _arn_sightings(arn, mention, context, scene)
    if "." in text:
        for found in _HOST.finditer(text):
            if not any(start <= found.start("host") < end for start, end in arn_spans):
                yield from _host_sightings(found, mention, context, scene)
    yield from _token_sightings(mention, context, scene)
    yield from _pattern_sightings(mention, context, scene)
    if mention.keys and not arn_spans:
        yield from _setting_sightings(mention, context, scene)


def sighting(
    rule: Rule, evidence: Evidence, region: str | None, context: Context, scene: Scene, **more: object
) -> Sighting:
    path, span = scene.locate(evidence.text, evidence.start, evidence.end)
    seen = str(more.pop("seen", evidence.words))
    words = str(more.pop("words", f"`{seen}`"))
    found = Sighting(
        rule=rule,
        path=path,
        span=span,
        statement=evidence.mention.site.statement,
        region=region,
        seen=seen,
        words=words,
        context=context,
        certain=not scene.facts.note,
    )
    return replace(found, **more)  # type: ignore[arg-type]


# --- vendors' hosts --------------------------------------------------------------------------------


def _host_sightings(found: re.Match[str], mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    host, path = found["host"].lower(), found["path"] or ""
    rows = scene.catalog.host_rows(host)
    row = next((row for row in rows if _is_below(path, row.address.path)), None)
    if row is not None:
        if not isinstance(row.rule, Neutral):
            yield _host_sighting(row, found, mention, context, scene)
        return
    if rows:
        return
    vendor = _vendor_of(host, scene)
    if vendor is not None:
        yield from _imitation(vendor, found, mention, context, scene)
        return
    yield from _cloud_sightings(found, mention, context, scene)


def _is_below(path: str, prefix: str) -> bool:
    """Whether a path lies below a prefix of whole segments."""
    return path.startswith(prefix) and (not prefix or path[len(prefix) : len(prefix) + 1] in _ENDS_SEGMENT)


_ENDS_SEGMENT = ("", "/", "?", "#", "%", "{", "$", "\ufffc", ")", ",", ";", "]", "}")


def _host_sighting(row: HostRow, found: re.Match[str], mention: Mention, context: Context, scene: Scene) -> Sighting:
    start = found.start("host")
    end = found.end("host") if not row.address.path else found.start("path") + len(row.address.path)
    evidence = Evidence(mention, start, end)
    seen = found["host"].lower() + row.address.path
    if isinstance(row.rule, LookAlike):
        meant = row.rule.meant.get(found["host"].lower(), "")
        return _look_alike_sighting(row.rule, evidence, meant, context, scene)
    assert isinstance(row.rule, Endpoint)
    region = None if row.region == UNREADABLE else row.region
    return sighting(
        row.rule,
        evidence,
        region,
        _placeholder(mention, context),
        scene,
        seen=seen,
        rewrites=host_rewrites(row, evidence, scene),
        reason=row.rule.why if region is None else "",
    )


def host_rewrites(row: HostRow, evidence: Evidence, scene: Scene) -> tuple[Rewrite, ...]:
    """A host's documented twins, host and path."""
    assert isinstance(row.rule, Endpoint)
    rewrites = []
    for region in scene.wanted(row.rule.vendor):
        addresses = row.rule.columns.get(region, ())
        if not addresses or region == row.region:
            continue
        twin = next((a for a in addresses if a.path == row.address.path), addresses[0])
        host = twin.host
        if host.startswith("*."):
            suffix = row.address.host.removeprefix("*")
            host = evidence.words.lower().partition("/")[0].removesuffix(suffix) + host.removeprefix("*")
        fix = min(row.rule.fix, row.address.fix if row.address.fix is not None else Applicability.SAFE)
        edit = scene.edit(evidence.text, evidence.start, evidence.end, host + twin.path)
        if edit is not None and fix is not Applicability.DISPLAY:
            applicability = fix if edit.path == scene.path else Applicability.UNSAFE
            rewrites.append(Rewrite(region, host + twin.path, (edit,), applicability))
        elif row.address.fix is not Applicability.DISPLAY:
            rewrites.append(Rewrite(region, host + twin.path, (), Applicability.DISPLAY))
    return tuple(rewrites)


def _vendor_of(host: str, scene: Scene) -> Vendor | None:
    rest = host
    while "." in rest:
        rest = rest.partition(".")[2]
        if rest in scene.catalog.domains:
            return scene.catalog.domains[rest]
    return None


def _imitation(
    vendor: Vendor, found: re.Match[str], mention: Mention, context: Context, scene: Scene
) -> Iterator[Sighting]:
    """An undocumented host of a vendor that bears a region's name."""
    host = found["host"].lower()
    labels = set(re.split(r"[.-]", host))
    names = {re.sub(r"\d+$", "", name) for name in vendor.regions} | set(vendor.regions)
    rule = next((r for r in scene.catalog.of(LookAlike) if r.vendor == vendor.id and r.imitations), None)
    if rule is not None and labels & names:
        yield _look_alike_sighting(rule, Evidence(mention, *found.span("host")), "", context, scene)


def _look_alike_sighting(rule: LookAlike, evidence: Evidence, meant: str, context: Context, scene: Scene) -> Sighting:
    rewrites: tuple[Rewrite, ...] = ()
    for row in scene.catalog.hosts.get(meant, ()):
        edit = scene.edit(evidence.text, evidence.start, evidence.end, meant)
        if isinstance(row.rule, Endpoint) and edit is not None:
            rewrites = (Rewrite(row.region, meant, (edit,), rule.fix),)
    words = f"`{evidence.words}` is no documented host" + (f"; `{meant}` is" if meant else "")
    return sighting(rule, evidence, NOWHERE, context, scene, words=words, verb="", rewrites=rewrites)


def _placeholder(mention: Mention, context: Context) -> Context:
    is_placeholder = context is Context.CODE and _PLACEHOLDER.search(mention.text.text)
    return Context.PLACEHOLDER if is_placeholder else context


def host_at(text: str, scene: Scene) -> tuple[HostRow, int, int] | None:
    """The first host of a text that the catalogue knows: its row, and the characters of host and path prefix."""
    for found in _HOST.finditer(text):
        path = found["path"] or ""
        for row in scene.catalog.host_rows(found["host"].lower()):
            if _is_below(path, row.address.path) and not isinstance(row.rule, Neutral):
                end = found.start("path") + len(row.address.path) if row.address.path else found.end("host")
                return row, found.start("host"), end
    return None


# --- addresses, accounts, patterns -----------------------------------------------------------------


def _token_sightings(mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    tokens = scene.catalog.tokens
    text = mention.text.text
    for expression in (_IP, _ACCOUNT, _WORD):
        for found in expression.finditer(text):
            word, end = found.group(), found.end()
            if word not in tokens and ":" in word:
                word = word.partition(":")[0]
                end = found.start() + len(word)
            if word in tokens:
                rule, column = tokens[word]
                evidence = Evidence(mention, found.start(), end)
                yield sighting(
                    rule,
                    evidence,
                    None if column == UNREADABLE else column,
                    context,
                    scene,
                    words=f"{rule.what} `{word}`",
                    verb="belongs to",
                    rewrites=_token_rewrites(rule, column, evidence, scene),
                    reason="no table says which region it belongs to" if column == UNREADABLE else "",
                )


def _token_rewrites(rule: Token, column: str, evidence: Evidence, scene: Scene) -> tuple[Rewrite, ...]:
    rewrites = []
    for region in scene.wanted(rule.vendor):
        for new in rule.columns.get(region, ())[:1]:
            edit = scene.edit(evidence.text, evidence.start, evidence.end, new)
            if edit is not None and region != column and rule.fix is not Applicability.DISPLAY:
                rewrites.append(Rewrite(region, new, (edit,), rule.fix))
    return tuple(rewrites)


def _pattern_sightings(mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    for rule, match, keys in scene.catalog.patterns:
        if keys is not None and not any(keys.search(key) for key in mention.keys[-2:]):
            continue
        for found in match.finditer(mention.text.text):
            code = found["region"]
            region = rule.codes.get(code, code)
            if region not in scene.regions(rule.vendor) and region != UNREADABLE:
                continue
            evidence = Evidence(mention, *found.span())
            seen = f"{code}…" if rule.secret else found.group()
            yield sighting(
                rule,
                evidence,
                None if region == UNREADABLE else region,
                _placeholder(mention, context),
                scene,
                seen=seen,
                words=f"`{seen}`",
                verb="is in" if scene.catalog.vendors[rule.vendor].provider else "belongs to",
                rewrites=_region_rewrites(rule, mention.text, *found.span("region"), rule.fix, scene),
            )


# --- clouds ----------------------------------------------------------------------------------------


def _region_rewrites(
    rule: Rule, text: Text, start: int, end: int, fix: Applicability, scene: Scene, suffix: str = ""
) -> tuple[Rewrite, ...]:
    """The same text with another cloud region; `suffix` keeps a zone's letter."""
    if fix is Applicability.DISPLAY:
        return ()
    rewrites = []
    for region in scene.wanted(rule.vendor):
        edit = scene.edit(text, start, end, region + suffix)
        if edit is not None:
            rewrites.append(Rewrite(region, region + suffix, (edit,), fix))
    return tuple(rewrites)


def _arn_sightings(arn: Arn, mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    for rule in scene.catalog.arns:
        if not (fnmatchcase(arn.service, rule.service) and fnmatchcase(arn.resource, rule.resource)):
            continue
        if rule.columns:
            columns = [name for name, slot in rule.columns.items() if slot == arn.region]
            if not columns:
                continue
            # Two pods may share an AWS region: then it is the wanted one's as well.
            column = next((name for name in columns if name in scene.wanted(rule.vendor)), columns[0])
            yield _vendor_arn_sighting(rule, column, arn, mention, context, scene)
        else:
            yield from _cloud_arn_sightings(rule, arn, mention, context, scene)
        return


def _vendor_arn_sighting(
    rule: ArnRule, column: str, arn: Arn, mention: Mention, context: Context, scene: Scene
) -> Sighting:
    rewrites = []
    for region in scene.wanted(rule.vendor):
        slot = rule.columns.get(region)
        edit = scene.edit(mention.text, arn.region_start, arn.region_end, slot) if slot else None
        if edit is not None and slot != arn.region:
            rewrites.append(Rewrite(region, slot or "", (edit,), rule.fix))
    unreadable = column == UNREADABLE
    return sighting(
        rule,
        Evidence(mention, arn.start, arn.end),
        None if unreadable else column,
        context,
        scene,
        rewrites=tuple(rewrites),
        reason="a bucket's ARN shows no region" if unreadable else "",
    )


def _cloud_arn_sightings(
    rule: ArnRule, arn: Arn, mention: Mention, context: Context, scene: Scene
) -> Iterator[Sighting]:
    regions = scene.regions(rule.vendor)
    start, end = arn.region_start, arn.region_end
    default = hidden_default(arn.region)
    place = arn_place(arn, regions)
    fix = (
        Applicability.UNSAFE
        if portability(arn, scene.catalog.portability) == "name-addressed"
        else Applicability.DISPLAY
    )
    if default is not None:
        region, first, last = default
        start, end = start + first, start + last
        found = frozenset([region])
        evidence = Evidence(mention, start, end)
    else:
        found = place.regions
        evidence = Evidence(mention, arn.start, arn.end)
        if place.kind is PlaceKind.UNKNOWN_REGION:
            found = frozenset([arn.region])
        if not found or (place.kind is PlaceKind.WILDCARD and arn.region.strip("*") == ""):
            return
        if place.kind is not PlaceKind.REGION:
            fix = Applicability.DISPLAY
    chosen = sorted(found)
    held = pinned(arn.service, arn.resource, chosen[0], scene.catalog.pinned, _surroundings(mention, scene))
    if held is not None and not held.maybe:
        return
    yield sighting(
        rule,
        evidence,
        chosen[0] if len(chosen) == 1 else None,
        _placeholder(mention, context),
        scene,
        verb="is in",
        spread=tuple(chosen) if len(chosen) > 1 else (),
        rewrites=_region_rewrites(rule, mention.text, start, end, fix, scene),
        pinned=held.why if held else "",
    )


def _cloud_sightings(found: re.Match[str], mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    host = found["host"]
    for rule in scene.catalog.cloud_hosts:
        read = host_region(host, rule, scene.regions(rule.vendor))
        if read is None:
            continue
        if _is_download(found, mention) or _is_namespace(found):
            return
        start = found.start("host")
        if read.kind is HostKind.HIDDEN and read.service in rule.stops:
            yield sighting(
                rule,
                Evidence(mention, start, found.end("host")),
                None,
                context,
                scene,
                reason="the host does not show the region",
            )
        if read.word is not None:
            yield from _cloud_host_sighting(
                rule,
                read.service,
                read.word.region,
                (start + read.word.start, start + read.word.end),
                found,
                mention,
                context,
                scene,
            )
        return


def _is_download(found: re.Match[str], mention: Mention) -> bool:
    """A public file that a build fetches; nothing of a customer's goes there."""
    text = mention.text.text
    fetches = re.search(r"\b(?:curl|wget|aria2c|Invoke-WebRequest)\b", text)
    sends = re.search(
        r"\s(?:-d|-F|-T|-X\s*(?:POST|PUT)|--data\S*|--form|--upload-file|--request|--post-\w+)[\s=]", text
    )
    return bool(_DOWNLOAD.search((found["path"] or "") + " ") or (fetches and not sends))


def _is_namespace(found: re.Match[str]) -> bool:
    """`http://s3.amazonaws.com/doc/2006-03-01/` and ACL group addresses are names, not destinations."""
    return (found["path"] or "").startswith(("/doc/2006-03-01", "/groups/"))


def _cloud_host_sighting(
    rule: CloudHost,
    service: str,
    region: str,
    label: tuple[int, int],
    found: re.Match[str],
    mention: Mention,
    context: Context,
    scene: Scene,
) -> Iterator[Sighting]:
    held = pinned(service, "", region, scene.catalog.pinned, _surroundings(mention, scene))
    if held is not None and not held.maybe:
        return
    written = mention.text.text[label[0] : label[1]]
    fix = rule.fix if written == region else Applicability.DISPLAY
    yield sighting(
        rule,
        Evidence(mention, *found.span("host")),
        region,
        _placeholder(mention, context),
        scene,
        verb="is in",
        rewrites=_region_rewrites(rule, mention.text, *label, fix, scene),
        pinned=held.why if held else "",
    )


def _setting_sightings(mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    key = mention.keys[-1]
    for rule, keys, unless in scene.catalog.settings:
        if rule.spelling.kind != "region" or not _names_region(key, keys, mention):
            continue
        if unless is not None and unless.search(".".join(mention.keys).lower()):
            continue
        if rule.emulators and re.search(rule.emulators, scene.source.text):
            return
        yield from _region_settings(rule, mention, context, scene)
        return


def _names_region(key: str, keys: re.Pattern[str], mention: Mention) -> bool:
    # `AvailabilityZone1`, `--aws-region`: how people spell and number the same key.
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().lstrip("-").rstrip("0123456789").replace("-", "_")
    if keys.search(spelled) or keys.search(key.lower()):
        return True
    return (
        key.lower() in ("default", "value") and len(mention.keys) > 1 and _names_region(mention.keys[-2], keys, mention)
    )


def _region_settings(rule: Setting, mention: Mention, context: Context, scene: Scene) -> Iterator[Sighting]:
    regions = scene.regions(rule.vendor)
    for word in region_words(mention.text.text, regions):
        held = pinned("", "", word.region, scene.catalog.pinned, _surroundings(mention, scene))
        if held is not None and not held.maybe:
            continue
        suffix = word.text.removeprefix(word.region)
        fix = rule.fix if word.text.startswith(word.region) and len(suffix) <= 1 else Applicability.DISPLAY
        yield sighting(
            rule,
            Evidence(mention, word.start, word.end),
            word.region,
            context,
            scene,
            words=f"`{mention.keys[-1]}` is `{word.text}`",
            verb="",
            rewrites=_region_rewrites(rule, mention.text, word.start, word.end, fix, scene, suffix),
            pinned=held.why if held else "",
        )


def _surroundings(mention: Mention, scene: Scene) -> str:
    """The keys that lead to a text and the lines around it: what tells a certificate of CloudFront from others."""
    data, span = scene.source.data, mention.site.statement
    start = max(0, span.start - 400)
    around = data[start : min(len(data), span.end + 400)]
    return " ".join(mention.keys) + " " + around.decode("latin-1")
