"""Is each message of several in one request answered as if it had come alone, whatever stands beside it?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.messages.receipts import decode_receipt
from liaison.node.models import Delivery, GivenReceipt, IncomingCopy, OutgoingCopy, PeerHealth
from liaison.node.peering import PeerAddress, PeerAnswer
from liaison.node.services.line.calls import parcels
from liaison.node.services.line.calls.delivering import deliver, deliver_next
from liaison.node.services.line.sending import send_letter
from liaison.node.work import outbox
from liaison.node.work.outbox import Lease
from liaison.node.work.rounds import Room, take_round
from liaison.peer.messages import MOST_TOGETHER
from liaison.peer.quotas import Allowance, Quotas
from liaison.wire.http import HttpRequest
from liaison.wire.parcel import decode_parcel, encode_parcel
from tests.peer.forging import ask, composed, message_path, plaintext, sealed_for
from tests.world import World

pytestmark = pytest.mark.engine
WAITING = 12


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    parcels._lines.clear()
    with World(tmp_path) as built:
        yield built


def notice(world: World, **changes: Any) -> bytes:
    data = plaintext(world, composed(world, "XC", "XD", **changes), world.desk("XD"), key="XC/main/message")
    return sealed_for(world, data, "XD")


def hand_in(world: World, *bodies: bytes, count: object = None, head: str = "") -> PeerAnswer:
    head = head or f"{world.registry.ids['XD']}/duty"
    return hand_in_raw(world, encode_parcel([(head, body) for body in bodies]), len(bodies) if count is None else count)


def hand_in_raw(world: World, body: bytes, count: object) -> PeerAnswer:
    return ask(world, "XC", "XD", method="POST", path=f"/messages?count={count}", body=body)


def answers(answer: PeerAnswer) -> list[tuple[str, bytes]]:
    assert answer.status == 200, answer.body
    return decode_parcel(answer.body, most=MOST_TOGETHER)


def stored(world: World) -> tuple[int, int]:
    with world.at("XD"):
        return IncomingCopy.objects.count(), GivenReceipt.objects.count()


# Taking


def test_each_message_has_its_receipt_in_the_order_of_the_messages(world: World) -> None:
    bodies = [notice(world) for _ in range(4)]
    found = [decode_receipt(body).receipt for status, body in answers(hand_in(world, *bodies)) if status == "200"]
    assert [receipt.verdict for receipt in found] == ["accepted"] * 4
    assert stored(world) == (4, 4)
    alone = [ask(world, "XC", "XD", method="POST", path=message_path(world, "XD"), body=each).body for each in bodies]
    assert [decode_receipt(body).receipt for body in alone] == found


def test_the_same_messages_again_get_the_same_bytes(world: World) -> None:
    bodies = [notice(world) for _ in range(3)]
    first = hand_in(world, *bodies)
    assert hand_in(world, *bodies).body == first.body
    assert hand_in(world, *reversed(bodies)).status == 200
    assert stored(world) == (3, 3)


def test_one_message_twice_in_a_request_is_stored_once(world: World) -> None:
    body = notice(world)
    first, second = answers(hand_in(world, body, body))
    assert first == second
    assert stored(world) == (1, 1)


def test_what_does_not_open_or_is_rejected_spoils_nothing_beside_it(world: World) -> None:
    good, rubbish, other = notice(world), b"rubbish", notice(world, exercise=False)
    found = answers(hand_in(world, good, rubbish, other, notice(world)))
    receipts = [decode_receipt(body).receipt for _, body in found]
    assert [receipt.verdict for receipt in receipts] == ["accepted", "rejected", "rejected", "accepted"]
    assert (receipts[1].reason, receipts[2].reason) == ("malformed", "not-marked-exercise")
    assert stored(world) == (3, 4)


def test_a_desk_that_is_not_here_is_said_of_its_message_alone(world: World) -> None:
    own, stranger = f"{world.registry.ids['XD']}/duty", f"{world.registry.ids['XE']}/duty"
    body = encode_parcel([(own, notice(world)), (stranger, notice(world)), (own, notice(world))])
    found = answers(hand_in_raw(world, body, 3))
    assert [status for status, _ in found] == ["200", "404", "200"]
    assert found[1][1] == b'{"code":"desk-not-here"}'
    assert stored(world) == (2, 2)


def test_a_disk_that_is_nearly_full_is_not_now_for_each(world: World) -> None:
    known = notice(world)
    hand_in(world, known, notice(world))
    world.nodes["XD"].storage.spare = 0  # type: ignore[attr-defined]
    found = answers(hand_in(world, known, notice(world)))
    assert [status for status, _ in found] == ["200", "503"]
    assert stored(world) == (2, 2)


@pytest.mark.parametrize("count", ["", "0", "01", "2", "33", "-1", "x", "1&count=x"])
def test_a_request_that_does_not_say_rightly_how_many_it_holds_is_refused(world: World, count: str) -> None:
    assert hand_in(world, notice(world), count=count).status == 400
    assert stored(world) == (0, 0)


def test_a_body_that_is_no_parcel_is_refused_whole(world: World) -> None:
    good = encode_parcel([(f"{world.registry.ids['XD']}/duty", notice(world))])
    for body in (good[:-1], good + b"x", b"x", good.replace(b"/duty", b"/Duty"), good.replace(b"/duty", b"-duty")):
        assert hand_in_raw(world, body, 1).status == 400
    assert hand_in(world, *(b"x" for _ in range(MOST_TOGETHER + 1)), count=MOST_TOGETHER).status == 400
    assert hand_in(world, bytes(512 * 1024 + 1)).status == 400
    assert stored(world) == (0, 0)


def test_a_request_that_nobody_signed_is_refused(world: World) -> None:
    headers: dict[str, str | None] = {"signature": None}
    path = "/messages?count=1"
    assert ask(world, "XC", "XD", method="POST", path=path, body=b"x 1\nx", headers=headers).status == 400


def test_each_message_counts_against_the_quota_of_its_sender(world: World) -> None:
    few = Allowance(requests=5, requests_each_second=0, size=1 << 30, size_each_second=0)
    object.__setattr__(world.network.doors["XD"], "quotas", Quotas(known=few))
    assert hand_in(world, *(notice(world) for _ in range(4))).status == 200
    refused = hand_in(world, notice(world), notice(world))
    assert (refused.status, refused.body) == (503, b'{"code":"quota-used-up"}')
    assert stored(world) == (4, 4)


# Sending


def queued(world: World, notices: int = WAITING) -> list[Lease]:
    """So many notices of XC for XD, leased as a worker's run; XD has answered before."""
    world.send("XC", "XD")
    world.network.requests.clear()
    node = world.nodes["XC"]
    for _ in range(notices):
        send_letter(node, world.letter("XC", "XD"))
    runs = take_round(node, Room(48, proven=frozenset({world.desk("XD").at}), run=notices)).runs
    return [lease for run in runs for lease in run]


def paths(world: World) -> list[str]:
    return [request.path.partition("?")[0] for _, request in world.network.requests]


def receipted(world: World) -> int:
    with world.at("XC"):
        return OutgoingCopy.objects.filter(state="received").count()


def test_a_run_of_messages_goes_in_one_request(world: World) -> None:
    left = deque(queued(world))
    assert deliver_next(world.nodes["XC"], left)
    assert (len(left), paths(world), receipted(world)) == (0, ["/messages"], WAITING + 1)
    with world.at("XC"):
        assert not Delivery.objects.exists()


def test_a_peer_that_has_not_answered_yet_gets_one_message_alone(world: World) -> None:
    leases = queued(world, 3)
    parcels._lines.clear()
    assert deliver_next(world.nodes["XC"], deque(leases))
    assert paths(world) == [f"/desks/{world.registry.ids['XD']}/duty/messages", "/messages"]


def test_a_slow_line_gets_no_more_than_it_carried_in_two_seconds(world: World) -> None:
    leases = queued(world)
    ((_, line),) = parcels._lines.items()
    with world.at("XC"):
        size = len(bytes(OutgoingCopy.objects.order_by("-pk")[0].sealed))
    line.carried = 3.5 * size / parcels.SECONDS_EACH
    deliver_next(world.nodes["XC"], deque(leases))
    (first, *_) = (request for _, request in world.network.requests)
    assert first.path == "/messages?count=3"


def test_a_peer_that_does_not_know_the_path_gets_single_messages(world: World) -> None:
    carry = world.network.carry

    def older(address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        answer = carry(address, request)
        return PeerAnswer(404, b'{"code":"path-not-known"}', {}) if request.path.startswith("/messages") else answer

    leases = queued(world, 4)
    world.network.carry = older  # type: ignore[method-assign]
    assert deliver_next(world.nodes["XC"], deque(leases))
    assert [path.startswith("/desks/") for path in paths(world)] == [False, True, True, True, True]
    assert receipted(world) == 5


def test_a_slow_peer_of_single_messages_gets_no_call_that_a_lease_would_not_outlast(world: World) -> None:
    carry, begun, calls = world.network.carry, world.clock.monotonic(), list[float]()

    def slow_and_older(address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        if request.path.startswith("/messages"):
            return PeerAnswer(404, b'{"code":"path-not-known"}', {})
        calls.append(world.clock.monotonic() - begun)
        world.advance(seconds=25)
        return carry(address, request)

    left = deque(queued(world))
    begun = world.clock.monotonic()
    world.network.carry = slow_and_older  # type: ignore[method-assign]
    assert not deliver_next(world.nodes["XC"], left)
    assert calls == [0.0, 25.0, 50.0]
    assert (len(left), receipted(world)) == (WAITING - 3, 4)
    with world.at("XC"):
        assert list(Delivery.objects.values_list("attempts", flat=True)) == [0] * (WAITING - 3)


def test_one_message_whose_turn_comes_too_late_is_given_back_as_if_it_had_not_been_tried(world: World) -> None:
    (lease,) = queued(world, 1)
    line = next(iter(parcels._lines.values())).waiting
    do = line.do

    def late(items: Any, perform: Any) -> Any:
        world.advance(seconds=61)
        return do(items, perform)

    line.do = late  # type: ignore[method-assign]
    assert not deliver(world.nodes["XC"], lease)
    with world.at("XC"):
        row = Delivery.objects.get()
        assert (row.attempts, row.lease_until, row.last_error) == (0, None, "")
        assert row.due - world.clock.now() == timedelta(seconds=1)


def test_a_large_message_that_waited_keeps_its_lease_as_long_as_its_call_may_take(world: World) -> None:
    (lease,) = queued(world, 1)
    wanted, held = outbox.time_for(50_000), timedelta(seconds=60)
    outbox.hold_longer(world.nodes["XC"], lease, wanted, held=held)
    with world.at("XC"):
        assert Delivery.objects.get().lease_until >= world.clock.now() + wanted


def test_a_lost_answer_costs_one_failure_and_the_rest_is_given_back(world: World) -> None:
    left = deque(queued(world))
    world.network.lose_answers["XD"] = 1
    assert not deliver_next(world.nodes["XC"], left)
    assert len(left) == WAITING - 1
    with world.at("XC"):
        assert PeerHealth.objects.get().failures == 1
        assert Delivery.objects.filter(attempts=1).count() == 1
    world.advance(seconds=200)
    world.work("XC")
    assert receipted(world) == WAITING + 1
    assert stored(world) == (WAITING + 1, WAITING + 1)


def test_a_request_that_is_refused_whole_stands_against_its_first_message_alone(world: World) -> None:
    left = deque(queued(world))
    few = Allowance(requests=5, requests_each_second=0, size=1 << 30, size_each_second=0)
    object.__setattr__(world.network.doors["XD"], "quotas", Quotas(known=few))
    assert not deliver_next(world.nodes["XC"], left)
    assert (len(left), receipted(world)) == (WAITING - 1, 1)
    with world.at("XC"):
        assert Delivery.objects.get(attempts=1).last_error == "status-503"
        assert not PeerHealth.objects.filter(failures__gt=0).exists()


def test_a_message_that_is_refused_waits_alone(world: World) -> None:
    carry = world.network.carry

    def refusing(address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        answer = carry(address, request)
        found = decode_parcel(answer.body, most=MOST_TOGETHER)
        return PeerAnswer(200, encode_parcel([("503", b"{}"), *found[1:]]), {})

    left = deque(queued(world))
    world.network.carry = refusing  # type: ignore[method-assign]
    assert not deliver_next(world.nodes["XC"], left)
    assert (len(left), receipted(world)) == (0, WAITING)
    with world.at("XC"):
        assert Delivery.objects.get().last_error == "status-503"
        assert not PeerHealth.objects.filter(failures__gt=0).exists()


@pytest.mark.parametrize("change", [lambda found: found[1:], lambda found: [*found, found[0]], lambda _: []])
def test_another_number_of_answers_is_none(world: World, change: Any) -> None:
    carry = world.network.carry

    def changed(address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        answer = carry(address, request)
        return PeerAnswer(200, encode_parcel(change(decode_parcel(answer.body, most=MOST_TOGETHER))), {})

    left = deque(queued(world))
    world.network.carry = changed  # type: ignore[method-assign]
    assert not deliver_next(world.nodes["XC"], left)
    assert (len(left), receipted(world)) == (WAITING - 1, 1)


def test_receipts_in_another_order_are_taken_for_no_others_message(world: World) -> None:
    carry = world.network.carry

    def turned(address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        answer = carry(address, request)
        return PeerAnswer(200, encode_parcel(decode_parcel(answer.body, most=MOST_TOGETHER)[::-1]), {})

    left = deque(queued(world, 4))
    world.network.carry = turned  # type: ignore[method-assign]
    assert not deliver_next(world.nodes["XC"], left)
    assert receipted(world) == 1
