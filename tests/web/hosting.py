"""How does a register look in which one State keeps its desk on another's node?"""

from __future__ import annotations

from liaison.register.vocabulary import DeskKind, NodeRef
from tests.register.registry import RegisterBuilder, small_register


def hosted_register() -> RegisterBuilder:
    """XC and XD run their own nodes; XE's node is kept by XD."""
    registry = small_register("XC", "XD", rehearsal=False)
    registry.admit("XE")
    host = NodeRef(participant=registry.ids["XD"], node="main")
    keys = registry.node_keys("XE", "main", tuple(DeskKind), host=host)
    registry.set_keys("XE", keys, extra=["XD/main/entry"])
    registry.publish_desk("XE", "duty")
    registry.publish_node("XE", "duty")
    registry.publish_resources("XE", "XE")
    return registry
