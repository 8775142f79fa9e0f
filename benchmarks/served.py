"""How does the work of a node cost in a process of a benchmark what it costs in a process of the node?

    with as_served(alias):
        ...

Objects that were made before are left out by the garbage collector, as `liaison node serve` leaves them out before it
starts the processes of a node; the write-ahead log of SQLite is folded beside, as the node's worker does it.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import tests.with_django  # noqa: F401

# isort: split
from django.db import connections

from liaison.node.databases import fold_log, leave_folding
from liaison.node.work.process import PAUSES


@contextmanager
def as_served(alias: str) -> Iterator[None]:
    """Until the block ends, work on the database `alias` in this process costs what it costs in a served one."""
    gc.collect()
    gc.freeze()
    try:
        with folding_beside(alias):
            yield
    finally:
        gc.unfreeze()


@contextmanager
def folding_beside(alias: str) -> Iterator[None]:
    """What a worker does beside every ten seconds, on a connection of its own."""
    leave_folding(alias)
    connections[alias].close()
    ended = threading.Event()

    def fold() -> None:
        while not ended.wait(PAUSES["folding"]):
            fold_log(alias)
        connections[alias].close()

    thread = threading.Thread(target=fold, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
