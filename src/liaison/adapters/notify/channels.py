"""Which providers does a channel have, in order, and how does each take a notification?

    Channels({"email": {"mail server": MailNotices(…), "smtp-two": GatewayNotices(…)}, "sms": {…}})

Invariants: a channel without a provider is not there; names of providers are shown to officers, addresses and the
operator's URLs never leave in an error or a log line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from liaison.duty.notices import Notice
from liaison.errors import UnreachableError, UsageError


class Provider(Protocol):
    """One way out."""

    def check(self, address: str) -> str:
        """The address as it is kept. Raises UsageError."""

    def tell(self, address: str, notice: Notice) -> None:
        """Hand a notification over. Raises UnreachableError."""


@runtime_checkable
class Keyed(Protocol):
    """A provider with a key of its own."""

    def key(self) -> str:
        """What a browser has to know to subscribe."""


class Channels:
    """A `Notifier` over the providers of a node."""

    def __init__(self, providers: Mapping[str, Mapping[str, Provider]]) -> None:
        self._providers = {name: dict(found) for name, found in providers.items() if found}

    def channels(self) -> tuple[str, ...]:
        """The channels that have a provider."""
        return tuple(self._providers)

    def providers(self, channel: str) -> tuple[str, ...]:
        """The names of the providers of a channel, in order."""
        return tuple(self._providers.get(channel, ()))

    def key(self, channel: str) -> str:
        """What a browser has to know to be told by this channel; empty where nothing has to be known."""
        return next((each.key() for each in self._providers.get(channel, {}).values() if isinstance(each, Keyed)), "")

    def check(self, channel: str, address: str) -> str:
        """The address as it is kept. Raises UsageError."""
        found = self._providers.get(channel)
        if found is None:
            raise UsageError("channel-not-here", channel=channel[:16])
        return next(iter(found.values())).check(address)

    def tell(self, channel: str, provider: str, address: str, notice: Notice) -> None:
        """Hand a notification to one provider. Raises UnreachableError."""
        found = self._providers.get(channel, {}).get(provider)
        if found is None:
            raise UnreachableError("channel-not-here", permanent=True, channel=channel[:16])
        found.tell(address, notice)
