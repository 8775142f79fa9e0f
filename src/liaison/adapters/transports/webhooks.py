"""How does an event reach the program of an authority that wants to hear of it? One POST, one status.

Invariants (docs/using/api.md): the address is judged after name resolution as a peer's is (`adapters.addresses`), and
the connection goes to a judged address; what is private is called only where the operator named the host under
`[webhooks] allowed_private_hosts`, and only such a host without TLS; no redirect is followed; nothing of the answer but
its status is kept, and all of it takes at most `SECONDS`.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

from liaison.adapters.addresses import Destination, Lookup, look_up, resolve
from liaison.adapters.transports.peer import open_socket
from liaison.errors import UnreachableError

SECONDS, QUIET = 15.0, 8.0


class HttpWebhooks:
    """A `WebhookLink` over the network; safe to use from several threads."""

    def __init__(self, *, allowed_private_hosts: tuple[str, ...], lookup: Lookup = look_up) -> None:
        self._allowed, self._lookup = tuple(host.lower() for host in allowed_private_hosts), lookup

    def check(self, url: str) -> None:
        """Return if a webhook may have this address. Raises UnreachableError."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        plain = parts.scheme == "http" and host in self._allowed
        if parts.scheme != "https" and not plain:
            raise UnreachableError("webhook-address-refused", permanent=True, reason="only https is allowed")
        if "@" in parts.netloc or parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
            raise UnreachableError("webhook-address-refused", permanent=True, reason="not a plain URL")
        self._judge(parts.netloc)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises UnreachableError."""
        self.check(url)
        parts = urlsplit(url)
        place = parts.netloc if parts.port or parts.scheme == "https" else f"{parts.netloc}:80"
        destination = self._judge(place)
        line = open_socket(destination.addresses, destination.port, QUIET)
        line.settimeout(QUIET)
        try:
            if parts.scheme == "https":
                line = ssl.create_default_context().wrap_socket(line, server_hostname=destination.host)
            with ended_after(SECONDS, line):
                connection = http.client.HTTPConnection(destination.host, destination.port)
                connection.auto_open = 0
                connection.sock = line
                connection.request("POST", _target(url), body, {**headers, "Host": parts.netloc, "Connection": "close"})
                with closing(connection.getresponse()) as answer:
                    return answer.status
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnreachableError("webhook-not-reached", reason=type(error).__name__) from error
        finally:
            line.close()

    def _judge(self, place: str) -> Destination:
        try:
            return resolve(f"https://{place}", allowed_private_hosts=self._allowed, lookup=self._lookup)
        except UnreachableError as error:
            if error.code != "peer-address-private":
                raise
            reason = "its host is on a private network"
            raise UnreachableError("webhook-address-refused", permanent=True, reason=reason) from None


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


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
