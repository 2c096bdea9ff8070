"""What a run could not read."""

from __future__ import annotations

from msgspec import Struct


class Skip(Struct, frozen=True):
    """A candidate that could not be read; `fatal` when its content stayed unknown (exit code 2)."""

    path: str
    reason: str
    fatal: bool = True
