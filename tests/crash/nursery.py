"""How does a node come to life again within milliseconds of its death? Forked from a process that has all of it loaded.

    python -m tests.crash.nursery FD      each message on FD is (home, stage, seconds, deadly) with a descriptor for
                                          the orders; the answer is the identifier of the new process

Invariants: the nursery has one thread and never opens a database, so nothing half-done is inherited.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
import traceback

from liaison.messages.forms import latest_form
from tests import engines
from tests.crash.actor import play
from tests.crash.line import Line

LONGEST = 4096


def main(descriptor: int) -> None:
    """Fork until the other end closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for form in ("incident-notice", "acknowledgement"):
        latest_form(form)  # Read once, inherited by all.
    importlib.import_module("tests.crash.postgresql_steps.base" if engines.SERVER else "tests.crash.sqlite3_steps.base")
    with socket.socket(fileno=descriptor) as control:
        while True:
            data, descriptors, *_ = socket.recv_fds(control, LONGEST, 1)
            if not data:
                return
            child = os.fork()
            if child == 0:
                control.close()
                _live(descriptors[0], *json.loads(data))
            os.close(descriptors[0])
            control.send(str(child).encode())


def _live(descriptor: int, home: str, stage: str, seconds: float, deadly: int | None) -> None:
    try:
        play(Line(descriptor), home, stage, seconds, deadly)
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was.
        traceback.print_exc()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
