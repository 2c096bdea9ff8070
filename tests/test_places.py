"""Countries, zones and regions as shipped, and the verdicts that follow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from residency_lint.errors import ConfigError
from residency_lint.holes import REGION
from residency_lint.loading import load_catalog, load_places
from residency_lint.policy import Allowance, Policy
from residency_lint.rule_paths import rules_folder
from residency_lint.verdicts import NOWHERE, UNREADABLE, Verdict

PLACES = load_places(rules_folder() / "places.toml")
AWS = PLACES.providers["aws"]
# https://github.com/boto/botocore, partitions.json: AWS's own expression for the regions of each partition.
PARTITIONS = {
    "aws": r"(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+",
    "aws-cn": r"cn-\w+-\d+",
    "aws-us-gov": r"us-gov-\w+-\d+",
    "aws-iso": r"us-iso-\w+-\d+",
    "aws-iso-b": r"us-isob-\w+-\d+",
    "aws-iso-e": r"eu-isoe-\w+-\d+",
    "aws-iso-f": r"us-isof-\w+-\d+",
    "aws-eusc": r"eusc-(de)-\w+-\d+",
}


def verdict(region: str, *allowed: str) -> Verdict:
    return Policy(Allowance(PLACES.countries_of(allowed))).verdict("aws", AWS, region)


@pytest.mark.parametrize("name", [name for name in AWS if re.fullmatch(REGION, name)])
def test_a_region_belongs_to_exactly_one_partition(name: str) -> None:
    fitting = [partition for partition, pattern in PARTITIONS.items() if re.fullmatch(pattern, name)]
    assert [AWS[name].partition] == fitting


def test_there_are_46_regions() -> None:
    assert sum(1 for name in AWS if re.fullmatch(REGION, name)) == 46


@pytest.mark.parametrize("name", AWS)
def test_a_region_lies_in_a_country_that_exists(name: str) -> None:
    assert AWS[name].countries <= PLACES.countries
    assert AWS[name].countries or AWS[name].partition == "aws-iso-e"


def test_local_zones_have_a_region_above_them() -> None:
    zones = [name for name in AWS if not re.fullmatch(REGION, name)]
    assert zones == [name for name in zones if any(name.startswith(region + "-") for region in AWS)]


def test_compact_codes_are_unique() -> None:
    codes = [region.compact for region in AWS.values() if region.compact]
    assert len(codes) == len(set(codes))


def test_zones_consist_of_countries() -> None:
    assert {name: zone - PLACES.countries for name, zone in PLACES.zones.items() if zone - PLACES.countries} == {}
    assert len(PLACES.zones["eu"]) == 27
    assert {"IS", "LI", "NO"} == PLACES.zones["eea"] - PLACES.zones["eu"]


def test_partitions_lie_where_their_regions_do() -> None:
    for partition, countries in PLACES.partitions.items():
        assert countries == {c for region in AWS.values() if region.partition == partition for c in region.countries}


@pytest.mark.parametrize("name", ["eu", "eea", "uk", "ch", "us", "ca", "au", "in", "jp", "br", "sg", "kr", "DE", "de"])
def test_names_a_policy_may_use(name: str) -> None:
    assert PLACES.countries_of([name])


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="europe"):
        PLACES.countries_of(["eu", "europe"])


@pytest.mark.parametrize(
    ("region", "allowed", "expected"),
    [
        ("eu-central-1", "eu", Verdict.ALLOWED),
        ("eusc-de-east-1", "eu", Verdict.ALLOWED),
        ("eu-west-2", "eu", Verdict.FORBIDDEN),
        ("eu-west-2", "uk", Verdict.ALLOWED),
        ("eu-central-2", "eu", Verdict.FORBIDDEN),
        ("eu-central-2", "ch", Verdict.ALLOWED),
        ("eu-central-1-ist-1", "eu", Verdict.FORBIDDEN),
        ("eu-west-3-cmn-wlz-1", "eu", Verdict.FORBIDDEN),
        ("eu-central-1-ham-1", "eu", Verdict.ALLOWED),
        ("us-east-1-qro-1", "us", Verdict.FORBIDDEN),
        ("eu-isoe-west-1", "eu", Verdict.UNKNOWN),
        ("eu-made-up-9", "eu", Verdict.UNKNOWN),
        ("us-east-1", "eu", Verdict.FORBIDDEN),
        ("eu-west-1", "IE", Verdict.ALLOWED),
        ("eu-west-1", "DE", Verdict.FORBIDDEN),
        (UNREADABLE, "eu", Verdict.UNKNOWN),
        (NOWHERE, "eu", Verdict.FORBIDDEN),
    ],
)
def test_verdicts(region: str, allowed: str, expected: Verdict) -> None:
    assert expected is verdict(region, allowed)


def test_a_place_that_is_partly_inside_is_unknown() -> None:
    regions = {"both": AWS["eu-west-1"].__class__("both", frozenset({"IE", "GB"}))}
    policy = Policy(Allowance(PLACES.countries_of(["eu"])))
    assert Verdict.UNKNOWN is policy.verdict("x", regions, "both")


def test_an_entry_of_a_vendor_replaces_the_rest() -> None:
    policy = Policy(Allowance(PLACES.countries_of(["eu"])), {"aws": Allowance(regions=frozenset(["us-east-1"]))})
    assert Verdict.ALLOWED is policy.verdict("aws", AWS, "us-east-1")
    assert Verdict.FORBIDDEN is policy.verdict("aws", AWS, "eu-west-1")


def test_bad_toml_is_reported_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "places.toml"
    path.write_text("zones = [")
    with pytest.raises(ConfigError, match=r"places\.toml: not TOML"):
        load_places(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_places(tmp_path / "places.toml")


def test_every_error_of_a_rule_file_is_reported(tmp_path: Path) -> None:
    """An unknown provider, a pin without services and a misspelt key are all named at once."""
    path = tmp_path / "cloud.toml"
    path.write_text(
        'vendor = "cloud"\ntitle = "Cloud"\ndocs = "x"\nverified = 2026-11-22\nprovider = "awz"\n'
        '[regions]\na = "XX"\n[[pinned]]\nservice = "s3"\nwhy = "x"\n'
    )
    with pytest.raises(ConfigError) as error:
        load_catalog([rules_folder() / "places.toml", path])
    text = str(error.value)
    assert all(words in text for words in ("'awz' is none of", "regions.a", "did you mean `services`", "is missing"))
