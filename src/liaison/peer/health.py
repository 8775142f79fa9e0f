"""Is this node alive, can it work, and how much is waiting? Numbers only: no contents, keys or names.

Invariants: whether the node is ready costs the same however much waits; what is counted is counted at most once in five
seconds, however often everybody asks.
"""

from __future__ import annotations

import threading

from liaison.node.node import Node
from liaison.node.reads.line import line_counts, require_answer
from liaison.node.reads.own import require_writable
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.http import HttpAnswer

KEPT_SECONDS = 5.0
_counted: dict[str, tuple[float, dict[str, int]]] = {}
_counting = threading.Lock()


def alive(node: Node, request: DoorRequest) -> HttpAnswer:
    """The process answers."""
    return answer(200, b"ok\n", "text/plain")


def ready(node: Node, request: DoorRequest) -> HttpAnswer:
    """The disk kept its word and has room for new work, the database answers, and the node may speak."""
    node.storage.require_sound()
    node.storage.require_room()
    require_writable(node)
    require_answer(node)
    return answer(200, b"ready\n", "text/plain")


def metrics(node: Node, request: DoorRequest) -> HttpAnswer:
    """Counters in the text form that Prometheus reads."""
    lines = [f"liaison_{name} {value}" for name, value in sorted(_counts(node).items())]
    return answer(200, ("\n".join(lines) + "\n").encode(), "text/plain; version=0.0.4")


def _counts(node: Node) -> dict[str, int]:
    """The counts of a node, those of a moment ago where they were asked for then."""
    with _counting:
        since, counts = _counted.get(node.database, (-KEPT_SECONDS, {}))
        now = node.clock.monotonic()
        if now - since >= KEPT_SECONDS:
            since, counts = now, line_counts(node)
            _counted[node.database] = since, counts
        return counts
