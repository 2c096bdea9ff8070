"""Programs run with the real SDKs: the host that is reached is the one the tool tells, before its fixes and after.

A program is a section of `tests/proof/*.md`, written as a case (`tests/test_cases.py` judges it), with a fence
`reached`: the hosts seen when its first Python file runs. `reached fixed` has those after all fixes, where they differ.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest
import trustme

from residency_lint.call_rules import SdkCall
from residency_lint.decoding import source_of
from residency_lint.findings import Finding, Level
from residency_lint.fixes import Applicability
from residency_lint.inspection import check_source
from residency_lint.loading import shipped_catalog
from residency_lint.scan import check_paths
from residency_lint.settings import Settings
from residency_lint.shipped import shipped_index
from residency_lint.tree import Tree
from residency_lint.verdicts import Verdict
from tests.case_files import Section, sections, updated_reached

FOLDER = Path(__file__).parent
PROGRAMS = [
    section
    for path in sorted(FOLDER.glob("*.md"))
    for section in sections(path.name, path.read_text(encoding="utf-8"))
    if section.reached(fixed=False) is not None
]
NOBODY = "nobody"
"""What a program reaches that sends nothing; one that ends with an error before it sends is outside as well."""
# A copy: another test may set a variable at the moment a program is started, and what is started must not read it then.
SHELL = dict(os.environ)
ENVIRONMENT = {
    "PATH": os.defpath,
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONWARNINGS": "ignore",
}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all names: clients do not look at it here."""
    made = trustme.CA().issue_cert("loopback.invalid")
    path = tmp_path_factory.mktemp("certificate") / "loopback.pem"
    path.write_bytes(made.private_key_pem.bytes() + b"".join(blob.bytes() for blob in made.cert_chain_pems))
    return path


class Runs:
    """The runs of this session's programs, started together: most of their time is waiting."""

    def __init__(self, sdks: Path, certificate: Path, folder: Path, programs: list[Section]) -> None:
        self._sdks, self._certificate, self._folder = sdks, certificate, folder
        workers = (os.cpu_count() or 1) + 2
        self._pool = ThreadPoolExecutor(workers)
        self._zygotes: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
        for _ in range(workers):
            self._zygotes.put(_zygote(certificate))
        self._runs: dict[tuple[str, bool], Future[set[str]]] = {}
        for section in programs:
            for fixed in (False, True):
                if not fixed or _texts(section, fixed=True) != _texts(section, fixed=False):
                    self._runs[section.id, fixed] = self._pool.submit(self._run, section, fixed)

    def hosts(self, section: Section, *, fixed: bool) -> set[str]:
        """What a program reaches; one that no fix changes reaches what it did."""
        return (self._runs.get((section.id, fixed)) or self._runs[section.id, False]).result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        while not self._zygotes.empty():
            self._zygotes.get().communicate()

    def _run(self, section: Section, fixed: bool) -> set[str]:
        tree = self._folder / re.sub(r"\W+", "-", section.id) / ("fixed" if fixed else "written")
        texts = _texts(section, fixed=fixed)
        for name, text in texts.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text, encoding="utf-8")
        record, errors = tree.with_suffix(".reached"), tree.with_suffix(".errors")
        record.touch()
        program = next(name for name in texts if name.endswith(".py"))
        environment = {**ENVIRONMENT, "HOME": str(tree), **section.environment(fixed=fixed)}
        job = {
            "folder": str(tree),
            "environment": environment,
            "path": self._pinned(section),
            "record": str(record),
            "errors": str(errors),
            "program": program,
        }
        status = self._do(job)
        hosts = set(record.read_text(encoding="utf-8").split())
        # A setting that the SDK refuses ends the program before anything is sent.
        assert status == 0 or not hosts, f"{program} ends with {status}\n{errors.read_text(encoding='utf-8')}"
        return hosts or {NOBODY}

    def _do(self, job: dict[str, object]) -> int:
        zygote = self._zygotes.get()
        assert zygote.stdin is not None and zygote.stdout is not None
        try:
            zygote.stdin.write(json.dumps(job) + "\n")
            zygote.stdin.flush()
            return int(zygote.stdout.readline())
        finally:
            self._zygotes.put(zygote)

    def _pinned(self, section: Section) -> list[str]:
        """The folders of the releases that a section's requirements pin and that are not those installed."""
        pins = re.findall(r"^([\w-]+)==([\w.]+)$", section.texts().get("requirements.txt", ""), re.MULTILINE)
        return [str(_release(name, version, self._sdks)) for name, version in pins]


def _zygote(certificate: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-B", "-W", "ignore", str(FOLDER / "zygote.py"), str(certificate)]
    return subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _texts(section: Section, *, fixed: bool) -> dict[str, str]:
    return section.texts_fixed(unsafe=True) if fixed else section.texts()


_RELEASES: dict[Path, threading.Lock] = defaultdict(threading.Lock)


def _release(name: str, version: str, sdks: Path) -> Path:
    """A folder with one release of a package, without what it depends on: that is installed."""
    folder = sdks / f"{name}-{version}"
    with _RELEASES[folder]:
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(unfinished)]
            subprocess.run([*command, f"{name}=={version}"], env=SHELL, check=True, capture_output=True)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    cache = request.config.cache
    assert cache is not None
    programs = [s for s in PROGRAMS if any(item.name == f"test_reaches[{s.id}]" for item in request.session.items)]
    made = Runs(cache.mkdir("sdks"), certificate, tmp_path_factory.mktemp("programs"), programs)
    yield made
    made.close()


@pytest.mark.xdist_group("programs")  # one process starts them all
@pytest.mark.parametrize("section", PROGRAMS, ids=lambda section: section.id)
def test_reaches(section: Section, runs: Runs, pytestconfig: pytest.Config) -> None:
    before, after = runs.hosts(section, fixed=False), runs.hosts(section, fixed=True)
    if pytestconfig.getoption("--update-cases"):
        _update(section, before, after)
        return
    expected = section.reached(fixed=False)
    assert expected is not None
    assert before == set(expected)
    assert after == set(section.reached(fixed=True) or expected), "after the fixes"


@pytest.mark.parametrize("section", PROGRAMS, ids=lambda section: section.id)
def test_told(section: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program fails the run exactly when it reaches a host outside, and the run says which one, or its region."""
    hosts = section.reached(fixed=False) or {}
    outside = {host for host, place in hosts.items() if place == "outside"}
    findings = _failures(section, tmp_path, monkeypatch)
    assert bool(outside) == bool(findings)
    said = " ".join(_said(finding) for finding in findings)
    regions = {finding.sighting.region for finding in findings}
    assert all(host in said or _region_of(host) in regions for host in outside - {NOBODY}), said


def test_fixes_lead_inside() -> None:
    """At least nine in ten of the programs that reach a host outside reach none after the fixes; those apart of which
    only a person can know the right text, as of a DSN."""
    rules = shipped_catalog().rules
    wrong = [
        s
        for s in PROGRAMS
        if "outside" in (s.reached(fixed=False) or {}).values()
        and any(rules[m.rule].fix > Applicability.DISPLAY for m in s.markers() if m.kind in ("error", "warning"))
    ]
    repaired = [s for s in wrong if "outside" not in (s.reached(fixed=True) or s.reached(fixed=False) or {}).values()]
    assert len(repaired) >= 0.9 * len(wrong), [s.id for s in wrong if s not in repaired]


def test_every_start_is_proved() -> None:
    """Each row that starts an SDK in Python is seen at work, or says in its data why it is not."""
    proved = {marker.rule for section in PROGRAMS for marker in section.markers()}
    rows = [rule for rule in shipped_catalog().of(SdkCall) if rule.language == "python"]
    assert not [rule.id for rule in rows if rule.id not in proved and not rule.unproved]
    assert not [rule.id for rule in rows if rule.id in proved and rule.unproved]


def _failures(section: Section, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    for name, text in section.texts().items():
        (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tree" / name).write_text(text, encoding="utf-8")
    (folder / "policy.toml").write_text(section.policy, encoding="utf-8")
    monkeypatch.chdir(folder / "tree")
    report = check_paths(["."], Settings(shipped_index(), config=Path("../policy.toml")))
    return [finding for finding in report.findings if finding.level is not Level.NOTE]


def _said(finding: Finding) -> str:
    return " ".join([finding.message, finding.sighting.seen, *(step.words for step in finding.sighting.chain)])


def _region_of(host: str) -> str | None:
    found = _seen(host) or _seen(f"{host}/api")
    return found.sighting.region if found else None


def _seen(host: str) -> Finding | None:
    """What the tool says of a host, or of one with a path, by itself."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "policy.toml")
        config.write_text('region = "eu"\n', encoding="utf-8")
        settings = Settings(shipped_index(), config=config)
        source = source_of("hosts.json", f'{{"url": "https://{host}/"}}\n'.encode())
        return next(iter(check_source(source, settings, Tree(), with_allowed=True)), None)


def _update(section: Section, before: set[str], after: set[str]) -> None:
    known = {**(section.reached(fixed=False) or {}), **(section.reached(fixed=True) or {})}
    places = {host: known.get(host) or _place(host) for host in before | after}
    path = FOLDER / section.file
    text = path.read_text(encoding="utf-8")
    current = next(s for s in sections(section.file, text) if s.title == section.title)
    told = [{host: places[host] for host in hosts} for hosts in (before, after)]
    path.write_text(updated_reached(text, current, *told), encoding="utf-8")


def _place(host: str) -> str:
    """A first guess, for a person to look at."""
    if host == NOBODY:
        return "outside"
    found = _seen(host) or _seen(f"{host}/api")
    if found is None or found.verdict is Verdict.UNKNOWN:
        return "elsewhere"
    return "inside" if found.verdict is Verdict.ALLOWED else "outside"
