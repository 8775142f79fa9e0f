"""Does the worker of this node still work? It notes a heartbeat, and tells somebody outside who misses it.

    worker.run(turn=Beating(node))        in the worker's own loop, so that a loop that hangs gives no sign
    tell_outside(node)                    a job: POST to `[watch] url` while the loop gives signs

Invariants (docs/operating/watched.md): a heartbeat that cannot be written never stops the work; nothing is told outside
once the loop is silent; what is told is that the node lives, and nothing else.
"""

from __future__ import annotations

import logging

from liaison.errors import LiaisonError, NotNowError, UnreachableError
from liaison.node.models import Heartbeat
from liaison.node.node import Node
from liaison.node.reads.checks.watched import WORKER, watched
from liaison.node.unit_of_work import catching_up, unit_of_work

EVERY_SECONDS = 30.0

log = logging.getLogger("liaison.watch")


def note_beat(node: Node) -> None:
    """Note that the worker gives a sign. Raises NotNowError."""
    with catching_up(), unit_of_work(node):
        Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": node.clock.now()})


class Beating:
    """Called once a round of the worker; writes now and then."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._next = float("-inf")
        self._set = 0.0

    def __call__(self) -> None:
        """Note a heartbeat if it is time, or if the clock was set: by the new time the last one says nothing."""
        now = self._node.clock.monotonic()
        clock_set = self._node.clock.now().timestamp() - now
        if now < self._next and abs(clock_set - self._set) < EVERY_SECONDS:
            return
        self._next, self._set = now + EVERY_SECONDS, clock_set
        try:
            note_beat(self._node)
        except LiaisonError as error:
            log.warning("the heartbeat was not noted: %s", error.code)


def tell_outside(node: Node) -> None:
    """Tell the address that the operator named that this node lives. Raises NotNowError, UnreachableError."""
    url = node.config.watch.url
    if not url:
        return
    if watched(node).silent:
        raise NotNowError("worker-silent")
    status = node.webhooks.post(url, b"", {"content-type": "text/plain"})
    if not 200 <= status < 300:
        raise UnreachableError("watch-refused", status=status)
