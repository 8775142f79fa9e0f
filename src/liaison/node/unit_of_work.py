"""What happens together or not at all? One transaction, opened by a service on its node's database.

    with unit_of_work(node):
        ...rows are read and written...
    with reading(node):
        ...rows are only read...

Invariants:
- On SQLite a writer takes one lock before BEGIN IMMEDIATE, inside the process and between processes, because
  SQLite's own back-off lets writers starve.
- Work registered with `after_commit` runs once the rows are durable, and never when they are not.
- What the storage refuses (a full disk, a database that is gone) is "not now", for a reader too: all of the unit is
  undone. After a failed write, sync or read no unit opens in any process of the node until all have started again.
- Units do not nest: a service that calls another joins its unit.
- On a node restored from a backup, or that found itself older than what others hold of it, no unit opens
  (`node-read-only`), because what it would say may contradict what it said before; only under `catching_up` does one,
  for work that takes in and says nothing.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DatabaseError, OperationalError, connections, transaction

from liaison.errors import NotNowError
from liaison.node.database_router import current_database
from liaison.node.databases import refusal
from liaison.node.models import Setting
from liaison.node.node import Node

READ_ONLY = "read-only"
"""The setting of a restored node; its value is since when."""

_catching_up: ContextVar[bool] = ContextVar("catching_up", default=False)
_writable: dict[str, float] = {}  # When a database was last seen to be writable, in seconds of the node's own clock.
SEEN_SECONDS = 1.0
"""How long that is believed: another process of the node may close it."""
_process_locks: dict[str, threading.RLock] = {}
_guard = threading.Lock()


@contextmanager
def unit_of_work(node: Node) -> Iterator[None]:
    """One transaction on the node's database: committed when the block ends, undone when it raises."""
    with _on_tables_of(node):
        if transaction.get_connection(node.database).in_atomic_block:
            yield
            return
        node.storage.require_sound()
        with _writer_lock(node.database), transaction.atomic(using=node.database):
            _require_writable(node)
            yield


def joins_another(node: Node) -> bool:
    """Whether a unit of work opened here would be part of one that is open, or is one of those that only take in."""
    return transaction.get_connection(node.database).in_atomic_block or _catching_up.get()


@contextmanager
def _on_tables_of(node: Node) -> Iterator[None]:
    """Queries inside go to the node's database; what that refuses is "not now"."""
    token = current_database.set(node.database)
    try:
        yield
    except DatabaseError as error:
        refused = refusal(node.storage, error)
        if not isinstance(error, OperationalError) and refused.code != "storage-failed":
            raise
        connections[node.database].close_if_unusable_or_obsolete()  # A lost server is asked again next time.
        raise refused from error
    finally:
        current_database.reset(token)


@contextmanager
def catching_up() -> Iterator[None]:
    """Units inside open on a restored node too: they take in what others hold, or keep house, and say nothing."""
    token = _catching_up.set(True)
    try:
        yield
    finally:
        _catching_up.reset(token)


def close_for_writing(node: Node, since: str) -> None:
    """Let no unit open on this node any more, from the end of the present unit of work on."""
    Setting.objects.update_or_create(name=READ_ONLY, defaults={"value": since})
    _writable.pop(node.database, None)


def open_for_writing() -> None:
    """Let units open again, from the end of the present unit of work on."""
    Setting.objects.filter(name=READ_ONLY).delete()


def _require_writable(node: Node) -> None:
    now = node.clock.monotonic()
    if _catching_up.get() or 0 <= now - _writable.get(node.database, float("-inf")) < SEEN_SECONDS:
        return
    if Setting.objects.filter(name=READ_ONLY).exists():
        _writable.pop(node.database, None)
        raise NotNowError("node-read-only")
    _writable[node.database] = now


@contextmanager
def reading(node: Node) -> Iterator[None]:
    """Reads on the node's database, without a lock."""
    with _on_tables_of(node):
        yield


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
    try:
        descriptor = os.open(f"{database}.lock", os.O_WRONLY | os.O_CREAT, 0o644)
    except OSError as error:
        raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
