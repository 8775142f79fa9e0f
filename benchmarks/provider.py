"""How quick are the pages of an abuse desk that gets 50,000 rows a day for a month, and is nothing sent twice or lost?

Each day a feed of 65,000 rows about its network goes the way of the product: routed with a window of three days, sealed
and delivered to the desk's node. Some rows are those of the days before. Beside it stands a naive twin that keeps a
dictionary of what was sent when; every row that one of both sends and the other does not is counted. Two of three
reports are then answered: by a file with a ticket number for every ten rows, or for the whole file.

The pages are asked through the whole middleware by Django's test client, as an officer of the desk that received, and
of the one that sent; rows are read from the sealed files each time. SQLite with synchronous=FULL.
"""

from __future__ import annotations

import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import tests.with_django  # noqa: F401

# isort: split
from django.db import connections
from django.test.utils import CaptureQueriesContext

from benchmarks.figures import Figure, Series, keep_samples, seconds, within
from liaison.exchange.reports.answers import decode_answers
from liaison.exchange.reports.reading import decode_report_file
from liaison.node.models import TrackedReport
from liaison.node.services.feeds.answering import OfTheWhole
from tests.feeding import Feeding
from tests.web.visiting import Visitor, visit

DAYS, ROWS, FRESH, WINDOW = 30, 65_000, 50_000, 72
ROUNDS, WARM_UP, LIMIT = 40, 2, 150.0
SEED = 5
SEEDS = {"feeds": SEED, "days": DAYS, "rows a feed": ROWS}
DURABLE = (
    "reading pages commits nothing; each report is one commit with its outbox row, its receipt and its rows' digests, "
    "each answered file one commit with all its messages, synchronous=FULL"
)


def measure() -> list[Figure | Series]:
    """The 95th percentile of each page, and the rows on which program and twin differ."""
    with tempfile.TemporaryDirectory() as folder, Feeding(Path(folder), "csv") as feeding:
        for node in feeding.world.nodes.values():
            with connections[node.database].cursor() as cursor:
                cursor.execute("PRAGMA synchronous=FULL")
        differing, daily, sending = _month(feeding)
        answering = _answers(feeding)
        with feeding.world.at("XD"):
            TrackedReport.objects.update(exercise=False)
        with feeding.world.at("XC"):
            TrackedReport.objects.update(exercise=False)
        return [
            within("provider: rows that a naive twin would send otherwise, in 30 days", differing, "rows", limit=0),
            _told("provider: rows sent a day, the mean of 30 days", statistics.mean(daily), "rows"),
            _told("provider: a day's feed routed, sealed and delivered, median", statistics.median(sending), "s"),
            _told("provider: a file that answers 50,000 rows, read, sent and counted at both ends", answering, "s"),
            *_pages(feeding),
        ]


def _told(name: str, value: float, unit: str) -> Figure:
    return Figure(name, value, unit, None, "told", None)


def _month(feeding: Feeding) -> tuple[int, list[int], list[float]]:
    """Every day's feed through the program and the twin."""
    chance, last = random.Random(SEED), dict[bytes, Any]()
    before: list[bytes] = []
    differing, daily, times = 0, list[int](), list[float]()
    for day in range(DAYS):
        fresh = [_row(day, number, chance) for number in range(FRESH)]
        again = chance.sample(before, min(len(before), ROWS - FRESH))
        rows = [*fresh, *again]
        chance.shuffle(rows)
        now = feeding.world.clock.now()
        expected = [row for row in rows if row not in last or now - last[row] >= timedelta(hours=WINDOW)]
        started = time.perf_counter()
        feeding.send(b"time,ip,port,protocol,note\n" + b"\n".join(rows) + b"\n", window=WINDOW)
        times.append(time.perf_counter() - started)
        got = _received(feeding, day)
        differing += len(set(got) ^ set(expected)) + abs(len(got) - len(expected))
        daily.append(len(got))
        last |= dict.fromkeys(expected, now)
        before = [*before[-2 * ROWS :], *fresh]
        feeding.world.advance(hours=24)
    return differing, daily, times


def _row(day: int, number: int, chance: random.Random) -> bytes:
    at = f"2026-11-{1 + day % 28:02d}T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
    return f"{at},198.51.100.{chance.randrange(256)},{chance.randrange(1024, 65536)},tcp,seen {day}/{number}".encode()


def _received(feeding: Feeding, place: int) -> list[bytes]:
    """The rows of the report of a day, as the desk has them, without what was added."""
    rows = []
    for _, data in feeding.files(after=place):
        sheet = decode_report_file(data)
        rows += [b",".join(line.split(b",")[:5]) for line in sheet.lines.values()]
    return rows


def _answers(feeding: Feeding) -> float:
    """Two of three reports answered; how long the first file of answers took."""
    with feeding.world.at("XD"):
        identifiers = list(TrackedReport.objects.order_by("pk").values_list("message_id", "rows"))
    took = list[float]()
    for number, (message, rows) in enumerate(identifiers):
        report = feeding.find("XD", message)
        started = time.perf_counter()
        if number % 3 == 0:
            lines = (f"{at},{'fixed' if at % 20 < 10 else 'customer-told'},RT#{at // 10}" for at in range(1, rows + 1))
            data = ("liaison_row,answer,ticket\n" + "\n".join(lines)).encode()
            feeding.answer(report=report, rows=decode_answers(data, rows=rows))
        elif number % 3 == 1:
            feeding.answer(report=report, whole=OfTheWhole(answer="customer-told", ticket=f"RT#{number}"))
        feeding.world.work()
        if number % 3 == 0:
            took.append(time.perf_counter() - started)
    return statistics.median(took)


def _pages(feeding: Feeding) -> list[Figure | Series]:
    actions = _actions(feeding)
    for action in actions.values():
        for _ in range(WARM_UP):
            action()
    samples: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(ROUNDS):
        for name, action in actions.items():
            samples[name].append(seconds(action))
    found, points, queries = list[Figure | Series](), list[tuple[str, float]](), list[tuple[str, float]]()
    for name, taken in samples.items():
        points.append((name, keep_samples(f"provider, {name}", taken) * 1000))
        late = statistics.quantiles(taken, n=100)[94] * 1000
        found.append(within(f"provider, {name}: p95", late, "ms", limit=LIMIT))
        database = feeding.world.nodes["XC" if name.startswith("sender") else "XD"].database
        with CaptureQueriesContext(connections[database]) as captured:
            actions[name]()
        queries.append((name, float(len(captured))))
    return [
        *found,
        Series("Server time of a provider's pages at 1.5 million rows, median", "ms", tuple(points)),
        Series("Queries of a provider's pages", "queries", tuple(queries)),
    ]


def _actions(feeding: Feeding) -> dict[str, Callable[[], object]]:
    provider, sender = visit(feeding.world, "XD"), visit(feeding.world, "XC")
    with feeding.world.at("XD"):
        received = list(TrackedReport.objects.order_by("pk").values_list("message_id", flat=True))
    reports, pages = itertools.cycle(received), itertools.cycle(range(1, 1000, 73))

    def rows(visitor: Visitor) -> Callable[[], object]:
        return lambda: visitor.see(f"reports/{next(reports)}/", page=str(next(pages)))

    return {
        "desk": lambda: provider.see(),
        "list of reports": lambda: provider.see("reports/"),
        "reports with rows not answered": lambda: provider.see("reports/", open="yes"),
        "one report": lambda: provider.see(f"reports/{next(reports)}/"),
        "its rows, any page": rows(provider),
        "what became of a month of rows": lambda: provider.see("reports/became", side="received", days="30"),
        "sender, one report with its answers": rows(sender),
        "sender, what became of a month of rows": lambda: sender.see("reports/became", side="sent", days="30"),
    }
