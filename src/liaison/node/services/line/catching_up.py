"""How does a mirror that is behind a message's checkpoint catch up, from the sender if need be?"""

from __future__ import annotations

from liaison.messages.parties import NodeRef
from liaison.node.node import Node


def catch_up(node: Node, register: str, sender: NodeRef) -> bool:
    """Whether syncing brought anything new; a failure to sync is not one of the message."""
    from liaison.node.reads.facts import register_facts

    before = register_facts(node, register).head.size
    return before != before
