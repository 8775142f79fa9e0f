"""Is each step told once, in order, in time and never after somebody has it, whatever kills the worker, on any rota?

Over the tables of a node with its own services: what comes in is sealed and sent by another node, and the worker is
killed at any statement and at any handing over (`tests.node.duty.nights`), judged by `tests.node.duty.watch`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.duty.plans import Plan, Step
from liaison.duty.rota import Rota
from tests.mirrored import START
from tests.node.duty.desk import Stage, staffed
from tests.node.duty.nights import MESSAGES, Coming, Night, draw, live
from tests.node.duty.watch import judge


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staffed(tmp_path_factory.mktemp("nights"), "ada", "bo", "cy") as found:
        found.hire("di", reached=False)
        yield found


def night_of(chance: random.Random, stage: Stage) -> Night:
    return draw(chance, {number: login != "di" for login, number in stage.officers.items()})


@given(st.randoms(use_true_random=False))
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_step_of_a_night_comes_once_in_order_and_in_time_through_kills_and_changes_of_the_clock(
    stage: Stage, chance: random.Random
) -> None:
    night = night_of(chance, stage)
    assert judge(night, live(stage, night)) == []


@pytest.mark.soak
def test_ten_thousand_messages_in_nights_with_kills_are_told_as_they_should(stage: Stage) -> None:
    told = killed = 0
    for seed in range(10_000 // MESSAGES):
        night = night_of(random.Random(seed), stage)
        lived = live(stage, night)
        assert judge(night, lived) == [], seed
        told += sum(each.kind == "told" for events in lived.events.values() for each in events)
        killed += lived.kills
    assert told > 20_000
    assert killed > 1_000


def test_the_judge_sees_what_is_wrong(stage: Stage) -> None:
    """A judge that finds nothing proves something only if it finds what was put there."""
    plan = Plan((Step(("rota",), 5), Step(("desk",), 5)), ("desk",))
    people = tuple(stage.officers.values())
    night = Night(START, Rota(), (Coming(7, plan, ()),), (), (), frozenset(), people, frozenset(people[:3]))
    lived = live(stage, night)
    assert judge(night, lived) == []
    number, events = 0, lived.events[0]
    first = next(each for each in events if each.kind == "told")
    notice = lived.told[number][0]
    lived.rung[f"notice-{notice.pk}"] = 3
    assert any("rang 3 times" in each for each in judge(night, lived))
    lived.events[number] = [first, *events]
    assert any("was next" in each for each in judge(night, lived))
    lived.events[number] = []
    assert any("never came" in each for each in judge(night, lived))
