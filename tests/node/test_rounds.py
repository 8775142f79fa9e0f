"""How much of what waits for a peer is taken at once, and what becomes of the rest of a run that fails?"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.messages.parties import NodeRef
from liaison.node.models import Delivery, OutgoingCopy
from liaison.node.services.line.sending import send_letter
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work import outbox, worker
from liaison.node.work.rounds import Room, take_round
from liaison.node.work.waiting import MOST_EACH
from liaison.node.work.worker import Worker
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests.scenarios.test_hung_peers import Bell
from tests.world import World

pytestmark = pytest.mark.engine
WAITING = 30


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as built:
        yield built


def queue(world: World, notices: int) -> NodeRef:
    for _ in range(notices):
        send_letter(world.nodes["XC"], world.letter("XC", "XD"))
    return world.desk("XD").at


def lengths(world: World, room: Room) -> list[int]:
    return [len(run) for run in take_round(world.nodes["XC"], room).runs]


def test_a_long_queue_is_taken_in_a_few_runs_once_the_peer_has_answered(world: World) -> None:
    proven = frozenset({queue(world, WAITING)})
    assert lengths(world, Room(48, run=5)) == [1]
    assert lengths(world, Room(48, proven=proven, run=5)) == [5] * MOST_EACH
    assert lengths(world, Room(48, {next(iter(proven)): 2}, proven, run=32)) == [5, 4]


def test_runs_keep_the_order_of_the_queue_and_take_nothing_twice(world: World) -> None:
    at = queue(world, WAITING)
    room = Room(48, proven=frozenset({at}), run=5)
    taken = [take_round(world.nodes["XC"], room) for _ in range(3)]
    keys = [lease.delivery for each in taken for lease in each.leases]
    assert len(set(keys)) == len(keys) == WAITING
    assert all(list(run) == sorted(run, key=lambda lease: lease.delivery) for each in taken for run in each.runs)
    assert [each.more for each in taken] == [True, False, False]


def test_a_peer_that_failed_gets_one_piece_and_a_fetch_is_a_run_by_itself(world: World) -> None:
    at = queue(world, WAITING)
    with unit_of_work(world.nodes["XC"]):
        first = Delivery.objects.order_by("pk")[0].pk
        Delivery.objects.filter(pk=first).update(kind="fetch")
        outbox.circuit.note_failure(at, "peer-not-reached", world.clock.now(), silent=False)
    room = Room(48, proven=frozenset({at}), run=8)
    assert lengths(world, room) == [1]
    with unit_of_work(world.nodes["XC"]):
        outbox.circuit.note_success(at, world.clock.now())
        Delivery.objects.update(lease_until=None, lease_token="")
    runs = take_round(world.nodes["XC"], room).runs
    assert [len(run) for run in runs if run[0].work is outbox.Work.FETCH] == [1]
    assert sum(map(len, runs)) == 1 + 3 * 8


def test_the_rest_of_a_run_whose_peer_says_not_now_is_given_back_and_sent_later(world: World) -> None:
    node, refusing, asked = world.nodes["XC"], threading.Event(), []
    world.send("XC", "XD")
    carry = world.network.carry

    def refused(address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        if not refusing.is_set():
            return carry(address, request)
        asked.append(request.path)
        return HttpAnswer(503, b"", {})

    world.network.carry = refused  # type: ignore[method-assign]
    at = queue(world, WAITING)
    working = Worker(node, Bell(), threads=8)
    working._proven.add(at)
    refusing.set()
    thread = threading.Thread(target=working.run)
    thread.start()
    try:
        wait(lambda: not is_due(world))  # All was refused or given back; the world's clock stands still.
        assert 1 <= len(asked) <= MOST_EACH
        refusing.clear()
        world.advance(seconds=worker.FIRST_WAIT)
        wait(lambda: receipted(world) == WAITING + 1)
    finally:
        working.stop()
        thread.join(60)


def is_due(world: World) -> bool:
    with world.at("XC"):
        return bool(Delivery.objects.filter(due__lte=world.clock.now()).exists())


def receipted(world: World) -> int:
    with world.at("XC"):
        return OutgoingCopy.objects.filter(state="received").count()


def wait(until: object) -> None:
    deadline = time.monotonic() + 30
    while not until():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)
