"""Does every fault of a line leave each notice once in the inbox, with one receipt that both sides hold?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from liaison.node.models import Delivery, PeerHealth
from liaison.node.unit_of_work import reading, unit_of_work
from tests.crash.facts import inspect
from tests.lines.notices import check_stories, queue_notices, until_quiet, waiting
from tests.lines.proxy import Fault, FaultProxy
from tests.scenarios.processes import Place, Processes, free_port

pytestmark = pytest.mark.sqlite

FAULTS = {
    "none": Fault(),
    "a delay of two seconds": Fault(round_trip=2.0),
    "64 kbit/s": Fault(rate=8000.0),
    "800 ms": Fault(round_trip=0.8),
    "5 % of segments lost": Fault(loss=0.05),
    "a cut every second": Fault(cut_every=1.0, round_trip=0.2),
    "a reset within the request": Fault(reset_requests=2),
    "a reset within the answer": Fault(reset_answers=2),
    "a truncated answer": Fault(truncate_answers=2),
    "a doubled answer": Fault(double_answers=2),
    "a lost receipt": Fault(swallow_answers=2),
    "10 % of connections dropped": Fault(drop=0.1, cut_every=0.5),
}


@dataclass
class Pair:
    """Two served nodes and the line in front of the second; what was accepted so far."""

    world: Processes
    line: FaultProxy
    accepted: list[str] = field(default_factory=list)

    def send(self, count: int, fault: Fault) -> list[str]:
        """Notices while the line does this, and the wait until all is quiet; the peer's bad name is cleared first."""
        with unit_of_work(self.world.nodes["XC"]):
            PeerHealth.objects.all().delete()
        self.line.change(fault)
        sent = queue_notices(self.world, "XC", "XD", count)
        self.accepted += sent
        until_quiet(self.world, "XC", seconds=90)
        return sent


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    port = free_port()
    with FaultProxy(to=port) as line:
        places = {"XD": Place(port=port, front=line.port)}
        with Processes(tmp_path_factory.mktemp("pair"), "XC", "XD", server="", places=places) as world:
            world.start("XC")
            world.start("XD")
            yield Pair(world, line)


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_and_nothing_is_twice_over_a_line_with(pair: Pair, name: str) -> None:
    pair.send(3, FAULTS[name])
    check_stories(pair.world, "XC", "XD", pair.accepted)
    left = FAULTS[name]
    assert left.reset_requests + left.reset_answers + left.truncate_answers + left.double_answers == 0
    assert left.swallow_answers == 0


def test_a_notice_of_ten_kilobytes_and_its_receipt_cost_a_poor_line_at_most_forty(pair: Pair) -> None:
    """On a new connection, with TLS and the headers of TCP, and what is lost sent again."""
    before = pair.line.wire_bytes
    pair.send(1, Fault(round_trip=0.8, loss=0.05))
    assert 10_000 < pair.line.wire_bytes - before <= 40_000


def test_a_lost_receipt_is_followed_by_the_same_one_byte_for_byte(pair: Pair) -> None:
    """The receiver gave its receipt when the answer was lost; the sender has none, asks again, and gets that one."""
    pair.line.change(Fault(swallow_answers=1))
    known = set(inspect(pair.world.nodes["XD"]).given)
    pair.accepted += queue_notices(pair.world, "XC", "XD", 1)
    deadline = time.monotonic() + 60
    while not (fresh := set(inspect(pair.world.nodes["XD"]).given) - known):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (message,) = fresh
    first = inspect(pair.world.nodes["XD"]).given[message]
    assert message not in inspect(pair.world.nodes["XC"]).taken
    until_quiet(pair.world, "XC", seconds=60)
    sender, receiver = check_stories(pair.world, "XC", "XD", pair.accepted)
    assert sender.taken[message] == receiver.given[message] == first


def test_a_slow_peer_is_called_once_at_a_time_and_takes_no_failure(pair: Pair) -> None:
    """Eleven seconds for a body of 12 kB are no silence: the call goes on, and the peer is known as slow after it."""
    pair.send(1, Fault(rate=1500.0))
    with reading(pair.world.nodes["XC"]):
        health = PeerHealth.objects.get()
        assert (health.slow, health.failures) == (True, 0)
    before = pair.line.connections
    pair.accepted += queue_notices(pair.world, "XC", "XD", 4, text="short")
    pair.line.fault = Fault(rate=8000.0)
    until_quiet(pair.world, "XC", seconds=60)
    assert pair.line.connections - before <= 1
    with reading(pair.world.nodes["XC"]):
        assert Delivery.objects.count() == 0


def test_a_refused_connection_leaves_the_work_waiting(pair: Pair) -> None:
    pair.line.change(Fault(refuse=True))
    pair.accepted += queue_notices(pair.world, "XC", "XD", 2)
    time.sleep(1.5)
    assert waiting(pair.world, "XC") == 2
    pair.line.change(Fault())
    until_quiet(pair.world, "XC", seconds=60)
