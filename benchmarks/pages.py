"""How long does the server take for a page, at a desk with 10,000 cases of three years in a register of 250?

Requests go through the whole of the product from the WSGI callable on: session, sign-in, middleware, queries, template,
compression; the network and the browser are left out. The node is on SQLite with synchronous=FULL, whose log is folded
beside, as the worker of a node does it every ten seconds; its register and its messages are real and signed. Each round
asks for every page once, turn about, for other cases each time.

The case of 120 messages stands by itself: users of a comparable system report about ten seconds for such a thread.
"""

from __future__ import annotations

import gzip
import itertools
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tests.with_django  # noqa: F401

# isort: split
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from benchmarks.casework import BusyDesk, busy_desk
from benchmarks.figures import Figure, Series, keep_samples, seconds, within
from benchmarks.served import folding_beside
from liaison.node.models import IncomingCopy
from tests.web.visiting import Visitor, visit

PARTICIPANTS, CASES, MESSAGES = 250, 10_000, 120
ROUNDS, WARM_UP = 60, 3
PAGE_LIMIT, LONG_LIMIT, SIZE_LIMIT = 100.0, 500.0, 60.0
SEEDS = {"participants": PARTICIPANTS, "cases": CASES, "messages of the long case": MESSAGES}
DURABLE = (
    "an acknowledgement commits its message, its outbox row and its line of the audit trail once, synchronous=FULL"
)


def measure() -> list[Figure | Series]:
    """The 95th percentile of each page, what the longest case costs, and how many bytes the first page has."""
    with tempfile.TemporaryDirectory() as folder:
        desk = busy_desk(Path(folder), participants=PARTICIPANTS, cases=CASES, long_case=MESSAGES)
        alias = desk.world.nodes["XC"].database
        with desk.world, folding_beside(alias):
            with connections[alias].cursor() as cursor:
                cursor.execute("PRAGMA synchronous=FULL")
            visitor = visit(desk.world, "XC")
            return _figures(desk, visitor)


def _figures(desk: BusyDesk, visitor: Visitor) -> list[Figure | Series]:
    actions = _actions(desk, visitor)
    for action in actions.values():
        for _ in range(WARM_UP):
            action()
    samples: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(ROUNDS):
        for name, action in actions.items():
            samples[name].append(seconds(action))
    found, points = list[Figure | Series](), list[tuple[str, float]]()
    for name, taken in samples.items():
        median = keep_samples(name, taken) * 1000
        late = statistics.quantiles(taken, n=100)[94] * 1000
        limit = LONG_LIMIT if name == LONG else PAGE_LIMIT
        found.append(within(f"{name}: p95", late, "ms", limit=limit))
        points.append((name, median))
    queries = [(name, float(_queries(desk, action))) for name, action in actions.items()]
    return [
        *found,
        within(
            "first page, compressed, with its style and scripts", _first_page(visitor) / 1000, "kB", limit=SIZE_LIMIT
        ),
        Series("Server time of a page at 10,000 cases, median", "ms", tuple(points)),
        Series("Queries of a page", "queries", tuple(queries)),
    ]


LONG = f"a case of {MESSAGES} messages"


def _actions(desk: BusyDesk, visitor: Visitor) -> dict[str, Callable[[], object]]:
    cases = itertools.cycle(desk.cases[:: len(desk.cases) // 101])
    owed = _owed(desk)
    participant = desk.world.desk("participant-007").participant
    return {
        "desk": lambda: visitor.see(),
        "cases, first page": lambda: visitor.see("cases/"),
        "cases, last page": lambda: visitor.see("cases/", page="9999"),
        "cases, open and urgent": lambda: visitor.see("cases/", state="open", urgency="urgent"),
        "cases of one participant": lambda: visitor.see("cases/", participant=participant),
        "cases by identifier": lambda: visitor.see("cases/", text=next(cases)[:20]),
        "a case of three messages": lambda: visitor.see(f"cases/{next(cases)}/"),
        "a reply, empty": lambda: visitor.see(f"cases/{desk.cases[10]}/say/reply"),
        "our year, 3,300 cases": lambda: visitor.see("year/", year="2025"),
        "acknowledge": lambda: visitor.send("acknowledge", message=next(owed)),
        LONG: lambda: visitor.see(f"cases/{desk.long_case}/"),
    }


def _owed(desk: BusyDesk) -> Iterator[str]:
    with desk.world.at("XC"):
        found = list(IncomingCopy.objects.filter(owed=True).values_list("message_id", flat=True))
    return iter(found)


def _queries(desk: BusyDesk, action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connections[desk.world.nodes["XC"].database]) as captured:
        action()
    return len(captured)


def _first_page(visitor: Visitor) -> int:
    """Bytes of the desk page and what it loads, each compressed as it is sent."""
    answer: Any = visitor.get(visitor.at(), headers={"accept-encoding": "gzip"})
    page = len(answer.content)
    named = ("liaison.css", "cases.css", "liaison.js", "liaison.svg")
    return page + sum(len(gzip.compress((settings.STATIC_FOLDER / "web" / name).read_bytes())) for name in named)
