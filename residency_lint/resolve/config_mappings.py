"""What a configuration file says, its sections as mappings in the mapping."""

from __future__ import annotations

from msgspec.structs import replace

from residency_lint.expressions import Constant, Expression, Listing, Mapping, Text
from residency_lint.facts import Mention, Role
from residency_lint.resolve.config_groups import items_of_list
from residency_lint.resolve.units import Unit


class Sections(Mapping, frozen=True):
    """What a `configparser` knows: it is asked for a section and an option, never for a key and a default."""


def item_of(mapping: Mapping, name: str) -> Expression | None:
    """What stands under a key, in capitals or not."""
    found = [v for k, v in mapping.items if isinstance(k, Text) and k.text.lower() == name.lower()]
    return found[-1] if found else None


def mapping_of(unit: Unit) -> Mapping:
    """All that a configuration file says, its sections as mappings in the mapping."""
    return _mapping(_tree(unit), unit)


def _tree(unit: Unit) -> dict[str, object]:
    tree: dict[str, object] = {}
    for mention in unit.mentions:
        if mention.role is Role.KEY or not mention.keys:
            continue
        at = tree
        for key in mention.keys[:-1]:
            inner = at.setdefault(key, {})
            if not isinstance(inner, dict):
                break
            at = inner
        else:
            at[mention.keys[-1]] = [*_listed(at.get(mention.keys[-1])), mention]
    for copy, original in unit.facts.aliases:
        _repeat(copy, original, tree)
    return tree


def _repeat(copy: tuple[str, ...], original: tuple[str, ...], tree: dict[str, object]) -> None:
    """Puts what stands under some keys under others as well; what is merged gives way to what stands there."""
    found = _under(original, tree)
    if copy[-1] != "<<":
        owner = _under(copy[:-1], tree)
        if isinstance(owner, dict) and found is not None:
            owner.setdefault(copy[-1], found)
        return
    owner = tree
    for key in copy[:-1]:
        owner = owner.setdefault(key, {}) if isinstance(owner, dict) else None
    if isinstance(owner, dict) and isinstance(found, dict):
        for key, value in found.items():
            owner.setdefault(key, value)


def _under(keys: tuple[str, ...], tree: dict[str, object]) -> object:
    found: object = tree
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _listed(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _mapping(tree: dict[str, object], unit: Unit) -> Mapping:
    span = unit.scope(0).span
    items: list[tuple[Expression, Expression]] = []
    for key, inner in tree.items():
        value: Expression
        if isinstance(inner, dict):
            listed = items_of_list(inner)
            value = Listing(tuple(_mapping(i, unit) for i in listed), span) if listed else _mapping(inner, unit)
        else:
            values = tuple(_scalar(mention, unit) for mention in _listed(inner) if isinstance(mention, Mention))
            value = values[0] if len(values) == 1 else Listing(values, span)
        items.append((Text(key, span, plain=False), value))
    return Mapping(tuple(items), span)


def _scalar(mention: Mention, unit: Unit) -> Expression:
    text = mention.text
    word = _WORDS.get(text.text.lower()) if not text.quote and unit.facts.language in ("json", "yaml", "toml") else None
    return Constant(word, text.span) if word else replace(text, path=unit.facts.path)


_WORDS = {"true": "True", "false": "False", "yes": "True", "no": "False", "null": "None", "~": "None"}
