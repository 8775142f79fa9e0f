"""Is this node alive, can it work, and how much is waiting? Numbers only: no contents, keys or names.

Invariants (docs/operating/watched.md): whether the node is ready costs the same however much waits; what is counted is
counted at most once in five seconds, however often everybody asks; a silent worker is said and is no reason to send
nobody to this door, because what comes is taken in, receipted and shown all the same.
"""

from __future__ import annotations

import threading

from liaison.node.node import Node
from liaison.node.reads.checks.watched import watched
from liaison.node.reads.line import line_counts, require_answer
from liaison.node.reads.own import require_writable
from liaison.node.services.checks.answering import answer_check
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.http import HttpAnswer
from liaison.wire.identifiers import format_instant

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
    found = watched(node)
    silent = int(found.silent_for.total_seconds()) if found.silent and found.silent_for is not None else 0
    said = f"ready\nworker-silent {silent}\n" if silent else "ready\n"
    if found.planned_until is not None:
        said += f"planned-work {format_instant(found.planned_until)}\n"
    return answer(200, said.encode(), "text/plain")


def metrics(node: Node, request: DoorRequest) -> HttpAnswer:
    """Counters in the text form that Prometheus reads."""
    counts, silent = _counts(node), watched(node).silent_for
    if silent is not None:
        counts = {**counts, "worker_silent_seconds": int(silent.total_seconds())}
    lines = [f"liaison_{name} {value}" for name, value in sorted(counts.items())]
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


def check(node: Node, request: DoorRequest) -> HttpAnswer:
    """The answer to a node that looks whether this one works, as it is sealed to the desk in the path."""
    params = request.params
    said = answer_check(
        node,
        request.body(),
        register=request.known.register,
        participant=params["participant"],
        desk=params["desk"],
    )
    return answer(200, said)
