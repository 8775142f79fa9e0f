"""How is a time-stamping authority asked? One POST to the address that the operator chose (RFC 3161 §3.4).

Invariants: the address is judged after name resolution as a peer's is; plain HTTP is allowed, because an answer is
signed and holds nothing secret; no redirect is followed; an answer is at most 64 KiB, and all of it takes `SECONDS`.
"""

from __future__ import annotations

import http.client
from pathlib import Path
from urllib.parse import urlsplit

from liaison.adapters.addresses import Lookup, look_up, resolve
from liaison.adapters.transports.posting import place_of, post_once
from liaison.errors import UnreachableError, UsageError

SECONDS = 20.0
MOST = 64 << 10
HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class HttpStamps:
    """A `StampLink` over the network."""

    def __init__(
        self, url: str, certificate: Path, *, allowed_private_hosts: tuple[str, ...], lookup: Lookup = look_up
    ) -> None:
        self._url, self._certificate = url, certificate
        self._allowed, self._lookup = tuple(host.lower() for host in allowed_private_hosts), lookup

    def certificates(self) -> bytes:
        """The certificates that the operator trusts, PEM. Raises UsageError."""
        try:
            return self._certificate.read_bytes()
        except OSError as error:
            reason = error.strerror or "unknown"
            raise UsageError("file-not-readable", path=str(self._certificate), reason=reason) from error

    def ask(self, question: bytes) -> bytes:
        """The authority's answer. Raises UnreachableError."""
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UnreachableError("stamp-not-reached", permanent=True, reason="not a plain URL")
        place = f"https://{place_of(self._url)}"
        destination = resolve(place, allowed_private_hosts=self._allowed, lookup=self._lookup)
        try:
            status, data = post_once(self._url, question, HEADERS, destination, seconds=SECONDS, most=MOST)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnreachableError("stamp-not-reached", reason=type(error).__name__) from error
        if status != 200 or len(data) > MOST:
            raise UnreachableError("stamp-not-reached", reason=f"status {status}")
        return data
