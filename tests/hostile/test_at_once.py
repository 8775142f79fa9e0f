"""Does the same thing arriving twice at the same moment still happen once?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from liaison.node.models import GivenReceipt, IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.sending import send_letter
from tests.node.stories import Story
from tests.peer.forging import ask, composed, fresh_id, message_path, plaintext, sealed_for
from tests.world import World

TOGETHER = 8


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as built:
        yield built


def at_once(world: World | Story, actions: list[Callable[[], Any]]) -> list[Any]:
    """What each action gives, all of them begun together."""
    gate = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return action()
        finally:
            for node in world.nodes.values():
                connections[node.database].close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def post(world: World, sealed: bytes) -> Any:
    return ask(world, "XC", "XD", method="POST", path=message_path(world, "XD"), body=sealed)


def test_one_message_brought_many_times_at_once_has_one_receipt(world: World) -> None:
    data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/message")
    sealed = [sealed_for(world, data, "XD") for _ in range(TOGETHER)]
    answers = at_once(world, [lambda body=body: post(world, body) for body in sealed])
    assert ({answer.status for answer in answers}, len({answer.body for answer in answers})) == ({200}, 1)
    with world.at("XD"):
        assert (IncomingCopy.objects.count(), GivenReceipt.objects.count()) == (1, 1)


def test_rubbish_brought_many_times_at_once_has_one_receipt(world: World) -> None:
    answers = at_once(world, [lambda: post(world, b"rubbish")] * TOGETHER)
    assert ({answer.status for answer in answers}, len({answer.body for answer in answers})) == ({200}, 1)


def test_many_messages_of_one_new_case_at_once_all_arrive(world: World) -> None:
    case = fresh_id()
    plain = [
        plaintext(world, composed(world, "XC", "XD", case=case), world.desk("XD"), key="XC/main/message")
        for _ in range(TOGETHER)
    ]
    answers = at_once(world, [lambda data=data: post(world, sealed_for(world, data, "XD")) for data in plain])
    assert {answer.status for answer in answers} == {200}
    with world.at("XD"):
        assert IncomingCopy.objects.filter(verdict="accepted").count() == TOGETHER


def test_two_texts_under_one_identifier_at_once_are_one_message_and_one_rejection(world: World) -> None:
    message_id = fresh_id()
    texts = [
        plaintext(world, composed(world, "XC", "XD", id=message_id), world.desk("XD"), key="XC/main/message")
        for _ in range(2)
    ]
    answers = at_once(world, [lambda data=data: post(world, sealed_for(world, data, "XD")) for data in texts])
    assert {answer.status for answer in answers} == {200}
    with world.at("XD"):
        assert sorted(IncomingCopy.objects.values_list("verdict", flat=True)) == ["accepted", "rejected"]


def test_many_messages_sent_into_one_case_at_once_have_numbers_of_their_own(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    letter = world.letter("XC", "XD", case=case)
    at_once(world, [lambda: send_letter(world.nodes["XC"], letter)] * TOGETHER)
    with world.at("XC"):
        assert sorted(OutgoingCopy.objects.values_list("seq", flat=True)) == list(range(TOGETHER + 1))
    world.work("XC")
    with world.at("XD"):
        assert IncomingCopy.objects.filter(verdict="accepted").count() == TOGETHER + 1


def test_one_delivery_attempted_twice_at_once_takes_one_receipt(world: World) -> None:
    (sent,) = send_letter(world.nodes["XC"], world.letter("XC", "XD"), leased=True)
    assert at_once(world, [lambda: deliver(world.nodes["XC"], sent.leases[0])] * 2) == [True, True]
    with world.at("XC"):
        assert (TakenReceipt.objects.count(), OutgoingCopy.objects.get().state) == (1, "received")
