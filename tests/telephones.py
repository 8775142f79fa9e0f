"""A `Notifier` in memory: what would have rung, by whom it was carried, and which providers are down.

phones = Telephones()
phones.down["sms-one"] = UnreachableError("notice-not-taken")
phones.rung                          [Rung("sms", "sms-two", "+10", Notice(…)), …]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from liaison.duty.notices import Notice
from liaison.errors import UnreachableError, UsageError

CHANNELS = {"email": ("mail server", "mail relay"), "sms": ("sms-one", "sms-two")}


@dataclass(frozen=True)
class Rung:
    channel: str
    provider: str
    address: str
    notice: Notice


@dataclass
class Telephones:
    """Takes everything, unless a provider is down; `before` is called when something is about to leave."""

    rung: list[Rung] = field(default_factory=list)
    down: dict[str, UnreachableError] = field(default_factory=dict)
    tried: list[tuple[str, str]] = field(default_factory=list)
    after: Callable[[], None] = lambda: None

    def channels(self) -> tuple[str, ...]:
        return tuple(CHANNELS)

    def providers(self, channel: str) -> tuple[str, ...]:
        return CHANNELS.get(channel, ())

    def key(self, channel: str) -> str:
        return ""

    def check(self, channel: str, address: str) -> str:
        if channel not in CHANNELS or not address.strip():
            raise UsageError("method-address", channel=channel[:16])
        return address.strip()

    def tell(self, channel: str, provider: str, address: str, notice: Notice) -> None:
        self.tried.append((provider, address))
        if provider in self.down:
            raise self.down[provider]
        self.rung.append(Rung(channel, provider, address, notice))
        self.after()

    def heard(self, address: str) -> list[str]:
        """The words that reached an address."""
        return [each.notice.text for each in self.rung if each.address == address]

    def words(self, address: str) -> list[str]:
        """The same without the tokens of links, in which any few letters may stand by chance."""
        notices = [each.notice for each in self.rung if each.address == address]
        return [each.text.replace(each.link, "") if each.link else each.text for each in notices]
