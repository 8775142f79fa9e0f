"""Is everybody told of everything, soon, and does no way ring without end? Against a twin that counts seconds."""

from __future__ import annotations

import random
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.duty.gathering import AN_HOUR, CEILING, LIMITS, Ring, below_ceiling, most_urgent, rings_at
from liaison.duty.plans import URGENCIES
from tests.duty.escalating import clock
from tests.mirrored import START

HOUR = 3600
Coming = tuple[int, str]
Told = tuple[int, tuple[int, ...]]


def draw(seed: int) -> list[Coming]:
    """A flood, a trickle, or both: at which second something comes, and how urgent it is."""
    chance = random.Random(seed)
    within = chance.choice((60, 900, 2 * HOUR))
    return sorted((chance.randrange(within), chance.choice(URGENCIES)) for _ in range(chance.randint(1, 80)))


def engine(comings: list[Coming]) -> list[Told]:
    """What leaves by one way: at which second, and of which of the messages it tells."""
    told, rings, waiting = list[Told](), list[Ring](), dict[int, str]()
    for second in range(comings[-1][0] + 601):
        waiting |= {number: urgency for number, (at, urgency) in enumerate(comings) if at == second}
        if waiting and rings_at(rings, most_urgent(waiting.values()), clock(second)) <= clock(second):
            told.append((second, tuple(waiting)))
            rings.append(Ring(clock(second), most_urgent(waiting.values())))
            waiting = {}
    assert not waiting
    return told


def naive(comings: list[Coming]) -> list[Told]:
    """The twin: a list of seconds at which it rang for each urgency, counted anew each second."""
    told: list[Told] = []
    loud: dict[str, list[int]] = {urgency: [] for urgency in URGENCIES}
    waiting: list[int] = []
    for second in range(comings[-1][0] + 601):
        waiting += [number for number, (at, _) in enumerate(comings) if at == second]
        for urgency in ("emergency", "urgent", "routine"):
            if any(comings[number][1] == urgency for number in waiting):
                minute = [at for at in loud[urgency] if at > second - 60]
                ten = [at for at in loud[urgency] if at > second - 600]
                if not minute and len(ten) < 3:
                    told.append((second, tuple(waiting)))
                    for heard in URGENCIES[: URGENCIES.index(urgency) + 1]:
                        loud[heard].append(second)
                    waiting = []
                break
    return told


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_a_way_tells_what_its_twin_tells(seed: int) -> None:
    comings = draw(seed)
    assert engine(comings) == naive(comings)


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_nobody_is_untold_and_no_way_rings_more_often_than_its_limits_say(seed: int) -> None:
    comings = draw(seed)
    told = engine(comings)
    assert sorted(number for _, numbers in told for number in numbers) == list(range(len(comings)))
    for second, numbers in told:
        assert all(0 <= second - comings[number][0] < 600 for number in numbers)
    for most, window in LIMITS:
        for urgency in URGENCIES:
            rang = [second for second, numbers in told if most_urgent(comings[n][1] for n in numbers) == urgency]
            spans = (rang[at + most] - first for at, first in enumerate(rang[:-most]))
            assert all(span >= window.total_seconds() for span in spans)


def played(comings: list[tuple[int, str, bool]]) -> list[tuple[int, str, bool, tuple[int, ...]]]:
    """What leaves by one way, of an exercise or real: when, how urgent it is, and of which of what came it tells."""
    told: list[tuple[int, str, bool, tuple[int, ...]]] = []
    waiting, left, second = dict[int, str](), deque(enumerate(comings)), 0
    while waiting or left:
        while left and left[0][1][0] <= second:
            number, (_, urgency, _) = left.popleft()
            waiting[number] = urgency
        for exercise in (False, True):
            mine = {number: urgency for number, urgency in waiting.items() if comings[number][2] is exercise}
            if not mine:
                continue
            urgency, now = most_urgent(mine.values()), clock(second)
            rings = [Ring(clock(at), how, why) for at, how, why, _ in told if at > second - HOUR]
            soon = rings_at([ring for ring in rings if ring.exercise is exercise], urgency, now)
            if max(soon, below_ceiling(rings, urgency, now, exercise=exercise)) <= now:
                told.append((second, urgency, exercise, tuple(mine)))
                waiting = {number: how for number, how in waiting.items() if number not in mine}
        second += 5
    return told


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_whatever_comes_a_way_stays_below_its_ceiling_and_what_is_real_waits_ten_minutes_at_most(seed: int) -> None:
    chance = random.Random(seed)
    within = chance.choice((600, HOUR, 2 * HOUR))
    exercised = chance.choice((0, 0.5))
    drawn = ((chance.randrange(within), chance.choice(URGENCIES), chance.random() < exercised) for _ in range(200))
    comings = sorted(drawn)
    told = played(comings)
    assert sorted(number for *_, numbers in told for number in numbers) == list(range(len(comings)))
    rang = [at for at, *_ in told]
    assert all(len([at for at in rang if first <= at < first + HOUR]) <= AN_HOUR for first in rang)
    for at, _, exercise, numbers in told:
        assert exercise or at - min(comings[number][0] for number in numbers) <= 605
    emergencies = [at for at, urgency, exercise, _ in told if urgency == "emergency" and not exercise]
    for number, (came, urgency, exercise) in enumerate(comings):
        if urgency == "emergency" and not exercise:
            first = next(at for at, *_, numbers in told if number in numbers)
            assert first - came <= 5 or any(first - 600 < at < first for at in emergencies)


def test_an_emergency_comes_through_above_the_ceiling_and_then_at_most_every_five_minutes() -> None:
    noise = [Ring(clock(at * 60), "urgent") for at in range(CEILING)]
    now = clock(CEILING * 60)
    assert below_ceiling(noise, "emergency", now) == now
    assert below_ceiling(noise, "urgent", now) == clock((CEILING + 9) * 60)
    told = [*noise, Ring(now, "emergency")]
    assert below_ceiling(told, "emergency", clock((CEILING + 1) * 60)) == clock((CEILING + 5) * 60)


def test_an_exercise_waits_for_fewer_and_holds_up_nothing_that_is_real() -> None:
    rehearsed = [Ring(clock(at * 60), "urgent", exercise=True) for at in range(CEILING)]
    now = clock(CEILING * 60)
    assert below_ceiling(rehearsed, "emergency", now, exercise=True) == clock(HOUR)
    assert below_ceiling(rehearsed, "routine", now) == now


def test_the_first_is_told_at_once_and_then_one_says_how_many_more_wait() -> None:
    flood = [(second, "urgent") for second in range(50)]
    assert [(second, len(numbers)) for second, numbers in engine(flood)] == [(0, 1), (60, 49)]


def test_an_emergency_waits_for_nothing_less_urgent() -> None:
    comings = [*((second, "urgent") for second in range(200)), (200, "emergency")]
    assert engine(comings)[-1][0] == 200


@pytest.mark.parametrize(("ahead", "counts"), [(30, True), (7200, False)])
def test_a_ring_of_a_clock_that_was_set_back_since_holds_up_nobody(ahead: int, counts: bool) -> None:
    found = rings_at([Ring(clock(ahead), "urgent")], "urgent", START)
    assert (found > START) is counts
