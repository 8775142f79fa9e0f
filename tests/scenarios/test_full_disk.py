"""What does a node still do whose disk is nearly full? It ends what it began, and takes nothing new."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liaison.errors import NotNowError, UnreachableError
from liaison.node.models import Delivery, GivenReceipt, IncomingCopy, OutgoingCopy
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.sending import send_letter
from liaison.node.work.at_once import deliver_at_once
from liaison.node.work.worker import Worker
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests.world import Bell, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as built:
        yield built


def fill(world: World, code: str, spare: int = 0) -> None:
    world.nodes[code].storage.spare = spare  # type: ignore[attr-defined]


def empty(world: World, code: str) -> None:
    fill(world, code, 1 << 40)


def states(world: World) -> list[str]:
    with world.at("XC"):
        return list(OutgoingCopy.objects.order_by("pk").values_list("state", flat=True))


def test_an_officer_is_told_and_nothing_is_kept(world: World) -> None:
    fill(world, "XC")
    with pytest.raises(NotNowError, match="disk-nearly-full"):
        world.send("XC", "XD")
    with pytest.raises(NotNowError, match="disk-nearly-full"):
        seal_attachment(world.nodes["XC"], name="a.csv", media_type="text/csv", chunks=[b"a"])
    assert states(world) == []
    assert not (world.nodes["XC"].home / "blobs").exists()


def test_a_peer_hears_not_now_without_a_trace_and_delivers_when_there_is_room(world: World) -> None:
    fill(world, "XD")
    world.send("XC", "XD")
    assert states(world) == ["queued"]
    with world.at("XC"):
        assert Delivery.objects.get().last_error == "status-503"
    with world.at("XD"):
        assert (IncomingCopy.objects.count(), GivenReceipt.objects.count()) == (0, 0)
    empty(world, "XD")
    world.advance(seconds=10)
    world.work()
    assert states(world) == ["received"]


def test_what_is_known_gets_its_receipt_and_what_is_on_its_way_goes_on(world: World) -> None:
    world.network.lose_answers["XD"] = 1
    (sent,) = world.send("XC", "XD")
    for code in world.nodes:
        fill(world, code)
    world.advance(seconds=10)
    world.work()
    assert states(world) == ["received"]
    node = world.nodes["XD"]
    assert acknowledge(node, find_original(node, sent.message_id))


class Flooded:
    """The line of XC, on which the disk is full when the peer has just hung up, so not even that can be written."""

    def __init__(self, world: World) -> None:
        self.disk, self.carry, self.bell = world.nodes["XC"].storage, world.network.carry, Bell()
        world.network.carry = self.hang_up  # type: ignore[method-assign]
        self.node = replace(world.nodes["XC"], waker=self.bell)

    def hang_up(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        self.disk.full = True  # type: ignore[attr-defined]
        raise UnreachableError("peer-hung-up", url=address.url)

    def recede(self, world: World) -> None:
        world.network.carry = self.carry  # type: ignore[method-assign]
        self.disk.full = False  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["the worker", "a command"])
def test_work_that_could_not_even_be_postponed_goes_on_when_there_is_room(world: World, who: str) -> None:
    """The clock stands still here: nothing waits for a lease to end."""
    flooded = Flooded(world)
    (sent,) = send_letter(flooded.node, world.letter("XC", "XD"), leased=who == "a command")
    if who == "a command":
        assert deliver_at_once(flooded.node, sent.leases) == 0
    worker = Worker(flooded.node, flooded.bell, threads=2)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        eventually(lambda: flooded.disk.full)  # type: ignore[attr-defined]
        flooded.recede(world)
        eventually(lambda: states(world) == ["received"])
    finally:
        worker.stop()
        thread.join(60)


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_attachment_waits_for_room_and_comes_within_ten_seconds_of_it(world: World) -> None:
    attachment = seal_attachment(world.nodes["XC"], name="a.csv", media_type="text/csv", chunks=[b"a" * 1000])
    world.send("XC", "XD", attachments=(attachment,))
    fill(world, "XD", 100)
    for _ in range(30):
        world.advance(minutes=6)
        world.work()
    with world.at("XD"):
        assert Delivery.objects.get().last_error == "disk-nearly-full"
    empty(world, "XD")
    world.advance(seconds=10)
    world.work()
    assert world.nodes["XD"].blobs.has(attachment.sealed)
    with world.at("XD"):
        assert not Delivery.objects.exists()
