"""What is a node, seen from its services? Its configuration and its ports, wired once and never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from liaison.node.config import Config
from liaison.node.peering import PeerLink
from liaison.node.ports import (
    BlobStore,
    Catalogues,
    Clock,
    Entropy,
    IdentityLink,
    KeyVault,
    LaneOpener,
    MailCarrier,
    NoNotifier,
    NoStamps,
    Notifier,
    NoWebhooks,
    StampLink,
    Storage,
    Waker,
    WebhookLink,
    no_lanes,
)


@dataclass(frozen=True, slots=True)
class Node:
    """One running installation. `database` is the alias its tables live under, `home` its folder."""

    home: Path
    database: str
    config: Config
    clock: Clock
    entropy: Entropy
    vault: KeyVault
    blobs: BlobStore
    storage: Storage
    waker: Waker
    link: PeerLink
    identity: IdentityLink | None = None
    mail: MailCarrier | None = None
    catalogues: Catalogues | None = None
    lanes: LaneOpener = no_lanes
    webhooks: WebhookLink = field(default_factory=NoWebhooks)
    notifier: Notifier = field(default_factory=NoNotifier)
    stamps: StampLink = field(default_factory=NoStamps)
