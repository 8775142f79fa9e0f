"""How long does one notice take, durable on both sides and receipted, against the floor of what it cannot do without?

One notice of 10 kB from a node in this process, set up as one of its own would be (`served`), to a node that serves in
processes of its own, over pinned TLS on loopback, both on SQLite in WAL with synchronous=FULL. Commits: three (message
with its outbox row; the recipient's message and receipt; the sender's receipt, which settles the row). Each commit of
such a database is one sync of its write-ahead log; `syncs` counts them with strace where it is installed.

The floor, in the same rounds: three commits of 10 kB, three signatures made and checked, one seal and one opening,
one HTTPS round trip to the same door. Nothing is pipelined: one notice at a time.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from benchmarks.figures import ROUNDS, Figure, at_most, seconds
from benchmarks.served import as_served
from benchmarks.syncs import count_syncs
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.private import Ed25519Signer, SealingIdentity
from liaison.keys.sealing import open_sealed, seal
from liaison.messages.parties import DeskRef
from liaison.node.databases import SQLITE_PRAGMAS
from liaison.node.node import Node
from liaison.node.peering import PeerRequest
from liaison.node.reads.register import peer_address
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.sending import Letter, send_letter
from tests.scenarios.processes import Processes

NOTICES, WARM_UP, SYNCS_OVER = 60, 10, 40
TEXT = "Ten kilobytes of what was seen. " * 320
LIMIT = 5.0


def measure() -> list[Figure]:
    """The median and the 99th percentile of one notice."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Processes(Path(folder), "XC", "XD") as world,
        as_served(world.nodes["XC"].database),
    ):
        world.start("XD")
        notice, floor = send_one(world), _floor(world, Path(folder))
        for _ in range(WARM_UP):
            notice()
            floor()
        syncs = _syncs(world, notice)
        taken: list[float] = []
        least: list[float] = []
        for _ in range(ROUNDS):
            taken += [seconds(notice) for _ in range(NOTICES)]
            least += [seconds(floor) for _ in range(NOTICES)]
    median, limit = statistics.median(taken), statistics.median(least)
    last = statistics.quantiles(taken, n=100)[98]
    return [
        *syncs,
        at_most("one notice, 10 kB, three commits: p50", median * 1000, "ms", ratio=median / limit, limit=LIMIT),
        at_most("one notice, 10 kB: p99 against its p50", last * 1000, "ms", ratio=last / median, limit=3.0),
    ]


def _syncs(world: Processes, notice: Callable[[], None]) -> list[Figure]:
    """How often the kernel was told to make bytes durable, on both sides together, for one notice."""

    def several() -> None:
        for _ in range(SYNCS_OVER):
            notice()

    count = count_syncs([os.getpid(), world.running["XD"].pid], several, out=world.folder / "syncs")
    if count is None:
        return []
    value = count / SYNCS_OVER
    # Three commits, and now and then a write-ahead log is written back into its database, which costs two more.
    return [Figure("one notice: syncs on both sides", value, "syncs", None, "<= 4", value <= 4)]


def send_one(world: Processes) -> Callable[[], None]:
    """Sends one notice and waits for its receipt."""
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
            "description": {"lang": "en", "text": TEXT[:10_000]},
            "incident_type": "information-gathering:scanner",
            "expectation": "for-information",
        },
    )

    def once() -> None:
        (sent,) = send_letter(node, letter, leased=True)
        for lease in sent.leases:
            deliver(node, lease)

    return once


def _floor(world: Processes, folder: Path) -> Callable[[], None]:
    """The least that a notice needs: commits, cryptography, one round trip."""
    commit, cipher, trip = _commit(folder / "floor.sqlite3"), _cipher(), _round_trip(world.nodes["XC"], world)

    def once() -> None:
        for _ in range(3):
            commit()
        cipher()
        trip()

    return once


def _commit(path: Path) -> Callable[[], None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(SQLITE_PRAGMAS)
    connection.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY, body BLOB)")
    numbers, body = itertools.count(), TEXT.encode()[:10_000]

    def once() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO kept VALUES (?, ?)", (next(numbers), body))
        connection.execute("COMMIT")

    return once


def _cipher() -> Callable[[], None]:
    seed = hashlib.sha256(b"floor").digest()
    signer, identity, body = Ed25519Signer.from_seed(seed), SealingIdentity.from_seed(seed), TEXT.encode()[:10_000]

    def once() -> None:
        for _ in range(3):
            verify_ed25519(signer.public.raw, body, signer.sign(body))
        open_sealed(seal(body, identity.public), [identity])

    return once


def _round_trip(node: Node, world: Processes) -> Callable[[], None]:
    address = peer_address(node, world.registry.entries[0].leaf, world.registry.ids["XD"], "main")
    assert address is not None
    request = PeerRequest("GET", "/healthz")

    def once() -> None:
        assert node.link.call(address, request).status == 200

    return once
