"""Every section of `tests/cases/*.md`: what is found in its files, past the gate and through it, and what is fixed."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path

import pytest

from residency_lint.decoding import source_of
from residency_lint.findings import Finding
from residency_lint.inspection import check_source
from residency_lint.report import Report
from residency_lint.reported import precedence
from residency_lint.rewrite import is_alternative, rewritten
from residency_lint.scan import check_paths
from residency_lint.settings import Settings
from residency_lint.shipped import shipped_index
from residency_lint.tree import Tree
from residency_lint.verdicts import Verdict
from tests.case_files import Marker, Section, sections, updated

CASES = Path(__file__).parent / "cases"
PROGRAMS = Path(__file__).parent / "proof"
SECTIONS = [
    section
    for folder in (CASES, PROGRAMS)
    for path in sorted(folder.glob("*.md"))
    for section in sections(f"{folder.name}/{path.name}", path.read_text(encoding="utf-8"))
]


def test_ids_are_unique() -> None:
    assert len({section.id for section in SECTIONS}) == len(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.id)
def test_case(section: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    tree = tmp_path / "tree"
    _write(tree, section.texts())
    (tmp_path / "policy.toml").write_text(section.policy, encoding="utf-8")
    monkeypatch.chdir(tree)

    findings = _past_the_gate(section)
    surprises = list(_surprises(findings, section.markers()))
    assert not surprises, "\n".join(surprises)
    on_disk = Tree()
    report = check_paths(["."], _settings(), on_disk)
    assert not report.skips
    expected = {_told(f) for f in findings if f.verdict is not Verdict.ALLOWED}
    assert expected == {_told(f) for f in report.findings}, "through the gate"

    safe, unsafe = (_fixed(section, report, on_disk, unsafe=unsafe) for unsafe in (False, True))
    if pytestconfig.getoption("--update-cases"):
        file = CASES.parent / section.file
        text = file.read_text(encoding="utf-8")
        current = next(s for s in sections(section.file, text) if s.title == section.title)
        file.write_text(updated(text, current, safe, unsafe), encoding="utf-8")
    else:
        _assert_same(section.texts_fixed(unsafe=False), safe, "after the safe fixes")
        _assert_same(section.texts_fixed(unsafe=True), unsafe, "after the unsafe fixes")


def _assert_same(expected: dict[str, str], texts: dict[str, str], when: str) -> None:
    for path, text in texts.items():
        difference = list(unified_diff(expected[path].splitlines(), text.splitlines(), "expected", when, n=0))
        assert not difference, "\n".join([f"{path}:", *difference])


def _write(tree: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def _settings(*, unsafe: bool = False) -> Settings:
    return Settings(shipped_index(), config=Path("../policy.toml"), unsafe_fixes=unsafe)


def _past_the_gate(section: Section) -> list[Finding]:
    """What every file holds, whether or not the gate would have let it pass; one finding for each piece of evidence."""
    settings, tree = _settings(), Tree()
    found: dict[tuple[object, ...], Finding] = {}
    all_found = [
        finding
        for path, text in section.texts().items()
        for finding in check_source(source_of(path, text.encode()), settings, tree, with_allowed=True)
    ]
    for finding in sorted(all_found, key=precedence):
        found.setdefault((finding.path, finding.span, finding.rule.vendor), finding)
    return list(found.values())


def _surprises(findings: Iterable[Finding], markers: Iterable[Marker]) -> Iterator[str]:
    """What was found and not expected, and the other way round."""
    open_markers = [marker for marker in markers if marker.kind != "quiet"]
    for finding in sorted(findings, key=lambda f: (f.path, f.span)):
        marker = next((m for m in open_markers if _fits(m, finding)), None)
        if marker is not None:
            open_markers.remove(marker)
        elif _kind(finding) != "allowed":
            place = f"{finding.path}:{_line(finding)}"
            yield f"not expected: {place} {_kind(finding)}: [{finding.rule.id}] {finding.message}"
    for marker in open_markers:
        yield f'not found: {marker.path}:{marker.line} {marker.kind}: [{marker.rule}] "{marker.words}"'


def _fits(marker: Marker, finding: Finding) -> bool:
    return (
        (marker.path, marker.kind, marker.rule) == (finding.path, _kind(finding), finding.rule.id)
        and marker.line == _line(finding)
        and marker.words in finding.message
    )


def _kind(finding: Finding) -> str:
    if finding.silenced_by is not None:
        return "silenced"
    return "allowed" if finding.verdict is Verdict.ALLOWED else finding.level.value


def _line(finding: Finding) -> int:
    return Path(finding.path).read_bytes().count(b"\n", 0, finding.span.start) + 1


def _told(finding: Finding) -> tuple[object, ...]:
    return finding.path, finding.span, finding.rule.id, _kind(finding), finding.message


def _fixed(section: Section, report: Report, on_disk: Tree, *, unsafe: bool) -> dict[str, str]:
    """The files after fixing; what every fix must hold to is checked on the way."""
    settings = _settings(unsafe=unsafe)
    change = rewritten(report, ["."], settings, on_disk)
    texts = {os.path.normpath(path): data.decode() for path, data in change.after.items()}
    new = {path: texts.get(path, text) for path, text in section.texts().items()}
    for path, text in section.texts().items():
        if path.endswith(".py") and _parses(text):
            assert _parses(new[path]), f"{path} does not parse any more:\n{new[path]}"

    tree = Tree(changes={path: text.encode() for path, text in new.items()})
    again = check_paths(list(new), settings, tree)
    # An entry of a choice that comes out right is noted, by whichever row sees it.
    before, after = (
        Counter(_evidence(finding) for finding in one.findings if not is_alternative(finding))
        for one in (report, again)
    )
    assert not after - before, "new findings after fixing"
    assert after.total() <= before.total() - change.fixed, "fixed findings are still there"
    assert rewritten(again, list(new), settings, tree).fixed == 0, "fixing twice changes something"
    return new


def _evidence(finding: Finding) -> tuple[str, str, str, str]:
    return finding.path, finding.rule.id, finding.sighting.seen, _kind(finding)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
