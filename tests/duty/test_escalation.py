"""Who is told, in which order, and when is it enough? Against the twin, and one story a rule."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.duty.escalation import (
    STEPS,
    Event,
    Happening,
    Kind,
    Lapse,
    Snapshot,
    State,
    Tell,
    advance,
    due,
    simulate,
    stand,
)
from liaison.duty.plans import Plan, Step, ladder, make_plan, plans_at_first, print_plan, read_plan
from liaison.errors import MalformedError, UsageError
from tests.duty.escalating import END, POLL, Act, Schedule, clock, draw, engine, naive
from tests.mirrored import START

TWO_STEPS = Plan((Step(("rota",), 5), Step(("desk",), 8)), ("desk",), repeats=1, signed_within=15)
WANTS_TWO = Plan((Step(("rota", "desk"), 5, wants=2), Step(("desk",), 5)), ("desk",), signed_within=15)


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=150, deadline=None)
def test_an_escalation_does_what_its_twin_does(seed: int, jumps: bool) -> None:
    schedule = draw(random.Random(seed), jumps=jumps)
    assert engine(schedule) == naive(schedule)


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_schedules_with_restarts_tell_each_step_once_in_order_and_in_time(count: int) -> None:
    told = late = 0
    for seed in range(count):
        schedule = draw(random.Random(seed), jumps=False)
        said = engine(schedule)
        assert said == naive(schedule), seed
        found = said.told
        _hold(schedule, found, seed)
        told += len(found)
        late += bool(schedule.down)
    assert told > 2 * count
    assert late > count // 3


def _hold(schedule: Schedule, told: list[tuple[int, int, int | None]], seed: int) -> None:
    """I5: once, in order, never after enough people have it, at most 5 s late after a restart."""
    tellings = [(cycle, place) for _, cycle, place in told if place is not None]
    assert len(set(tellings)) == len(tellings), seed
    assert tellings == sorted(tellings), seed
    waits = [timedelta(0)] + [rung.wait for rung in ladder(schedule.plan)]
    begun = 0
    for second, _, place in told:
        if place is None:
            begun = second
            continue
        planned = begun + sum(waits[: place + 1], timedelta(0)).total_seconds()
        looks = next((at for at, _, runs in schedule.ticks() if runs and at >= planned), END)
        assert second <= looks < max(planned, looks) + POLL, seed


@pytest.mark.soak
@given(st.integers(0, 2**64), st.booleans())
@settings(max_examples=10_000, deadline=None)
def test_ten_thousand_more_escalations_do_what_their_twins_do(seed: int, jumps: bool) -> None:
    schedule = draw(random.Random(seed), jumps=jumps)
    assert engine(schedule).told == naive(schedule).told


def test_nobody_answers_and_everybody_on_the_ladder_is_told_once() -> None:
    found = engine(Schedule(TWO_STEPS)).told
    assert found == [(0, 0, 0), (300, 0, 1), (780, 0, 2), (1080, 0, 3), (1560, 0, 4)]


def test_somebody_has_it_and_answers_so_nobody_else_is_told() -> None:
    acts = (Act(200, Kind.HAS, 7), Act(400, Kind.SIGNED, 7))
    assert engine(Schedule(TWO_STEPS, acts)).told == [(0, 0, 0)]


def test_one_person_does_not_stop_a_step_that_wants_two() -> None:
    one = Schedule(WANTS_TWO, (Act(60, Kind.HAS, 7), Act(90, Kind.HAS, 7), Act(120, Kind.SIGNED, 7)))
    assert engine(one).told == [(0, 0, 0), (300, 0, 1), (600, 0, 2)]
    two = Schedule(WANTS_TWO, (Act(60, Kind.HAS, 7), Act(120, Kind.SIGNED, 7), Act(180, Kind.HAS, 8)))
    assert engine(two).told == [(0, 0, 0)]


def test_a_silent_acknowledger_is_escalated_again_from_the_first_step() -> None:
    found = engine(Schedule(TWO_STEPS, (Act(60, Kind.HAS, 7),))).told
    assert found[:4] == [(0, 0, 0), (960, 0, None), (960, 1, 0), (1260, 1, 1)]


def test_who_puts_it_off_is_told_again_with_the_first_step_when_the_time_has_come() -> None:
    said = engine(Schedule(TWO_STEPS, (Act(60, Kind.SNOOZED, 9, minutes=20),)))
    assert said.told[:3] == [(0, 0, 0), (1260, 0, None), (1260, 1, 0)]
    assert said.reminded == [(1260, (9,))]


def test_when_a_colleague_it_was_handed_to_stays_silent_it_begins_again_and_not_when_they_have_it() -> None:
    handed = (Act(60, Kind.HAS, 7), Act(120, Kind.HANDED, 8, minutes=10, by=7))
    assert engine(Schedule(TWO_STEPS, handed)).told[:3] == [(0, 0, 0), (720, 0, None), (720, 1, 0)]
    answers = (*handed, Act(300, Kind.HAS, 8))
    assert engine(Schedule(TWO_STEPS, answers)).told[:3] == [(0, 0, 0), (1200, 0, None), (1200, 1, 0)]
    signs = (*answers, Act(400, Kind.SIGNED, 8))
    assert engine(Schedule(TWO_STEPS, signs)).told == [(0, 0, 0)]


def test_one_who_was_handed_what_wants_two_does_not_stop_it() -> None:
    handed = (Act(60, Kind.HANDED, 8, minutes=5, by=7), Act(90, Kind.HAS, 8))
    assert engine(Schedule(WANTS_TWO, handed)).told[:3] == [(0, 0, 0), (990, 0, None), (990, 1, 0)]


def test_what_came_late_after_a_standstill_comes_in_order_at_once() -> None:
    found = engine(Schedule(TWO_STEPS, down=((10, 1000),))).told
    assert found[:3] == [(0, 0, 0), (1000, 0, 1), (1000, 0, 2)]


def test_a_step_that_reaches_nobody_waits_for_nobody() -> None:
    assert engine(Schedule(TWO_STEPS, empty=frozenset({"rota"}))).told[:2] == [(0, 0, 0), (0, 0, 1)]


def test_a_clock_that_is_set_back_two_hours_delays_nobody() -> None:
    found = engine(Schedule(TWO_STEPS, jumps=((100, -7200),))).told
    assert [place for _, _, place in found] == [0, 1, 2, 3, 4]
    assert found[1][0] == 100


def test_the_table_names_every_event_of_a_person_in_every_state_and_no_telling_after_the_end() -> None:
    people = {Event.ENOUGH, Event.SETTLED, Event.DROPPED}
    assert all((state, event) in STEPS for state in State for event in people)
    for state in (State.HELD, State.SPENT, State.OVER):
        with pytest.raises(UsageError, match="escalation-step"):
            advance(state, Event.TOLD)


def test_the_page_of_the_format_prints_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs/spec/escalation.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines()[2:8] if "---" not in line]
    head, *body = rows
    printed = {
        (state, event.replace(" ", "-")): cell
        for state, *cells in body
        for event, cell in zip(head[1:], cells, strict=True)
    }
    assert {key: cell for key, cell in printed.items() if cell.isascii()} == {
        (state.value, event.value): after.value for (state, event), after in STEPS.items()
    }


def test_a_step_cannot_be_noted_twice_nor_out_of_turn() -> None:
    snapshot = Snapshot(TWO_STEPS, START)
    first = Happening(Kind.TOLD, START, 0, 0, reached=1)
    for wrong in ((first, first), (Happening(Kind.TOLD, START, 0, 1),), (Happening(Kind.TOLD, START, 1, 0),)):
        with pytest.raises(UsageError, match="escalation-step"):
            stand(snapshot, wrong)


def test_a_lapse_is_said_once_the_time_to_answer_is_over() -> None:
    snapshot = Snapshot(TWO_STEPS, START)
    history = (Happening(Kind.TOLD, START, reached=1), Happening(Kind.HAS, clock(60), officer=7))
    assert due(snapshot, history, clock(959)) is None
    assert due(snapshot, history, clock(960)) == Lapse(0)


def test_a_simulation_says_who_would_be_told_when() -> None:
    people = {"rota": (7,), "desk": (7, 8)}
    found = simulate(TWO_STEPS, lambda target, _: people[target], START)
    minutes = [(int((each.at - START).total_seconds()) // 60, each.officers) for each in found]
    assert minutes == [(0, (7,)), (5, (7, 8)), (13, (7,)), (18, (7, 8)), (26, (7, 8))]
    assert found[-1].rung.last


def test_a_simulation_asks_who_answers_at_the_moment_of_each_step() -> None:
    hand_over = clock(300)
    found = simulate(TWO_STEPS, lambda _, at: (8,) if at >= hand_over else (7,), START)
    assert [each.officers for each in found[:2]] == [(7,), (8,)]


def test_a_plan_prints_back_to_itself_and_the_first_plans_hold() -> None:
    for plan in (*plans_at_first().values(), TWO_STEPS):
        assert read_plan(print_plan(plan)) == plan
        found = simulate(plan, lambda *_: (1,), START)
        assert len(found) == len(ladder(plan))


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": [], "last": ["desk"]},
        {"steps": [{"tell": ["rota"], "minutes": 0}], "last": ["desk"]},
        {"steps": [{"tell": ["rota"], "minutes": 5, "wants": 3}], "last": ["desk"]},
        {"steps": [{"tell": ["everybody"], "minutes": 5}], "last": ["desk"]},
        {"steps": [{"tell": ["rota"], "minutes": 5}], "last": []},
        {"steps": [{"tell": ["rota"], "minutes": 5}], "last": ["desk"], "repeat": 3},
    ],
)
def test_what_is_no_plan_is_refused(wrong: object) -> None:
    with pytest.raises(UsageError, match="plan-not-understood"):
        make_plan(wrong)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_plan_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_plan(data)


def test_tellings_name_cycle_and_place() -> None:
    found = due(Snapshot(TWO_STEPS, START), (), START)
    assert found == Tell(0, 0, ladder(TWO_STEPS)[0])
