"""What does a node need from the world? One Protocol each, with its contract; `adapters` makes them real.

`Clock.now` is UTC and may jump; `Clock.monotonic` never goes back and is only good for waiting.
`Entropy.draw` is unpredictable. `KeyVault` and `BlobStore` are durable when the call returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Protocol

from liaison.duty.notices import Notice
from liaison.errors import UnreachableError, UsageError
from liaison.messages.mail.mailbox import FetchedBytes, MailPlace
from liaison.register.state import Lanes

LaneOpener = Callable[[int], AbstractContextManager[Lanes | None]]
"""Opens lanes for the signatures of so many entries; None where whoever folds computes them."""


def no_lanes(_: int) -> AbstractContextManager[None]:
    """The `LaneOpener` of a node on one core."""
    return nullcontext()


class Clock(Protocol):
    """What time is it here?"""

    def now(self) -> datetime:
        """The time of day, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment; never steps back."""


class Entropy(Protocol):
    """Unpredictable bytes."""

    def draw(self, count: int) -> bytes:
        """`count` fresh random bytes."""


class IdentityLink(Protocol):
    """Asks the authority's identity provider; with a form, the secret of this client is sent too."""

    def ask(self, url: str, form: Mapping[str, str] | None = None) -> bytes:
        """What it answers. Raises UnreachableError."""
        ...


class MailCarrier(Protocol):
    """Hands mails to the authority's mail server and reads its mailbox, which it never changes.

    Contract: when `send` returns, the server has taken the mail; a refusal for good is an UnreachableError that is
    permanent. `fetch` gives at most `most` mails after a place, the oldest first; one larger than `largest` with its
    headers alone.
    """

    def send(self, sender: str, recipient: str, mail: bytes) -> None:
        """Hand a mail over. Raises UnreachableError."""

    def fetch(self, after: MailPlace, *, most: int, largest: int) -> Iterator[FetchedBytes]:
        """What came after a place. Raises UnreachableError."""


class Catalogues(Protocol):
    """The translations of what the core says."""

    def say(self, language: str, context: str, source: str) -> str:
        """The text of a language; the source where there is none."""


class StampLink(Protocol):
    """Asks a time-stamping authority (RFC 3161) that the operator chose."""

    def certificates(self) -> bytes:
        """The certificates that are trusted for it, PEM. Raises UsageError."""
        ...

    def ask(self, question: bytes) -> bytes:
        """Its answer, DER, not yet verified. Raises UnreachableError."""
        ...


class NoStamps:
    """The `StampLink` of a node that asks no authority."""

    def certificates(self) -> bytes:
        """None. Raises UnreachableError."""
        raise UnreachableError("stamp-not-reached", permanent=True, reason="none is configured")

    def ask(self, question: bytes) -> bytes:
        """Reach nobody. Raises UnreachableError."""
        raise UnreachableError("stamp-not-reached", permanent=True, reason="none is configured")


class WebhookLink(Protocol):
    """Posts events to the programs of an authority. Contract: addresses are judged after resolution, every time."""

    def check(self, url: str) -> None:
        """Return if a webhook may have this address. Raises UnreachableError."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises UnreachableError."""
        ...


class NoWebhooks:
    """The `WebhookLink` of a node that reaches no program."""

    def check(self, url: str) -> None:
        """Refuse every address. Raises UnreachableError."""
        raise UnreachableError("webhook-address-refused", permanent=True, reason="no way out")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Reach nobody. Raises UnreachableError."""
        raise UnreachableError("webhook-not-reached", reason="no way out")


class Notifier(Protocol):
    """Tells a person, by one provider of a channel at a time (docs/operating/notifications.md).

    Contract: when `tell` returns, the provider has taken it; a refusal for good is an UnreachableError that is
    permanent; no error and no log line names an address.
    """

    def channels(self) -> tuple[str, ...]:
        """The channels that have a provider."""
        ...

    def providers(self, channel: str) -> tuple[str, ...]:
        """The names of the providers of a channel, in the order in which they are tried."""
        ...

    def key(self, channel: str) -> str:
        """What a browser has to know to be told by this channel; empty where nothing has to be known."""
        ...

    def check(self, channel: str, address: str) -> str:
        """The address as it is kept. Raises UsageError."""
        ...

    def tell(self, channel: str, provider: str, address: str, notice: Notice) -> None:
        """Hand a notification over. Raises UnreachableError."""


class NoNotifier:
    """The `Notifier` of a node that has no way to tell anybody."""

    def channels(self) -> tuple[str, ...]:
        """None."""
        return ()

    def providers(self, channel: str) -> tuple[str, ...]:
        """None."""
        return ()

    def key(self, channel: str) -> str:
        """None."""
        return ""

    def check(self, channel: str, address: str) -> str:
        """Refuse every address. Raises UsageError."""
        raise UsageError("channel-not-here", channel=channel[:16])

    def tell(self, channel: str, provider: str, address: str, notice: Notice) -> None:
        """Reach nobody. Raises UnreachableError."""
        raise UnreachableError("notice-refused", permanent=True)


class KeyVault(Protocol):
    """Private seeds, encrypted at rest, named by the fingerprint of their public key.

    Contract: `store` is durable when it returns and refuses to replace another seed; `load` raises `UsageError` for a
    key that is not held and for a wrong credential; `destroy` is idempotent.
    """

    def store(self, fingerprint: str, seed: bytes) -> None:
        """Keep `seed` under `fingerprint`."""

    def load(self, fingerprint: str) -> bytes:
        """The seed kept under `fingerprint`."""

    def destroy(self, fingerprint: str) -> None:
        """Remove the seed for good."""


class Partial(Protocol):
    """A blob that arrives from its beginning; whoever has it open is the only one.

    Contract: `size` counts what is here; `append` adds at the end; what was appended is durable when the context that
    opened it ends, however it ends, and in any case survives the death of the process; `finish` raises
    `VerificationError` and keeps the bytes where they do not hash to the digest it was opened for.
    """

    size: int

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""

    def read(self) -> Iterator[bytes]:
        """What is here, from the beginning, in chunks of at most 64 KiB."""

    def cut(self, size: int) -> None:
        """Keep the first `size` bytes only."""

    def finish(self) -> None:
        """Make it a whole blob under its digest, durably."""


class BlobStore(Protocol):
    """Large sealed bytes by the SHA-256 of what they are.

    Contract: `put` consumes the chunks, is durable when it returns, gives the digest and size, and leaves nothing
    behind if the chunks end in an error or exceed `limit`; `read` yields chunks of at most 64 KiB. A partial is not
    there for `has` and `read` before it is finished; it is named by what it shall become and, by a second hash, where
    it comes from, so that wrong bytes from one source spoil nothing that another gives.
    """

    def put(self, chunks: Iterable[bytes], *, limit: int) -> tuple[str, int]:
        """Keep the bytes; return their SHA-256 (hex) and size."""

    def has(self, digest: str) -> bool:
        """Whether the whole of it is here."""

    def read(self, digest: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to `end`."""

    def remove(self, digest: str) -> None:
        """Forget it; idempotent."""

    def partial(self, digest: str, source: str) -> AbstractContextManager[Partial]:
        """Go on with a partial, begun if there is none. Raises `NotNowError` while another has it."""

    def arrived(self, digest: str, source: str) -> int:
        """How many bytes a partial has; 0 if there is none."""

    def partials(self) -> list[tuple[str, str]]:
        """The digest and source of each partial."""

    def drop(self, digest: str, source: str) -> None:
        """Forget a partial; idempotent."""

    def older_than(self, seconds: float) -> Iterator[str]:
        """The digests of whole blobs that were put longer ago than this."""


class Storage(Protocol):
    """The disk under the node: how much may still be put on it, and whether it kept its word.

    Contract: `require_room(size)` raises NotNowError("disk-nearly-full") while `size` bytes more would reach into what
    is kept free for work in hand; ask before new work, never before what ends old work. It sees returned space within
    two seconds. After `note_failure`, `require_sound` raises NotNowError("storage-failed") in every process of the node
    until all have ended.
    """

    def require_room(self, size: int = 0) -> None:
        """Return if there is room for new work of about `size` bytes."""

    def require_sound(self) -> None:
        """Return unless a sync failed since this process began."""

    def note_failure(self, reason: str) -> None:
        """A sync failed, or the disk could not be read: accept nothing more, tell the operator."""

    def failure(self) -> str:
        """What failed since this process began; empty if nothing did."""

    def last_failure(self) -> tuple[float, str] | None:
        """When this node last noted a failure (seconds since 1970) and what it was; None if never."""


class Waker(Protocol):
    """Tells the worker that there is something to do; losing a call only costs one polling interval."""

    def wake(self, left: Iterable[str] = ()) -> None:
        """Wake the worker now; `left` are tokens of leases that the caller holds and could not give back."""
