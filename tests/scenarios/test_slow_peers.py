"""Does a peer that takes long get patience, and little of the room of others?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.messages.parties import NodeRef
from liaison.node.models import Delivery
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.sending import send_letter
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work import circuit, outbox
from liaison.node.work.outbox import Work
from liaison.node.work.rounds import Room, take_round
from liaison.node.work.waiting import MOST_EACH
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests.world import World

LONG = 6.0
SLOW = ("XD", "XE")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which XD and XE answer after six seconds, and have answered once."""
    with World(tmp_path, codes=("XC", *SLOW, "XF")) as built:
        carry = built.network.carry

        def slowly(address: HttpAddress, request: HttpRequest) -> HttpAnswer:
            if any(code.lower() in address.url for code in SLOW):
                built.advance(seconds=LONG)
            return carry(address, request)

        built.network.carry = slowly  # type: ignore[method-assign]
        for code in (*SLOW, "XF"):
            built.send("XC", code)
        built.network.requests.clear()
        yield built


def at(world: World, code: str) -> NodeRef:
    return NodeRef(world.registry.ids[code], "main")


def test_a_peer_that_took_long_is_slow_for_an_hour_and_has_not_failed(world: World) -> None:
    with world.at("XC"):
        health = circuit.health(at(world, "XD"), world.clock.now())
        assert (health.slow, health.failures) == (True, 0)
        assert circuit.slow_peers(world.clock.now()) == {at(world, code) for code in SLOW}
    world.advance(hours=1, seconds=1)
    with world.at("XC"):
        assert circuit.slow_peers(world.clock.now()) == set()


def test_slow_peers_get_one_call_at_a_time_and_others_four(world: World) -> None:
    node = world.nodes["XC"]
    for code in (*SLOW, "XF"):
        for _ in range(6):
            send_letter(node, world.letter("XC", code))
    proven = frozenset(at(world, code) for code in (*SLOW, "XF"))
    leases = take_round(node, Room(free=40, proven=proven)).leases
    counts = {code: sum(lease.at == at(world, code) for lease in leases) for code in (*SLOW, "XF")}
    assert counts == {"XD": 1, "XE": 1, "XF": MOST_EACH}


def test_a_quick_answer_ends_slowness(world: World) -> None:
    """A peer that was gone is marked as slow by its silence; once it answers as others do, it gets four calls again."""
    with world.at("XC"):
        circuit.note_failure(at(world, "XF"), "peer-not-reached", world.clock.now(), silent=True)
        assert at(world, "XF") in circuit.slow_peers(world.clock.now())
    world.advance(seconds=1)
    world.send("XC", "XF")
    with world.at("XC"):
        assert circuit.slow_peers(world.clock.now()) == {at(world, code) for code in SLOW}
        assert circuit.health(at(world, "XF"), world.clock.now()).failures == 0


def test_a_slow_peer_is_called_with_patience(world: World) -> None:
    world.send("XC", "XD")
    world.send("XC", "XF")
    assert {code: request.patient for code, request in world.network.requests} == {"XD": True, "XF": False}


def test_a_lease_is_kept_as_long_as_a_large_body_may_take(world: World) -> None:
    node = world.nodes["XC"]
    (sent,) = send_letter(node, world.letter("XC", "XD"), leased=True)
    (lease,) = sent.leases
    wanted = outbox.time_for(512 * 1024)
    outbox.hold_longer(node, lease, wanted)
    with world.at("XC"):
        assert Delivery.objects.get().lease_until > world.clock.now() + wanted


def test_what_is_short_goes_before_files_that_wait_for_the_same_slow_peer(world: World) -> None:
    node, peer = world.nodes["XF"], at(world, "XC")
    files = tuple(
        seal_attachment(world.nodes["XC"], name=f"{number}.bin", media_type="text/plain", chunks=[b"%d" % number])
        for number in range(8)
    )
    world.send("XC", "XF", attachments=files)
    with unit_of_work(node):
        circuit.note_pace(peer, world.clock.now(), slow=True)
    world.advance(minutes=2)
    send_letter(node, world.letter("XF", "XC"))
    room = Room(free=40, proven=frozenset({peer}))
    (lease,) = take_round(node, room).leases
    assert (lease.work, deliver(node, lease)) == (Work.MESSAGE, True)
    assert {lease.work for lease in take_round(node, room).leases} == {Work.FETCH}
