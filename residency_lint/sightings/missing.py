"""Settings that a start of an SDK lacks, or is told too late."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.call_rules import SdkSetting
from residency_lint.facts import Binding
from residency_lint.findings import Sighting
from residency_lint.resolve.frames import Value
from residency_lint.resolve.names import Target, constructor_parameters
from residency_lint.sightings.given import Given, arguments_by_name
from residency_lint.sightings.starts import Start, setting_name
from residency_lint.sightings.surroundings import counts
from residency_lint.sightings.writing import insertion
from residency_lint.verdicts import NOWHERE


class Gap(Struct, frozen=True):
    """Parts that no setting moves. `is_partial`: others are moved; `unset`: the `None` that settings come to."""

    parts: list[str]
    is_partial: bool
    unset: tuple[Value, ...]


def moving_settings(missing: list[str], start: Start) -> tuple[SdkSetting, ...]:
    """The one setting that moves all the missing parts, else one for each of them."""
    arguments, _ = arguments_by_name(start)
    takes = (s for s in start.rule.settings if _takes(start.target, s) and counts(s, start, arguments))
    own = sorted(takes, key=lambda s: bool(s.until))
    whole = [s for s in own if not s.covers or set(s.covers) >= set(missing)]
    if whole:
        return (min(whole, key=lambda s: bool(s.covers)),)
    several = [next((s for s in own if part in s.covers), None) for part in missing]
    return tuple(dict.fromkeys(s for s in several if s is not None)) if None not in several else ()


def missing_sighting(gap: Gap, settings: tuple[SdkSetting, ...], start: Start, given: Given) -> Sighting:
    """That a start sets nothing where something would move its data, with what would."""
    rule, setting = start.rule, next(iter(settings), None)
    words = f"{start.title} sets no `{setting_name(setting) if setting else 'region'}`"
    if gap.is_partial:
        words = f"{start.title} sets no host for {', '.join(gap.parts)}"
    called = start.activation.caller.chain if start.activation else ()
    chain = (start.step(words), *called, start.step(f"the SDK's own default: {rule.absent_host or rule.absent}"))
    found = Sighting(
        rule=rule,
        path=start.scene.path,
        span=start.span,
        statement=start.call.site.statement,
        region=rule.absent,
        seen=rule.absent_host or start.name,
        words=words,
        verb="and defaults to",
        context=start.context,
        chain=chain,
    )
    if given.opaque:
        return replace(found, region=None, reason=given.opaque)
    return replace(found, rewrites=insertion(start, settings, given.values.get(setting), gap.unset) if setting else ())


def _takes(target: Target, setting: SdkSetting) -> bool:
    """Whether a class of the repository has the parameter (an SDK of its own may be older than the catalogue's)."""
    return not target.is_local or not setting.argument or setting.argument in constructor_parameters(target)


def late_sighting(binding: Binding, start: Start) -> Sighting:
    """That a setting comes when the client has copied it."""
    words = f"`{binding.target}` is set after the client copied it: it has no effect"
    return replace(
        start.sighting(
            binding.span, start.rule.absent or NOWHERE, seen=binding.target, words=words, verb="and the data goes to"
        ),
        statement=binding.site.statement,
        chain=(start.step(start.title), start.step(words, binding.span)),
        hint="set it before the client is made",
    )
