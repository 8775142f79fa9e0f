"""How is the worker woken? By one datagram on a socket in the node's home.

Invariants: waking never blocks and never fails the caller, because the worker also looks by itself once in a while.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

LONGEST_ADDRESS = 100


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


class SocketWaker:
    """A `Waker` that knocks on a Unix datagram socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def wake(self) -> None:
        """Knock; nobody listening is no error."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as knocker, contextlib.suppress(OSError):
            knocker.setblocking(False)
            with _reachable(self._path) as address:
                knocker.sendto(b"\n", address)


class SocketListener:
    """The worker's end: waits for a knock or for time to pass."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with _reachable(path) as address:
            self._socket.bind(address)

    def wait(self, seconds: float) -> bool:
        """Whether somebody knocked within `seconds`; several knocks count as one."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            self._socket.recv(16)
        except TimeoutError:
            return False
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(16):
                pass
        return True

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
