"""Is this node alive, can it work, and how much is waiting? Numbers only: no contents, keys or names."""

from __future__ import annotations

from liaison.node.node import Node
from liaison.node.reads.line import line_counts
from liaison.node.reads.own import require_writable
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.http import HttpAnswer


def alive(node: Node, request: DoorRequest) -> HttpAnswer:
    """The process answers."""
    return answer(200, b"ok\n", "text/plain")


def ready(node: Node, request: DoorRequest) -> HttpAnswer:
    """The disk kept its word and has room for new work, the database answers, and the node may speak."""
    node.storage.require_sound()
    node.storage.require_room()
    require_writable(node)
    line_counts(node)
    return answer(200, b"ready\n", "text/plain")


def metrics(node: Node, request: DoorRequest) -> HttpAnswer:
    """Counters in the text form that Prometheus reads."""
    lines = [f"liaison_{name} {value}" for name, value in sorted(line_counts(node).items())]
    return answer(200, ("\n".join(lines) + "\n").encode(), "text/plain; version=0.0.4")
