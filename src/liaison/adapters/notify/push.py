"""How is an officer told in a browser that is closed? By its push service: a sealed POST that the service cannot read.

Invariants: the address is judged after name resolution, every time, as that of a webhook is
(`adapters.transports.webhooks`); a subscription that the service calls gone is refused for good; our key for push
services is a file of the vault.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from liaison.duty.notices import Notice
from liaison.errors import MalformedError, UnreachableError, UsageError
from liaison.keys.webpush import SALT, SEED, push_public, push_text, read_subscriber, seal_push, vapid
from liaison.wire.typed import read_json

KEPT_SECONDS = 4 * 3600
GOOD_FOR = timedelta(hours=12)
LONGEST = 1500
GONE = frozenset({400, 401, 403, 404, 410, 413})


class Post(Protocol):
    """One POST to a judged address."""

    def check(self, url: str) -> None:
        """Return if the address may be called. Raises UnreachableError."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises UnreachableError."""


class Keys(msgspec.Struct, frozen=True):
    """The browser's keys."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True):
    """What a browser gives out; members that later browsers add are left aside."""

    endpoint: str
    keys: Keys


class PushNotices:
    """A provider over the push service that each browser chose itself."""

    def __init__(self, post: Post, *, seed: Callable[[], bytes], draw: Callable[[int], bytes], contact: str) -> None:
        self._post, self._seed, self._draw, self._contact = post, seed, draw, contact

    def key(self) -> str:
        """What a browser has to know to subscribe."""
        return push_text(push_public(self._seed()))

    def check(self, address: str) -> str:
        """A subscription, printed as it is kept. Raises UsageError."""
        try:
            found = self._read(address)
            self._post.check(found.endpoint)
        except (MalformedError, UnreachableError):
            raise UsageError("method-address", channel="push") from None
        keys = {"auth": found.keys.auth, "p256dh": found.keys.p256dh}
        return json.dumps({"endpoint": found.endpoint, "keys": keys}, sort_keys=True)

    def tell(self, address: str, notice: Notice) -> None:
        """Hand the sealed words to the push service. Raises UnreachableError."""
        try:
            found = self._read(address)
        except MalformedError:
            raise UnreachableError("notice-refused", permanent=True) from None
        words = json.dumps({"title": notice.subject, "body": notice.text, "url": notice.link, "tag": notice.name})
        to = read_subscriber(found.keys.p256dh, found.keys.auth)
        body = seal_push(words.encode(), to, salt=self._draw(SALT), seed=self._draw(SEED))
        status = self._call(found.endpoint, body, notice)
        if status in GONE:
            raise UnreachableError("notice-refused", permanent=True)
        if not 200 <= status < 300:
            raise UnreachableError("notice-not-taken")

    def _call(self, endpoint: str, body: bytes, notice: Notice) -> int:
        parts = urlsplit(endpoint)
        until = int((notice.at + GOOD_FOR).timestamp())
        headers = {
            "Authorization": vapid(f"{parts.scheme}://{parts.netloc}", self._contact, until, self._seed()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high" if notice.urgent else "normal",
        }
        try:
            return self._post.post(endpoint, body, headers)
        except UnreachableError as error:  # Its words speak of webhooks, and may name the endpoint.
            code = "notice-refused" if error.permanent else "notice-not-taken"
            raise UnreachableError(code, permanent=error.permanent) from None

    def _read(self, address: str) -> Subscription:
        if len(address) > LONGEST:
            raise MalformedError("subscription-malformed")
        try:
            found = read_json(address, Subscription)
        except (msgspec.DecodeError, RecursionError):
            raise MalformedError("subscription-malformed") from None
        if not found.endpoint.startswith("https://"):
            raise MalformedError("subscription-malformed")
        read_subscriber(found.keys.p256dh, found.keys.auth)
        return found
