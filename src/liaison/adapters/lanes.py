"""How are the signatures of a whole log computed on all cores?

    with open_lanes(entries=100_000) as lanes:
        view = fold_aside(read, lanes)

A lane is a bare Python process that reads batches from its standard input and answers each with one byte:

    00 00 27 10  [(message, ((public key, signature), …)), …]      its length, then what `marshal` makes of it
    01                                                             all hold; 00 where one does not

Invariants: a lane sees public keys, messages and signatures, nothing else, and ends with the pipe; whoever folds is a
lane too, so there is one process less than there are cores, and a batch nobody is free for is computed at once; at most
a few batches wait, so memory stays flat; a lane that dies counts as a signature that does not hold, because then
everything is computed again; below `WORTHWHILE` entries, or on one core, there are none. While lanes are open the
garbage collector rests: a fold makes no cycles, and to walk all that it keeps costs about a fifteenth of it.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from liaison.errors import VerificationError
from liaison.keys.ed25519 import verify_ed25519

# Each lane imports this module anew, so it asks for no more than it needs; what only starts lanes is imported there.
if TYPE_CHECKING:
    from liaison.register.state import SignatureCheck

WORTHWHILE = 2_000
WAITING = 4
"""Batches that wait for one lane: enough that it never stands still, few enough that nobody waits for it at the end."""

PIPE = 1 << 20
HEAD = 4
HOLDS, FAILS = b"\x01", b"\x00"

Batch = list[tuple[bytes, tuple[tuple[bytes, bytes], ...]]]


class _Lane:
    """One process and the batches it has not answered yet."""

    def __init__(self) -> None:
        import subprocess

        # `-P`: no module is taken from the folder somebody happens to stand in.
        command = [sys.executable, "-P", "-m", "liaison.adapters.lanes"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._input, self._output = _end(self._process.stdin), _end(self._process.stdout)
        self.process = self._process.pid
        self.waiting = 0
        _widen(self._input)

    def send(self, batch: Batch) -> None:
        """Hand over a batch. Raises BrokenPipeError."""
        data = marshal.dumps(batch)
        self._input.write(len(data).to_bytes(HEAD, "big") + data)
        self._input.flush()
        self.waiting += 1

    def collect(self, *, wait: bool) -> bool:
        """Take the answers that are there, at least one if told to `wait`; whether they were good."""
        import select

        if not wait:
            poll = select.poll()
            poll.register(self._output)
            if not poll.poll(0):
                return True
        answers = os.read(self._output.fileno(), self.waiting)
        self.waiting = self.waiting - len(answers) if answers else 0
        return bool(answers) and FAILS not in answers

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(BrokenPipeError):
            self._input.close()
        self._process.kill()
        self._process.wait()
        self._output.close()


class ProcessLanes:
    """`workers` lanes in processes of their own, beside the one who asks."""

    def __init__(self, workers: int) -> None:
        self._lanes = [_Lane() for _ in range(workers)]
        self._held = True

    @property
    def processes(self) -> list[int]:
        """The ids of the processes."""
        return [lane.process for lane in self._lanes]

    def submit(self, checks: Sequence[SignatureCheck]) -> None:
        """Take a batch to a lane that has room, else compute it."""
        if not self._held:
            return
        for lane in self._lanes:
            if lane.waiting:
                self._held = lane.collect(wait=False) and self._held
        batch = [(check.message, check.signed) for check in checks]
        free = min(self._lanes, key=lambda lane: lane.waiting, default=None)
        if free is None or free.waiting >= WAITING:
            self._held = _all_hold(batch) and self._held
            return
        try:
            free.send(batch)
        except BrokenPipeError:
            self._held = False

    def settle(self) -> bool:
        """Whether all checks since the last time hold."""
        for lane in self._lanes:
            while lane.waiting:
                self._held = lane.collect(wait=True) and self._held
        held, self._held = self._held, True
        return held

    def close(self) -> None:
        """End the processes."""
        for lane in self._lanes:
            lane.close()


@contextmanager
def open_lanes(entries: int) -> Iterator[ProcessLanes | None]:
    """Lanes for a log of so many entries; None where they are not worthwhile."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if entries < WORTHWHILE or cores < 2:
        yield None
        return
    lanes, collecting = ProcessLanes(cores - 1), gc.isenabled()
    gc.disable()
    try:
        yield lanes
    finally:
        if collecting:
            gc.enable()
        lanes.close()


def _end(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError
    return pipe


def _widen(pipe: IO[bytes]) -> None:
    """So much room that a batch can be written while the lane computes another; without it the writer waits."""
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def _all_hold(batch: Batch) -> bool:
    try:
        for message, signed in batch:
            for public, signature in signed:
                verify_ed25519(public, message, signature)
    except VerificationError:
        return False
    return True


def _serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Answer batches until the source ends."""
    while len(head := source.read(HEAD)) == HEAD:
        batch = marshal.loads(source.read(int.from_bytes(head, "big")))  # noqa: S302 — from the process that started this
        target.write(HOLDS if _all_hold(batch) else FAILS)
        target.flush()


if __name__ == "__main__":
    import signal

    # Whoever asks was interrupted too, and ends the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        _serve(sys.stdin.buffer, sys.stdout.buffer)
