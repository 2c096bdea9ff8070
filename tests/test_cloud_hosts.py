"""Region words, and the region of AWS hosts: every AWS host vector of tests/data/arn_cases.json.

The vectors of other clouds are not among them: their hosts come with those clouds' rule files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from residency_lint.arns import pinned
from residency_lint.cloud_hosts import HostKind, HostRegion, host_region, region_words
from residency_lint.loading import shipped_catalog

CASES = json.loads((Path(__file__).parent / "data" / "arn_cases.json").read_text(encoding="utf-8"))
CATALOG = shipped_catalog()
REGIONS = CATALOG.regions("aws")


def cases(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES[kind]]


def seen(host: str) -> HostRegion | None:
    found = [answer for rule in CATALOG.cloud_hosts if (answer := host_region(host, rule, REGIONS)) is not None]
    return found[0] if found else None


@pytest.mark.parametrize("case", cases("hosts"))
def test_region_of_host(case: dict[str, Any]) -> None:
    answer = seen(case["text"])
    assert answer is not None and answer.word is not None
    assert case["region"] == answer.word.region
    assert answer.word.text == case["text"][answer.word.start : answer.word.end]


@pytest.mark.parametrize("case", cases("hosts"))
def test_pinned_hosts(case: dict[str, Any]) -> None:
    answer = seen(case["text"])
    assert answer is not None and answer.word is not None
    stays = pinned(answer.service, "", answer.word.region, CATALOG.pinned)
    assert ("pinned" in case.get("note", "")) == (stays is not None)


@pytest.mark.parametrize("case", cases("hosts_without_region"))
def test_hosts_without_region(case: dict[str, Any]) -> None:
    answer = seen(case["text"])
    assert answer is not None
    assert answer.word is None


@pytest.mark.parametrize("case", cases("not_cloud_hosts"))
def test_other_hosts(case: dict[str, Any]) -> None:
    assert seen(case["text"]) is None


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("lambda.amazonaws.com", HostKind.BARE),
        ("ecs-tasks.amazonaws.com", HostKind.BARE),
        ("s3.amazonaws.com", HostKind.HIDDEN),
        ("b.s3-accelerate.amazonaws.com", HostKind.HIDDEN),
        ("x.mrap.accesspoint.s3-global.amazonaws.com", HostKind.HIDDEN),
        ("kinesis.${AWS::Region}.amazonaws.com", HostKind.DYNAMIC),
        ("https://kinesis.{region}.amazonaws.com/", HostKind.DYNAMIC),
        ("us-east-1.s3.\ufffc.amazonaws.com", HostKind.DYNAMIC),
        ("${bucket}.s3.amazonaws.com", HostKind.HIDDEN),
        ("${bucket}.s3.us-east-1.amazonaws.com", HostKind.REGION),
    ],
)
def test_kinds(host: str, kind: HostKind) -> None:
    answer = seen(host)
    assert answer is not None
    assert kind is answer.kind


@pytest.mark.parametrize("host", ["amazonaws.com", "notamazonaws.com", "aws.amazon.com", "", "https://", "a@", "..."])
def test_no_cloud_host(host: str) -> None:
    assert seen(host) is None


@pytest.mark.parametrize(
    "host",
    [
        "https://user@SQS.US-EAST-1.AMAZONAWS.COM:443/1/q?x#y",
        "//sqs.us-east-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com.",
        "bolt://sqs.us-east-1.amazonaws.com",
    ],
)
def test_urls_and_odd_spellings(host: str) -> None:
    answer = seen(host)
    assert answer is not None and answer.word is not None
    assert (answer.word.region, answer.service) == ("us-east-1", "sqs")
    assert host[answer.word.start : answer.word.end].lower() == "us-east-1"


@pytest.mark.parametrize(
    ("text", "region", "word"),
    [
        ("us-east-1", "us-east-1", "us-east-1"),
        ("us-east-1a", "us-east-1", "us-east-1a"),
        ("eu-central-1-ist-1a", "eu-central-1-ist-1", "eu-central-1-ist-1a"),
        ("eu-west-3-cmn-wlz-1a", "eu-west-3-cmn-wlz-1", "eu-west-3-cmn-wlz-1a"),
        ("us-east-1-wl1-bos-wlz-1", "us-east-1-wl1-bos-wlz-1", "us-east-1-wl1-bos-wlz-1"),
        ("--region=us-west-2;", "us-west-2", "us-west-2"),
        ("https://x/?region=us-west-2#r", "us-west-2", "us-west-2"),
        ("a%3Aus-west-2%3A", "us-west-2", "us-west-2"),
        ("us-gov-west-1", "us-gov-west-1", "us-gov-west-1"),
    ],
)
def test_region_words(text: str, region: str, word: str) -> None:
    [found] = region_words(text, REGIONS)
    assert (region, word) == (found.region, found.text)
    assert word == text[found.start : found.end]


@pytest.mark.parametrize(
    "text",
    ["us-east-10", "xus-east-1", "logs-us-east-1", "us-east-1-logs", "us-east-1_x", "eu-central-1-new-1a", "us_east_1"],
)
def test_no_region_words(text: str) -> None:
    """A longer name is another place, or none: an unlisted local zone is not its parent."""
    assert list(region_words(text, REGIONS)) == []


def test_zone_ids_with_codes() -> None:
    [found] = region_words("use1-az4", REGIONS, {"use1": "us-east-1"})
    assert found.region == "us-east-1"
    assert list(region_words("use1-az4", REGIONS)) == []


def test_several_words() -> None:
    assert [word.region for word in region_words("us-east-1a, eu-west-1", REGIONS)] == ["us-east-1", "eu-west-1"]


def test_hostile_texts_are_read_to_their_end() -> None:
    assert list(region_words("us-east-1-" * 8000, REGIONS)) == []
    assert seen("us-east-1x." * 8000 + "example.com") is None
    assert seen("{" * 80_000 + ".amazonaws.com") is not None
