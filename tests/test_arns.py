"""ARNs: every vector of tests/data/arn_cases.json, and what the grammar must not choke on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from residency_lint.arns import (
    Arn,
    ArnPlace,
    PlaceKind,
    SlotKind,
    arn_place,
    arns,
    hidden_default,
    pinned,
    portability,
    slot_kind,
    wildcard_regions,
)
from residency_lint.loading import shipped_catalog
from residency_lint.policy import Allowance, Policy
from residency_lint.verdicts import Verdict

CASES = json.loads((Path(__file__).parent / "data" / "arn_cases.json").read_text(encoding="utf-8"))
CATALOG = shipped_catalog()
REGIONS = CATALOG.regions("aws")
EU = Policy(Allowance(CATALOG.places.countries_of(["eu"])))
ADVERSARIAL_LENGTH = 80_000


def positives() -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES["positive"]]


def the_arn(case: dict[str, Any]) -> Arn:
    return next(arns(case["text"], whole=case["mode"] == "full"))


def verdicts(place: ArnPlace) -> set[Verdict]:
    return {EU.verdict("aws", REGIONS, name) for name in place.regions}


def verdict_in_words(arn: Arn) -> str:
    """The verdict in the words of the vectors."""
    place = arn_place(arn, REGIONS)
    stays = pinned(arn.service, arn.resource, arn.region, CATALOG.pinned)
    if place.kind is PlaceKind.REGION:
        if stays is not None:
            return "maybe-pinned" if stays.maybe else "pinned"
        return "ok" if verdicts(place) == {Verdict.ALLOWED} else "violation"
    if place.kind is PlaceKind.PARTITION:
        return "violation-by-partition" if verdicts(place) == {Verdict.FORBIDDEN} else "ok"
    if place.kind is PlaceKind.WILDCARD:
        return "wildcard-ok" if verdicts(place) == {Verdict.ALLOWED} else "wildcard-wider"
    return {
        PlaceKind.MISMATCH: "partition-mismatch",
        PlaceKind.BUCKET: "bucket-not-visible",
        PlaceKind.REGIONLESS: "regionless",
        PlaceKind.DYNAMIC: "dynamic",
        PlaceKind.PLACEHOLDER: "placeholder",
        PlaceKind.UNKNOWN_REGION: "unknown-region",
    }[place.kind]


@pytest.mark.parametrize("case", positives())
def test_parts(case: dict[str, Any]) -> None:
    arn = the_arn(case)
    expected = {name: part or "" for name, part in case["parts"].items()}
    assert expected == {name: getattr(arn, name) for name in expected}
    assert arn.text == case["text"][arn.start : arn.end]
    assert arn.region == case["text"][arn.region_start : arn.region_end]


@pytest.mark.parametrize("case", positives())
def test_both_modes_find_the_same_region(case: dict[str, Any]) -> None:
    searched = next(arns(case["text"]))
    assert case["parts"]["region"] == searched.region


@pytest.mark.parametrize("case", positives())
def test_slot_kind(case: dict[str, Any]) -> None:
    kind = slot_kind(the_arn(case).region, REGIONS)
    # The vectors call a region that no table knows a literal too.
    name = "literal" if kind is SlotKind.UNKNOWN else kind.name.lower()
    assert case["region_kind"] == name


@pytest.mark.parametrize("case", positives())
def test_verdict(case: dict[str, Any]) -> None:
    assert case["verdict_eu"] == verdict_in_words(the_arn(case))


@pytest.mark.parametrize("case", positives())
def test_portability(case: dict[str, Any]) -> None:
    """Where the verdict asks for a move, the row says what the move would take."""
    if case["verdict_eu"] == "violation":
        assert case["fix"] == portability(the_arn(case), CATALOG.portability)
    else:
        assert case["fix"] in ("never", "none")


@pytest.mark.parametrize("case", [c for c in positives() if "hidden_default" in c.values[0]])
def test_hidden_default_of_vectors(case: dict[str, Any]) -> None:
    found = hidden_default(the_arn(case).region)
    assert found is not None
    assert case["hidden_default"] == found[0]


@pytest.mark.parametrize("case", [c for c in positives() if "nested_regions" in c.values[0]])
def test_nested_arns_are_found_too(case: dict[str, Any]) -> None:
    nested = list(arns(case["text"], whole=True))[1:]
    assert case["nested_regions"] == [arn.region for arn in nested]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES["negative"]])
def test_negatives(case: dict[str, Any], whole: bool) -> None:
    assert list(arns(case["text"], whole=whole)) == []


def test_whole_text_reaches_to_its_end() -> None:
    text = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"
    assert [text] == [arn.text for arn in arns(text, whole=True)]


def test_full_stop_of_a_sentence_is_left_out() -> None:
    assert [arn.text for arn in arns("Use arn:aws:sns:us-east-1:1:t.")] == ["arn:aws:sns:us-east-1:1:t"]


def test_percent_encoded_separators() -> None:
    [arn] = arns("https://x/?a=%2Farn%3Aaws%3Asns%3Aus-east-1%3A123456789012%3At&b=1")
    assert (arn.partition, arn.service, arn.region) == ("aws", "sns", "us-east-1")


def test_an_unfolded_part_is_a_hole() -> None:
    [arn] = arns("arn:aws:sns:\ufffc:\ufffc:t", whole=True)
    assert SlotKind.HOLE is slot_kind(arn.region, REGIONS)


def test_parts_may_be_computed_after_the_region() -> None:
    [arn] = arns("arn:aws:sns:us-east-1:", whole=True)
    assert arn.region == "us-east-1"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("arn:" * (ADVERSARIAL_LENGTH // 4), 0),
        ("arn:aws:" + "$a" * (ADVERSARIAL_LENGTH // 2), 0),
        ("arn:aws:x:" + "$aaaaaaa" * (ADVERSARIAL_LENGTH // 8), 1),
        ("arn:aws:x:" + "$aaaaaaa" * (ADVERSARIAL_LENGTH // 8) + "!_", 1),
        ("arn:aws:x:" + "${" * (ADVERSARIAL_LENGTH // 2), 0),
        ("arn:aws:x:" + "${a}" * (ADVERSARIAL_LENGTH // 4) + "_", 1),
        ("arn:aws:${" * (ADVERSARIAL_LENGTH // 10), 0),
        ("arn:aws:x:{{" * (ADVERSARIAL_LENGTH // 12), 0),
        ("arn:aws:x:us-east-1:" + "1" * ADVERSARIAL_LENGTH + "/", 1),
        ("arn:aws:x:us-east-1:1:" + "{a" * (ADVERSARIAL_LENGTH // 2), 1),
        ("arn:aws:x:us-east-1:1:" + "${a}" * (ADVERSARIAL_LENGTH // 4), 1),
        ("arn:aws:sns:us-east-1:1:" * 3000, 3000),
        ("arn:aws:sns:us-east-1:1:t" + "." * ADVERSARIAL_LENGTH, 1),
        ("arn:aws:" + "a" * ADVERSARIAL_LENGTH, 0),
        ("arn:aws:x:<" + "a " * (ADVERSARIAL_LENGTH // 2), 0),
    ],
)
def test_hostile_texts_are_read_to_their_end(text: str, count: int) -> None:
    """Exponential or quadratic backtracking would not come back from these."""
    assert count == sum(1 for _ in arns(text))


def test_an_arn_in_a_hole_of_another_ends_with_its_quote() -> None:
    found = list(arns('arn:aws:x:us-east-1:1:{"a":"arn:aws:sns:us-west-2:1:t"}'))
    assert found[1].text == "arn:aws:sns:us-west-2:1:t"


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        ("${opt:region, 'us-east-1'}", "us-east-1"),
        ("${VAR:-us-east-1}", "us-east-1"),
        ("${AWS_REGION-us-east-1}", "us-east-1"),
        ("${VAR:=eu-west-2}", "eu-west-2"),
        ('{os.environ.get("R", "us-west-2")}', "us-west-2"),
        ('{region or "us-west-2"}', "us-west-2"),
        ("{{ region | default('us-east-1') }}", "us-east-1"),
    ],
)
def test_hidden_default(slot: str, expected: str) -> None:
    found = hidden_default(slot)
    assert found is not None
    text, start, end = found
    assert (expected, expected) == (text, slot[start:end])


@pytest.mark.parametrize("slot", ["${AWS::Region}", "us-east-1", "${buckets.us-east-1}", "{a == 'us-east-1'}", ""])
def test_no_hidden_default(slot: str) -> None:
    assert hidden_default(slot) is None


def test_wildcards_stand_for_regions_not_for_their_local_zones() -> None:
    assert {"eu-central-1"} == wildcard_regions("eu-central-1*", REGIONS)


def test_wildcard_region_keeps_to_its_partition() -> None:
    [arn] = arns("arn:aws-us-gov:sns:*:123456789012:t")
    assert {"us-gov-east-1", "us-gov-west-1"} == arn_place(arn, REGIONS).regions


def test_partition_tells_where_a_bucket_without_region_lies() -> None:
    [arn] = arns("arn:aws-cn:s3:::b")
    assert PlaceKind.PARTITION is arn_place(arn, REGIONS).kind


def test_an_unpublished_place_is_unknown() -> None:
    [arn] = arns("arn:aws-iso-e:s3:::b")
    assert {Verdict.UNKNOWN} == verdicts(arn_place(arn, REGIONS))


def test_words_with_region_in_them_are_placeholders() -> None:
    assert SlotKind.PLACEHOLDER is slot_kind("your-region-1", REGIONS)


def test_surroundings_make_sure_of_a_pin() -> None:
    """A certificate in us-east-1 may have to be there; beside a CloudFront distribution it has to."""
    alone = pinned("acm", "certificate/1", "us-east-1", CATALOG.pinned)
    beside = pinned("acm", "certificate/1", "us-east-1", CATALOG.pinned, "viewer_certificate { acm_certificate_arn =")
    assert alone is not None and alone.maybe
    assert beside is not None and not beside.maybe


def test_context_alone_can_pin_a_setting() -> None:
    found = pinned("", "", "us-east-1", CATALOG.pinned, "# certificate for CloudFront")
    assert found is not None
    assert pinned("", "", "us-east-1", CATALOG.pinned, "provider") is None


def test_a_pin_holds_for_its_region_only() -> None:
    assert pinned("acm", "certificate/1", "us-west-2", CATALOG.pinned) is None


def test_dnssec_keys_are_pinned_only_in_context() -> None:
    assert pinned("kms", "alias/app", "us-east-1", CATALOG.pinned) is None
    assert pinned("kms", "alias/app", "us-east-1", CATALOG.pinned, "aws_route53_key_signing_key") is not None
