"""What a start of an SDK takes in the release that the program locks."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.call_rules import SdkCall
from residency_lint.sightings.scene import Scene
from residency_lint.versions import Release, is_in_force, release_of, requirements, wanted_by_script, wanted_in


class Locked(Struct, frozen=True):
    """A release of a package, and the file that says so."""

    release: Release
    path: str

    @property
    def words(self) -> str:
        return f"{self.release.words} ({self.path})"


def locked(rule: SdkCall, scene: Scene) -> Locked | None:
    """The release of a row's package: what the script itself asks for, then the nearest file that bounds it."""
    if not rule.package or not _changes(rule):
        return None
    script = wanted_by_script(scene.source.text) if b"# /// script" in scene.source.data else {}
    own = wanted_in(script, rule.package)
    if own is not None:
        found = release_of(own)
        return Locked(found, scene.path) if found else None
    bounds = []
    for path in scene.program.requirement_files(scene.path):
        source = scene.sources(path)
        wanted = wanted_in(requirements(path, source.text), rule.package) if source else None
        found = release_of(wanted) if wanted is not None else None
        if found is not None and found.exact:
            return Locked(found, path)
        bounds += [Locked(found, path)] if found is not None else []
    return bounds[0] if bounds else None


def is_required(rule: SdkCall, scene: Scene) -> bool:
    """Whether the script itself, or a file near it, requires the row's package."""
    script = wanted_by_script(scene.source.text) if b"# /// script" in scene.source.data else {}
    if wanted_in(script, rule.package) is not None:
        return True
    found = ((path, scene.sources(path)) for path in scene.program.requirement_files(scene.path))
    return any(wanted_in(requirements(path, source.text), rule.package) is not None for path, source in found if source)


def at_release(rule: SdkCall, scene: Scene) -> SdkCall:
    """The row with only the signature and the settings that the locked release has, else the newest ones."""
    if not _changes(rule):
        return rule
    known = locked(rule, scene)
    release = known.release if known else None
    settings = tuple(s for s in rule.settings if is_in_force(release, s.since, s.until))
    signatures = [s for s in rule.signatures if release is None or not release.is_before(s.since or "0")]
    # What no setting of a release moves, that release does not have.
    parts = tuple(part for part in rule.parts if any(not s.covers or part in s.covers for s in settings))
    return replace(rule, settings=settings, signatures=tuple(signatures[:1] or rule.signatures[-1:]), parts=parts)


def _changes(rule: SdkCall) -> bool:
    return len(rule.signatures) > 1 or any(setting.since or setting.until for setting in rule.settings)
