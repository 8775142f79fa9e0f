"""How fast is a register verified that nobody vouched for, searched, and kept up to date?

Every log is made of real entries (`large_register.py`: 50 a participant, 46 of them desks), three witnesses and a
policy of two. Cold verification reads the bundles, rebuilds every tile and the root, checks every signature, applies
every rule and judges the witnesses' cosignatures of the head, its signatures computed by the product's own lanes, whose
start is counted. Beside it the limit: the same signatures alone by the same library, on one core, and spread over all
cores by processes that are already there and already hold them, which is harder than anything a product can reach.

Searching and looking up go through `node/reads/register.directory`, which the command line calls, in a process that has
the directory in memory. A search for the commonest word finds every desk there is. An update is one new entry
that a node with all the others fetches from another node's door and brings to trust, by what its worker calls, on
SQLite with synchronous=FULL; the time in which the other node makes its answers is left out.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from django.db import connections

from benchmarks.figures import Figure, Series, at_least, keep_samples, medians, seconds, within
from benchmarks.large_register import EACH, LargeRegister, desk_name, large_register
from liaison.keys.ed25519 import verify_ed25519
from liaison.node.log.projections import rebuild, store_facts
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import locked, stored_head
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.peering import PeerAddress, PeerAnswer, SignedLink
from liaison.node.reads.register import directory
from liaison.node.services.mirror import sync_register
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.wiring import open_lanes
from liaison.register.anchor import Anchor, format_anchor
from liaison.register.standing import verify_trusted
from liaison.register.state import MemoryView, SignatureCheck, apply_leaf, fold_aside
from liaison.tlog.log import append_entries, proved_entries
from liaison.tlog.proofs import EMPTY_HEAD, TreeHead
from liaison.wire.http import HttpRequest
from liaison.wire.note import Note, format_note
from tests.tlog.memory import MemoryTiles
from tests.world import Network, World

SIZES = (10_000, 100_000)
ALL_CORES = 0.6
SEEDS = {"searches": 11}
DURABLE = (
    "verifying, searching and looking up commit nothing. The node's own fold is one commit, so one sync of its write-"
    "ahead log, in WAL, on a database that does not wait for the disk (synchronous=OFF). An update is one commit too, "
    "on one that does (synchronous=FULL)."
)
LOOKUPS = 2_000
UPDATES = 20
DOOR = f"https://xd.example:8443#{'5c' * 32}"
SEARCHES = 40


def measure() -> list[Figure | Series]:
    """Cold verification at each size; look-ups, searches, one update and the node's own fold at the largest."""
    cold: list[Figure | Series] = []
    for size in SIZES:  # Each log alone in memory, as where it is verified.
        made = large_register(size)
        view, checks = _folded(made.leaves)
        cold += _cold(made, checks)
    with _world_of(made, view) as world:
        node = world.nodes["XC"]
        return [*cold, *_finding(node, made), *_folding(node, made), *_updating(node, made, world)]


def _cold(made: LargeRegister, checks: list[SignatureCheck]) -> Iterator[Figure | Series]:
    """From the tiles to a trusted head, against the signatures alone."""
    store, size = MemoryTiles(), len(made.leaves)
    growth = append_entries(store, EMPTY_HEAD, made.leaves)
    store.write(growth.items)
    note = made.note(growth.head)
    with _all_cores(checks) as spread:
        taken = medians(
            {
                f"cold verification, {size:,} entries": lambda: _verify(store, growth.head, note),
                f"signatures of {size:,} entries, one core": lambda: _run(checks),
                f"signatures of {size:,} entries, all cores": spread,
            }
        )
    whole, one, all_ = taken.values()
    name = f"cold verification, {size:,} entries"
    yield at_least(f"{name}, against one core's signatures", size / whole, "entries/s", ratio=one / whole, limit=0.6)
    yield at_least(f"{name}, against all cores'", size / whole, "entries/s", ratio=all_ / whole, limit=ALL_CORES)
    points = (("cold verification", whole), ("signatures alone, one core", one), ("signatures alone, all cores", all_))
    yield Series(f"{size:,} entries", "s", points)


def _verify(store: MemoryTiles, head: TreeHead, note: Note) -> None:
    with open_lanes(head.size) as lanes:
        assert lanes is not None
        view = fold_aside(lambda: proved_entries(store, head), lanes)
    trusted = verify_trusted(view, note, applied=view.size)
    assert (view.size, trusted.size, trusted.witnessed) == (head.size, head.size, True)
    assert not view.changed.oddities


def _folded(leaves: list[bytes]) -> tuple[MemoryView, list[SignatureCheck]]:
    """The facts of the log, and every signature with its key and message; every entry must be applied."""
    view, found = MemoryView(), list[SignatureCheck]()
    for leaf in leaves:
        view.record(apply_leaf(view, leaf, view.size, later=found.append))
    assert not view.changed.oddities and len(found) == len(leaves)
    return view, found


def _run(checks: list[SignatureCheck]) -> None:
    for check in checks:
        for public, signature in check.signed:
            verify_ed25519(public, check.message, signature)


_held: list[SignatureCheck] = []


def _run_share(share: slice) -> None:
    _run(_held[share])


@contextmanager
def _all_cores(checks: list[SignatureCheck]) -> Iterator[Callable[[], object]]:
    """Runs the checks in processes that were forked with them, so that nothing is sent."""
    _held[:] = checks
    cores = os.cpu_count() or 1
    with get_context("fork").Pool(cores) as pool:
        shares = [slice(core, None, cores) for core in range(cores)]
        pool.map(_run_share, shares)
        yield lambda: pool.map(_run_share, shares)
    _held.clear()


@contextmanager
def _world_of(made: LargeRegister, view: MemoryView) -> Iterator[World]:
    """Two nodes that hold the whole log, trusted, in their own tables; of the second only its tiles are used."""
    with (
        tempfile.TemporaryDirectory() as folder,
        World(Path(folder), codes=("XC", "XD"), registry=made.registry) as world,
    ):
        growth = append_entries(MemoryTiles(), EMPTY_HEAD, made.leaves)
        note = format_note(made.note(growth.head))
        for node in world.nodes.values():
            with unit_of_work(node):
                DatabaseTileStore(made.register).write(growth.items)
                store_facts(made.register, view.changed, pending=False)
                FollowedRegister.objects.filter(register=made.register).update(
                    size=view.size,
                    applied=view.size,
                    trusted_size=view.size,
                    checkpoint=note,
                    trusted_checkpoint=note,
                    anchor=format_anchor(Anchor(made.registry.origin, made.register, (DOOR,))),
                )
        yield world


def _finding(node: Node, made: LargeRegister) -> Iterator[Figure | Series]:
    """Searches and look-ups by id, participant and code, through what the command line calls."""
    register, chance = made.register, random.Random(SEEDS["searches"])
    first = seconds(lambda: directory(node, register))
    known = directory(node, register)
    warm = seconds(lambda: known.find("warm"))
    owners = [name for name, state in known.participants.items() if state.labels.name.startswith("Response")]
    words = {
        "the commonest word": lambda: "team",
        "two common words": lambda: "team harbour",
        "one participant": lambda: f"harbour {chance.randrange(len(owners))}",
        "nothing there": lambda: "zzz-not-there",
    }
    points: list[tuple[str, float]] = []
    for what, text in words.items():
        samples = [seconds(lambda text=text: directory(node, register).find(text())) for _ in range(SEARCHES)]
        points.append((what, _p99(f"search: {what}", samples)))
    worst = max(value for _, value in points)
    yield within(f"search at {SIZES[-1]:,} entries, p99 of the worst query", worst, "ms", limit=25)
    yield Series(f"search at {SIZES[-1]:,} entries, p99", "ms", tuple(points))
    looks = {
        "by participant and desk": lambda: directory(node, register).desk(
            chance.choice(owners), desk_name(chance.randrange(EACH - 4))
        ),
        "by code": lambda: directory(node, register).desks(code="XC"),
        "by participant": lambda: directory(node, register).desks(participant=chance.choice(owners)),
    }
    times = [(what, _p99(f"look-up {what}", [seconds(act) for _ in range(LOOKUPS)])) for what, act in looks.items()]
    slowest = max(value for _, value in times)
    yield within(f"look-up at {SIZES[-1]:,} entries, p99 of the slowest kind", slowest, "ms", limit=2)
    yield Series(f"look-up at {SIZES[-1]:,} entries, p99", "ms", tuple(times))
    begun = (("the directory from the tables", first), ("what is searched of it", warm))
    yield Series("once for each state of the register", "s", begun)


def _p99(name: str, samples: list[float]) -> float:
    """The 99th percentile in milliseconds; the spread is kept."""
    keep_samples(name, samples)
    return statistics.quantiles(samples, n=100, method="inclusive")[98] * 1000


def _folding(node: Node, made: LargeRegister) -> Iterator[Figure | Series]:
    """The projections of the whole log made again, as a first synchronisation makes them, in one commit."""

    def once() -> None:
        with unit_of_work(node), open_lanes(len(made.leaves)) as lanes:
            rebuild(made.register, lanes=lanes)

    taken = seconds(once)
    yield Series(f"the node's own fold of {SIZES[-1]:,} entries, once", "s", (("verified, folded, stored", taken),))


def _updating(node: Node, made: LargeRegister, world: World) -> Iterator[Figure | Series]:
    """One more entry each time, from another node's door: the bytes that come, the time until it is trusted here."""
    at = f"one update at {len(made.leaves):,} entries"
    mirror, line = world.nodes["XD"], _CountedLine(world.network)
    follower = replace(node, link=SignedLink(line, world.clock))
    sizes, times = [], []
    with reading(node):
        connections[node.database].cursor().execute("PRAGMA synchronous=FULL")
    for _ in range(UPDATES):
        leaf = made.update_leaf()
        with unit_of_work(mirror):
            _grow(made, leaf)
        line.bodies, line.seconds = 0, 0.0
        taken = seconds(lambda: sync_register(follower, register=made.register))
        with reading(node):
            row = FollowedRegister.objects.get(register=made.register)
        assert row.trusted_size == row.applied == len(made.leaves)
        sizes.append(line.bodies)
        times.append(taken - line.seconds)
    yield within(f"{at}, bodies on the wire", max(sizes) / 1000, "kB", limit=5)
    yield within(f"{at}, verified, applied and durable", keep_samples(at, times) * 1000, "ms", limit=10)


@dataclass
class _CountedLine:
    """A `Carrier` that counts what comes, and how long the other side took to answer."""

    network: Network
    bodies: int = 0
    seconds: float = 0.0

    def carry(self, address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        start = time.perf_counter()
        answer = self.network.carry(address, request)
        self.seconds += time.perf_counter() - start
        self.bodies += len(answer.body)
        return answer

    def close(self) -> None:
        pass


def _grow(made: LargeRegister, leaf: bytes) -> None:
    """The mirror has one entry more, and a checkpoint of it."""
    store, row = DatabaseTileStore(made.register), locked(made.register)
    growth = append_entries(store, stored_head(row), [leaf])
    store.write(growth.items)
    made.leaves.append(leaf)
    row.size, row.checkpoint = growth.head.size, format_note(made.note(growth.head))
    row.save(update_fields=["size", "checkpoint"])
