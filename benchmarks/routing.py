"""How fast is a feed routed, against IntelMQ, plain Python and polars with numpy; and one address, against pytricia?

The feed of `routing_feed` goes whole through `FeedRun`: read, validate, find the desk, drop duplicates, group, write
reports and rejects into memory; the command line adds the writing of files. Turn about, a round each, rates compared:
- IntelMQ: its parser, look-up and file output as three processes over Redis (`intelmq_bots`), on the first rows;
- plain: csv.reader, `ipaddress`, pytricia, a set of rows, csv.writer a country: the same row by row, on the first rows;
- polars + numpy, on all rows: parse the columns, IPv4 by arithmetic, one search: no IPv6, names, rejects or reports.
One address is asked for as text of `Router.answer`, which gives a desk with its reason, and of pytricia's `get`, which
gives a code; the addresses are those of the feed, and others drawn evenly from all numbers. Ten million rows are routed
in three rounds, one million in five, turn about, in processes of their own, by their processor time and peak memory.

`python -m benchmarks.routing ROWS` routes a feed of that many rows in this process and prints both.
"""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import intelmq_bots
from benchmarks.figures import ROUNDS, Figure, Series, at_least, at_most, keep_samples, medians, within
from benchmarks.routing_feed import chunks
from benchmarks.routing_peers import plain, polars, prefixes, tree
from liaison.routing.claims import Claim, Desk, Override
from liaison.routing.feeds.run import FeedRun
from liaison.routing.route import Router
from liaison.routing.snapshot import shipped
from tests.routing.test_against_naive import outcome_of, random_feed, slow_outcome_of

ROWS, PLAIN_ROWS, INTELMQ_ROWS = 1_000_000, 200_000, 10_000
GROWN, GROWN_ROUNDS, STEPS = 10_000_000, 3, (1_000_000, 3_000_000)
LOOKUPS = 100_000
NAIVE_ROWS = 100_000
SEEDS = {"feed": 1, "single look-ups": 7, "rows compared with the naive router": 20260822}
VERSIONS = intelmq_bots.told_versions()
DURABLE = "nothing: reports are made in memory, no commits and no syncs on either side."
RIGHT = "rows on which a naive router, one character at a time, disagrees"


class OneDeskACode:
    """A directory in which every code has a desk."""

    def by_code(self, code: str) -> Desk:
        return Desk("register", code, "node", "duty")

    def claims(self) -> tuple[Claim, ...]:
        return ()

    def overrides(self) -> tuple[Override, ...]:
        return ()


def measure() -> list[Figure | Series]:
    """Routing rates, single look-ups, growth and memory, and whether the answers are right."""
    router, find4 = Router([shipped()], OneDeskACode()), tree()
    return [
        *_rates(router, find4),
        *_single(router, find4),
        *_growth(),
        within(f"{RIGHT}, of {NAIVE_ROWS:,}", _differing(NAIVE_ROWS), "rows", limit=0),
    ]


def route(router: Router, feed: list[bytes]) -> int:
    """The whole way; returns the bytes written."""
    run = FeedRun(router, feed)
    written = sum(len(part.data) for part in run.parts())
    run.totals()
    return written


def _rates(router: Router, find4: Callable[[str], object] | None) -> list[Figure | Series]:
    feed = list(chunks(ROWS, SEEDS["feed"]))
    rows = {"ours": ROWS, "plain Python": PLAIN_ROWS, "polars + numpy": ROWS, "IntelMQ over Redis": INTELMQ_ROWS}
    with contextlib.ExitStack() as stack:
        actions: dict[str, Callable[[], object]] = {"ours": lambda: route(router, feed)}
        if find4 is not None:
            first = [b"".join(feed[: 1 + PLAIN_ROWS // 20_000])]
            actions["plain Python"] = lambda: plain(find4, first)
        if importlib.util.find_spec("polars"):
            actions["polars + numpy"] = lambda: polars(feed)
        if intelmq_bots.here():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            pipeline = stack.enter_context(intelmq_bots.pipeline(folder, prefixes()))
            few = b"\n".join(feed[1].split(b"\n")[:INTELMQ_ROWS]) + b"\n"
            actions["IntelMQ over Redis"] = lambda: pipeline.run(few)
        taken = medians(actions)
    rates = {name: rows[name] / seconds for name, seconds in taken.items()}
    return [*_against(rates), Series("rows a second", "rows/s", tuple(rates.items()))]


def _against(rates: dict[str, float]) -> Iterator[Figure]:
    for peer, limit in (("IntelMQ over Redis", 150), ("plain Python", 1), ("polars + numpy", 0.25)):
        ratio = rates["ours"] / rates[peer] if peer in rates else None
        yield at_least(f"feed routed, {ROWS:,} rows, against {peer}", rates["ours"], "rows/s", ratio=ratio, limit=limit)


def _single(router: Router, find4: Callable[[str], object] | None) -> list[Figure | Series]:
    """One address at a time, as a service asks and as pytricia answers; every block was asked for once before."""
    chance, starts = random.Random(SEEDS["single look-ups"]), shipped().ipv4.begins()
    given = [start for start, value in zip(starts, shipped().ipv4.values.tolist(), strict=True) if value >= 0]
    kinds = {
        "addresses as feeds have them": [chance.choice(given) + chance.getrandbits(8) for _ in range(LOOKUPS)],
        "addresses drawn evenly": [chance.getrandbits(32) for _ in range(LOOKUPS)],
    }
    figures: list[Figure] = []
    points: list[tuple[str, float]] = []
    for kind, numbers in kinds.items():
        texts = [str(ipaddress.IPv4Address(number)) for number in numbers]
        actions = {f"{kind}: ours": _each(router.answer, texts)}
        if find4 is not None:
            actions[f"{kind}: pytricia"] = _each(find4, texts)
        for action in actions.values():
            action()
        taken = medians(actions, rounds=4 * ROUNDS + 1)
        rates = {name: LOOKUPS / seconds for name, seconds in taken.items()}
        ours = rates[f"{kind}: ours"]
        ratio = ours / rates[f"{kind}: pytricia"] if find4 is not None else None
        figures.append(at_least(f"single look-up, {kind}, against pytricia", ours, "look-ups/s", ratio=ratio, limit=1))
        points += rates.items()
    return [*figures, Series("single look-ups a second", "look-ups/s", tuple(points))]


def _each(find: Callable[[str], object], texts: list[str]) -> Callable[[], None]:
    def loop() -> None:
        for text in texts:
            find(text)

    return loop


def _growth() -> list[Figure | Series]:
    """Ten times the rows in processes of their own: time grows with them, memory does not."""
    runs: dict[int, list[tuple[float, float]]] = {rows: [] for rows in (*STEPS, GROWN)}
    for turn in range(ROUNDS):
        for rows in (*STEPS, GROWN) if turn < GROWN_ROUNDS else STEPS:
            runs[rows].append(_in_process(rows))
    grown = {
        rows: (
            keep_samples(f"processor time of {rows:,} rows", [seconds for seconds, _ in taken]),
            statistics.median(memory for _, memory in taken),
        )
        for rows, taken in runs.items()
    }
    base, (seconds, memory) = grown[STEPS[0]][0], grown[GROWN]
    times = tuple((f"{rows:,} rows", each[0]) for rows, each in grown.items())
    peaks = tuple((f"{rows:,} rows", each[1]) for rows, each in grown.items())
    return [
        at_most("processor time for ten times the rows", seconds, "s", ratio=seconds / base, limit=11),
        at_most(f"peak memory at {GROWN:,} rows", memory, "MB", ratio=memory / 400, limit=1),
        Series("processor time by rows", "s", times),
        Series("peak memory by rows", "MB", peaks),
    ]


def _in_process(rows: int) -> tuple[float, float]:
    """Processor seconds and peak MB of a process that routes `rows` rows."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.routing", str(rows)], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    assert found["rows"] == rows, found
    return found["seconds"], found["megabytes"]


def grown(base: bytes, rows: int) -> Iterator[bytes]:
    """A long feed without the time of making one up: the same base, its days moved so that every row is new."""
    header, _, body = base.partition(b"\n")
    yield header + b"\n"
    for turn in range(rows // 100_000):
        yield body.replace(b"2026-08-22T", f"{1900 + turn}-08-22T".encode())


def _differing(rows: int) -> int:
    """How many rows of a random feed two routers put in different places."""
    feed = random_feed(random.Random(SEEDS["rows compared with the naive router"]), rows)
    ours, slow = outcome_of(feed), slow_outcome_of(feed)
    differing = len(set(ours.rejected) ^ set(slow.rejected)) + abs(ours.duplicate - slow.duplicate)
    for code in {*ours.routed, *slow.routed}:
        pair = ours.routed.get(code, []), slow.routed.get(code, [])
        differing += sum(mine != theirs for mine, theirs in zip(*pair, strict=False)) + abs(len(pair[0]) - len(pair[1]))
    return differing


def main(rows: int) -> None:
    """Route a grown feed and print what it took."""
    router, base = Router([shipped()], OneDeskACode()), b"".join(chunks(100_000))
    start = time.process_time()
    run = FeedRun(router, grown(base, rows))
    for _ in run.parts():
        pass
    seconds = time.process_time() - start
    # Not `getrusage`: its peak begins with that of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "megabytes": peak, "rows": run.totals()["rows"]}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
