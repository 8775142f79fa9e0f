"""What happens together or not at all? One transaction, opened by a service on its node's database.

    with unit_of_work(node):
        ...rows are read and written...
    with reading(node):
        ...rows are only read...

Invariants:
- On SQLite a writer takes one lock before BEGIN IMMEDIATE, inside the process and between processes, because
  SQLite's own back-off lets writers starve.
- Work registered with `after_commit` runs once the rows are durable, and never when they are not.
- Units do not nest: a service that calls another joins its unit.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction

from liaison.node.database_router import current_database
from liaison.node.node import Node

_process_locks: dict[str, threading.RLock] = {}
_guard = threading.Lock()


@contextmanager
def unit_of_work(node: Node) -> Iterator[None]:
    """One transaction on the node's database: committed when the block ends, undone when it raises."""
    token = current_database.set(node.database)
    try:
        if transaction.get_connection(node.database).in_atomic_block:
            yield
            return
        with _writer_lock(node.database), transaction.atomic(using=node.database):
            yield
    finally:
        current_database.reset(token)


@contextmanager
def reading(node: Node) -> Iterator[None]:
    """Reads on the node's database, without a lock."""
    token = current_database.set(node.database)
    try:
        yield
    finally:
        current_database.reset(token)


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` once the present unit of work is durable."""
    transaction.on_commit(action, using=current_database.get())


@contextmanager
def _writer_lock(alias: str) -> Iterator[None]:
    """One writer at a time on SQLite; PostgreSQL orders its writers itself."""
    settings = connections[alias].settings_dict
    if "sqlite3" not in settings["ENGINE"]:
        yield
        return
    with _guard:
        lock = _process_locks.setdefault(alias, threading.RLock())
    with lock, _file_lock(str(settings["NAME"])):
        yield


@contextmanager
def _file_lock(database: str) -> Iterator[None]:
    """An exclusive lock between processes, on a file beside the database."""
    if ":memory:" in database:
        yield
        return
    with Path(f"{database}.lock").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
