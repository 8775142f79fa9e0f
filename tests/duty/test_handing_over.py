"""Whose duty begins and ends? Against the twin that looks at the clock every minute."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.duty.handing_over import BEFORE_END, LATE, Turn, TurnKind, due, told_at, turns
from tests.duty.twin import MINUTE, minute_by_minute
from tests.mirrored import START
from tests.node.duty.nights import BEGINS, draw_rota

HOURS = 4
OFFICERS = {1: True, 2: True, 3: True}


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_turns_are_where_the_twin_sees_somebody_come_or_go(chance: random.Random) -> None:
    zone = chance.choice(sorted(BEGINS))
    begins = datetime.fromisoformat(chance.choice(BEGINS[zone])).replace(tzinfo=UTC)
    rota = draw_rota(chance, zone, begins, OFFICERS)
    watched = list(minute_by_minute(rota, begins - MINUTE, HOURS * 60 + 1))
    expected = [
        (at, kind, officer)
        for (_, before), (at, after) in itertools.pairwise(watched)
        for kind, found in ((TurnKind.ENDS, set(before) - set(after)), (TurnKind.BEGINS, set(after) - set(before)))
        for officer in found
    ]
    found = [(each.at, each.kind, each.officer) for each in turns(rota, begins, begins + HOURS * 60 * MINUTE)]
    assert sorted(found) == sorted(expected)


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_a_worker_that_looks_every_minute_tells_each_turn(chance: random.Random) -> None:
    zone = chance.choice(sorted(BEGINS))
    begins = datetime.fromisoformat(chance.choice(BEGINS[zone])).replace(tzinfo=UTC)
    rota = draw_rota(chance, zone, begins, OFFICERS)
    told = {each: minute for minute in range(150) for each in due(rota, begins + minute * MINUTE)}
    wanted = set(turns(rota, begins + BEFORE_END, begins + timedelta(minutes=140)))
    assert wanted <= set(told)
    assert all(told_at(each) <= begins + at * MINUTE < told_at(each) + LATE for each, at in told.items())


def test_an_end_is_told_an_hour_before() -> None:
    assert told_at(Turn(TurnKind.ENDS, "7", START)) == START - timedelta(hours=1)
