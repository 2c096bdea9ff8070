"""A small catalogue, for tests of what the policy does with one."""

from collections.abc import Mapping

from residency_lint.catalog import Catalog
from residency_lint.loading import index_of
from residency_lint.places import Places, Region
from residency_lint.rule_files import RuleFile, Vendor

EU = frozenset({"DE", "FR", "IE"})
PLACES = Places(
    zones={"eu": EU, "us": frozenset({"US"}), "uk": frozenset({"GB"}), "ch": frozenset({"CH"})},
    countries=EU | {"US", "GB", "CH", "CA"},
)


def _vendor(name: str, aliases: Mapping[str, str], **countries: str) -> RuleFile:
    regions = {region: Region(region, frozenset(codes.split())) for region, codes in countries.items()}
    return RuleFile(Vendor(name, name.title(), "", "2026-11-22", regions, aliases=aliases), ())


CATALOG = Catalog(
    (
        _vendor("mparticle", {"Frankfurt": "eu1"}, us1="US", us2="US", eu1="DE", au1="AU", hidden=""),
        _vendor("mixpanel", {}, us="US", eu="DE", eu2="FR", mixed="DE US"),
    ),
    PLACES,
)
INDEX = index_of(CATALOG)
