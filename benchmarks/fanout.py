"""How long does one batch to 200 recipients take, each with its own keys, against gpg and Postfix accepting 200 mails?

The sender is a node with its processes, as `liaison node serve` runs it; the batch is 200 bilateral cases of 10 kB,
made durable in one unit of work, and what is timed ends with the last stored receipt. The recipients are 200 nodes
with databases, keys and TLS ports of their own; twenty each answer from one process (`tests.scenarios.receivers`) whose
web server is a light one of threads in place of the node's own. All share this machine, the recipients' work included.
In the same rounds, turn about: gpg and Postfix sign, encrypt and accept 200 mails, 16 at once, none delivered or
receipted; and the batch again with the first twenty recipients hung (they take connections and answer nothing), and
with them refusing connections, each timed until the other 180 are receipted.
At the end the sender is killed half-way through a batch and started again; then every inbox is counted.

`python -m benchmarks.fanout 2` takes two rounds and keeps nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from benchmarks.figures import ROUNDS, Figure, Series, at_most, keep_samples, seconds
from benchmarks.line import TEXT
from benchmarks.mail import MailGateway, here
from tests.scenarios.fleet import SENDER, Fleet

RECIPIENTS, GROUPS, AT_ONCE = 200, 10, 16
BROKEN_ONES = RECIPIENTS // GROUPS
BROKEN: dict[str, tuple[Callable[[Fleet], None], Callable[[Fleet], None]]] = {
    "batch, a tenth hung": (lambda fleet: fleet.hang(0), lambda fleet: fleet.wake(0)),
    "batch, a tenth refusing": (lambda fleet: fleet.end(0), lambda fleet: fleet.begin(0)),
}
BODY = TEXT[:10_000]
LIMIT_SECONDS = 120.0
DURABLE = (
    "Liaison: one commit for the batch, one for each message with its receipt at the recipient, one for each receipt "
    "at the sender, on SQLite in WAL with synchronous=FULL; Postfix syncs the queue file of each mail it accepts."
)


def measure(rounds: int = ROUNDS) -> list[Figure | Series]:
    """The batch beside the peer, with hung recipients, and through a kill."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        gateway = None
        if here():
            folder.chmod(0o755)  # Postfix's processes run as their own users and pass through it.
            (folder / "mail").mkdir()
            gateway = stack.enter_context(MailGateway(folder / "mail"))
        (folder / "nodes").mkdir()
        fleet = stack.enter_context(Fleet(folder / "nodes", recipients=RECIPIENTS, groups=GROUPS))
        fleet.world.start(SENDER)
        _batch(fleet)  # Every peer has answered once, and its connection is kept: as on a day with work.
        samples: dict[str, list[float]] = {name: [] for name in ("batch", *BROKEN, "gpg + Postfix")}
        for _ in range(rounds):
            samples["batch"].append(seconds(lambda: _batch(fleet)))
            for name, (breaks, mends) in BROKEN.items():
                samples[name].append(_beside(fleet, breaks, mends))
            if gateway is not None:
                samples["gpg + Postfix"].append(seconds(partial(_mail, gateway)))
                gateway.drain()
        taken = {name: keep_samples(f"fanout: {name}", each) for name, each in samples.items() if each}
        killed = _through_a_kill(fleet)
    return [*_judged(taken), *killed, _series(taken)]


def _judged(taken: dict[str, float]) -> list[Figure]:
    peer = taken.get("gpg + Postfix")
    ratio = None if peer is None else taken["batch"] / peer
    beside = {name: taken[name] for name in BROKEN}
    return [
        at_most(f"a batch to {RECIPIENTS}, all receipts stored, against gpg + Postfix accepting as many",
                taken["batch"], "s", ratio=ratio, limit=0.6),
        *(at_most(f"the {RECIPIENTS - BROKEN_ONES} others of a {name}, against all 200", took, "s",
                  ratio=took / taken["batch"], limit=1.3) for name, took in beside.items()),
    ]  # fmt: skip


def _series(taken: dict[str, float]) -> Series:
    return Series(f"Messages a second, one batch to {RECIPIENTS}", "/s", tuple(
        (name, (RECIPIENTS - BROKEN_ONES * (name in BROKEN)) / each) for name, each in taken.items()
    ))  # fmt: skip


def _batch(fleet: Fleet) -> None:
    """Send to all and wait until every receipt is stored."""
    wanted = fleet.receipted() + RECIPIENTS
    fleet.send(BODY)
    _wait(lambda: fleet.receipted() >= wanted)


def _mail(gateway: MailGateway) -> None:
    gateway.accept_many(BODY.encode(), RECIPIENTS, at_once=AT_ONCE)


def _beside(fleet: Fleet, breaks: Callable[[Fleet], None], mends: Callable[[Fleet], None]) -> float:
    """Seconds until those that answer are receipted; afterwards the others are mended and catch up."""
    before = fleet.receipted()
    breaks(fleet)
    try:
        begun = time.perf_counter()
        fleet.send(BODY)
        _wait(lambda: fleet.receipted() >= before + RECIPIENTS - BROKEN_ONES)
        took = time.perf_counter() - begun
    finally:
        mends(fleet)
    _wait(lambda: fleet.receipted() >= before + RECIPIENTS)
    return took


def _through_a_kill(fleet: Fleet) -> list[Figure]:
    """Kill the sender half-way through a batch and start it again: receipts missing, and messages held twice."""
    before, held = fleet.receipted(), sum(fleet.held())
    fleet.send(BODY)
    _wait(lambda: fleet.receipted() >= before + RECIPIENTS // 2)
    fleet.world.kill(SENDER)
    left = before + RECIPIENTS - fleet.receipted()
    fleet.world.start(SENDER)
    _wait(lambda: fleet.receipted() >= before + RECIPIENTS)
    doubled = sum(fleet.held()) - held - RECIPIENTS
    return [
        Figure("killed half-way: receipts that were missing then", left, "receipts", None, "> 0", left > 0),
        Figure("killed half-way and started again: messages held twice or not", abs(doubled), "messages", None, "0",
               not doubled and len(set(fleet.held())) == 1),
    ]  # fmt: skip


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not until():
        if time.monotonic() > deadline:
            raise AssertionError("receipts are missing")
        time.sleep(0.01)


if __name__ == "__main__":
    for each in measure(int(sys.argv[1])):
        print(each)
