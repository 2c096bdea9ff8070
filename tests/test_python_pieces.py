"""A module is read piece by piece, and says what it says as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct

from residency_lint.errors import Unreadable
from residency_lint.facts import Facts
from residency_lint.languages import python
from residency_lint.source import Source

MIXED = '''\
"""Docs with ü."""
from __future__ import annotations
import os, sys  # ü

HOST = os.environ.get("HOST", """
api.mixpanel.com
""")
if len(sys.argv) > 1:
    raise SystemExit(f"ü {HOST!r}")
elif HOST:
    HOST = HOST.strip("/")
else:
    HOST = "ü"

@decorated(
    "a",
)
class Client(Base, metaclass=Meta):
    host: str = HOST

    def send(self, *events):
        return requests.post(f"https://{self.host}/track", json=events)

for client in [Client(), \\
               Client()]:
    client.send("ü")
sys.exit(1)
print("never", HOST)
'''


def read(text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> Facts:
    monkeypatch.setattr(python, "_PIECE", size)
    return python.read(Source("a.py", text.encode()))


def assert_same(one: object, other: object) -> None:
    """Facts share their parts: `==` would compare one of them again wherever it occurs."""
    pending, met = [(one, other)], set[tuple[int, int]]()
    while pending:
        a, b = pending.pop()
        if (id(a), id(b)) in met:
            continue
        met.add((id(a), id(b)))
        assert type(a) is type(b)
        if isinstance(a, Struct) and isinstance(b, Struct):
            pending += [(getattr(a, name), getattr(b, name)) for name in a.__struct_fields__]
        elif isinstance(a, tuple) and isinstance(b, tuple):
            pending += zip(a, b, strict=True)
        else:
            assert a == b


@pytest.mark.parametrize("text", [MIXED, MIXED.replace("\n", "\r\n"), "# nothing\n", ""])
def test_a_mixed_module(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same(read(text, 1, monkeypatch), read(text, len(text) + 1, monkeypatch))


@pytest.mark.parametrize("path", sorted(Path("residency_lint").rglob("*.py")), ids=str)
def test_a_real_module(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    assert_same(read(text, 500, monkeypatch), read(text, len(text) + 1, monkeypatch))


def test_what_cannot_be_parsed_is_told_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is the file's, however it was cut."""
    with pytest.raises(Unreadable, match="line 3:"):
        read("a = 1\nb = 2\nprint 'c'\nd = 3\n", 1, monkeypatch)
