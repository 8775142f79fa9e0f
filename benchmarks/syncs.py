"""How often was the kernel told to make bytes durable while something ran? Counted by strace, on whole process trees.

Invariants: processes are watched with all their threads and children; without strace nothing is counted (None).
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

ATTACHING_SECONDS = 1.0


def count_syncs(pids: Iterable[int], action: Callable[[], object], *, out: Path) -> int | None:
    """The `fsync` and `fdatasync` calls of these processes and their children during `action`; `out` is scratch."""
    if shutil.which("strace") is None:
        return None
    watched = dict.fromkeys(each for pid in pids for each in _tree(pid))
    ids = [part for pid in watched for part in ("-p", str(pid))]
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(out), *ids])
    time.sleep(ATTACHING_SECONDS)  # Until it has attached to every thread.
    try:
        action()
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(10)
    # A call that another thread interrupts stands on two lines; its second one says "resumed".
    lines = out.read_text(encoding="utf-8").splitlines()
    return sum("sync(" in line and "resumed" not in line for line in lines)


def _tree(pid: int) -> list[int]:
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]
