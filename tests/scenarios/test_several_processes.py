"""Do several web and worker processes share one node on PostgreSQL, with each message sent and stored once?"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from django.db import connections

from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.config import Processes as Each
from liaison.node.models import IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.rounds import Room, take_round
from tests.lines.notices import check_stories
from tests.scenarios.processes import Processes
from tests.world import NOTICE

pytestmark = pytest.mark.sqlite
NOTICES = 40
POLLED = 5.0


@pytest.fixture
def world(tmp_path: Path, server: str) -> Iterator[Processes]:
    with Processes(tmp_path, "XC", "XD", server=server, each=Each(web=2, workers=2)) as world:
        for code in ("XC", "XD"):
            world.start(code)
        yield world


def write(world: Processes) -> str:
    """A notice from XC to XD for its workers to send; its identifier."""
    ids = world.registry.ids
    letter = Letter(
        register=world.registry.entries[0].leaf,
        sender=DeskRef(ids["XC"], "main", "duty"),
        to=(DeskRef(ids["XD"], "main", "duty"),),
        form="incident-notice",
        stage="notification",
        fields=NOTICE,
    )
    return send_letter(world.nodes["XC"], letter)[0].message_id


def received(world: Processes) -> set[str]:
    with reading(world.nodes["XC"]):
        return set(OutgoingCopy.objects.filter(state="received").values_list("message__message_id", flat=True))


def until_received(world: Processes, sent: set[str], seconds: float) -> float:
    begun = time.monotonic()
    while not sent <= received(world):
        assert time.monotonic() - begun < seconds, "not all were receipted in time"
        time.sleep(0.02)
    return time.monotonic() - begun


def test_each_message_is_sent_and_stored_once(world: Processes) -> None:
    sent = {write(world) for _ in range(NOTICES)}
    until_received(world, sent, 60)
    with reading(world.nodes["XD"]):
        inbox = Counter(IncomingCopy.objects.values_list("message_id", flat=True))
    assert inbox == dict.fromkeys(sent, 1)
    with reading(world.nodes["XC"]):
        assert TakenReceipt.objects.count() == NOTICES


def test_a_worker_is_woken_by_the_commit_and_not_by_its_clock(world: Processes) -> None:
    until_received(world, {write(world)}, 60)
    taken = sorted(until_received(world, {write(world)}, 60) for _ in range(5))
    assert taken[2] < POLLED / 2


def test_a_worker_passes_over_what_another_is_taking_and_waits_for_nobody(tmp_path: Path, server: str) -> None:
    """The other has locked its rows and does not commit; who waited for it would only find them leased."""
    with Processes(tmp_path, "XC", "XD", server=server) as world:
        node, sent = world.nodes["XC"], {write(world) for _ in range(4)}
        locked, taken = threading.Event(), threading.Event()

        def take_slowly() -> set[int]:
            with unit_of_work(node):
                rows = {row.pk for row in outbox.locked(outbox.due_work(node.clock.now()).order_by("pk"))[:2]}
                locked.set()
                assert taken.wait(60), "the other waits"
            connections.close_all()
            return rows

        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(take_slowly)
            assert locked.wait(60)
            room = Room(free=4, proven=frozenset({NodeRef(world.registry.ids["XD"], "main")}))
            others = {lease.delivery for lease in take_round(node, room).leases}
            taken.set()
        assert (len(sent), len(others), len(slow.result()), others & slow.result()) == (4, 2, 2, set())


def test_work_goes_on_at_once_when_all_processes_of_both_nodes_were_killed(world: Processes) -> None:
    sent = {write(world) for _ in range(NOTICES // 2)}
    for code in ("XC", "XD"):
        for process in psutil.Process(world.running[code].pid).children():
            process.kill()
    sent |= {write(world) for _ in range(NOTICES // 2)}
    until_received(world, sent, 60)
    check_stories(world, "XC", "XD", sorted(sent))
