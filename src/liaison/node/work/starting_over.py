"""What does the supervisor do when the disk failed? It ends every process of the node and begins anew, not too often.

    the disk failed (SQLITE_IOERR_FSYNC): the node starts again in 5 seconds

Invariants (docs/adr/0013): until the new start the door answers 503 and says so at /readyz, and nobody works; all
processes are gone before a file is opened again, so that SQLite recovers from what is on the disk and not from what
they held; the first start comes at once, the next within ten minutes after 5 s, 10 s … at most five minutes.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import sys
import threading
import time
from typing import Any

log = logging.getLogger("liaison.serve")

VARIABLE = "LIAISON_STARTED_OVER"
CALM_SECONDS = 600.0
FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
LONG_AGO = (0, float("-inf"))


def next_wait(times: int) -> float:
    """How long to wait before the next start, after so many in a row; in seconds."""
    return min(FIRST_WAIT * 2 ** (times - 1), LONGEST_WAIT) if times else 0.0


def times_in_a_row(told: str, now: float) -> int:
    """How often the node started over without ten calm minutes between; `told` is `TIMES@SECONDS` of the last."""
    times, _, at = told.partition("@")
    return int(times) if told and now - float(at) < CALM_SECONDS else 0


def start_over(reason: str, worker: Any, stopping: threading.Event) -> None:
    """Run this program again in this process, from its first line; returns only when the node is told to stop."""
    worker.kill()
    times = times_in_a_row(os.environ.get(VARIABLE, ""), time.monotonic())  # noqa: TID251 - no node here has a clock.
    wait = next_wait(times)
    log.critical("the disk failed (%s): the node starts again in %d seconds", reason, wait)
    if stopping.wait(wait):
        return
    os.environ[VARIABLE] = f"{times + 1}@{time.monotonic()}"  # noqa: TID251
    sys.setswitchinterval(LONGEST_WAIT)  # No other thread may fork a child anew between their end and the new program.
    for child in multiprocessing.active_children():
        child.kill()
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this very program.


def reap() -> None:
    """Take leave of the children that were ended by a start over."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
