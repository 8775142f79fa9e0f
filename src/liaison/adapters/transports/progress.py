"""How long is a peer waited for? As long as bytes move, within a bound for the whole exchange.

    line = WatchedLine(secured)
    line.begin(quiet=15.0, longest=120.0)        then http.client reads and writes through it

Invariants (docs/spec/peer-door.md):
- progress is a byte that came, or a byte of ours that the peer's system confirmed; what lies in this machine's own
  buffer is none, so the size of buffers changes nothing; the kernel tells it (SIOCOUTQ);
- `quiet` seconds without progress, or `longest` in all, end the exchange with `TimeoutError`.
"""

from __future__ import annotations

import fcntl
import io
import select
import ssl
import struct
import termios
import time
from collections.abc import Callable
from typing import Any, TypeVar

PIECE = 1 << 14
TICK_SECONDS = 0.5

T = TypeVar("T")


class WatchedLine:
    """A TLS connection as `http.client` wants it, that ends an exchange which does not move."""

    def __init__(self, secured: ssl.SSLSocket) -> None:
        self._secured = secured
        self._secured.settimeout(0)
        self._poll = select.poll()
        self._readers, self._closing = 0, False
        self.begin(quiet=0.0, longest=0.0)

    def begin(self, *, quiet: float, longest: float) -> None:
        """A new exchange starts now; both in seconds."""
        self._quiet = quiet
        self._moved_at = time.monotonic()
        self._deadline = self._moved_at + longest
        self._unconfirmed = self._waiting_bytes()

    def sendall(self, data: Any) -> None:
        """Hand all of `data` to the connection. Raises TimeoutError, OSError."""
        left = memoryview(data).cast("B")
        while left:
            piece = left[:PIECE]
            left = left[self._do(lambda: self._secured.send(piece)) :]  # noqa: B023

    def recv_into(self, buffer: Any) -> int:
        """Read what has come, at least a byte unless the peer has ended. Raises TimeoutError, OSError."""
        return self._do(lambda: self._secured.recv_into(buffer))

    def makefile(self, mode: str) -> io.BufferedReader:
        """What `http.client` reads an answer from."""
        self._readers += 1
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Close the connection, once what reads from it is closed too: `http.client` closes it before it reads on."""
        self._closing = True
        if not self._readers:
            self._secured.close()

    def release(self) -> None:
        """A file made by `makefile` was closed."""
        self._readers -= 1
        if self._closing:
            self.close()

    def _do(self, act: Callable[[], T]) -> T:
        while True:
            try:
                done = act()
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN)
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT)
            else:
                self._moved_at = time.monotonic()
                self._check(self._moved_at)
                return done

    def _wait(self, event: int) -> None:
        """Until the connection is ready, looking twice a second whether anything moves."""
        self._poll.register(self._secured, event)
        while not self._poll.poll(TICK_SECONDS * 1000):
            now, unconfirmed = time.monotonic(), self._waiting_bytes()
            if unconfirmed < self._unconfirmed:
                self._moved_at = now
            self._unconfirmed = unconfirmed
            self._check(now)
        self._unconfirmed = self._waiting_bytes()

    def _check(self, now: float) -> None:
        if now > self._deadline or now - self._moved_at > self._quiet:
            raise TimeoutError

    def _waiting_bytes(self) -> int:
        """How many bytes sent the peer's system has not confirmed yet."""
        answer = fcntl.ioctl(self._secured.fileno(), termios.TIOCOUTQ, bytes(4))
        return int(struct.unpack("i", answer)[0])


class _Incoming(io.RawIOBase):
    """The reading side as a file."""

    def __init__(self, line: WatchedLine) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._line.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._line.release()
