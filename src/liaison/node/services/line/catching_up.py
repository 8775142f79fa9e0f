"""How does a mirror that is behind a message's checkpoint catch up? From its mirrors, else from the sender itself.

Invariants: a failure to sync is not one of the message: it stays "not now"; a sender who claims a checkpoint that does
not exist costs one synchronisation a moment, not one a message.
"""

from __future__ import annotations

import contextlib

from liaison.errors import LiaisonError
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts, register_facts
from liaison.node.services.mirror import sync_from, sync_register

SECONDS_BETWEEN = 2.0

_last: dict[tuple[str, str], float] = {}


def catch_up(node: Node, register: str, sender: NodeRef, *, size: int) -> bool:
    """Whether the trusted log now has `size` entries."""
    now, place = node.clock.monotonic(), (node.database, register)
    if now - _last.get(place, -SECONDS_BETWEEN) < SECONDS_BETWEEN:
        return False
    _last[place] = now
    address = register_facts(node, register).address(sender)
    with contextlib.suppress(LiaisonError):  # With every mirror down the sender may have what it composed under.
        sync_register(node, register=register)
    if _size(node, register) < size and address is not None:
        try:
            sync_from(node, register=register, source=address)
        except LiaisonError:
            return False
    return _size(node, register) >= size


def _size(node: Node, register: str) -> int:
    forget_facts(node)
    return register_facts(node, register).head.size
