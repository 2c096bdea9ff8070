"""What a declaration allows, for which vendor, which path, and until when."""

from datetime import date
from pathlib import Path

import pytest

from residency_lint.errors import ConfigError
from residency_lint.policy import Policy
from residency_lint.settings import Settings
from residency_lint.verdicts import Verdict
from tests.places import CATALOG, INDEX

TODAY = date(2026, 11, 22)
ALLOWED, FORBIDDEN, UNKNOWN = Verdict.ALLOWED, Verdict.FORBIDDEN, Verdict.UNKNOWN


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def policy(toml: str, path: str = "a.py", regions: tuple[str, ...] = ()) -> Policy:
    Path("residency-lint.toml").write_text(toml)
    return Settings(INDEX, regions=regions, today=TODAY).policy_for(path)


def verdict(found: Policy, vendor: str, region: str | None) -> Verdict:
    return found.verdict(vendor, CATALOG.regions(vendor), region)


def test_zone() -> None:
    """A region is inside when all its countries are; partly inside or unpublished is unknown."""
    found = policy('region = "eu"')
    regions = ("eu1", "us1", "hidden", "unreadable", "nowhere", None)
    verdicts = [verdict(found, "mparticle", region) for region in regions]
    assert verdicts == [ALLOWED, FORBIDDEN, UNKNOWN, UNKNOWN, FORBIDDEN, UNKNOWN]
    assert verdict(found, "mixpanel", "mixed") is UNKNOWN


@pytest.mark.parametrize("word", ["uk", "gb", "UK", "GB"])
def test_zone_and_country_in_any_case(word: str) -> None:
    """The zone `uk` is the country GB."""
    assert policy(f'region = "{word}"').allowed.countries == {"GB"}


def test_several_places() -> None:
    """The words stay as they were declared."""
    found = policy('region = ["eu", "CH"]')
    assert found.allowed.words == ("eu", "CH")
    assert found.allowed.countries == {"DE", "FR", "IE", "CH"}


def test_region_of_a_vendor_replaces_the_general_one() -> None:
    """For that vendor only."""
    found = policy('region = "eu"\nvendors.mparticle = "us1"')
    assert [verdict(found, "mparticle", region) for region in ("us1", "us2", "eu1")] == [ALLOWED, FORBIDDEN, FORBIDDEN]
    assert verdict(found, "mixpanel", "eu") is ALLOWED


def test_other_name_of_a_vendors_region() -> None:
    """As people call it, in any case."""
    assert policy('region = "us"\nvendors.mparticle = "frankfurt"').allowance("mparticle").regions == {"eu1"}


def test_zone_for_a_vendor() -> None:
    """A vendor may be given zones and countries too."""
    found = policy('region = "eu"\nvendors.mparticle = ["us"]')
    assert [verdict(found, "mparticle", region) for region in ("us1", "us2", "eu1")] == [ALLOWED, ALLOWED, FORBIDDEN]


def test_vendors_own_name_goes_before_the_zone() -> None:
    """Mixpanel's `eu` is one place; `eu2` is another."""
    found = policy('region = "us"\nvendors.mixpanel = "eu"')
    assert [verdict(found, "mixpanel", region) for region in ("eu", "eu2")] == [ALLOWED, FORBIDDEN]


def test_own_names_and_countries_together() -> None:
    """Each allows what it says."""
    found = policy('region = "eu"\nvendors.mparticle = ["us2", "de"]')
    assert [verdict(found, "mparticle", region) for region in ("us1", "us2", "eu1")] == [FORBIDDEN, ALLOWED, ALLOWED]


@pytest.mark.parametrize(("until", "is_over"), [("2026-11-21", True), ("2026-11-22", False), ("2026-11-23", False)])
def test_exception_ends(until: str, is_over: bool) -> None:
    """Its last day is the one it names; then the general region holds, and the date is kept for the message."""
    entry = f'{{ region = "us1", reason = "DPA", until = {until} }}'
    found = policy(f'region = "eu"\nvendors.mparticle = {entry}')
    allowance = found.allowance("mparticle")
    assert verdict(found, "mparticle", "us1") is (FORBIDDEN if is_over else ALLOWED)
    assert verdict(found, "mparticle", "eu1") is (ALLOWED if is_over else FORBIDDEN)
    assert (allowance.reason, allowance.lapsed) == (("", until) if is_over else ("DPA", ""))
    assert allowance.words == (("eu",) if is_over else ("us1",))


PATHS = """
region = "eu"
vendors.mparticle = "us1"
[[paths]]
match = ["services/**"]
region = "us"
[[paths]]
match = ["services/uk/**", "*.uk.py"]
region = "uk"
vendors.mixpanel = "us"
[[paths]]
match = "legacy/"
vendors.mixpanel = { region = "us", until = 2026-01-01 }
"""


def test_last_fitting_paths_entry_wins() -> None:
    """The others do not count."""
    words = {
        path: policy(PATHS, path).allowed.words for path in ("a.py", "services/a.py", "services/uk/a.py", "x.uk.py")
    }
    assert words == {"a.py": ("eu",), "services/a.py": ("us",), "services/uk/a.py": ("uk",), "x.uk.py": ("uk",)}


def test_paths_entry_with_a_region_replaces_exceptions() -> None:
    """They were agreed for other files; it can have its own."""
    found = policy(PATHS, "services/uk/a.py")
    assert found.allowance("mparticle").words == ("uk",)
    assert found.allowance("mixpanel").words == ("us",)


def test_paths_entry_without_a_region_adds_to_the_rest() -> None:
    """Once its exception has ended, what is declared above holds."""
    found = policy(PATHS, "legacy/deep/a.py")
    assert found.allowance("mparticle").words == ("us1",)
    assert (found.allowance("mixpanel").words, found.allowance("mixpanel").lapsed) == (("eu",), "2026-01-01")


def test_flag_replaces_the_general_region_only() -> None:
    """Entries for vendors and paths stay."""
    found = policy(PATHS, "a.py", regions=("ch",))
    assert (found.allowed.words, found.allowance("mparticle").words) == (("ch",), ("us1",))
    assert (found.declared_in, policy(PATHS).declared_in) == ("--region", "residency-lint.toml")
    assert policy(PATHS, "services/a.py", regions=("ch",)).allowed.words == ("us",)


def test_levels() -> None:
    """How loud unknown and documented places are."""
    found = policy('region = "eu"\nunknown = "error"\ndocs = "error"')
    assert (found.unknown, found.docs) == ("error", "error")


def test_region_for_some_paths_only() -> None:
    """Elsewhere none is declared, and the message names the path and the file."""
    toml = '[[paths]]\nmatch = "src/"\nregion = "eu"'
    assert policy(toml, "src/a.py").allowed.words == ("eu",)
    with pytest.raises(ConfigError, match=r"^no region is declared for a.py in residency-lint.toml; add region = "):
        policy(toml)
