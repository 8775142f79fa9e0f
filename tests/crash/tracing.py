"""How does a test make the system refuse, or strike, at a certain call of a running process? Through `strace`.

with injected(pid, ("fdatasync",), "signal=KILL:when=3"):     dies at its third fdatasync
with injected(pid, ("pwrite64",), "error=ENOSPC"):            the disk is full until the block ends
with injected(pid, ("fsync",), "error=EIO:when=2") as struck: afterwards the calls that failed, one a line

`strace` counts the calls of each thread by itself: of a process with several, the n-th of whichever comes to it first
may hide those of the others, so who wants every call of a process takes its threads one by one (`thread`).
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.parts import needs

SECONDS = 20.0
PATIENCE = 3.0


@contextmanager
def injected(pid: int, calls: tuple[str, ...], fault: str, *, thread: int | None = None) -> Iterator[list[str]]:
    """The fault strikes these calls in all threads of the process while the block runs; which, once it has ended.

    With `thread`, in that one only: 0 is the first that the process had.
    """
    named, struck = ",".join(calls), list[str]()
    with tempfile.NamedTemporaryFile("r") as told, _tracer(pid, told.name, named, fault, thread) as tracer:
        assert tracer.stderr is not None
        with selectors.DefaultSelector() as told_something:  # A process with many files open is beyond `select`.
            told_something.register(tracer.stderr, selectors.EVENT_READ)
            assert told_something.select(SECONDS), "strace did not attach"
        first = os.read(tracer.stderr.fileno(), 400)
        if b"attached" not in first:
            pytest.skip(f"strace may not attach here: {first!r}")
        try:
            yield struck
        finally:
            _end(tracer)
        struck += [line for line in told if "(INJECTED)" in line]


def threads(pid: int) -> list[int]:
    """The threads of a process, the first of them first."""
    return sorted(int(task.name) for task in Path(f"/proc/{pid}/task").iterdir())


def _tracer(pid: int, told: str, named: str, fault: str, thread: int | None) -> subprocess.Popen[bytes]:
    words = strace(named, fault, told=told)
    if thread is not None:
        words.remove("-f")  # It would follow the others too.
        pid = threads(pid)[thread]
    return subprocess.Popen([*words, "-p", str(pid)], stderr=subprocess.PIPE)


def strace(named: str, fault: str, *, told: str = "/dev/null") -> list[str]:
    """What a command begins with that meets the fault from its start."""
    return [needs("strace"), "-f", "-y", "-o", told, "-e", f"trace={named}", "-e", f"inject={named}:{fault}"]


def _end(tracer: subprocess.Popen[bytes]) -> None:
    """Let go of the process; a strace that still waits for one that died is ended too."""
    tracer.send_signal(signal.SIGINT)
    try:
        tracer.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        tracer.kill()
