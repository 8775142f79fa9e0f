"""How does an event reach the program of an authority that wants to hear of it? One POST, one status.

Invariants (docs/using/api.md): the address is judged after name resolution as a peer's is (`adapters.addresses`), and
the connection goes to a judged address; what is private is called only where the operator named the host under
`[webhooks] allowed_private_hosts`, and only such a host without TLS; no redirect is followed; nothing of the answer but
its status is kept, and all of it takes at most `SECONDS`.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from liaison.adapters.addresses import Destination, Lookup, look_up, resolve
from liaison.adapters.transports.posting import place_of, post_once
from liaison.errors import UnreachableError

SECONDS = 15.0


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
        destination = self._judge(place_of(url))
        try:
            status, _ = post_once(url, body, headers, destination, seconds=SECONDS)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnreachableError("webhook-not-reached", reason=type(error).__name__) from error
        return status

    def _judge(self, place: str) -> Destination:
        try:
            return resolve(f"https://{place}", allowed_private_hosts=self._allowed, lookup=self._lookup)
        except UnreachableError as error:
            if error.code != "peer-address-private":
                raise
            reason = "its host is on a private network"
            raise UnreachableError("webhook-address-refused", permanent=True, reason=reason) from None
