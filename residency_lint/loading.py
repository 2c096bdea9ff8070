"""rules/*.toml → the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import tomli

from residency_lint.call_rules import HttpCalls, HttpClient
from residency_lint.catalog import Catalog
from residency_lint.errors import ConfigError
from residency_lint.index import Index
from residency_lint.places import Places, Region
from residency_lint.rule_files import RuleFile, read_rule_file
from residency_lint.rule_paths import rule_paths
from residency_lint.rules import ArnRule


@lru_cache(maxsize=1)
def shipped_catalog() -> Catalog:
    return load_catalog(rule_paths())


def index_of(catalog: Catalog) -> Index:
    return Index(
        catalog.places,
        {vendor: catalog.regions(vendor) for vendor in catalog.vendors},
        {vendor: head.aliases for vendor, head in catalog.vendors.items()},
        catalog.texts,
        catalog.sdk_roots,
        catalog.sdk_words - catalog.sdk_roots,
        catalog.worded_vendors,
        partial(_itself, catalog),
    )


def _itself(catalog: Catalog) -> Catalog:
    """Not a lambda: an index travels to other processes."""
    return catalog


def load_catalog(paths: Iterable[Path], base: Catalog | None = None) -> Catalog:
    """The catalogue of rule files, added to `base`.

    Raises ConfigError with every error of every file: bad TOML, unknown keys, wrong types, a host in two places,
    a row that `base` already has (what is shipped cannot be changed).
    """
    paths = list(paths)
    errors: list[str] = []
    places = base.places if base else load_places(next(p for p in paths if p.name == "places.toml"))
    http = base.http if base else load_http(next((p for p in paths if p.name == "http.toml"), None))
    files: list[RuleFile] = list(base.files) if base else []
    taken: dict[str, str] = {rule.id: "the shipped catalogue" for file in files for rule in file.rules}
    for path in paths:
        if path.name in ("places.toml", "http.toml"):
            continue
        file, found = read_rule_file(_toml(path), places)
        errors += [f"{path}: {error}" for error in found]
        if file is None:
            continue
        for rule in file.rules:
            if rule.id in taken:
                errors.append(f"{path}: {rule.id} is already in {taken[rule.id]}; give the row another name")
            taken[rule.id] = str(path)
        files.append(file)
    if not errors and base is not None:
        errors += _overrides(base, files[len(base.files) :])
    if errors:
        raise ConfigError("\n".join(errors))
    return Catalog(tuple(files), places, http)


def _overrides(base: Catalog, files: Iterable[RuleFile]) -> list[str]:
    """What a repository's own rows say of things that the shipped catalogue already speaks for."""
    files = tuple(files)
    own = Catalog(files, base.places)
    shared = (
        *((host, base.hosts[host][0].rule) for host in own.hosts if host in base.hosts),
        *((name, base.sdk_calls[name]) for name in own.sdk_calls if name in base.sdk_calls),
        *((name, base.escapes[name]) for name in own.escapes if name in base.escapes),
        *((word, base.tokens[word][0]) for word in own.tokens if word in base.tokens),
    )
    errors = [
        f"{name}: the shipped row {rule.id} speaks for it; a repository cannot change that" for name, rule in shared
    ]
    for file in files:
        vendor = file.vendor.id
        known = base.vendors[vendor].regions if vendor in base.vendors else file.vendor.regions
        errors += [
            f"{vendor}: regions.{name}: the shipped file says where it is, and which there are; repeat that"
            for name, region in file.vendor.regions.items()
            if name not in known or known[name].countries != region.countries
        ]
        if any(isinstance(rule, ArnRule) for rule in file.rules):
            errors.append(
                f"{vendor}: arn: every ARN is spoken for by the shipped catalogue; a repository cannot add rows"
            )
        if file.pinned or file.portability:
            errors.append(f"{vendor}: pinned, portability: only the shipped catalogue can make exceptions")
    return errors


def load_http(path: Path | None) -> HttpCalls:
    """What sends HTTP requests; nothing without a file."""
    data = _toml(path) if path else {}
    functions = {name: row["position"] for row in data.get("function", []) for name in row["names"]}
    clients = {
        name: HttpClient(row["methods"], row.get("base", ""), row.get("position", -1), tuple(row.get("transport", ())))
        for row in data.get("client", [])
        for name in row["names"]
    }
    return HttpCalls(functions, clients)


def load_places(path: Path) -> Places:
    data = _toml(path)
    zones = {name: frozenset(zone["countries"]) for name, zone in data["zones"].items()}
    providers = {
        provider: {
            name: Region(
                name,
                frozenset([row["country"]] if row.get("country") else row.get("countries", [])),
                row.get("title", ""),
                row.get("partition", ""),
                row.get("compact", ""),
            )
            for name, row in rows.items()
        }
        for provider, rows in data.get("providers", {}).items()
    }
    partitions = {name: frozenset(row["countries"]) for name, row in data.get("partitions", {}).items()}
    return Places(
        zones,
        {name: zone["title"] for name, zone in data["zones"].items()},
        frozenset(data["countries"]),
        providers,
        partitions,
        data.get("names", {}),
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomli.loads(path.read_bytes().decode())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
