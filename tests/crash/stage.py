"""Who starts, orders, kills and restarts the two nodes of a crash test? One stage, on copies of the same two homes.

    with Nursery() as nursery:
        stage = Stage(nursery, folder, deadly={"xd": 3})     xd kills itself at its step 3
        stage.order("xc", "send", b"…")                      None when the node died of it
        stage.recover()                                      both live again, hours pass, all work is done

Invariants: `accepted` holds exactly the identifiers that a node returned to its caller before it died; an order that a
node refuses fails the test, unless the stage was told to take that refusal for an answer; whoever looks at the facts of
a node again sees that nothing went backwards.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.crash.facts import Facts
from tests.crash.homes import copy_homes, remove_homes
from tests.crash.invariants import never_backwards

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 12
PAUSE = 600.0
PATIENCE = 60.0
_numbers = itertools.count()


class Nursery:
    """The process that nodes are forked from."""

    def __enter__(self) -> Nursery:
        self._control, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.crash.nursery", str(child.fileno())]
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        self._process = subprocess.Popen(
            command, pass_fds=[child.fileno()], cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}
        )
        child.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._process.wait(120)

    def fork(self, home: Path, stage: str, seconds: float, deadly: int | None) -> tuple[int, Connection]:
        """A new process of the node in `home`, and where its orders go."""
        ours, theirs = socket.socketpair()
        with theirs:
            message = json.dumps([str(home), stage, seconds, deadly]).encode()
            socket.send_fds(self._control, [message], [theirs.fileno()])
            child = int(self._control.recv(64))
        return child, Connection(ours.detach())


class Stage:
    """Two nodes and their story."""

    def __init__(
        self,
        nursery: Nursery,
        homes: Path,
        folder: Path,
        *,
        deadly: Mapping[str, int] | None = None,
        both: bool = False,
        takes: frozenset[str] = frozenset(),
    ) -> None:
        self.nursery, self.folder, self.both, self.takes = nursery, folder, both, takes
        self.name = f"{os.getpid()}-{next(_numbers)}"
        self.seconds = 0.0
        self.accepted: list[str] = []
        self.died: list[str] = []
        self.failed: list[str] = []
        self.seen: dict[str, Facts] = {}
        self.live: dict[str, tuple[int, Connection]] = {}
        copy_homes(homes, folder)
        for code in ("xc", "xd"):
            self.start(code, (deadly or {}).get(code))

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        for code in list(self.live):
            self.kill(code)
        remove_homes(self.folder)

    def start(self, code: str, deadly: int | None = None) -> None:
        self.live[code] = self.nursery.fork(self.folder / code, self.name, self.seconds, deadly)
        assert self.live[code][1].recv() == ("ready", None)

    def order(self, code: str, name: str, *arguments: Any) -> Any:
        """What the node answers; None when it is dead, died of it, or refused as it may. Raises AssertionError."""
        if code not in self.live:
            return None
        connection = self.live[code][1]
        try:
            connection.send((name, *arguments))
            assert connection.poll(PATIENCE), f"{code} hangs at {name}"
            outcome, value = connection.recv()
        except (EOFError, OSError):
            self._mourn(code)
            return None
        if outcome == "refused" and value in self.takes:
            return None
        assert outcome == "done", value
        return value

    def refusal(self, code: str, name: str, *arguments: Any) -> str:
        """The code of the error with which the node refuses the order."""
        connection = self.live[code][1]
        connection.send((name, *arguments))
        assert connection.poll(PATIENCE), f"{code} hangs at {name}"
        outcome, value = connection.recv()
        assert outcome == "refused", value
        return str(value)

    def kill(self, code: str) -> None:
        """SIGKILL from outside."""
        child, connection = self.live.pop(code)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        with contextlib.suppress(EOFError, OSError):
            while connection.poll(PATIENCE):
                connection.recv()
        connection.close()

    def kill_later(self, code: str, seconds: float) -> threading.Timer:
        """SIGKILL from outside after a while, whatever the node does then."""
        child = self.live[code][0]

        def strike() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

        timer = threading.Timer(seconds, strike)
        timer.start()
        return timer

    def _mourn(self, code: str) -> None:
        self.live.pop(code)[1].close()
        self.died.append(code)
        if self.both:
            for other in list(self.live):
                self.kill(other)

    # The story

    def send(self, code: str, attachment: bytes = b"") -> None:
        message_id = self.order(code, "send", attachment)
        if message_id is not None:
            self.accepted.append(message_id)
        self.order(code, "attempt")

    def send_together(self, code: str, count: int) -> None:
        """So many notices, accepted one by one and attempted together."""
        for _ in range(count):
            message_id = self.order(code, "send", b"")
            if message_id is not None:
                self.accepted.append(message_id)
        self.order(code, "attempt")

    def work(self) -> int:
        """Both do what is due; how much."""
        return sum(self.order(code, "work") or 0 for code in ("xd", "xc"))

    def acknowledge(self, code: str) -> None:
        self.accepted += self.order(code, "acknowledge") or []

    def tell(self, attachment: bytes) -> None:
        """The whole life of one notice: sent, received, its attachment fetched, acknowledged, all of it receipted."""
        self.send("xc", attachment)
        while self.work():
            pass
        self.acknowledge("xd")
        while self.work():
            pass

    def revive(self) -> None:
        """What a supervisor does: whoever saw its disk fail is ended, whoever is dead lives again and will not die."""
        for code in ("xc", "xd"):
            if code in self.live and self.order(code, "failure"):
                self.kill(code)
                self.failed.append(code)
            if code not in self.live:
                self.start(code)

    def recover(self) -> None:
        """Both live; time passes and work is done until none is left."""
        self.revive()
        for _ in range(ROUNDS):
            self.pass_time()
            while self.work():
                pass
            if not any(self.facts(code).waiting for code in self.live):
                return

    def pass_time(self) -> None:
        """Long enough that every lease of a dead process has run out and every pause is over."""
        self.seconds += PAUSE
        for code in list(self.live):
            self.order(code, "advance", PAUSE)

    def facts(self, code: str) -> Facts:
        """What the node holds, judged by what it held when it was last looked at."""
        found = self.order(code, "inspect")
        assert isinstance(found, Facts)
        never_backwards(self.seen.get(code, Facts()), found)
        self.seen[code] = found
        return found
