"""How are the signatures of a whole log computed on all cores?

    with open_lanes(entries=100_000) as lanes:
        view = fold_aside(read, lanes)

Invariants: a lane sees public keys, messages and signatures, nothing else; at most a few batches wait, so memory stays
flat; below `WORTHWHILE` entries, or on one core, there are none, because starting them would cost more than they save.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

from liaison.errors import VerificationError
from liaison.keys.ed25519 import verify_ed25519

if TYPE_CHECKING:
    # Each lane imports this module anew, so it asks for no more than it needs.
    from liaison.register.state import SignatureCheck

WORTHWHILE = 5_000
WAITING = 4

Plain = tuple[bytes, tuple[tuple[bytes, bytes], ...]]


class ProcessLanes:
    """Lanes in processes of their own, one a worker."""

    def __init__(self, workers: int) -> None:
        # Spawned, because a fork would copy threads and database connections of whoever asks.
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        self._most = workers * WAITING
        self._running: deque[Future[bool]] = deque()
        self._held = True

    def submit(self, checks: Sequence[SignatureCheck]) -> None:
        """Take a batch; waits while too many are under way."""
        while len(self._running) >= self._most:
            self._collect()
        self._running.append(self._pool.submit(_all_hold, [(check.message, check.signed) for check in checks]))

    def settle(self) -> bool:
        """Whether all checks so far hold."""
        while self._running:
            self._collect()
        return self._held

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)

    def _collect(self) -> None:
        self._held = self._running.popleft().result() and self._held


@contextmanager
def open_lanes(entries: int) -> Iterator[ProcessLanes | None]:
    """Lanes for a log of so many entries; None where they are not worthwhile."""
    workers = os.cpu_count() or 1
    if entries < WORTHWHILE or workers < 2:
        yield None
        return
    lanes = ProcessLanes(workers)
    try:
        yield lanes
    finally:
        lanes.close()


def _all_hold(batch: Sequence[Plain]) -> bool:
    try:
        for message, signed in batch:
            for public, signature in signed:
                verify_ed25519(public, message, signature)
    except VerificationError:
        return False
    return True
