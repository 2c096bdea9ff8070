"""Where data goes, seen from the declared region, and the columns that stand for no region."""

from __future__ import annotations

from enum import Enum

UNREADABLE = "unreadable"
"""The address does not show the region."""
NOWHERE = "nowhere"
"""No documented place: inside no declared region."""


class Verdict(Enum):
    """Where data goes, seen from the declared region."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
