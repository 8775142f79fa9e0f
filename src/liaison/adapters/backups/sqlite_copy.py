"""How is a SQLite database copied while others write to it?

Invariants: the copy is one moment of the database, taken in a single step, so that writers neither wait nor make it
begin again; it is checked whole before anybody relies on it, and it is one file, without a write-ahead log.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from liaison.errors import NotNowError, VerificationError


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy the database, durably. Raises `NotNowError`, and `VerificationError` if what was copied is damaged."""
    target.unlink(missing_ok=True)
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.execute("PRAGMA query_only=ON")
            reading.backup(writing, pages=-1)
            writing.execute("PRAGMA journal_mode=DELETE")
            check_sqlite(writing, target)
    except (sqlite3.Error, OSError) as error:
        raise NotNowError("database-not-copied", reason=str(error)[:80]) from error


def check_sqlite(database: sqlite3.Connection, path: Path) -> None:
    """Return if every page holds together. Raises `VerificationError`."""
    found = database.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise VerificationError("database-damaged", path=path.name)
