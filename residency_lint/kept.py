"""What earlier runs found, kept in the user's cache folder for as long as what it rests on stays the same."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from residency_lint.disk import Answers, confirms

_MOST = 200
"""Runs; the oldest go first."""
_LARGEST = 20_000_000
"""Characters of what one run found; more takes longer to read than to find again."""
_WAIT = 5.0
"""Seconds for another process that writes."""


class Kept:
    """A file of SQLite, safe with many processes. One that is broken, or somebody else's, is made anew; one that
    cannot be used costs time and nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, key: str) -> str | None:
        """What was put under a key, if the disk still says what it rests on."""
        with suppress(sqlite3.Error, OSError, ValueError, KeyError, TypeError, AttributeError):
            with self._open() as database:
                row = database.execute("SELECT rests_on, results FROM kept WHERE key = ?", (key,)).fetchone()
            if row is not None and confirms(json.loads(row[0])):
                return str(row[1])
        return None

    def put(self, key: str, rests_on: Answers, results: str) -> None:
        if len(results) > _LARGEST:
            return
        row = (key, time.time(), json.dumps(rests_on), results)
        with suppress(sqlite3.Error, OSError, UnicodeError), self._open() as database, database:
            database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)
            database.execute(
                "DELETE FROM kept WHERE key NOT IN (SELECT key FROM kept ORDER BY at DESC LIMIT ?)", (_MOST,)
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            database = _database(self._path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, or not to be written: nobody's fault
                raise
            self._path.unlink()
            database = _database(self._path)
        with closing(database):
            yield database


def _database(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_WAIT)
    try:
        columns = [row[1] for row in database.execute("PRAGMA table_info(kept)")]
        if columns not in ([], ["key", "at", "rests_on", "results"]):
            raise sqlite3.DatabaseError("another program's")
        if not columns:
            with database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS kept"
                    " (key TEXT PRIMARY KEY, at REAL NOT NULL, rests_on TEXT NOT NULL, results TEXT NOT NULL)"
                )
    except BaseException:
        database.close()
        raise
    return database
