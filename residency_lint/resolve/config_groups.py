"""Lists of mappings in configuration files, whose items all stand under the same keys."""

from __future__ import annotations

from collections.abc import Mapping

from residency_lint.facts import Mention


def items_of_list(tree: Mapping[str, object]) -> list[dict[str, object]]:
    """The mappings of a list, told by what was written together; nothing for a mapping that is no list's."""
    lists = {key: found for key, found in tree.items() if isinstance(found, list)}
    leaves = {key: [m for m in found if isinstance(m, Mention)] for key, found in lists.items()}
    several = [mentions for mentions in leaves.values() if len(mentions) > 1]
    if len(leaves) < len(tree) or not several:
        return []
    if any(len({m.group for m in mentions}) < len(mentions) for mentions in several):
        return []
    every = sorted((m for mentions in leaves.values() for m in mentions), key=lambda m: m.text.span)
    found: dict[int, dict[str, object]] = {mention.group: {} for mention in every}
    for key, mentions in leaves.items():
        for mention in mentions:
            found[mention.group][key] = [mention]
    return list(found.values())
