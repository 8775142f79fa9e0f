"""Does the fast router put every row where a slow one would?"""

from __future__ import annotations

import csv
import io
import ipaddress
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.routing.feeds.neutral import restored
from liaison.routing.feeds.read import FeedReader
from liaison.routing.feeds.reports import ANSWER_COLUMNS
from liaison.routing.feeds.run import FeedRun
from liaison.routing.feeds.shape import Format, Shape
from tests.routing import naive
from tests.routing.world import demo_router

NETWORKS: list[naive.Network] = [
    ("XC", ipaddress.ip_network("192.0.2.0/24")),
    ("XD", ipaddress.ip_network("198.51.100.0/24")),
    ("XE", ipaddress.ip_network("203.0.113.0/24")),
    ("XC", ipaddress.ip_network("2001:db8::/34")),
    ("XD", ipaddress.ip_network("2001:db8:4000::/34")),
    ("XE", ipaddress.ip_network("2001:db8:8000::/34")),
]
NOTES = ("", "x", '"a, b"', '"a ""b"" c"', "=1+1", "'x", '5" disk', '"two\nlines"', "-1", "\uff1d1")
HEADER = "time,ip,note\n"


def outcome_of(feed: str, chunk: int = 1 << 20) -> naive.Outcome:
    """What `FeedRun` did, told as the naive router tells it."""
    data = feed.encode()
    run = FeedRun(demo_router(), (data[begin : begin + chunk] for begin in range(0, len(data), chunk)))
    written: dict[str | None, bytes] = {}
    for part in run.parts():
        name = part.desk.participant if part.desk else None
        written[name] = written.get(name, b"") + part.data
    totals = run.totals()
    outcome = naive.Outcome(rows=_number(totals["rows"]), duplicate=_number(totals["duplicate"]))
    rejects = csv.reader(io.StringIO(written.pop(None).decode(), newline=""))
    outcome.rejected = [(int(row[0]), row[1]) for row in list(rejects)[1:]]
    outcome.routed = {str(name): list(_originals(report.decode())) for name, report in written.items()}
    return outcome


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _originals(report: str) -> Iterator[str]:
    """The rows of a report as they came: without what was added, without the apostrophes."""
    body = report[report.index("time,ip,note,liaison_code") :]
    for row in list(csv.reader(io.StringIO(body, newline=""), strict=True))[1:]:
        yield "\0".join(restored(cell) for cell in row[: -len(ANSWER_COLUMNS)])


def cells(outcome: naive.Outcome) -> naive.Outcome:
    """The naive outcome with every routed row cut into its cells, as `_originals` cuts it."""
    for code, rows in outcome.routed.items():
        outcome.routed[code] = ["\0".join(naive.fields_of(row, ",")) for row in rows]
    return outcome


def random_feed(chance: random.Random, rows: int) -> str:
    """Rows of every kind: addresses of all ranges, names, malformed ones, quotes well and badly placed, duplicates."""
    lines: list[str] = []
    for _ in range(rows):
        if lines and chance.random() < 0.1:
            lines.append(chance.choice(lines[-500:]))
            continue
        note = chance.choice(NOTES)
        extra = "," if chance.random() < 0.02 else ""
        lines.append(f"{chance.randrange(10**6)},{random_resource(chance)},{note}{extra}")
        if chance.random() < 0.02:
            lines.append(chance.choice(["", "# comment", '# "']))
    return HEADER + "".join(f"{line}\n" for line in lines)


def random_resource(chance: random.Random) -> str:
    base = chance.choice(["192.0.2.", "198.51.100.", "203.0.113.", "10.1.2.", "192.0.3.", "8.8.8."])
    number = chance.randrange(260)
    return chance.choice(
        [
            f"{base}{number}",
            f'"{base}{number}"',
            f" {base}{number} ",
            f"::ffff:{base}{number}",
            f"0{base}{number}",
            f"2001:db8:{chance.getrandbits(16):x}::{number:x}",
            f"2001:db8:{chance.getrandbits(16):x}:0:0:0:0:{number}:{number}",
            f"fe80::{number:x}",
            f"host{number}.example.{chance.choice(['xc', 'xd', 'uk', 'com', 'x1', 'xn--p1'])}",
            chance.choice(["", "host", "-a.xc", "a..xc", "1:2", "a_b.xc", "x" * 70 + ".xc"]),
        ]
    )


def slow_outcome_of(feed: str) -> naive.Outcome:
    """What the naive router does with the same feed."""
    return cells(naive.route(feed, 1, 3, NETWORKS))


def compare(seed: int, rows: int) -> None:
    feed = random_feed(random.Random(seed), rows)
    expected = slow_outcome_of(feed)
    assert expected == outcome_of(feed, chunk=1 + seed % 5000)


def test_the_fast_router_agrees_with_the_slow_one_on_20_000_rows() -> None:
    compare(20260822, 20_000)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_the_fast_router_agrees_with_the_slow_one_on_100_000_rows(seed: int) -> None:
    compare(seed, 100_000)


@given(st.text(alphabet='a,"\n#', max_size=60), st.integers(1, 40))
def test_csv_rows_are_cut_as_a_state_machine_cuts_them(text: str, block: int) -> None:
    data = text.encode()
    shape = Shape(Format.CSV, ",", 0, ("only",))
    reader = FeedReader([data[begin : begin + 7] for begin in range(0, len(data), 7)], shape=shape, block=block)
    found = [
        (int(number), batch.raw[batch.places[0][row] : batch.places[1][row]].decode())
        for batch in reader.batches()
        for row, number in enumerate(batch.numbers)
    ]
    assert [(number, row) for number, row, _ in naive.rows_of(text, ",")] == found
    lines = sum(row.count("\n") + 1 for _, row in found)
    assert text.count("\n") + (not text.endswith("\n") and text != "") == lines + reader.skipped


@given(st.lists(st.text(alphabet="x,\"'=+-@\t\uff1d\n", max_size=6), min_size=2, max_size=4))
def test_every_cell_of_a_report_comes_back_as_it_was(row: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(["192.0.2.7", *row])
    shape = Shape(Format.CSV, ",", 0, ("ip", *(f"column_{number}" for number in range(len(row)))))
    batch = next(FeedReader([text.getvalue().encode()], shape=shape).batches())
    written = next(csv.reader(io.StringIO(batch.rows[0].decode(), newline=""), strict=True))
    assert [restored(cell) for cell in written[1:]] == row
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\uff1d")) for cell in written)
