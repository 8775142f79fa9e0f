"""Is every clock due when somebody with a calendar on the wall would say so, whatever zones and years do?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.cooperation.clock_rules import Clock as Rule
from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clock_rules import Held, Side, Then
from liaison.cooperation.clocks import (
    Clock,
    ClockState,
    ask_more,
    deny_more,
    due_after,
    end_of,
    extend,
    heed,
    once_more,
    start,
    stop,
    too_short,
)
from liaison.errors import UsageError

AT = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
EARLIEST, LATEST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2090-01-01")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ZONES = ("UTC", "Africa/Nairobi", "Africa/Cairo", "America/St_Johns", "Asia/Kathmandu", "Asia/Beirut", "Pacific/Apia",
         "Australia/Lord_Howe", "America/Havana", "Europe/Berlin")  # fmt: skip


def rule(*, then: Then = Then.LAPSES, held: bool = False, at_least: bool = False, **length: int) -> Rule:
    holding = Held(Moment.ASSISTANCE_ASKED, Moment.ASSISTANCE_DECIDED) if held else None
    return Rule(
        starts=Moment.SECURED,
        ends=(Moment.RELEASED, Moment.ANSWERED),
        acts=Side.REQUESTING,
        then=then,
        article="42",
        en="A time.",
        at_least=at_least,
        held=holding,
        **length,  # type: ignore[arg-type]
    )


KEPT = rule(days=60, held=True, at_least=True)


def test_preservation_of_sixty_days_ends_with_the_sixtieth_day_after_it_began() -> None:
    due = due_after(AT, days=60)
    assert (due.day, due.at) == (date(2027, 1, 25), datetime(2027, 1, 26, tzinfo=UTC))


@pytest.mark.parametrize(
    ("began", "days", "last"),
    [
        ((2028, 1, 1), 60, date(2028, 3, 1)),  # 2028 has a 29 February,
        ((2027, 1, 1), 60, date(2027, 3, 2)),  # 2027 has none,
        ((2100, 1, 1), 60, date(2100, 3, 2)),  # nor has 2100.
        ((2028, 2, 29), 20, date(2028, 3, 20)),
        ((2028, 2, 9), 20, date(2028, 2, 29)),
        ((2026, 12, 2), 30, date(2027, 1, 1)),
        ((2026, 12, 1), 45, date(2027, 1, 15)),
        ((2027, 12, 1), 90, date(2028, 2, 29)),
    ],
)
def test_days_are_those_of_the_calendar_leap_years_and_turns_of_the_year_included(
    began: tuple[int, int, int], days: int, last: date
) -> None:
    assert due_after(datetime(*began, 23, 59, 59, tzinfo=UTC), days=days).day == last


@given(st.datetimes(EARLIEST, LATEST), st.integers(1, 400), st.sampled_from(ZONES))
def test_the_last_day_counts_to_its_last_second_by_the_clocks_on_the_wall_there(
    wall: datetime, days: int, zone: str
) -> None:
    at = wall.replace(tzinfo=UTC)
    due = due_after(at, days=days, zone=zone)
    there = ZoneInfo(zone)
    assert due.day == at.astimezone(there).date() + timedelta(days=days)
    assert due.day is not None
    before, after = (each.astimezone(there).date() for each in (due.at - SECOND, due.at))
    assert before <= due.day < after  # In Apia a day never was: the one before is then the last.


def test_a_day_on_which_clocks_change_has_23_or_25_hours_and_still_ends_at_midnight() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert end_of(spring, "Europe/Berlin").at - end_of(spring - DAY, "Europe/Berlin").at == timedelta(hours=23)
    assert end_of(autumn, "Europe/Berlin").at - end_of(autumn - DAY, "Europe/Berlin").at == timedelta(hours=25)


def test_where_midnight_is_skipped_the_day_ends_when_the_clocks_are_put_forward() -> None:
    # In Cairo the clocks go from 00:00 to 01:00 on 24 April 2026: 23 April ends at 22:00 UTC.
    assert end_of(date(2026, 4, 23), "Africa/Cairo").at == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_where_midnight_comes_twice_the_day_ends_at_the_first() -> None:
    # In Havana the clocks go from 01:00 back to 00:00 on 1 November 2026.
    assert end_of(date(2026, 10, 31), "America/Havana").at == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_hours_are_hours_whatever_the_clocks_on_the_wall_do() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert due_after(before, hours=8, zone="Europe/Berlin").at == before + timedelta(hours=8)


def test_the_same_request_is_due_on_another_day_in_another_zone() -> None:
    late = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
    assert due_after(late, days=20, zone="Africa/Nairobi").day == date(2026, 12, 17)
    assert due_after(late, days=20, zone="America/St_Johns").day == date(2026, 12, 16)


def test_a_zone_that_nobody_has_is_refused_with_its_name() -> None:
    for name in ("Mars/Phobos", "../etc/passwd", ""):
        with pytest.raises(UsageError, match="clock-zone"):
            find = name or "/"
            due_after(AT, days=1, zone=find)


def running(rule_: Rule = KEPT) -> Clock:
    return start("preservation", rule_, AT)


def test_a_clock_runs_to_the_last_second_and_is_missed_at_its_date() -> None:
    clock = running()
    assert clock.at(clock.due.at - SECOND).state is ClockState.RUNNING
    assert clock.at(clock.due.at).state is ClockState.MISSED
    assert not clock.runs_out(clock.due.at - SECOND)
    assert clock.runs_out(clock.due.at)


def test_what_ends_it_in_time_meets_it_and_what_comes_at_the_date_is_late() -> None:
    clock = running()
    met = heed(clock, KEPT, Moment.ANSWERED, clock.due.at - SECOND)
    late = heed(clock, KEPT, Moment.ANSWERED, clock.due.at)
    assert (met.state, late.state, late.ended) == (ClockState.MET, ClockState.MISSED, clock.due.at)
    assert heed(late, KEPT, Moment.ANSWERED, AT) == late


def test_only_a_clock_that_lapses_runs_out() -> None:
    overdue = start("answer", rule(then=Then.OVERDUE, days=30), AT)
    assert overdue.at(overdue.due.at).state is ClockState.MISSED
    assert not overdue.runs_out(overdue.due.at)


def test_more_time_is_asked_for_before_the_date_or_not_at_all() -> None:
    clock = running()
    asked = ask_more(clock, clock.due.at - SECOND)
    assert not asked.runs_out(clock.due.at + DAY)
    assert ask_more(clock, clock.due.at) == clock
    assert extend(clock, end_of(date(2028, 1, 1)), clock.due.at) == clock


def test_an_extension_of_the_same_length_counts_from_the_old_last_day() -> None:
    clock = ask_more(running(), AT + DAY)
    longer = extend(clock, once_more(clock.due, KEPT), AT + 2 * DAY)
    assert (longer.due.day, longer.asked_at) == (date(2027, 3, 26), None)


def test_an_extension_that_was_asked_for_in_time_counts_when_it_is_given_after_the_date() -> None:
    clock = ask_more(running(), AT + DAY)
    longer = extend(clock, once_more(clock.due, KEPT), clock.due.at + DAY)
    assert longer.at(clock.due.at + DAY).state is ClockState.RUNNING


def test_an_extension_never_brings_the_date_forward() -> None:
    assert extend(running(), end_of(date(2026, 12, 1)), AT).due == running().due


def test_where_more_time_is_not_given_the_date_holds_and_may_have_passed() -> None:
    clock = ask_more(running(), AT + DAY)
    assert deny_more(clock).runs_out(clock.due.at)


def test_what_is_kept_goes_on_once_assistance_is_asked_for_until_that_is_decided() -> None:
    clock = running()
    held = heed(clock, KEPT, Moment.ASSISTANCE_ASKED, clock.due.at - SECOND)
    later = clock.due.at + 100 * DAY
    assert held.at(later).state is ClockState.RUNNING
    let_go = heed(held, KEPT, Moment.ASSISTANCE_DECIDED, later)
    assert let_go.at(later).state is ClockState.MISSED
    early = heed(held, KEPT, Moment.ASSISTANCE_DECIDED, AT + DAY)
    assert (early.due, early.at(AT + DAY).state) == (clock.due, ClockState.RUNNING)


def test_assistance_that_is_asked_for_at_the_date_comes_too_late() -> None:
    clock = running()
    assert heed(clock, KEPT, Moment.ASSISTANCE_ASKED, clock.due.at) == clock


def test_a_date_shorter_than_the_least_of_the_text_is_noticed() -> None:
    assert too_short(start("preservation", KEPT, AT, until=end_of(date(2027, 1, 24))), KEPT)
    assert not too_short(start("preservation", KEPT, AT, until=end_of(date(2027, 1, 25))), KEPT)
    assert not too_short(start("answer", rule(days=60), AT, until=end_of(date(2026, 12, 1))), rule(days=60))


def test_what_is_stopped_stays_so_and_what_was_missed_before_stays_missed() -> None:
    clock = running()
    assert stop(clock, AT + DAY).at(clock.due.at).state is ClockState.STOPPED
    assert stop(clock, clock.due.at).state is ClockState.MISSED
