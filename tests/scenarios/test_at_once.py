"""Do many at the same moment get in each other's way?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import connections

from liaison.node.models import Delivery, GivenReceipt, IncomingCopy, OutgoingCopy
from liaison.node.services.line.sending import send_letter
from liaison.node.work.rounds import Room, take_round
from tests.peer.forging import ask, composed, message_path, plaintext, sealed_for
from tests.world import World

THREADS = 8


def at_once(action: Callable[[int], Any]) -> list[Any]:
    def run(number: int) -> Any:
        try:
            return action(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_one_message_brought_by_many_at_once_is_stored_once_and_gets_one_receipt(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/message")
        seals = [sealed_for(world, data, "XD") for _ in range(THREADS)]
        path = message_path(world, "XD")
        answers = at_once(lambda number: ask(world, "XC", "XD", method="POST", path=path, body=seals[number]))
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        with world.at("XD"):
            assert (IncomingCopy.objects.count(), GivenReceipt.objects.count()) == (1, 1)


def test_messages_written_at_once_in_one_case_get_numbers_without_gap_or_repeat(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        first = world.send("XC", "XD")[0]
        letter = world.letter("XC", "XD", case=first.case)
        at_once(lambda _: send_letter(world.nodes["XC"], letter))
        with world.at("XC"):
            numbers = sorted(OutgoingCopy.objects.values_list("seq", flat=True))
        assert numbers == list(range(THREADS + 1))
        world.work("XC")
        with world.at("XD"):
            assert IncomingCopy.objects.filter(verdict="accepted").count() == THREADS + 1


def test_work_is_leased_to_one_of_many_workers(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        for _ in range(THREADS):
            send_letter(node, world.letter("XC", "XD"))
        taken = at_once(lambda _: take_round(node, Room(2, {}, frozenset({world.desk("XD").at}))).leases)
        leases = [lease.delivery for leases in taken for lease in leases]
        assert len(leases) == len(set(leases))
        with world.at("XC"):
            assert Delivery.objects.exclude(lease_token="").count() == len(leases)
