"""How are the first attempts made from the process that wrote the messages, without waiting for one after the other?"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from liaison.node.node import Node
from liaison.node.services.line.delivering import deliver
from liaison.node.work.outbox import Lease

THREADS = 48


def deliver_at_once(node: Node, leases: Sequence[Lease], *, threads: int = THREADS) -> int:
    """Attempt each leased delivery once; how many are done. What fails is postponed for the worker."""
    if len(leases) <= 1:
        return sum(deliver(node, lease) for lease in leases)

    def attempt(lease: Lease) -> bool:
        try:
            return deliver(node, lease)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(min(threads, len(leases))) as pool:
        return sum(pool.map(attempt, leases))
