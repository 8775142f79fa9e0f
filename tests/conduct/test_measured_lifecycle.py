"""Is a measurement shown only after notice, time to answer and consent, whatever is said in whatever order?"""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.conduct.measured.evidence import Measure
from liaison.conduct.measured.lifecycle import (
    STEPS,
    WHO,
    Audience,
    Event,
    Side,
    Standing,
    State,
    Step,
    in_order,
    may,
    stand,
)
from tests import house

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
UNTIL = NOW + timedelta(days=14)
COUNTS = {"valid": 4, "invalid": 1, "not_found": 0}
RIGHT = {"valid": 5, "invalid": 0, "not_found": 0}
LATER = UNTIL + timedelta(days=1)


def said(*events: Event, hours: int = 1) -> list[Step]:
    """Steps that follow one another, each said by whoever may say it."""
    steps: list[Step] = []
    for number, event in enumerate(events):
        by = WHO[event]
        assert by is not None
        steps.append(
            Step(
                event=event,
                by=by,
                at=NOW + timedelta(hours=number * hours),
                hash=f"{number:064x}",
                about=steps[-1].hash if steps else None,
                counts=RIGHT if event is Event.CORRECTED else None,
                shown_to=Audience.PUBLIC if event is Event.CONSENT_GIVEN else None,
            )
        )
    return steps


def told(steps: list[Step], now: datetime = LATER) -> Standing:
    return stand(steps, measure=Measure.ROUTE_ORIGIN, counts=COUNTS, answer_until=UNTIL if steps else None, now=now)


N, D, U, C, W = Event.NOTIFIED, Event.DISPUTED, Event.UPHELD, Event.CORRECTED, Event.WITHDRAWN
YES, NO = Event.CONSENT_GIVEN, Event.CONSENT_WITHDRAWN


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), State.MEASURED),
        ((N,), State.NOTIFIED),
        ((N, D), State.DISPUTED),
        ((N, D, U), State.UPHELD),
        ((N, D, C), State.CORRECTED),
        ((N, D, W), State.WITHDRAWN),
        ((N, YES), State.SHOWN),
        ((N, D, C, YES), State.SHOWN),
        ((N, YES, NO), State.WITHHELD),
        ((N, YES, NO, YES), State.SHOWN),
        ((N, YES, D), State.DISPUTED),
        ((N, YES, D, U), State.UPHELD),
        ((N, YES, W, YES), State.WITHDRAWN),
    ],
)
def test_each_course_ends_where_the_table_says(events: tuple[Event, ...], state: State) -> None:
    standing = told(said(*events))
    assert standing.state is state
    assert (standing.shown_to is not None) is (state is State.SHOWN)


def test_nothing_is_shown_before_the_time_to_answer_is_over() -> None:
    steps = said(N, YES)
    assert told(steps, UNTIL - timedelta(seconds=1)).state is State.CONSENTED
    assert told(steps, UNTIL - timedelta(seconds=1)).shown_to is None
    assert told(steps, UNTIL).shown_to is Audience.PUBLIC


def test_silence_is_no_consent() -> None:
    assert told(said(N), LATER + timedelta(days=3650)).shown_to is None


def test_a_correction_takes_the_place_of_what_was_told_and_one_with_foreign_counts_changes_nothing() -> None:
    steps = said(N, D, C)
    assert told(steps).counts == RIGHT
    wrong = [*steps[:2], Step(event=C, by=Side.MEASURER, at=LATER, hash="f" * 64, about=steps[1].hash,
                              counts={"answered": 3})]  # fmt: skip
    assert (told(wrong).state, told(wrong).counts, len(told(wrong).ignored)) == (State.DISPUTED, COUNTS, 1)


def test_nobody_takes_the_steps_of_the_other_side() -> None:
    notice = said(N)[0]
    for event, side in itertools.product(Event, Side):
        step = Step(event=event, by=side, at=LATER, hash="e" * 64, about=notice.hash, shown_to=Audience.PUBLIC)
        if WHO[event] is not side:
            assert told([notice, step]).state is State.NOTIFIED, (event, side)
            assert not any(may(state, event, side) for state in State)


def test_consent_without_saying_to_whom_is_none() -> None:
    notice = said(N)[0]
    step = Step(event=YES, by=Side.PROVIDER, at=LATER, hash="e" * 64, about=notice.hash)
    assert told([notice, step]).state is State.NOTIFIED


def test_clocks_that_go_wrong_change_no_order() -> None:
    steps = said(N, D, C, YES, NO, hours=-24)
    assert [step.event for step in in_order(reversed(steps))] == [N, D, C, YES, NO]
    assert told(steps).state is State.WITHHELD


def test_a_step_that_follows_one_that_is_not_here_waits_for_it() -> None:
    steps = said(N, D, U, YES)
    assert told([steps[0], *steps[2:]]).state is State.NOTIFIED
    assert told(steps).state is State.SHOWN


EVENTS = st.lists(
    st.tuples(st.sampled_from(sorted(Event)), st.sampled_from(sorted(Side)), st.integers(0, 5)), max_size=8
)


@given(EVENTS, st.randoms(use_true_random=False), st.integers(0, 40))
def test_both_ends_come_to_the_same_and_show_nothing_without_notice_time_and_consent(
    events: list[tuple[Event, Side, int]], chance: object, days: int
) -> None:
    steps = said(N)
    for number, (event, side, about) in enumerate(events, start=1):
        steps.append(
            Step(event=event, by=side, at=NOW + timedelta(hours=number % 3), hash=f"{number:064x}",
                 about=steps[min(about, len(steps) - 1)].hash, counts=RIGHT, shown_to=Audience.PUBLIC)
        )  # fmt: skip
    mixed = list(steps)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    now = NOW + timedelta(days=days)
    standing = told(steps, now)
    assert standing == told(mixed, now)
    if standing.shown_to is not None:
        assert now >= UNTIL
        taken = [step for step in in_order(steps) if step not in standing.ignored]
        last = [step.event for step in taken if step.event in (YES, NO, D, W)]
        assert last[-1] is YES and all(step.by is Side.PROVIDER for step in taken if step.event is YES)


def test_the_table_of_the_spec_page_is_the_one_of_the_code() -> None:
    page = house.ROOT.joinpath("docs/spec/measured.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| `([a-z-]+)` \| ([a-z]+) \| `([a-z-]+)` \|$", page, re.MULTILINE)
    by = {None: "time", Side.MEASURER: "measurer", Side.PROVIDER: "provider"}
    expected = {(state.value, event.value, by[WHO[event]], after.value) for (state, event), after in STEPS.items()}
    assert set(rows) == expected and len(rows) == len(expected)
