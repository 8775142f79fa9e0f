"""How does a node come to life again within milliseconds of its death? Forked from a process that has all of it loaded.

    python -m tests.crash.nursery FD      each message on FD is (home, stage, seconds, deadly) with a descriptor for
                                          the orders; the answer is the identifier of the new process

Invariants: the nursery has one thread and no database open when it forks, so nothing half-done is inherited; it has
told the story of one notice before, on tables of its own, so what is made once (modules, statements, forms) is made.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path

from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.services.line.attachments import seal_attachment
from tests import engines
from tests.crash.actor import play
from tests.crash.facts import inspect
from tests.crash.line import Line
from tests.world import World

LONGEST = 4096


def main(descriptor: int) -> None:
    """Fork until the other end closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _tell_once()
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


def _tell_once() -> None:
    """A notice with an attachment, fetched and acknowledged, between two nodes in this process that nobody keeps."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), codes=("XC", "XD")) as world:
        attachment = seal_attachment(world.nodes["XC"], name="a.csv", media_type="text/csv", chunks=[b"a"])
        (sent,) = world.send("XC", "XD", attachments=(attachment,))
        world.work()
        acknowledge(world.nodes["XD"], find_original(world.nodes["XD"], sent.message_id))
        world.work()
        for node in world.nodes.values():
            inspect(node)


def _live(descriptor: int, home: str, stage: str, seconds: float, deadly: int | None) -> None:
    try:
        play(Line(descriptor), home, stage, seconds, deadly)
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was.
        traceback.print_exc()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
