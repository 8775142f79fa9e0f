"""Is a desk told of a date in good time, at it, and not for ever?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from liaison.cooperation.clock_rules import Side
from liaison.cooperation.clocks import Clock, ClockState, due_after
from liaison.cooperation.reminding import next_reminder
from tests.cooperation.telling import day


def clock(**length: int) -> Clock:
    return Clock(id="answer", acts=Side.REQUESTED, lapses=False, began=day(0), due=due_after(day(0), **length))


def moments(of: Clock) -> list[datetime]:
    found, after = [], of.began
    while (at := next_reminder(of, after=after)) is not None:
        found.append(at)
        after = at
    return found


def test_of_days_a_desk_is_reminded_a_fortnight_a_week_three_days_and_a_day_ahead_and_when_it_is_due() -> None:
    kept = clock(days=60)
    assert [(kept.due.at - at).days for at in moments(kept)] == [14, 7, 3, 1, 0]


def test_of_a_short_time_only_those_reminders_are_made_that_lie_within_it() -> None:
    short = clock(days=5)
    assert [(short.due.at - at).days for at in moments(short)] == [3, 1, 0]


def test_of_hours_a_desk_is_reminded_at_half_and_three_quarters_of_the_time() -> None:
    hours = clock(hours=8)
    assert [(at - day(0)) / timedelta(hours=1) for at in moments(hours)] == [4, 6, 8]


def test_nothing_is_said_of_what_was_met_stopped_or_is_held() -> None:
    kept = clock(days=60)
    assert next_reminder(replace(kept, held=True), after=day(0)) is None
    for state in (ClockState.MET, ClockState.STOPPED):
        assert next_reminder(replace(kept, state=state), after=day(0)) is None


def test_of_a_date_that_was_missed_while_nobody_looked_the_reminder_at_the_date_is_still_due() -> None:
    kept = clock(days=60)
    assert next_reminder(kept.at(day(90)), after=day(50)) == kept.due.at - timedelta(days=7)
