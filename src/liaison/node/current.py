"""Which node is the request in hand about? Set at a door, known to everything that answers.

enter(node)               from now on the present context is about this node
here()                    the node of the request in hand
"""

from __future__ import annotations

from contextvars import ContextVar

from liaison.node.database_router import current_database
from liaison.node.node import Node

_node: ContextVar[Node] = ContextVar("node")


def here() -> Node:
    """The node that is asked."""
    return _node.get()


def enter(node: Node) -> None:
    """From now on the present context is about this node."""
    _node.set(node)
    current_database.set(node.database)
