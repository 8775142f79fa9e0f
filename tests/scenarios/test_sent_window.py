"""Is what a desk was sent within the window exactly what a naive twin would have sent, over thirty days?

The twin keeps a dictionary of what was sent when. At full size, 65,000 rows a day: `python -m benchmarks provider`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from liaison.exchange.reports.reading import decode_report_file
from liaison.node.services.feeds.holding import send_due
from tests.feeding import Feeding

DAYS, WINDOW = 30, 72
HOURS = (11, 24, 25, 48, 72)
"""Between two feeds: the window's very end among them."""
HEAD = b"time,ip,port,note\n"


def drawn(chance: random.Random, rows: int, day: int) -> list[bytes]:
    """A feed, some of whose rows are those of other days, and some its own twice."""
    numbers = [chance.randrange(rows) + max(0, day - chance.randrange(12)) * rows // 3 for _ in range(rows)]
    return [b"%d,198.51.100.%d,%d,n%d" % (each, each % 250, each % 65_536, each) for each in numbers]


def naive(feed: list[bytes], last: dict[bytes, datetime], now: datetime) -> list[bytes]:
    """What is sent of a feed by somebody who looks every row up."""
    return [each for each in dict.fromkeys(feed) if each not in last or now - last[each] >= timedelta(hours=WINDOW)]


def got(feeding: Feeding, after: int) -> tuple[list[bytes], int]:
    """The rows that reached the desk behind so many messages, as they were in the feed; how many messages there are."""
    files = feeding.files(after=after)
    lines = [line for _, data in files for line in decode_report_file(data).lines.values()]
    return [b",".join(each.split(b",")[:4]) for each in lines], after + len(files)


def month(feeding: Feeding, rows: int, seed: int) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """What the twin would send of each feed of a month, and what reached the desk."""
    chance, last, messages = random.Random(seed), dict[bytes, datetime](), 0
    ends = feeding.world.clock.now() + timedelta(days=DAYS)
    while (now := feeding.world.clock.now()) < ends:
        feed = drawn(chance, rows, (ends - now).days)
        expected = naive(feed, last, now)
        last |= dict.fromkeys(expected, now)
        feeding.send(HEAD + b"\n".join(feed) + b"\n", window=WINDOW)
        rows_there, messages = got(feeding, messages)
        yield expected, rows_there
        feeding.world.advance(hours=chance.choice(HOURS))


def test_the_rows_of_a_month_reach_the_desk_as_a_naive_twin_would_send_them(tmp_path: Path) -> None:
    with Feeding(tmp_path, "csv") as feeding:
        feeds = list(month(feeding, 30, seed=5))
        assert [there for _, there in feeds] == [expected for expected, _ in feeds]
        assert len({row for expected, _ in feeds for row in expected}) < sum(len(expected) for expected, _ in feeds)
        assert any(len(expected) < 20 for expected, _ in feeds)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_so_do_those_of_months_with_many_more_rows(tmp_path: Path, seed: int) -> None:
    with Feeding(tmp_path, "csv") as feeding:
        assert all(sorted(there) == sorted(expected) for expected, there in month(feeding, 5_000, seed=seed))


def test_rows_that_are_held_for_an_interval_are_counted_as_the_twin_counts_them_when_they_leave(
    tmp_path: Path,
) -> None:
    chance, last, messages = random.Random(7), dict[bytes, datetime](), 0
    with Feeding(tmp_path, "csv", every=24 * 60) as feeding:
        for day in range(5):
            expected = list[bytes]()
            for _ in range(2):
                now = feeding.world.clock.now()
                feed = drawn(chance, 12, day)
                fresh = naive(feed, last, now)
                expected += fresh
                outcomes = feeding.send(HEAD + b"\n".join(feed) + b"\n", window=WINDOW)
                last |= dict.fromkeys(fresh, (outcomes[0].due if outcomes else None) or now)
            feeding.world.advance(hours=24)
            send_due(feeding.xc)
            feeding.world.work()
            there, messages = got(feeding, messages)
            assert sorted(there) == sorted(expected)
