"""Which database does a URL name, and with which settings is it durable?

    sqlite:////srv/liaison/liaison.sqlite3      postgresql://user@host:5432/name

Invariants: SQLite runs in WAL with synchronous=FULL, because an acknowledged notice must survive a power cut;
a transaction begins IMMEDIATE, because a writer that starts as a reader can fail half-way; secure_delete is ON, because
what a desk destroyed must not stand in a free page.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db import DatabaseError, connections

from liaison.errors import NotNowError, UsageError
from liaison.node.ports import Storage

log = logging.getLogger("liaison.node")

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-8000;PRAGMA secure_delete=ON;"
)
MOST_PAGES_IN_LOG = 16_000
"""Of 4,096 bytes, where the log is folded beside."""

RUNS_BEFORE_PREPARED = 5
"""So often a connection to PostgreSQL runs a text whose values stand beside it before the server keeps its plan."""

FAILED = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# Growing the `-shm` file fails on a full disk; it is an index in shared memory, and nothing rests in it.
NOT_THE_DISK = frozenset({sqlite3.SQLITE_IOERR_NOMEM, sqlite3.SQLITE_IOERR_BLOCKED, sqlite3.SQLITE_IOERR_SHMSIZE})


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for the database at `url`. Raises `UsageError` for a scheme that is not known."""
    if url.startswith("sqlite:///"):
        return _sqlite(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgres://")):
        return _postgresql(url)
    raise UsageError("database-not-known", scheme=url.split(":", 1)[0])


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": SQLITE_PRAGMAS},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"prepare_threshold": RUNS_BEFORE_PREPARED, **options},
    }


def refusal(storage: Storage, error: DatabaseError) -> NotNowError:
    """What a database that does not do its work means to the caller; a disk that failed is noted (docs/adr/0013).

    SQLite says FULL when there is no space, and all goes on when there is. IOERR is a write or a sync that did not
    happen, CORRUPT and NOTADB also a page that could not be read: from then on nothing this process holds is believed.
    """
    code = getattr(error.__cause__, "sqlite_errorcode", 0)
    if code & 0xFF in FAILED and code not in NOT_THE_DISK:
        reason = str(getattr(error.__cause__, "sqlite_errorname", code))
        storage.note_failure(reason)
        return NotNowError("storage-failed", reason=reason)
    reason = str(error).partition("\n")[0][:120]
    log.error("the database refused: %s", reason)
    return NotNowError("storage-refused", reason=reason)


def add_database(alias: str, url: str) -> None:
    """Make the database at `url` known under `alias`, beside those of the settings."""
    connections.settings[alias] = connections.configure_settings(
        {alias: database_settings(url), "default": connections.settings["default"]}
    )[alias]


def drop_freed_pages(alias: str) -> bool:
    """Cut what is over out of the files as far as the engine can, outside of any transaction; False where it has to
    wait for a reader. On PostgreSQL the space is reused after its next vacuum (docs/operating/retention.md)."""
    connection = connections[alias]
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return cursor.fetchone()[0] == 0


def leave_folding(alias: str) -> None:
    """Before the first connection of a served process: let SQLite's write-ahead log grow to 64 MB before a commit folds
    it into the file, since the worker does that beside (`fold_log`) and no request is to wait for its syncs."""
    settings = connections.settings[alias]
    if "sqlite3" in settings["ENGINE"]:
        settings["OPTIONS"]["init_command"] = f"{SQLITE_PRAGMAS}PRAGMA wal_autocheckpoint={MOST_PAGES_IN_LOG};"


def fold_log(alias: str) -> int:
    """Fold what SQLite's write-ahead log holds into the file, as far as readers allow and without holding up anybody;
    the pages that stay in the log. Where there are none, nothing is written or synced."""
    connection = connections[alias]
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        _, pages, folded = cursor.fetchone()
        return int(pages - folded)


def close_database(alias: str) -> None:
    """Close this thread's connection, so that SQLite folds its write-ahead log into the file."""
    connections[alias].close()
