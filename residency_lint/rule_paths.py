"""Where the rule files lie that come with the tool."""

from __future__ import annotations

from pathlib import Path


def rule_paths() -> list[Path]:
    return sorted(rules_folder().glob("*.toml"))


def rules_folder() -> Path:
    """Where the shipped rule files lie: beside the package in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent / "_rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"
