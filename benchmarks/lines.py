"""How much time and how many bytes do a notice and a first copy of the register take over a poor line?

The line is that of `tests.lines.proxy`, which says how it is modelled: 64 kbit/s, 800 ms round trip, 5 % of segments
lost and a cut every two minutes. Bytes are those on the wire both ways: TLS, and the headers of TCP and IP.

The notice is of 10 kB, sent over a new connection by a served node to another, five times: from the moment it was
accepted to the stored receipt. The register has 200 States with a node, a desk, record parts and resources each, a
policy of seven witnesses of whom four suffice, and a noted checkpoint. It is copied from a served node, begun again
whenever the line was cut. A year is the same register after twelve rotations of every node's sealing keys and 52 more
noted checkpoints; its copy is counted over a good line, because bytes hardly depend on the line's speed: on the poor
one come lost segments and repeated handshakes.

`python -m benchmarks.lines fast` leaves out the first copy over the poor line, which takes minutes.
"""

from __future__ import annotations

import itertools
import statistics
import string
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from django.core.management import call_command
from django.db import connections

from benchmarks.figures import Figure
from liaison.errors import UnreachableError
from liaison.node import wiring
from liaison.node.config import Config, Peers
from liaison.node.databases import add_database
from liaison.node.models import FollowedRegister, RecordPart
from liaison.node.node import Node
from liaison.node.services import mirror
from liaison.node.services.records import fetch_records
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register import bodies
from liaison.register.anchor import Anchor, format_anchor
from liaison.wire.note import format_note
from tests.lines.notices import queue_notices, until_quiet
from tests.lines.proxy import Fault, FaultProxy, poor
from tests.mirrored import hold_keys, seed_node
from tests.register.registry import RegisterBuilder
from tests.scenarios.processes import Place, Processes, free_port

NOTICES, STATES, WITNESSES = 5, 200, 7
ROTATIONS, NOTED = 12, 52
KILOBYTE, MEGABYTE = 1000, 1_000_000


def measure(*, slow: bool = True) -> list[Figure]:
    """The notice, then the copies."""
    return [*_notices(), *_copies(slow=slow)]


def _notices() -> list[Figure]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, FaultProxy(to=port) as line:
        places = {"XD": Place(port=port, front=line.port)}
        with Processes(Path(folder), "XC", "XD", server="", places=places) as world:
            world.start("XC")
            world.start("XD")
            taken, sizes = [], []
            for _ in range(NOTICES):
                line.change(poor())
                before = line.wire_bytes
                queue_notices(world, "XC", "XD", 1)
                taken.append(until_quiet(world, "XC", seconds=300))
                sizes.append((line.wire_bytes - before) / KILOBYTE)
    return [
        _goal("poor line: a notice of 10 kB and its receipt, new connection", statistics.median(taken), "s", 60),
        _goal("poor line: the slowest of five", max(taken), "s", 60),
        _goal("poor line: bytes of a notice and its receipt, the most of five", max(sizes), "kB", 40),
    ]


def _copies(*, slow: bool) -> list[Figure]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, FaultProxy(to=port) as line:
        places = {"XC": Place(port=port, front=line.port)}
        with Processes(Path(folder), "XC", server="", places=places) as world:
            _grow(world.registry)
            _serve(world)
            fresh = _copy(world, line, Fault(), Path(folder) / "fresh")
            found = [_goal(f"first copy, {STATES} States: bytes", fresh[1], "MB", 3)]
            if slow:
                seconds, size, cuts = _copy(world, line, poor(), Path(folder) / "poor")
                found.append(_goal(f"first copy over the poor line, {cuts} cuts: bytes", size, "MB", 3))
                found.append(Figure("first copy over the poor line: time", seconds, "s", None, "told", None))
            _age(world.registry)
            world.stop("XC")
            _serve(world)
            aged = _copy(world, line, Fault(), Path(folder) / "aged")
    return [*found, _goal("first copy, one year older: more bytes", aged[1] - fresh[1], "MB", 2)]


def _grow(registry: RegisterBuilder) -> None:
    """The other States, their policy and a noted checkpoint."""
    names = itertools.product(string.ascii_uppercase, repeat=2)
    codes = [f"Y{one}{two}" for one, two in itertools.islice(names, STATES - 1)]
    for who in codes:
        registry.admit(who, labels=bodies.Labels(name=f"State {who}", codes=(who[:2],)))
        registry.set_up(who)
        registry.publish_desk(who, "duty")
        registry.publish_node(who, "duty")
        registry.publish_resources(who, who[:2])
    registry.set_policy(WITNESSES // 2 + 1, *codes[:WITNESSES])
    _note(registry, 1)


def _age(registry: RegisterBuilder) -> None:
    who = [name for name in registry.ids if name.startswith("Y")]
    for number in range(NOTED):
        for name in who[number * len(who) * ROTATIONS // NOTED % len(who) :][: len(who) * ROTATIONS // NOTED]:
            registry.publish_node(name, "duty")
        _note(registry, number + 2)
    for name in who[: STATES * ROTATIONS - NOTED * (len(who) * ROTATIONS // NOTED)]:
        registry.publish_node(name, "duty")


def _note(registry: RegisterBuilder, week: int) -> None:
    who = [name for name in registry.ids if name.startswith("Y")][:WITNESSES]
    registry.note(registry.checkpoint(times=dict.fromkeys(who, 1_800_000_000 + week * 604_800)))


def _copy(world: Processes, line: FaultProxy, fault: Fault, folder: Path) -> tuple[float, float, int]:
    """The first copy of a fresh node of one of the States: seconds, megabytes on the wire, cuts; all of it is there."""
    node = _fresh_node(world, folder)
    anchor = format_anchor(Anchor(world.registry.origin, world.registry.entries[0].leaf, (_door(world),), None))
    line.change(fault)
    before, begun, cuts = line.wire_bytes, time.monotonic(), line.cuts
    register = mirror.follow_register(node, anchor=anchor)
    while not _complete(node, register, len(world.registry.leaves)):
        try:
            mirror.sync_register(node, register=register)
            fetch_records(node, register=register)
        except UnreachableError as error:
            print(f"  after {time.monotonic() - begun:.0f} s: {error.code}, goes on", file=sys.stderr, flush=True)
    taken = time.monotonic() - begun
    connections[node.database].close()
    return taken, (line.wire_bytes - before) / MEGABYTE, line.cuts - cuts


def _fresh_node(world: Processes, folder: Path) -> Node:
    """A node that holds the keys of the State YAA and nothing of the register."""
    wiring.create_home(folder, Config(peers=Peers(allowed_private_hosts=("127.0.0.1",))))
    alias = f"copy:{folder}"
    add_database(alias, f"sqlite:///{folder / 'liaison.sqlite3'}")
    node = replace(wiring.open_node(folder), database=alias)
    call_command("migrate", database=alias, verbosity=0, interactive=False)
    with unit_of_work(node):
        hold_keys(node, world.registry, "YAA")
    return node


def _serve(world: Processes) -> None:
    """The node XC holds the register as it is, its newest checkpoint cosigned."""
    node, who = world.nodes["XC"], [name for name in world.registry.ids if name.startswith("Y")][:WITNESSES]
    seed_node(node, world.registry, "XC")
    note = format_note(world.registry.checkpoint(times=dict.fromkeys(who, 1_900_000_000)))
    with unit_of_work(node):
        FollowedRegister.objects.update(checkpoint=note, trusted_checkpoint=note)
    world.start("XC")


def _door(world: Processes) -> str:
    return f"{world.url('XC')}#{wiring.listener_hash(world.home('XC'))}"


def _complete(node: Node, register: str, size: int) -> bool:
    """Whether the copy has every entry, trusted, and three parts of each State: address, sealing key, contact."""
    with reading(node):
        row = FollowedRegister.objects.get(register=register)
        parts = RecordPart.objects.filter(register=register, state="current").count()
    return row.trusted_size == size and parts >= 3 * STATES


def _goal(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, value, unit, None, f"<= {limit:g} {unit}", value <= limit)


if __name__ == "__main__":
    for figure in measure(slow="fast" not in sys.argv[1:]):
        print(figure, flush=True)
