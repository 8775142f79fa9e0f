"""Which real things stand behind a node's ports? The only module that names an adapter.

Invariants: the credential that unlocks the node's keys is a file outside the database (`LIAISON_CREDENTIAL` names it;
without that it is `credential` in the home, which `doctor` warns about).
"""

from __future__ import annotations

import os
from pathlib import Path

from liaison.adapters.blobs import FolderBlobStore
from liaison.adapters.clock import SystemClock, SystemEntropy
from liaison.adapters.keyfiles import FolderKeyVault
from liaison.adapters.transports.peer import HttpsPeerLink
from liaison.adapters.waking import SocketWaker
from liaison.errors import UsageError
from liaison.node.config import default_home, read_config
from liaison.node.node import Node
from liaison.node.peering import SignedLink

CREDENTIAL_VARIABLE = "LIAISON_CREDENTIAL"
CREDENTIAL_NAME = "credential"


def credential_path(home: Path) -> Path:
    """Where the credential that unlocks the keys is read from."""
    named = os.environ.get(CREDENTIAL_VARIABLE)
    return Path(named) if named else home / CREDENTIAL_NAME


def read_credential(home: Path) -> bytes:
    """The credential. Raises `UsageError` if there is none."""
    path = credential_path(home)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError("credential-missing", path=str(path)) from None


def open_node(home: Path | None = None) -> Node:
    """The node whose home is `home`, wired to the machine."""
    place = home or default_home()
    config = read_config(place)
    clock = SystemClock()
    carrier = HttpsPeerLink(allowed_private_hosts=config.peers.allowed_private_hosts)
    return Node(
        home=place,
        database="default",
        config=config,
        clock=clock,
        entropy=SystemEntropy(),
        vault=FolderKeyVault(place / "keys", read_credential(place)),
        blobs=FolderBlobStore(place / "blobs"),
        waker=SocketWaker(place / "worker.socket"),
        link=SignedLink(carrier, clock),
    )
