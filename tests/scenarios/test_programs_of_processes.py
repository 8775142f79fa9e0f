"""Does a program hear of everything once and send once, where two installations on PostgreSQL serve one node?

The second has a home of its own with the same keys, files and database, as another machine would.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import pytest

from liaison.client import Client, NodeUnreachableError, RefusedError
from liaison.messages.parties import DeskRef
from liaison.node.config import read_config
from liaison.node.models import OutgoingMessage
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.node.services.programs.events import EventKind, Happened, last_event, tell
from liaison.node.services.programs.tokens import Wanted, make_token
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from liaison.officers.tokens import Scope
from tests.scenarios.processes import Place, Processes, free_port
from tests.world import NOTICE

pytestmark = pytest.mark.sqlite
EVENTS, CUT_AFTER, SECONDS = 60, 7, 120
CASE = "01920000-0000-7000-8000-000000000000"
HERE = ("XC", "XC2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, server: str) -> Iterator[Processes]:
    with Processes(tmp_path_factory.mktemp("programs"), "XC", "XD", server=server, pages=True) as world:
        add_installation(world)
        for each in HERE:
            world.start(each)
        yield world


def add_installation(world: Processes) -> None:
    """A second home of XC, under ports of its own."""
    first, second = (world.home(code) for code in HERE)
    shutil.copytree(first, second, ignore=shutil.ignore_patterns("*.socket", "*.log"))
    config = read_config(first)
    port, pages = free_port(), free_port()
    text = (second / "liaison.toml").read_text(encoding="utf-8")
    for old, new in ((config.listen.port, port), (config.pages.port, pages)):
        text = text.replace(f"port = {old}\n", f"port = {new}\n")
    text = text.replace(config.pages.url, f"http://xc.localhost:{pages}")
    (second / "liaison.toml").write_text(text, encoding="utf-8")
    world.places["XC2"], world.ports["XC2"] = Place(), port
    world.pages["XC2"] = f"http://xc.localhost:{pages}"


def seat(world: Processes) -> Seat:
    desk = DeskRef(world.registry.ids["XC"], "main", "duty")
    return Seat(world.registry.entries[0].leaf, desk, frozenset({Role.OFFICER}))


def clients(world: Processes, login: str) -> list[Client]:
    """One program's token, before each of the two installations."""
    node, place = world.nodes["XC"], seat(world)
    officer = add_officer(node, login=login, name="A Person")
    grant(node, officer, place.register, place.desk, Role.OFFICER)
    made = make_token(node, place, Wanted("ticket system", officer.pk, frozenset(Scope), 3), by=officer.pk)
    return [Client(world.pages[each], made.text) for each in HERE]


def happen(world: Processes, count: int) -> None:
    """Write events one after the other, as a worker in a process of its own does."""
    node, place = world.nodes["XC"], seat(world)
    for _ in range(count):
        with unit_of_work(node):
            tell(EventKind.RECEIVED, place.register, place.desk, Happened(CASE, CASE, node.clock.now()))


def hear(nodes: list[Client], after: int, over: threading.Event) -> list[int]:
    """What a program hears whose line is cut every few events, which then asks the other, and keeps a number only."""
    numbers = list[int]()
    for node in cycle(nodes):
        if over.is_set() or len(numbers) >= EVENTS:
            return numbers
        try:
            stream = node.stream(numbers[-1] if numbers else after, seconds=2)
            numbers.extend(event.number for event in islice(stream, CUT_AFTER))
            stream.close()  # type: ignore[attr-defined]
        except (NodeUnreachableError, RefusedError):  # Away, or too many streams that were cut and not noticed yet.
            over.wait(0.2)
    raise AssertionError


def test_a_key_that_comes_to_two_installations_at_once_sends_one_message(world: Processes) -> None:
    nodes = clients(world, "sends")

    def send(number: int) -> object:
        how = {"to": ["XD"], "form": "incident-notice", "stage": "notification"}
        return nodes[number % 2].send(**how, fields=NOTICE, key="the-same-key")  # type: ignore[arg-type]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert all(each == answers[0] for each in answers)
    with reading(world.nodes["XC"]):
        assert OutgoingMessage.objects.count() == 1


def test_two_programs_hear_of_each_event_once_and_in_order_across_cuts_two_doors_and_a_restart(
    world: Processes,
) -> None:
    nodes, over = clients(world, "listens"), threading.Event()
    after = last_event(world.nodes["XC"], seat(world))
    with ThreadPoolExecutor(2) as pool:
        heard = [pool.submit(hear, each, after, over) for each in (nodes, nodes[::-1])]
        try:
            happen(world, EVENTS // 2)
            assert world.stop("XC") == 0
            happen(world, EVENTS // 4)
            world.start("XC")
            world.kill("XC2")
            happen(world, EVENTS - EVENTS // 2 - EVENTS // 4)
            assert [each.result(SECONDS) for each in heard] == [[*range(after + 1, after + EVENTS + 1)]] * 2
        finally:
            over.set()
