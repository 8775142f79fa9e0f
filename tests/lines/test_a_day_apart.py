"""Does what was accepted during a day without a line arrive within half a minute of its return, by a hand-set clock?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.node.models import Delivery
from tests.crash.facts import inspect
from tests.crash.invariants import never_backwards, no_receipt_without_a_copy, nothing_lost_nothing_twice
from tests.world import World

pytestmark = pytest.mark.sqlite

MINUTES, STEP = 24 * 60, 10


def test_a_day_apart_delays_notices_and_changes_nothing_else(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        world.network.down |= {"XC", "XD"}
        accepted = []
        for minute in range(0, MINUTES, STEP):
            if minute % 120 == 0:
                accepted += [sent.message_id for sent in (*world.send("XC", "XD"), *world.send("XD", "XC"))]
            world.advance(minutes=STEP)
            world.work()
        apart = inspect(world.nodes["XC"]), inspect(world.nodes["XD"])
        no_receipt_without_a_copy(*apart)
        assert [len(facts.waiting) for facts in apart] == [12, 12]
        world.network.down.clear()
        world.advance(seconds=30)
        world.work()
        together = inspect(world.nodes["XC"]), inspect(world.nodes["XD"])
        nothing_lost_nothing_twice(*together, accepted)
        for before, after in zip(apart, together, strict=True):
            never_backwards(before, after)


def test_an_answer_lost_each_time_for_a_day_still_leaves_one_copy_and_one_receipt(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        world.network.lose_answers["XD"] = 10_000
        accepted = [sent.message_id for sent in world.send("XC", "XD")]
        for _ in range(0, MINUTES, STEP):
            world.advance(minutes=STEP)
            world.work()
        given = inspect(world.nodes["XD"]).given
        with world.at("XC"):
            assert Delivery.objects.get().attempts > 100
        world.network.lose_answers.clear()
        world.advance(seconds=30)
        world.work()
        sender = inspect(world.nodes["XC"])
        nothing_lost_nothing_twice(sender, inspect(world.nodes["XD"]), accepted)
        assert sender.taken == given
