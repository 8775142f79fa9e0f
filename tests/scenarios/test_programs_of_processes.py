"""Does a program hear of everything once and send once, with two web processes on PostgreSQL, cuts and a restart?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from liaison.client import Client, NodeUnreachableError, RefusedError
from liaison.messages.parties import DeskRef
from liaison.node.config import Processes as Each
from liaison.node.models import OutgoingMessage
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.node.services.programs.events import EventKind, Happened, tell
from liaison.node.services.programs.tokens import Wanted, make_token
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from liaison.officers.tokens import Scope
from tests.scenarios.processes import Processes
from tests.world import NOTICE

pytestmark = pytest.mark.sqlite
EVENTS, CUT_AFTER = 60, 7
CASE = "01920000-0000-7000-8000-000000000000"


@pytest.fixture
def world(tmp_path: Path, server: str) -> Iterator[Processes]:
    with Processes(tmp_path, "XC", "XD", server=server, each=Each(web=2, workers=1), pages=True) as world:
        world.start("XC")
        yield world


def seat(world: Processes) -> Seat:
    desk = DeskRef(world.registry.ids["XC"], "main", "duty")
    return Seat(world.registry.entries[0].leaf, desk, frozenset({Role.OFFICER}))


def client(world: Processes) -> Client:
    node, place = world.nodes["XC"], seat(world)
    officer = add_officer(node, login="program", name="A Person")
    grant(node, officer, place.register, place.desk, Role.OFFICER)
    made = make_token(node, place, Wanted("ticket system", officer.pk, frozenset(Scope), 3), by=officer.pk)
    return Client(world.pages["XC"], made.text)


def happen(world: Processes, count: int) -> None:
    """Write events one after the other, as a worker in a process of its own does."""
    node, place = world.nodes["XC"], seat(world)
    for _ in range(count):
        with unit_of_work(node):
            tell(EventKind.RECEIVED, place.register, place.desk, Happened(CASE, CASE, node.clock.now()))


def hear(node: Client, numbers: list[int], over: threading.Event) -> None:
    """Read the stream as a program does whose line is cut every few events, and which keeps the last number only."""
    while (numbers[-1] if numbers else 0) < EVENTS and not over.is_set():
        try:
            stream = node.stream(numbers[-1] if numbers else 0, seconds=2)
            numbers.extend(event.number for event in islice(stream, CUT_AFTER))
            stream.close()  # type: ignore[attr-defined]
        except (NodeUnreachableError, RefusedError):  # Away, or too many streams that were cut and not noticed yet.
            over.wait(0.2)


def test_two_programs_hear_of_each_event_once_and_in_order_across_cuts_and_a_restart(world: Processes) -> None:
    node = client(world)
    heard: list[list[int]] = [[], []]
    over = threading.Event()
    listening = [threading.Thread(target=hear, args=(node, numbers, over)) for numbers in heard]
    try:
        for each in listening:
            each.start()
        happen(world, EVENTS // 2)
        assert world.stop("XC") == 0
        happen(world, 3)
        world.start("XC")
        happen(world, EVENTS - EVENTS // 2 - 3)
        for each in listening:
            each.join(90)
    finally:
        over.set()
    assert heard == [[*range(1, EVENTS + 1)]] * 2


def test_a_key_that_comes_to_two_processes_at_once_sends_one_message(world: Processes) -> None:
    node = client(world)

    def send(_: int) -> object:
        return node.send(to=["XD"], form="incident-notice", stage="notification", fields=NOTICE, key="the-same-key")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert all(each == answers[0] for each in answers)
    with reading(world.nodes["XC"]):
        assert OutgoingMessage.objects.count() == 1
