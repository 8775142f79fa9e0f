"""Does one notice reach the other desk, once, with a receipt on both sides, whatever the network does?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.node.models import Delivery, GivenReceipt, IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.services.line.sending import send_letter
from tests.mirrored import seed_node
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def inbox(world: World, code: str) -> list[str]:
    with world.at(code):
        return sorted(IncomingCopy.objects.filter(verdict="accepted").values_list("message_id", flat=True))


def states(world: World, code: str) -> list[str]:
    with world.at(code):
        return sorted(OutgoingCopy.objects.values_list("state", flat=True))


def waiting(world: World, code: str) -> int:
    with world.at(code):
        return Delivery.objects.count()


def test_a_notice_arrives_once_and_its_receipt_is_on_both_sides(world: World) -> None:
    world.send("XC", "XD")
    with world.at("XD"):
        assert IncomingCopy.objects.get().verdict == "accepted"
        given = bytes(GivenReceipt.objects.get().receipt)
    with world.at("XC"):
        assert OutgoingCopy.objects.get().state == "received"
        assert bytes(TakenReceipt.objects.get().receipt) == given
    assert waiting(world, "XC") == 0


def test_a_notice_to_a_peer_that_is_down_arrives_when_it_is_up_again(world: World) -> None:
    world.network.down = {"XD"}
    sent = world.send("XC", "XD")
    assert (states(world, "XC"), waiting(world, "XC")) == (["queued"], 1)
    world.network.down = set()
    world.advance(minutes=1)
    world.work("XC")
    assert (inbox(world, "XD"), states(world, "XC")) == ([sent[0].message_id], ["received"])


def test_a_lost_answer_is_asked_for_again_and_is_the_same(world: World) -> None:
    world.network.lose_answers["XD"] = 2
    world.send("XC", "XD")
    for _ in range(3):
        world.advance(minutes=1)
        world.work("XC")
    with world.at("XD"):
        assert IncomingCopy.objects.count() == GivenReceipt.objects.count() == 1
        given = bytes(GivenReceipt.objects.get().receipt)
    with world.at("XC"):
        assert bytes(TakenReceipt.objects.get().receipt) == given


def test_a_duplicated_request_gets_the_same_receipt_and_is_stored_once(world: World) -> None:
    world.network.duplicate = True
    sent = world.send("XC", "XD")
    assert inbox(world, "XD") == [sent[0].message_id]


def test_a_notice_left_leased_by_a_dead_process_goes_out_when_the_lease_runs_out(world: World) -> None:
    sent = send_letter(world.nodes["XC"], world.letter("XC", "XD"), leased=True)
    assert world.work("XC") == 0
    world.advance(minutes=4)
    assert world.work("XC") == 1
    assert inbox(world, "XD") == [sent[0].message_id]


def test_a_dead_peer_costs_its_own_queue_only(world: World) -> None:
    world.network.down = {"XD"}
    for _ in range(5):
        send_letter(world.nodes["XC"], world.letter("XC", "XD"))
    send_letter(world.nodes["XC"], world.letter("XC", "XE"))
    world.work("XC")
    assert (len(inbox(world, "XE")), waiting(world, "XC")) == (1, 5)
    assert sum(code == "XD" for code, _ in world.network.requests) == 0


def test_a_healed_peer_gets_all_that_waited_within_half_a_minute(world: World) -> None:
    world.network.down = {"XD"}
    for _ in range(8):
        send_letter(world.nodes["XC"], world.letter("XC", "XD"))
    for _ in range(30):
        world.work("XC")
        world.advance(minutes=5)
    world.work("XC")
    world.network.down = set()
    world.advance(seconds=31)
    world.work("XC")
    assert len(inbox(world, "XD")) == 8


def test_together_makes_one_case_and_one_each_makes_bilateral_cases_with_one_batch(world: World) -> None:
    together = world.send("XC", "XD", "XE")
    each = world.send("XC", "XD", "XE", together=False)
    assert (len(together), len({sent.case for sent in each})) == (1, 2)
    with world.at("XC"):
        batches = set(
            OutgoingCopy.objects.filter(message__message_id__in=[s.message_id for s in each]).values_list(
                "message__batch", flat=True
            )
        )
    assert len(batches) == 1 and "" not in batches
    with world.at("XD"):
        assert IncomingCopy.objects.filter(verdict="accepted").count() == 2


def test_a_peer_that_says_not_now_leaves_no_trace_and_is_asked_again(world: World) -> None:
    door = world.network.doors["XD"]
    used_up = type(door.quotas.known)(requests=0, requests_each_second=1, size=1 << 20, size_each_second=1 << 20)
    door.quotas.known = used_up
    world.send("XC", "XD")
    with world.at("XD"):
        assert GivenReceipt.objects.count() == 0
    door.quotas.known = type(used_up)(10, 10, 1 << 20, 1 << 20)
    world.advance(minutes=1)
    world.work("XC")
    assert len(inbox(world, "XD")) == 1


def test_a_receipt_signed_before_the_receiver_changed_its_key_still_counts(world: World) -> None:
    world.network.lose_answers["XD"] = 1
    world.send("XC", "XD")
    fresh = world.registry.key("XD/main/message/2").public
    keys = world.registry.node_keys("XD", "main", tuple(world.registry.keys["XD", "main"].kinds), message=fresh)
    world.registry.set_keys("XD", keys, extra=("XD/main/message/2",))
    seed_node(world.nodes["XC"], world.registry, "XC")
    world.advance(minutes=1)
    world.work("XC")
    assert states(world, "XC") == ["received"]


def test_a_mirror_that_is_behind_catches_up_from_the_sender_and_accepts(world: World) -> None:
    world.registry.publish_desk("XE", "night")
    seed_node(world.nodes["XC"], world.registry, "XC")
    sent = world.send("XC", "XD")
    assert (inbox(world, "XD"), states(world, "XC")) == ([sent[0].message_id], ["received"])
