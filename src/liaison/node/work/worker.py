"""Who does the waiting work, and in which order? One worker: it sleeps until it is woken or something is due.

Invariants (docs/spec/outbox.md):
- at most `THREADS` calls at once; one to a peer until it has answered, a few after that, one again after it failed,
  and few to all that failed together: hung peers hold a few threads and delay nobody;
- what waits for one peer is taken in runs: a thread does a run piece by piece, and gives back the rest when one fails
  or `RUN_SECONDS` are over, so that nothing is held long by whoever does not get to it;
- a round is taken when there is room for a good part of one, so that many short calls do not each pay for it;
- an exception of our own making ends an attempt, never the worker; the lease runs out and the work is tried again;
- a lease that could not be given back, because the disk was full just then, here or in a command, is freed as soon as
  the disk takes it;
- the connections that the threads opened are closed when `run` ends.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from django.db import connections

from liaison.errors import NotNowError
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.services.line.calls.delivering import deliver, deliver_next
from liaison.node.work import outbox
from liaison.node.work.outbox import FIRST_WAIT, Lease
from liaison.node.work.rounds import Room, take_round

log = logging.getLogger("liaison.worker")

THREADS = 48
AHEAD = 48
"""So many runs more are taken than there are threads, so that no thread waits for a round."""
RUN = 128
RUN_SECONDS = 2.0
POLL_SECONDS = 5.0
SHORTEST_WAIT = 0.01


class Listener(Protocol):
    """The worker's end of a `Waker`, and what it knows of the other workers of its node."""

    name: str

    def wait(self, seconds: float) -> bool:
        """Whether somebody knocked within `seconds`."""

    def left(self) -> frozenset[str]:
        """The leases that others could not give back, since this was last asked."""

    def living(self) -> frozenset[str]:
        """The names of the workers that live. Raises `NotNowError`."""


def work_through(node: Node, *, most: int = 1000) -> int:
    """Do what is due now, one after the other, until nothing is; how many attempts were made."""
    attempts = 0
    while attempts < most and (leases := take_round(node, Room()).leases):
        attempts += len(leases)
        for lease in leases:
            deliver(node, lease)
    return attempts


class Worker:
    """Empties the outbox of one node with a bounded pool of threads."""

    def __init__(self, node: Node, listener: Listener, *, threads: int = THREADS) -> None:
        self._node = node
        self._listener = listener
        self._threads, self._ahead = threads, min(AHEAD, threads)
        self._more = True
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="line")
        self._busy: Counter[NodeRef] = Counter()
        self._proven: set[NodeRef] = set()
        self._opened: set[Any] = set()
        self._left: set[str] = set()
        self._guard = threading.Lock()
        self._stopping = threading.Event()

    def run(self, turn: Callable[[], None] = lambda: None) -> None:
        """Work until `stop`; `turn` is called once a round (the timers)."""
        while not self._stopping.is_set():
            try:
                turn()
                self._free_left()
                took = self._take()
            except NotNowError as error:
                log.warning("a round of the worker waits: %s", error.code)
                took = 0
                self._stopping.wait(1.0)
            except Exception:
                log.exception("a round of the worker failed")
                connections.close_all()
                took = 0
                self._stopping.wait(1.0)
            if not took:
                self._listener.wait(self._pause())
        self._pool.shutdown(wait=True)
        for opened in self._opened:
            opened.close()
        connections.close_all()

    def stop(self) -> None:
        """Finish what is in hand and return from `run`."""
        self._stopping.set()
        self._node.waker.wake()

    def _free_left(self) -> None:
        """Free what could not be given back before. Raises NotNowError while it still cannot."""
        heard = self._listener.left()
        with self._guard:
            self._left |= heard
            left = frozenset(self._left)
        if left:
            outbox.free_left(self._node, left)
            with self._guard:
                self._left -= left

    def _take(self) -> int:
        """Lease what is due and hand it to the pool; how many runs."""
        with self._guard:
            free = self._threads + self._ahead - sum(self._busy.values())
            room = Room(free, dict(self._busy), frozenset(self._proven), self._listener.name, RUN)
        if free <= self._ahead // 2:
            return 0
        self._more = True  # Until it is known: who ends meanwhile knocks.
        taken = take_round(self._node, room)
        self._more = taken.more
        with self._guard:
            self._busy.update(run[0].at for run in taken.runs)
        for run in taken.runs:
            self._pool.submit(self._do, run)
        return len(taken.runs)

    def _do(self, run: tuple[Lease, ...]) -> None:
        at, left, done = run[0].at, deque(run), False
        try:
            try:
                done = self._in_a_row(left)
            finally:
                if left:
                    outbox.release(self._node, left, wait=0 if done else FIRST_WAIT)
        except NotNowError as error:
            log.warning("a lease could not be given back: %s", error.code)
            with self._guard:
                self._left.add(run[0].token)
        except Exception:
            log.exception("an attempt failed")
            connections.close_all()
        finally:
            self._remember_connections()
            with self._guard:
                self._busy[at] -= 1
                if not self._busy[at]:
                    del self._busy[at]
            if left or not done or self._more or self._stopping.is_set():
                self._node.waker.wake()

    def _in_a_row(self, left: deque[Lease]) -> bool:
        """Attempt what is left, a request after the other, for a while; False as soon as one piece is not done."""
        begun = self._node.clock.monotonic()
        while left and not self._stopping.is_set() and self._node.clock.monotonic() - begun <= RUN_SECONDS:
            at = left[0].at
            if not deliver_next(self._node, left):
                return False
            self._proven.add(at)
        return True

    def _remember_connections(self) -> None:
        """A pool tells nobody when its threads end, so `run` closes at the end what each of them opened."""
        for opened in connections.all(initialized_only=True):
            if opened not in self._opened:
                opened.inc_thread_sharing()
                with self._guard:
                    self._opened.add(opened)

    def _pause(self) -> float:
        """How long until something is due, at most the polling interval."""
        moment = outbox.next_moment(self._node)
        if moment is None:
            return POLL_SECONDS
        left = (moment - self._node.clock.now()).total_seconds()
        # Due work that was not taken waits for a thread, whose end knocks, or for a breaker: look again soon.
        return min(max(left, 0.25 if left <= 0 else SHORTEST_WAIT), POLL_SECONDS)
