"""Who takes part in the demonstration, and how is each told what to do? By the same commands a person types.

    <folder>/secretariat  <folder>/xc  <folder>/xd  <folder>/xe      a home each, with its own keys and database

Invariants: every step goes through `liaison --home HOME … --json` in a process of its own; a node that serves runs in
a process group of its own, so that it can be killed as a machine would be.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, TypeVar

from liaison.errors import UsageError

HOST = "127.0.0.1"
PORTS = range(20_000, 32_768)
READY_CHECKS, READY_PAUSE = 1200, 0.05
LOOKS, LOOK_PAUSE = 120, 0.5
T = TypeVar("T")
PASSPHRASE = "a passphrase of the demonstration"  # noqa: S105 — it protects nothing but fictional States


class StepFailed(Exception):
    """A step did not hold; the text says which command, and what it said."""


@dataclass
class Place:
    """One node of the demonstration."""

    name: str
    home: Path
    port: int
    pages_port: int = 0
    server: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where its peer door answers."""
        return f"https://{HOST}:{self.port}"

    @property
    def pages(self) -> str:
        """Where its pages answer; each node by a name of its own, so that browsers keep their cookies apart."""
        return f"http://{self.name.lower()}.localhost:{self.pages_port}" if self.pages_port else ""

    def run(self, *arguments: str | Path, expect: Sequence[int] = (0,)) -> Any:
        """The JSON that one command printed. Raises `StepFailed` for another exit code."""
        return run_liaison(("--home", self.home, *arguments, "--json"), expect=expect)

    def serve(self) -> None:
        """Start the node's doors and worker, and wait until they answer."""
        log = (self.home / "serve.log").open("ab")
        self.server = subprocess.Popen(
            [*PROGRAM, "--home", str(self.home), "node", "serve"],
            stdout=log,
            stderr=log,
            env=environment(),
            start_new_session=True,
        )
        log.close()
        for _ in range(READY_CHECKS):
            if _answers(self.port) and (not self.pages_port or _answers(self.pages_port)):
                return
            if self.server.poll() is not None:
                break
            time.sleep(READY_PAUSE)
        raise StepFailed(f"{self.name} did not start; its log is {self.home / 'serve.log'}")

    def kill(self) -> None:
        """Kill every process of the node at once, as a power cut would."""
        if self.server is not None:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            self.server = None

    def stop(self) -> None:
        """Ask the node to finish what is in hand and stop."""
        if self.server is None:
            return
        self.server.terminate()
        try:
            self.server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()
        self.server = None


PROGRAM = (sys.executable, "-m", "liaison.cli.main")
# Each command is a process of its own, forked from one that has loaded what all of them load and nothing of a node.
COMMANDS = multiprocessing.get_context("forkserver")
ASKING = threading.Lock()
COMMANDS.set_forkserver_preload(
    [
        "django.core.management",
        "django.db.models",
        "liaison.cli.main",
        "liaison.messages.transcript",
        "liaison.node.wiring",
    ]
)


def environment() -> dict[str, str]:
    """The environment of every command: no home or database of the person who runs the demonstration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIAISON_", "DATABASE_URL"))}
    return kept | {"LIAISON_PASSPHRASE": PASSPHRASE}


def run_liaison(arguments: Sequence[str | Path], *, expect: Sequence[int] = (0,)) -> Any:
    """Run one command; the JSON it printed, on stdout if it succeeded, else on stderr."""
    command = [str(each) for each in arguments]
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        code = exit_code(_run_command, command, environment(), out, err)
        said, told = out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
    if code not in expect:
        raise StepFailed(f"liaison {' '.join(command)}\n  exit {code}: {(told or said).strip()}")
    text = said if said.strip() else told
    return json.loads(text) if text.strip() else None


def exit_code(target: Callable[..., object], *arguments: object) -> int | None:
    """How a process of its own ends that calls `target`.

    Whoever starts a process also asks how the others ended, and an end can be read once: so asking is never done by
    two threads at once. What waits, waits without asking.
    """
    process = COMMANDS.Process(target=target, args=arguments)
    with ASKING:
        process.start()
    wait([process.sentinel])
    with ASKING:
        process.join()
    return process.exitcode


def _run_command(command: list[str], variables: dict[str, str], out: Path, err: Path) -> None:
    """The life of a command's process: its own environment and output, then the same program as at a terminal."""
    os.environ.clear()
    os.environ.update(variables)
    for path, descriptor in ((out, 1), (err, 2)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, descriptor)
    from liaison.cli.main import main

    sys.exit(main.run_command(command))


def until(look: Callable[[], T], holds: Callable[[T], bool], failure: str) -> T:
    """What `look` sees once it holds; it looks again for a minute. Raises `StepFailed`."""
    seen = look()
    for _ in range(LOOKS):
        if holds(seen):
            return seen
        time.sleep(LOOK_PAUSE)
        seen = look()
    raise StepFailed(f"{failure}: {seen}")


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now, below those that the system gives to connections.

    A node listens long after its port was chosen, and again after a kill: a port of the system's own range may by
    then be the near end of somebody's connection.
    """
    found: list[int] = []
    begin = time.perf_counter_ns() % len(PORTS)
    for port in (*PORTS[begin:], *PORTS[:begin]):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            found.append(port)
        if len(found) == count:
            return found
    raise StepFailed(f"no {count} free ports between {PORTS[0]} and {PORTS[-1]} on {HOST}")


def check_folder(folder: Path) -> None:
    """The demonstration starts in an empty folder. Raises `UsageError`."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError("demo-folder-not-empty", path=str(folder))
    folder.mkdir(parents=True, exist_ok=True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, port)) == 0
