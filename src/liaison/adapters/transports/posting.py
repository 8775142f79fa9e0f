"""How is one body posted to an address outside, once, in bounded time, with nothing followed?

    place_of("http://tsa.example/ask")      "tsa.example:80", what the address is judged by
    status, data = post_once(url, body, headers, to, seconds=15, most=65_536)

Invariants: the connection goes to the destination that was judged, whatever the name means by now; no redirect is
followed; of the answer no more than `most` bytes and one are read, and all of it takes at most `seconds`.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

from liaison.adapters.addresses import Destination
from liaison.adapters.transports.peer import open_socket

QUIET = 8.0
"""So many seconds the other side may say nothing at all."""


def place_of(url: str) -> str:
    """Host and port of an address, where the port is not that of https."""
    parts = urlsplit(url)
    return parts.netloc if parts.port or parts.scheme == "https" else f"{parts.netloc}:80"


def post_once(
    url: str, body: bytes, headers: Mapping[str, str], to: Destination, *, seconds: float, most: int = 0
) -> tuple[int, bytes]:
    """Status and body of the answer; one byte over `most` where it is longer.

    Raises OSError, HTTPException, ValueError, UnreachableError.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line = open_socket(to.addresses, to.port, QUIET)
    line.settimeout(QUIET)
    try:
        if parts.scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=to.host)
        with ended_after(seconds, line):
            connection = http.client.HTTPConnection(to.host, to.port)
            connection.auto_open = 0
            connection.sock = line
            connection.request("POST", target, body, {**headers, "Host": parts.netloc, "Connection": "close"})
            with closing(connection.getresponse()) as answer:
                return answer.status, answer.read(most + 1) if most else b""
    finally:
        line.close()


@contextmanager
def ended_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """Cut the connection when its time is over, however slowly bytes still come."""

    def cut() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
