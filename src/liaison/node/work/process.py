"""What does the worker process do from its start to its end? Opens the node, works, and stops when it is told.

Invariants: it dies with its supervisor, so that no orphan works on; a first signal lets the attempts in hand finish.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from liaison.errors import LiaisonError, NotNowError
from liaison.node.databases import fold_log, leave_folding
from liaison.node.node import Node
from liaison.node.services.checks.watching import Beating
from liaison.node.services.escalation.awaiting import tell_silent
from liaison.node.services.escalation.sending import Sender, free_tries
from liaison.node.services.escalation.telling import Looking
from liaison.node.services.programs.webhooks import deliver_webhooks
from liaison.node.unit_of_work import reading
from liaison.node.work import outbox
from liaison.node.work.jobs import AT_START, jobs_beside, jobs_of
from liaison.node.work.timers import make_due, run_due
from liaison.node.work.worker import Listener, Worker

log = logging.getLogger("liaison.worker")

_PR_SET_PDEATHSIG = 1
PAUSES: Mapping[str, float] = MappingProxyType({"folding": 10.0})
"""Seconds, where a second is too often: folding costs two syncs whenever anything was written since."""


def die_with(parent: int) -> None:
    """Be killed when the process `parent` that started this one is gone (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It was gone before the call took effect.
        os.kill(os.getpid(), signal.SIGKILL)


def run_worker(home: Path) -> None:
    """Work on the node in `home` until SIGTERM or SIGINT."""
    from liaison.node.wiring import open_listener, open_node

    node = open_node(home)
    leave_folding(node.database)
    listener = open_listener(home)
    worker = Worker(node, listener)
    timers_stop = threading.Event()

    def stop(*_: object) -> None:
        timers_stop.set()
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    sender, look = Sender(node, listener.name), Looking(node)

    def escalate() -> None:
        look()
        tell_silent(node)
        sender.tick()

    def fold() -> None:
        with reading(node):
            fold_log(node.database)

    # A program or a node that hangs holds up no timer, and none of them holds up whoever has to be told.
    beside: Mapping[str, Callable[[], object]] = {
        "timers": partial(run_due, node, jobs_of(node)),
        "checks": partial(run_due, node, jobs_beside(node)),
        "webhooks": partial(deliver_webhooks, node),
        "escalations": escalate,
        "folding": fold,
    }
    _take_up(node, listener)  # Before anything is taken in hand anew.
    for name, work in beside.items():
        threading.Thread(target=_again, args=(name, work, timers_stop), name=name, daemon=True).start()
    worker.run(Beating(node))
    listener.close()


def _again(name: str, work: Callable[[], object], stopped: threading.Event) -> None:
    """Do it every second, or as `PAUSES` says, until the process stops; what fails once is told, and tried again."""
    while not stopped.is_set():
        try:
            work()
        except NotNowError as error:
            log.warning("the %s wait: %s", name, error.code)
        except Exception:
            log.exception("the %s failed", name)
        stopped.wait(PAUSES.get(name, 1.0))


def _take_up(node: Node, listener: Listener) -> None:
    """Go on at once with what a worker that died had in hand; without this it goes on when its leases end."""
    try:
        outbox.free_leases(node, listener.living())
        free_tries(node, listener.living())
        make_due(node, AT_START)
    except LiaisonError as error:
        log.warning("leases not freed: %s", error.code)
