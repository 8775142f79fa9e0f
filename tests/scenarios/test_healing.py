"""How soon does work go on when a peer that was long gone answers again?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.node.models import Delivery, OutgoingCopy
from liaison.node.services.line.sending import send_letter
from liaison.node.work import outbox
from liaison.node.work.rounds import Room, take_round
from tests.world import World

SILENT = 40
HALF_A_MINUTE = 30


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as built:
        yield built


def gone_for_long(world: World, notices: int) -> None:
    world.network.down.add("XD")
    for _ in range(notices):
        world.send("XC", "XD")
    for _ in range(SILENT):
        world.advance(seconds=600)
        world.work("XC")


@pytest.mark.parametrize("notices", [1, 3])
def test_a_peer_that_answers_again_is_found_within_half_a_minute(world: World, notices: int) -> None:
    gone_for_long(world, notices)
    world.network.down.clear()
    world.advance(seconds=HALF_A_MINUTE)
    world.work("XC")
    with world.at("XC"):
        assert list(OutgoingCopy.objects.values_list("state", flat=True)) == ["received"] * notices
        assert Delivery.objects.count() == 0


def attempts(world: World) -> int:
    with world.at("XC"):
        return sum(Delivery.objects.values_list("attempts", flat=True))


def test_a_silent_peer_is_asked_about_twice_a_minute(world: World) -> None:
    gone_for_long(world, notices=3)
    before = attempts(world)
    for _ in range(120):
        world.advance(seconds=5)
        world.work("XC")
    assert 10 <= attempts(world) - before <= 22


def test_what_a_living_worker_has_in_hand_stays_its_own(world: World) -> None:
    send_letter(world.nodes["XC"], world.letter("XC", "XD"))
    assert len(take_round(world.nodes["XC"], Room(worker="0000000a")).leases) == 1
    assert outbox.free_leases(world.nodes["XC"], frozenset(["0000000a", "0000000b"])) == 0
    assert outbox.free_leases(world.nodes["XC"], frozenset(["0000000b"])) == 1


def test_a_worker_that_starts_goes_on_with_what_the_last_one_had_in_hand(world: World) -> None:
    send_letter(world.nodes["XC"], world.letter("XC", "XD"), leased=True)
    assert world.work("XC") == 0
    assert outbox.free_leases(world.nodes["XC"]) == 1
    assert world.work("XC") == 1
    with world.at("XC"):
        assert OutgoingCopy.objects.get().state == "received"
