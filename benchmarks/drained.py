"""How long does a queue of 10,000 notices to one peer take until every receipt is stored, once the line is there again?

A node accepted them while its worker stood still; then it is started as `liaison node serve` runs it, beside a
recipient that is served already, over pinned TLS on loopback, both on SQLite in WAL with synchronous=FULL. What is
timed begins before the sender's start and ends with the last stored receipt; then the recipient's inbox is counted.

`python -m benchmarks.drained 500` drains so many and keeps nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from benchmarks.figures import Figure, Series, keep_samples, within
from liaison.node.models import IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.unit_of_work import reading, unit_of_work
from tests.lines.notices import queue_notices
from tests.scenarios.processes import Processes

NOTICES, TOGETHER = 10_000, 100
LIMIT_SECONDS, GIVE_UP_SECONDS = 60.0, 900.0
DURABLE = (
    "of each notice the message with its receipt at the recipient and the receipt at the sender, as many in one commit "
    "as were in one request, each commit one sync; what made the queue is not timed."
)


def measure(notices: int = NOTICES) -> list[Figure | Series]:
    """The queue drained, and how often anything is in the inbox."""
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder), "XC", "XD", server="") as world:
        for _ in range(notices // TOGETHER):
            with unit_of_work(world.nodes["XC"]):
                queue_notices(world, "XC", "XD", TOGETHER)
        world.start("XD")
        begun = time.perf_counter()
        world.start("XC")
        with reading(world.nodes["XC"]):
            queued = OutgoingCopy.objects.count()
            while TakenReceipt.objects.count() < queued:
                if time.perf_counter() - begun > GIVE_UP_SECONDS:
                    raise AssertionError("receipts are missing")
                time.sleep(0.05)
        taken = keep_samples(f"{queued:,} queued notices drained", [time.perf_counter() - begun])
        with reading(world.nodes["XD"]):
            held = IncomingCopy.objects.filter(verdict="accepted").count()
    name = f"{queued:,} queued notices to one peer, all receipts stored"
    return [
        within(name, taken, "s", limit=LIMIT_SECONDS),
        Figure(f"{name}: messages missing or held twice", abs(held - queued), "messages", None, "0", held == queued),
        Series("Notices a second, one queue to one peer", "/s", (("drained", queued / taken),)),
    ]


if __name__ == "__main__":
    for each in measure(int(sys.argv[1])):
        print(each)
