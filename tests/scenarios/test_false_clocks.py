"""Does the line hold, over HTTPS, with a node whose clock is a day wrong, is set while it runs, or races?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.node.models import HeldKey, IncomingCopy, OutgoingCopy, Timer
from liaison.node.unit_of_work import reading
from liaison.node.work.jobs import JOBS
from tests.crash.facts import inspect
from tests.crash.invariants import never_backwards, nothing_lost_nothing_twice
from tests.lines.notices import queue_notices, until_quiet
from tests.scenarios.false_clock import FalseClock
from tests.scenarios.processes import Processes

pytestmark = pytest.mark.sqlite

DAY = 24 * 3600.0
SECONDS = 60.0
STARTS, START_SECONDS = 3, 40.0


@dataclass
class Pair:
    """XC with the true time, XD with what its clock says."""

    world: Processes
    clock: FalseClock

    def exchange(self, *, away: bool = False, then: Callable[[], None] = lambda: None) -> None:
        """XC's notice arrives at XD and is acknowledged, and `then` happens; `away`: only after that XC is back."""
        before = inspect(self.world.nodes["XD"])
        (notice,) = queue_notices(self.world, "XC", "XD", 1, text="Seen.")
        with reading(self.world.nodes["XD"]):
            arrived = IncomingCopy.objects.filter(message_id=notice)
            eventually(arrived.exists, "the notice does not arrive")
        until_quiet(self.world, "XC", seconds=SECONDS)
        if away:
            self.world.kill("XC")
        (answer,) = self.world.run("XD", "message", "ack", notice)
        then()
        if away:
            self.world.start("XC")
        with reading(self.world.nodes["XC"]):
            acknowledged = OutgoingCopy.objects.filter(message__message_id=notice, state="acknowledged")
            eventually(acknowledged.exists, "the acknowledgement does not arrive")
        until_quiet(self.world, "XD", seconds=SECONDS)
        facts = inspect(self.world.nodes["XC"]), inspect(self.world.nodes["XD"])
        never_backwards(before, facts[1])
        nothing_lost_nothing_twice(*facts, [notice, answer["id"]])

    def timers_go_on(self) -> None:
        """Every job that is due by the clock runs soon, holds no lease, and is due again within its own time."""

        def well() -> bool:
            now = self.clock.now()
            rows = {row.name: row for row in Timer.objects.all()}
            return all(
                rows[job.name].lease_until is None
                and now - timedelta(minutes=5) < rows[job.name].due <= now + job.every + timedelta(minutes=1)
                for job in JOBS
            )

        with reading(self.world.nodes["XD"]):
            eventually(well, "a job is held, or fired for a time that is not now")

    def doctor(self) -> str:
        """What XD's own doctor says of its clock."""
        return next(each["code"] for each in self.world.run("XD", "node", "doctor") if each["check"] == "clock")

    def keys(self) -> set[str]:
        with reading(self.world.nodes["XD"]):
            return set(HeldKey.objects.filter(destroyed_at=None).values_list("fingerprint", flat=True))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with Processes(tmp_path_factory.mktemp("clocks"), "XC", "XD", server="") as world:
        built = Pair(world, FalseClock(world, "XD"))
        built.clock.set(DAY)
        world.start("XC")
        begin(world, "XD")
        yield built
        world.stop("XD")  # Killed, libfaketime would leave its page of shared memory.


def begin(world: Processes, code: str) -> None:
    """Start the node with the false clock, again where libfaketime holds it up.

    It tells the time under a mutex of its own, which stays held for ever in a process that is forked while a thread of
    its parent asks: about one start in a hundred stands there before the door is open (seen in the stacks of one).
    """
    for _ in range(STARTS - 1):
        try:
            world.start(code, seconds=START_SECONDS)
        except AssertionError:
            held_up = world.running[code].pid
            world.kill(code)
            for left in (f"faketime_shm_{held_up}", f"sem.faketime_sem_{held_up}"):
                Path("/dev/shm", left).unlink(missing_ok=True)
        else:
            return
    world.start(code)


def eventually(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_a_notice_arrives_and_is_acknowledged_whatever_the_clock_says(pair: Pair) -> None:
    """A day ahead from the start; set to a day behind while an acknowledgement waits; set right; racing."""
    keys = pair.keys()
    pair.exchange()
    pair.timers_go_on()
    assert pair.doctor() == "clock-ahead"
    pair.exchange(away=True, then=lambda: pair.clock.set(-DAY))
    pair.timers_go_on()
    assert pair.doctor() == "clock-behind-peers"
    pair.exchange(then=lambda: pair.clock.set(0))
    pair.timers_go_on()
    with pair.clock.racing(60):
        pair.exchange()
    pair.timers_go_on()
    assert pair.keys() == keys
