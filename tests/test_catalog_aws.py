"""rules/aws.toml: it loads, and its rows see what they should."""

from __future__ import annotations

import pytest

from residency_lint.loading import index_of, shipped_catalog
from residency_lint.policy import Allowance, Policy
from residency_lint.rules import Pattern

CATALOG = shipped_catalog()
REGIONS = CATALOG.regions("aws")
REGION_KEYS = """
    region AWS_REGION AWS_DEFAULT_REGION S3_REGION region_name regionName RegionName awsRegion aws_region aws-region
    sso_region awslogs-region Regions availability_zone availability_zones AvailabilityZones AvailabilityZoneId
    availability_zone_ids azs AWS_S3_REGION_NAME topology.kubernetes.io/region topology.kubernetes.io/zone ec2_region
    source_region signing_region LocationConstraint AWS_SIGV4A_SIGNING_REGION_SET ReplicaRegions vpc_region
    IdentityCenterRegion region_list home_region aws:region
"""
OTHER_KEYS = """
    RfRegion rf_region state_or_region StateOrRegion regions_of_interest region_order region_concurrency_type
    multi_region RegionalCertificateArn skip_region_validation supported_regions valid_regions regional_endpoint
    s3_us_east_1_regional_endpoint timezone_name
"""


def setting(key: str) -> str:
    """The setting row that a key belongs to."""
    for rule, keys, _ in CATALOG.settings:
        if rule.vendor == "aws" and keys.search(key.lower()):
            return rule.id
    return ""


def caught(row: str, text: str) -> str | None:
    for rule, match, _ in CATALOG.patterns:
        if rule.id == f"aws/{row}":
            found = match.search(text)
            return found["region"] if found else None
    raise KeyError(row)


@pytest.mark.parametrize(
    "key",
    REGION_KEYS.split(),
)
def test_region_keys(key: str) -> None:
    assert setting(key) == "aws/region"


@pytest.mark.parametrize(
    "key",
    OTHER_KEYS.split(),
)
def test_other_keys(key: str) -> None:
    assert setting(key) == ""


@pytest.mark.parametrize("key", ["peer_region", "PeerRegion", "endpoint_group_region", "OriginShieldRegion"])
def test_topology_keys_only_inform(key: str) -> None:
    assert setting(key) == "aws/topology"
    assert CATALOG.rules["aws/topology"].level == "note"


def test_no_key_is_in_two_rows() -> None:
    for key in ("peer_region", "region"):
        assert sum(1 for rule, keys, _ in CATALOG.settings if rule.vendor == "aws" and keys.search(key)) == 1


@pytest.mark.parametrize(
    ("row", "text", "region"),
    [
        ("pool", "us-east-1_AbCdEfGhI", "us-east-1"),
        ("pool", "us-east-1:12345678-1234-1234-1234-123456789012", "us-east-1"),
        ("pool", "https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_AbCdEfGhI", "eu-west-2"),
        ("pool", "us-east-1_backups", None),
        ("pool", "us-east-1:123456789012", None),
        ("pool", "x-us-east-1_AbCdEfGhI", None),
        ("vpc-service", "com.amazonaws.us-east-1.s3", "us-east-1"),
        ("vpc-service", "com.amazonaws.vpce.us-east-1.vpce-svc-0a", "us-east-1"),
        ("vpc-service", "cn.com.amazonaws.cn-north-1.ecs", "cn-north-1"),
        ("vpc-service", "com.amazonaws.services.s3.AmazonS3", None),
        ("inference-profile", "us.anthropic.some-model-v1:0", "us"),
        ("inference-profile", "arn:aws:bedrock:eu-central-1:1:inference-profile/us.anthropic.some-model-v1:0", "us"),
        ("inference-profile", "us-gov.anthropic.some-model-v1:0", "us-gov"),
        ("inference-profile", "eu.anthropic.some-model-v1:0", None),
        ("inference-profile", "us.amazon.com", None),
        ("inference-profile", "anthropic.some-model-v1:0", None),
    ],
)
def test_patterns(row: str, text: str, region: str | None) -> None:
    assert region == caught(row, text)


def test_codes_of_patterns_name_regions() -> None:
    for rule in CATALOG.of(Pattern):
        if rule.vendor == "aws":
            assert {code for code in rule.codes.values() if code != "unreadable"} <= set(REGIONS)


def test_every_row_says_where_it_is_from() -> None:
    rows = [rule for rule in CATALOG.rules.values() if rule.vendor == "aws"]
    assert rows
    assert [rule.id for rule in rows if not (rule.source and rule.why)] == []


def test_forbidden_regions_are_looked_for() -> None:
    """A file that only names allowed regions holds no atom; local zones abroad are atoms of their own."""
    policy = Policy(Allowance(CATALOG.places.countries_of(["eu"])))
    atoms = index_of(CATALOG).atoms([policy])
    assert {"us-east-1", "eu-west-2", "eu-central-1-ist-1", ".use1.", "s3.amazonaws.com"} <= atoms
    assert not {"eu-central-1", "eu-west-1", ".euc1."} & atoms
