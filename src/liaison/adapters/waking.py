"""How is the worker woken? By a datagram on a socket in the node's home; on PostgreSQL by NOTIFY, from any machine.

    ""                                    there is work
    "9f86…32 hexadecimal digits… 2c0b…"   and these leases are nobody's any more

Invariants: waking never fails the caller, because the worker also looks by itself once in a while; a lost connection
is opened again. A worker on PostgreSQL holds an advisory lock as long as it listens, so that the others see it live.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from liaison.errors import NotNowError

LONGEST_ADDRESS = 100
CHANNEL = "liaison_work"
TOKENS = 200  # So many leases in one knock: PostgreSQL carries less than 8,000 bytes.
LONGEST_KNOCK = 8000
LOCKS = 0x4C4941  # The class of the advisory locks that say which workers live.


@contextlib.contextmanager
def _reachable(path: Path) -> Iterator[str]:
    """The socket's address: a long path goes through a descriptor of its folder, as addresses end at 107 bytes."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _knocks(left: Iterable[str]) -> list[str]:
    """What is said, in as many knocks as it takes; one at least."""
    tokens = sorted(left)
    return [" ".join(tokens[start : start + TOKENS]) for start in range(0, max(len(tokens), 1), TOKENS)]


class SocketWaker:
    """A `Waker` that knocks on a Unix datagram socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def wake(self, left: Iterable[str] = ()) -> None:
        """Knock; nobody listening is no error."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as knocker, contextlib.suppress(OSError):
            knocker.setblocking(False)
            with _reachable(self._path) as address:
                for knock in _knocks(left):
                    knocker.sendto(knock.encode("ascii"), address)


def somebody_listens(path: Path) -> bool:
    """Whether a worker has the socket open; asking costs it nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as knocker:
        try:
            with _reachable(path) as address:
                knocker.connect(address)
        except OSError:
            return False
    return True


class SocketListener:
    """The worker's end: waits for a knock or for time to pass."""

    name = ""

    def __init__(self, path: Path) -> None:
        self._left: set[str] = set()
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with _reachable(path) as address:
            self._socket.bind(address)

    def wait(self, seconds: float) -> bool:
        """Whether somebody knocked within `seconds`; several knocks count as one."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            self._hear()
        except TimeoutError:
            return False
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._hear()
        return True

    def _hear(self) -> None:
        self._left.update(self._socket.recv(LONGEST_KNOCK).decode("ascii", "replace").split())

    def left(self) -> frozenset[str]:
        """The leases that others left since this was last asked."""
        left, self._left = frozenset(self._left), set()
        return left

    def living(self) -> frozenset[str]:
        """The names of the other workers that live: none, a file has one worker."""
        return frozenset()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def _connect(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True, connect_timeout=5)


class PostgresWaker:
    """A `Waker` for all workers of one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None
        self._lock = threading.Lock()

    def wake(self, left: Iterable[str] = ()) -> None:
        """Knock; no server is no error."""
        import psycopg

        with self._lock, contextlib.suppress(psycopg.Error):
            try:
                if self._connection is None:
                    self._connection = _connect(self._url)
                    weakref.finalize(self, self._connection.close)  # A command forgets its node without a word.
                for knock in _knocks(left):
                    self._connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, knock])
            except psycopg.Error:
                self.close()
                raise

    def close(self) -> None:
        """Forget the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class PostgresListener:
    """The worker's end: waits for a NOTIFY or for time to pass. `name` (8 hex digits) is this worker's own."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self.name = name
        self._connection: Any = None
        self._left: set[str] = set()
        self._pause = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Whether somebody knocked within `seconds`; several knocks count as one."""
        import psycopg

        try:
            if self._open():
                return True  # Whatever knocked before this was not heard: look once.
            heard = list(self._connection.notifies(timeout=max(seconds, 0.001), stop_after=1))
            self._left.update(token for knock in heard for token in knock.payload.split())
            return bool(heard)
        except psycopg.Error:
            self.close()
            self._pause.wait(min(seconds, 1.0))
            return False

    def left(self) -> frozenset[str]:
        """The leases that others left since this was last asked."""
        left, self._left = frozenset(self._left), set()
        return left

    def living(self) -> frozenset[str]:
        """The names of the workers that live, on whatever machine. Raises `NotNowError`."""
        import psycopg

        try:
            self._open()
            held = "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND database = %s"
            database = self._connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
            rows = self._connection.execute(held, [LOCKS, database.fetchone()[0]])
            return frozenset(f"{row[0]:08x}" for row in rows)
        except psycopg.Error as error:
            self.close()
            raise NotNowError("storage-refused", reason=type(error).__name__) from error

    def _open(self) -> bool:
        """Whether the connection had to be made: with the lock under this worker's name, and an ear for knocks."""
        if self._connection is not None:
            return False
        connection = _connect(self._url)
        connection.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, int(self.name, 16)])
        connection.execute(f"LISTEN {CHANNEL}")
        self._connection = connection
        return True

    def close(self) -> None:
        """Stop listening."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
