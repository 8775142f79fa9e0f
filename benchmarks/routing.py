"""How fast is a feed routed, against plain Python, polars with numpy, IntelMQ and pytricia in the same run?

The feed of `routing_feed` goes whole through `FeedRun`: read, validate, find the desk, drop duplicates, group, write
reports and rejects into memory. Nothing is durable here; the command line adds the writing of files. The others:
- plain: csv.reader, addresses by `ipaddress`, pytricia, a set of rows, csv.writer a country: the same, row by row;
- polars + numpy: parse the columns, IPv4 by arithmetic, one searchsorted: no IPv6, no names, no rejects, no reports;
- IntelMQ over Redis: parser, look-up and output in three processes (`intelmq_pipeline`), rows of the same feed;
- IntelMQ in library mode: its generic CSV parser alone, without look-up, queues or output.

`python -m benchmarks.routing ROWS` routes a feed of that many rows in this process and prints processor seconds and
peak memory.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, Series, at_least, at_most, medians
from benchmarks.intelmq_pipeline import Pipeline, pipeline
from benchmarks.routing_feed import chunks
from liaison.routing.claims import Claim, Desk, Override
from liaison.routing.feeds.run import FeedRun
from liaison.routing.names import code_of
from liaison.routing.route import Router
from liaison.routing.snapshot import shipped

ROWS = 1_000_000
GROWN = 10_000_000
LOOKUPS = 200_000
INTELMQ_ROWS = 5_000
MEBIBYTE = 1024


class OneDeskACode:
    """A directory in which every code has a desk."""

    def by_code(self, code: str) -> Desk:
        return Desk("register", code, "node", "duty")

    def claims(self) -> tuple[Claim, ...]:
        return ()

    def overrides(self) -> tuple[Override, ...]:
        return ()


def measure() -> list[Figure | Series]:
    """Routing rate, single look-ups, growth and memory."""
    with tempfile.TemporaryDirectory() as folder, pipeline(Path(folder)) as intelmq:
        return _measure(intelmq)


def _measure(intelmq: Pipeline | None) -> list[Figure | Series]:
    feed = list(chunks(ROWS))
    router = Router([shipped()], OneDeskACode())
    actions: dict[str, Callable[[], object]] = {"ours": lambda: route(router, feed)}
    tree = _tree()
    actions |= {"plain": lambda: plain(tree, feed)} if tree is not None else {}
    actions |= {"polars": lambda: polars(feed)} if importlib.util.find_spec("polars") else {}
    if intelmq is not None:
        rows = b"\n".join(b"".join(feed[:3]).split(b"\n")[1 : INTELMQ_ROWS + 1]) + b"\n"
        expected = intelmq.events_of(rows)
        actions["intelmq"] = lambda: intelmq.rate(rows, expected=expected)
    taken = medians(actions)
    return [
        *_rates(taken, _intelmq_rate(feed)),
        *_single(router, tree),
        *_growth(),
    ]


def route(router: Router, feed: list[bytes]) -> int:
    """The whole way; returns the bytes written."""
    run = FeedRun(router, feed)
    written = sum(len(part.data) for part in run.parts())
    run.totals()
    return written


def _rate(taken: dict[str, float], name: str) -> float | None:
    return ROWS / taken[name] if name in taken else None


def _rates(taken: dict[str, float], intelmq: float | None) -> list[Figure | Series]:
    rate = ROWS / taken["ours"]

    def against(name: str) -> float | None:
        return rate * taken[name] / ROWS if name in taken else None

    name = f"feed routed, {ROWS:,} CSV rows"
    mq = None if intelmq is None else rate / intelmq
    whole = INTELMQ_ROWS / taken["intelmq"] if "intelmq" in taken else None
    ratio = None if whole is None else rate / whole
    known = {"Liaison": rate, "polars + numpy": _rate(taken, "polars"), "row by row": _rate(taken, "plain")}
    known |= {"IntelMQ, parser alone": intelmq, "IntelMQ over Redis": whole}
    points = tuple((label, value) for label, value in known.items() if value is not None)
    return [
        Series("Rows routed a second", "rows/s", points),
        at_least(f"{name}, against IntelMQ over Redis", rate, "rows/s", ratio=ratio, limit=150),
        at_least(f"{name}, against IntelMQ's parser alone", rate, "rows/s", ratio=mq, limit=50),
        at_least(f"{name}, against the same work row by row", rate, "rows/s", ratio=against("plain"), limit=1),
        at_least(f"{name}, against polars + numpy", rate, "rows/s", ratio=against("polars"), limit=0.25),
    ]


def _single(router: Router, tree: object) -> list[Figure]:
    """One address at a time, as text, as a service asks: the router's whole answer beside a bare `pytricia.get`."""
    chance = random.Random(7)
    starts = shipped().ipv4.begins()
    numbers = [(chance.choice(starts) + chance.getrandbits(8)) % 2**32 for _ in range(LOOKUPS)]
    texts = [str(ipaddress.IPv4Address(number)) for number in numbers]

    def each(found: Callable[[str], object]) -> Callable[[], None]:
        def loop() -> None:
            for text in texts:
                found(text)

        return loop

    actions = {"ours": each(router.answer)} | ({"pytricia": each(tree.get)} if tree is not None else {})  # type: ignore[attr-defined]
    actions["ours"]()  # The first time the blocks of these addresses are made; a service keeps its router.
    taken = medians(actions)
    ratio = taken["pytricia"] / taken["ours"] if tree is not None else None
    name = "single look-up, IPv4, from text to answer"
    return [at_least(name, LOOKUPS / taken["ours"], "look-ups/s", ratio=ratio, limit=1)]


def _growth() -> list[Figure]:
    """Ten times the rows in processes of their own: time grows with them, memory does not."""
    small, large = (_in_process(rows) for rows in (GROWN // 10, GROWN))
    return [
        at_most("processor time for ten times the rows", large[0], "s", ratio=large[0] / small[0], limit=11),
        at_most(f"peak memory at {GROWN:,} rows", large[1], "MiB", ratio=large[1] / 400, limit=1),
    ]


def _in_process(rows: int) -> tuple[float, float]:
    """Processor seconds and peak MiB of a process that routes `rows` rows."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.routing", str(rows)], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    return found["seconds"], found["mebibytes"]


def grown(rows: int) -> Iterator[bytes]:
    """A long feed without the time of making one up: the same base, its days moved so that every row is new."""
    base = b"".join(chunks(100_000))
    header, _, body = base.partition(b"\n")
    yield header + b"\n"
    for turn in range(rows // 100_000):
        yield body.replace(b"2026-08-22T", f"{1900 + turn}-08-22T".encode())


def _tree() -> object | None:
    """The shipped IPv4 ranges in pytricia, where it is installed."""
    if importlib.util.find_spec("pytricia") is None:
        return None
    import pytricia

    tree = pytricia.PyTricia(32)
    starts = [*shipped().ipv4.begins(), 2**32]
    for row, value in enumerate(shipped().ipv4.values.tolist()):
        if value >= 0:
            first, last = ipaddress.IPv4Address(starts[row]), ipaddress.IPv4Address(starts[row + 1] - 1)
            for network in ipaddress.summarize_address_range(first, last):
                tree.insert(str(network), shipped().codes[value])
    return tree  # type: ignore[no-any-return]


def plain(tree: object, feed: list[bytes]) -> int:
    """The same work as a person would write it, row by row."""
    rows = csv.reader(io.StringIO(b"".join(feed).decode(), newline=""))
    next(rows)
    reports: dict[str, io.StringIO] = {}
    seen: set[tuple[str, ...]] = set()
    find6 = _find6()
    for row in rows:
        key = tuple(row)
        if key in seen:
            continue
        seen.add(key)
        code = _plain_code(row[1], tree, find6)
        csv.writer(reports.setdefault(code, io.StringIO())).writerow([*row, code])
    return sum(report.tell() for report in reports.values())


def _find6() -> Callable[[int], int]:
    """One IPv6 address at a time by binary search."""
    starts, values = shipped().ipv6.begins(), shipped().ipv6.values.tolist()
    return lambda number: values[bisect_right(starts, number) - 1]


def _plain_code(text: str, tree: object, find6: Callable[[int], int]) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return code_of(text) or "reject"
    if address.version == 4:
        return tree.get(int(address)) or "reject"  # type: ignore[attr-defined,no-any-return]
    value = find6(int(address))
    return shipped().codes[value] if value >= 0 else "reject"


def polars(feed: list[bytes]) -> int:
    """Columns and one search: what is left when everything else is left out."""
    import polars as pl

    frame = pl.read_csv(io.BytesIO(b"".join(feed)), truncate_ragged_lines=True, infer_schema=False)
    parts = frame["ip"].str.extract_groups(r"^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$").struct.unnest()
    numbers = sum(
        parts.to_series(place).cast(pl.UInt32, strict=False).fill_null(0).to_numpy().astype(np.uint32) << shift
        for place, shift in enumerate((24, 16, 8, 0))
    )
    return int(shipped().ipv4.find(np.asarray(numbers, dtype=np.uint32)).sum())


def _intelmq_rate(feed: list[bytes]) -> float | None:
    """Events a second of IntelMQ's own CSV parser; `INTELMQ_PYTHON` may name an interpreter that has it."""
    python = os.environ.get("INTELMQ_PYTHON") or (sys.executable if importlib.util.find_spec("intelmq") else None)
    if python is None:
        return None
    rows = b"".join(feed).split(b"\n")[1 : INTELMQ_ROWS + 1]
    done = subprocess.run(
        [python, "-c", _INTELMQ], input=b"\n".join(rows), check=True, capture_output=True,
        env=os.environ | {"INTELMQ_ROOT_DIR": os.environ.get("TMPDIR", "/tmp") + "/intelmq"},
    )  # fmt: skip
    return float(done.stdout.split()[-1])


_INTELMQ = """
import base64, os, sys, time
for folder in ("etc", "var/log", "var/lib/bots", "var/run"):
    os.makedirs(os.path.join(os.environ["INTELMQ_ROOT_DIR"], folder), exist_ok=True)
from intelmq.bots.parsers.generic.parser_csv import GenericCsvParserBot
from intelmq.lib.bot import BotLibSettings
columns = ["time.source", "source.ip|source.fqdn", "source.port", "protocol.transport", "extra.type", "extra.note"]
bot = GenericCsvParserBot("parser", settings=BotLibSettings | {
    "columns": columns, "delimiter": ",", "type": "scanner", "default_fields": {}})
raw = sys.stdin.buffer.read()
report = {"__type": "Report", "raw": base64.b64encode(raw).decode(), "feed.name": "feed",
    "time.observation": "2026-01-01T00:00:00+00:00"}
start = time.perf_counter()
bot.process_message(report)
print((raw.count(b"\\n") + 1) / (time.perf_counter() - start))
os._exit(sys.stdout.flush() or 0)
"""


def main(rows: int) -> None:
    """Route a grown feed and print what it took."""
    router = Router([shipped()], OneDeskACode())
    start = time.process_time()
    run = FeedRun(router, grown(rows))
    for _ in run.parts():
        pass
    seconds = time.process_time() - start
    # Not `getrusage`: its peak begins with that of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / MEBIBYTE
    print(json.dumps({"seconds": seconds, "mebibytes": peak, "totals": {"rows": run.totals()["rows"]}}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
