"""How many notices a second go through with 16 in flight, and how long does one take, against gpg and Postfix?

Sixteen threads of one node, in this process set up as one of its own would be (`served`), each send notices of 10 kB to
one other node, over pinned TLS on loopback, and wait for each stored receipt; the other node serves in processes of its
own. On SQLite in WAL with synchronous=FULL, and again on a PostgreSQL that syncs. In the same rounds, turn about: gpg
and Postfix, which sign, encrypt and accept as many (no delivery, no receipt), and a bare Postfix that relays as many
plain messages to a sink. Each notice is three units of work; the syncs of all processes are counted apart from the
timed rounds, because strace slows what it watches.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg

import tests.with_django  # noqa: F401

# isort: split
from django.db import connections

from benchmarks.figures import ROUNDS, Figure, Series, at_least, at_most, keep_samples, seconds
from benchmarks.line import TEXT, send_one
from benchmarks.mail import MailGateway, here
from benchmarks.served import as_served
from benchmarks.syncs import count_syncs
from tests.scenarios.processes import Processes
from tools.postgres import postgres

AT_ONCE, NOTICES, SINGLE, RELAYED, WARM_UP = 16, 160, 10, 320, 48
MAILED = 80
BODY = TEXT.encode()[:10_000]
NO_SERVER = ""
DURABLE = (
    "Liaison: three commits a notice, on SQLite in WAL with synchronous=FULL or on PostgreSQL with fsync=on and "
    "synchronous_commit=on; Postfix: the queue file of each message is synced before it is accepted."
)

Action = Callable[[], None]


def measure() -> list[Figure | Series]:
    """One notice and sixteen at once beside the peers; PostgreSQL beside SQLite; the syncs of each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        worlds = {"SQLite": _world(stack, folder / "sqlite", NO_SERVER)}
        server = stack.enter_context(postgres(durable=True))
        if server is not None and _is_durable(server):
            worlds["PostgreSQL"] = _world(stack, folder / "postgresql", server)
        gateway = stack.enter_context(MailGateway(_made(folder / "mail"))) if here() else None
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        counts = _actions(worlds, gateway, pool)
        singles = {"one": send_one(worlds["SQLite"])} | (
            {"one mailed": lambda: gateway.notice(BODY)} if gateway else {}
        )
        for action in singles.values():
            action()
        for action, _ in counts.values():
            action()
        rates: dict[str, list[float]] = {name: [] for name in counts}
        alone: dict[str, list[float]] = {name: [] for name in singles}
        for _ in range(ROUNDS):
            for name, (action, count) in counts.items():
                rates[name].append(seconds(action) / count)
                if gateway is not None:
                    gateway.drain()
            for name, action in singles.items():
                alone[name] += [seconds(action) for _ in range(SINGLE)]
        taken = {name: keep_samples(f"many: {name}", samples) for name, samples in {**rates, **alone}.items()}
        syncs = [_syncs(name, world, pool, folder / "syncs") for name, world in worlds.items()]
    return [*_judged(taken), *(each for each in syncs if each is not None), _series(taken, tuple(rates))]


def _judged(taken: dict[str, float]) -> list[Figure]:
    rate = {name: 1 / taken[name] for name in taken}

    def against(mine: str, peer: str) -> float | None:
        return rate[mine] / rate[peer] if mine in rate and peer in rate else None

    alone = against("one mailed", "one")
    figures = [
        at_most("one notice, receipt stored, against gpg + Postfix accepting it", taken["one"] * 1000, "ms",
                ratio=alone, limit=0.5),
        at_least("16 at once, against gpg + Postfix", rate["SQLite"], "/s", ratio=against("SQLite", "gpg + Postfix"),
                 limit=8),
        at_least("16 at once, against a bare Postfix relay", rate["SQLite"], "/s",
                 ratio=against("SQLite", "Postfix relay"), limit=1.8),
    ]  # fmt: skip
    value = rate.get("PostgreSQL", 0.0)
    ratio = against("PostgreSQL", "SQLite")
    return [*figures, at_least("16 at once on PostgreSQL, against SQLite", value, "/s", ratio=ratio, limit=0.5)]


def _series(taken: dict[str, float], names: tuple[str, ...]) -> Series:
    return Series("Messages a second, 16 at once", "/s", tuple((name, 1 / taken[name]) for name in names))


def _made(folder: Path) -> Path:
    folder.parent.chmod(0o755)  # Postfix's processes run as their own users and pass through it.
    folder.mkdir()
    return folder


def _is_durable(server: str) -> bool:
    """Whether the server syncs what it commits; one given by `TEST_DATABASE_URL` may not, and is not measured then."""
    with psycopg.connect(server) as connection:
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]  # type: ignore[call-overload]
    return settings == [("on",), ("on",)]


def _world(stack: ExitStack, folder: Path, server: str) -> Processes:
    folder.mkdir()
    world = stack.enter_context(Processes(folder, "XC", "XD", server=server))
    stack.enter_context(as_served(world.nodes["XC"].database))
    world.start("XD")
    return world


def _actions(
    worlds: dict[str, Processes], gateway: MailGateway | None, pool: ThreadPoolExecutor
) -> dict[str, tuple[Action, int]]:
    """What is run in turn, and how many messages one run of it moves."""
    actions: dict[str, tuple[Action, int]] = {
        name: (_at_once(world, pool, NOTICES), NOTICES) for name, world in worlds.items()
    }
    if gateway is not None:
        actions["gpg + Postfix"] = (lambda: gateway.accept_many(BODY, MAILED, at_once=AT_ONCE), MAILED)
        actions["Postfix relay"] = (lambda: gateway.relay(RELAYED, size=len(BODY), at_once=AT_ONCE), RELAYED)
    return actions


def _at_once(world: Processes, pool: ThreadPoolExecutor, count: int) -> Action:
    """Sends `count` notices from the sixteen threads of `pool`; returns when every receipt is stored."""
    once = send_one(world)

    def run() -> None:
        list(pool.map(lambda _: once(), range(count)))

    return run


def _syncs(name: str, world: Processes, pool: ThreadPoolExecutor, out: Path) -> Figure | None:
    """Syncs a notice with sixteen in flight, of sender, recipient and the database server together."""
    watched = [os.getpid(), world.running["XD"].pid]
    if name == "PostgreSQL":
        with connections[world.nodes["XC"].database].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = psutil.Process(cursor.fetchone()[0])
        watched = [backend.ppid()]
    count = count_syncs(watched, _at_once(world, pool, WARM_UP), out=out)
    if count is None:
        return None
    value = count / WARM_UP
    # Three commits a notice at most; checkpoints of the engine cost a few more.
    return Figure(f"16 at once on {name}: syncs a notice", value, "syncs", None, "<= 4", value <= 4)
