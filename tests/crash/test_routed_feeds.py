"""Does a feed that is routed and sent lose no row, and send none twice, wherever the command dies and is run again?"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from liaison.node import wiring
from liaison.node.reads.routing import TABLES
from liaison.node.services.resources import TableFormat, keep_table
from tests.crash.conftest import Staging
from tests.crash.invariants import nothing_lost_nothing_twice
from tests.crash.stage import Stage
from tests.mirrored import START
from tests.routing.test_against_naive import random_feed
from tests.routing.world import demo_table

FOLDERS = 6
TOTALS = ("rows", "routed", "rejected", "duplicate", "contested", "reasons")
SUMS = ("rows", "routed", "rejected", "duplicate")


def feed_of(rows: int) -> str:
    """Rows for XC itself, XD, nobody; malformed ones and duplicates; each begins with a digit."""
    return random_feed(random.Random(20261126), rows)


class Sender:
    """The command at XC, run until it ends well; each run that found its folder made goes into the next one."""

    def __init__(self, stage: Stage, rows: int) -> None:
        self.stage, self.home = stage, stage.folder / "xc"
        self.feed = self.home / "feed.csv"
        self.feed.write_text(feed_of(rows), encoding="utf-8")
        tables = wiring.open_folder(self.home / TABLES)
        keep_table(tables, demo_table(), name="demo", form=TableFormat.DELEGATED, taken_from="demo", now=START)

    def run(self) -> dict[str, Any] | None:
        """What one run says; None when it was killed."""
        summary: dict[str, Any] | None = self.stage.order("xc", "route", str(self.feed), str(self._next_folder()))
        return summary

    def _next_folder(self) -> Path:
        folders = [self.home / "reports" / str(number) for number in range(FOLDERS)]
        return next(folder for folder in folders if not folder.exists())

    def finished(self) -> dict[str, Any]:
        """The summary of the run that came to its end, after everybody lives again."""
        for _ in range(FOLDERS):
            self.stage.revive()
            summary = self.run()
            if summary is not None:
                self.stage.recover()
                return summary
        raise AssertionError("no run came to an end")

    def folders(self) -> list[Path]:
        """What stands in the folder of reports, unfinished runs among it."""
        return sorted((self.home / "reports").iterdir())


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What came of a run that nothing disturbed."""

    summary: dict[str, Any]
    arrived: Counter[str]
    rejects: list[str]
    steps: dict[int, str]
    """The steps of the command by their number in the life of its process."""


def undisturbed(staging: Staging, rows: int) -> Undisturbed:
    with staging() as stage:
        sender = Sender(stage, rows)
        before = len(stage.order("xc", "steps"))
        summary = sender.run()
        steps = dict(list(enumerate(stage.order("xc", "steps")))[before:])
        stage.recover()
        rejects = (sender.home / "reports" / "0" / "rejects.csv").read_text(encoding="utf-8").splitlines()
        assert summary is not None
        return Undisturbed(summary, Counter(stage.order("xd", "reported")), rejects, steps)


def judge(sender: Sender, expected: Undisturbed) -> None:
    """The last run says what an undisturbed one says, and every row arrived once."""
    found = sender.finished()
    assert {name: found[name] for name in TOTALS} == {name: expected.summary[name] for name in TOTALS}
    rows, *parts = (found[name] for name in SUMS)
    assert (rows, found["sent"] + found["already_sent"]) == (sum(parts), found["routed"])
    assert Counter(sender.stage.order("xd", "reported")) == expected.arrived
    *_, last = [folder for folder in sender.folders() if not folder.name.startswith(".")]
    assert (last / "rejects.csv").read_text(encoding="utf-8").splitlines() == expected.rejects
    assert [folder.name for folder in sender.folders() if folder.name.startswith(".")] == []
    nothing_lost_nothing_twice(*map(sender.stage.facts, ("xc", "xd")), sender.stage.accepted)


def killed_at(staging: Staging, share: float, rows: int, *, both: bool = False) -> None:
    """The command kills itself at a share of its steps, evenly over its way, once each, and is run again."""
    expected = undisturbed(staging, rows)
    steps = list(expected.steps.items())
    assert {"before commit", "after commit"} < {name for _, name in steps}
    wanted = max(1, round(share * len(steps)))
    for place in range(wanted):
        number, name = steps[place * len(steps) // wanted]
        with staging(deadly={"xc": number}, both=both) as stage:
            sender = Sender(stage, rows)
            assert sender.run() is None, f"outlived step {number}: {name}"
            assert stage.died[:1] == ["xc"]
            try:
                judge(sender, expected)
            except AssertionError as error:
                raise AssertionError(f"killed at step {number}: {name}") from error


def killed_after(staging: Staging, delays: list[float], rows: int) -> int:
    """Once for each delay in seconds: the command is killed from outside, wherever it is; how often it died of it."""
    expected, died = undisturbed(staging, rows), 0
    for delay in delays:
        with staging() as stage:
            sender = Sender(stage, rows)
            strike = stage.kill_later("xc", delay)
            ended = sender.run()
            strike.join()
            died += ended is None
            stage.order("xc", "steps")  # so that the stage knows of a death after the end
            judge(sender, expected)
    return died


def test_a_feed_may_be_killed_at_steps_all_over_its_way(stage: Staging) -> None:
    killed_at(stage, 0.125, rows=300)


def test_a_feed_may_be_killed_at_any_time(stage: Staging) -> None:
    chance = random.Random(2)
    assert killed_after(stage, [0.02, chance.uniform(0.02, 0.3)], rows=20_000) > 0


@pytest.mark.soak
@pytest.mark.parametrize("both", [False, True])
def test_a_feed_may_be_killed_at_every_step(stage: Staging, both: bool) -> None:
    killed_at(stage, 1, rows=300, both=both)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_long_feed_may_be_killed_at_many_times(stage: Staging, seed: int) -> None:
    chance = random.Random(seed)
    assert killed_after(stage, [chance.uniform(0, 1.5) for _ in range(20)], rows=100_000) > 0
