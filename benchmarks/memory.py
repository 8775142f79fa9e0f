"""How much memory does a node take: idle, with a million notices queued for a peer that does not answer, and while an
attachment of 50 MB travels to it or from it?

One node in processes of its own (`liaison node serve`: supervisor, web, worker) on SQLite in WAL with synchronous=FULL.
What is counted is PSS, the share of each page that is a process's own, over all of its processes, as `/proc` tells it;
the highest of the looks taken. The queue is a million rows of the outbox, due now, for a peer whose address leads
nowhere, written in one statement beside the one notice that made the first of them; the worker goes on trying
meanwhile, and one round of it (`take_round`) is timed over the same tables.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import psutil

import tests.with_django  # noqa: F401

# isort: split
from django.db import connections

from benchmarks.figures import Figure, Series, keep_samples, seconds, within
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.models import Delivery
from liaison.node.node import Node
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work.rounds import Room, take_round
from tests.scenarios.processes import Processes
from tests.scenarios.test_processes import NOTICE

QUEUED = 1_000_000
ATTACHED = 50_000_000
LONGEST = 120.0
SETTLED, WATCHED, EVERY = 10.0, 30.0, 1.0
ROUNDS = 50
MEGABYTE = 1_000_000
DURABLE = "nothing is timed but a round that leases nothing new: no commits; the queue itself is one commit."


def measure() -> list[Figure | Series]:
    """Idle first, then with the queue; then a fresh pair and the attachment."""
    return [*_queued(), *_attached()]


def _attached() -> list[Figure | Series]:
    """The highest above idle, of either node, while 50 MB go from one to the other."""
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder), "XC", "XD") as world:
        for code in ("XC", "XD"):
            world.start(code)
        time.sleep(SETTLED)
        idle = {code: sum(_highest(world, code).values()) for code in world.running}
        image = Path(folder) / "image.bin"
        image.write_bytes(os.urandom(ATTACHED))
        world.run("XC", "message", "send", "--to", "XD", "--attach", str(image), *NOTICE)
        highest, deadline = dict(idle), time.monotonic() + LONGEST
        blobs = world.home("XD") / "blobs"
        while not any(path.stat().st_size >= ATTACHED for path in blobs.glob("??/*")):
            if time.monotonic() > deadline:
                raise TimeoutError("the attachment did not arrive")
            for code in idle:
                highest[code] = max(highest[code], sum(_look(world, code).values()))
    name = "an attachment of 50 MB"
    return [
        within(f"{name} on its way out, above idle", highest["XC"] - idle["XC"], "MB", limit=32),
        within(f"{name} on its way in, above idle", highest["XD"] - idle["XD"], "MB", limit=32),
    ]


def _queued() -> list[Figure | Series]:
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder), "XC", "XD") as world:
        world.start("XC")
        time.sleep(SETTLED)
        idle = _highest(world)
        _queue(world)
        queued = _highest(world)
        rounds = [seconds(lambda: take_round(world.nodes["XC"], _full(world))) for _ in range(ROUNDS)]
    median = keep_samples(f"one round of the worker with {QUEUED:,} rows due", rounds) * 1000
    whole, more = sum(idle.values()), sum(queued.values()) - sum(idle.values())
    name = f"{QUEUED:,} notices queued for a dead peer"
    points = [(f"idle: {process}", value) for process, value in idle.items()]
    points += [(f"queue: {process}", value) for process, value in queued.items()]
    return [
        within("idle node, all its processes (PSS)", whole, "MB", limit=180),
        within(f"{name}, above idle", more, "MB", limit=20),
        within(f"{name}: one round of the worker", median, "ms", limit=25),
        Series("memory by process (PSS)", "MB", tuple(points)),
    ]


def _highest(world: Processes, code: str = "XC") -> dict[str, float]:
    """The highest PSS of each process while the node is watched, in megabytes."""
    highest: dict[str, float] = {}
    for _ in range(int(WATCHED / EVERY)):
        time.sleep(EVERY)
        looked = _look(world, code)
        if sum(looked.values()) > sum(highest.values()):
            highest = looked
    return highest


def _look(world: Processes, code: str) -> dict[str, float]:
    server = psutil.Process(world.running[code].pid)
    processes = [server, *server.children(recursive=True)]
    return {
        f"process {number}": process.memory_full_info().pss / MEGABYTE
        for number, process in enumerate(processes, start=1)
    }


def _queue(world: Processes) -> None:
    """One notice, and its row of the outbox a million times."""
    node, register = world.nodes["XC"], world.registry.entries[0].leaf
    letter = Letter(
        register=register,
        sender=DeskRef(world.registry.ids["XC"], "main", "duty"),
        to=(DeskRef(world.registry.ids["XD"], "main", "duty"),),
        form="incident-notice",
        stage="notification",
        exercise=True,
        fields={
            "title": {"lang": "en", "text": "Scanning of port 22"},
            "incident_type": "information-gathering:scanner",
            "expectation": "for-information",
        },
    )
    send_letter(node, letter)
    _repeat_rows(node)


def _repeat_rows(node: Node) -> None:
    table = Delivery._meta.db_table
    columns = ", ".join(field.column for field in Delivery._meta.concrete_fields if not field.primary_key)
    with unit_of_work(node), connections[node.database].cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE turn (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM turn WHERE number < {QUEUED}) "
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}, turn"
        )


def _full(world: Processes) -> Room:
    """Room for more calls, though none to the dead peer."""
    return Room(48, {NodeRef(world.registry.ids["XD"], "main"): 4})
