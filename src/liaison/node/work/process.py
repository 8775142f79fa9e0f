"""What does the worker process do from its start to its end? Opens the node, works, and stops when it is told.

Invariants: it dies with its supervisor, so that no orphan works on; a first signal lets the attempts in hand finish.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import threading
from pathlib import Path

from liaison.errors import LiaisonError
from liaison.node.node import Node
from liaison.node.services.checks.watching import Beating
from liaison.node.services.programs.webhooks import deliver_webhooks
from liaison.node.work import outbox
from liaison.node.work.jobs import AT_START, jobs_beside, jobs_of
from liaison.node.work.timers import Job, make_due, run_due
from liaison.node.work.worker import Listener, Worker

log = logging.getLogger("liaison.worker")

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Be killed when the process `parent` that started this one is gone (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It was gone before the call took effect.
        os.kill(os.getpid(), signal.SIGKILL)


def run_worker(home: Path) -> None:
    """Work on the node in `home` until SIGTERM or SIGINT."""
    from liaison.node.wiring import open_listener, open_node

    node = open_node(home)
    listener = open_listener(home)
    worker = Worker(node, listener)
    timers_stop = threading.Event()

    def stop(*_: object) -> None:
        timers_stop.set()
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def tick(jobs: tuple[Job, ...]) -> None:
        while not timers_stop.is_set():
            try:
                run_due(node, jobs)
            except Exception:
                log.exception("the timers failed")
            timers_stop.wait(1.0)

    def post() -> None:
        while not timers_stop.is_set():
            try:
                deliver_webhooks(node)
            except Exception:
                log.exception("the webhooks failed")
            timers_stop.wait(1.0)

    # A program or a node that hangs holds up no timer.
    threading.Thread(target=tick, args=(jobs_of(node),), name="timers", daemon=True).start()
    threading.Thread(target=tick, args=(jobs_beside(node),), name="checks", daemon=True).start()
    threading.Thread(target=post, name="webhooks", daemon=True).start()
    _take_up(node, listener)
    worker.run(Beating(node))
    listener.close()


def _take_up(node: Node, listener: Listener) -> None:
    """Go on at once with what a worker that died had in hand; without this it goes on when its leases end."""
    try:
        outbox.free_leases(node, listener.living())
        make_due(node, AT_START)
    except LiaisonError as error:
        log.warning("leases not freed: %s", error.code)
