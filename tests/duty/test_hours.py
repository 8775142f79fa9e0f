"""By which ways is somebody told at an hour of their day, and are they always? Against a twin that reads the clock."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.duty.hours import Chosen, OwnWay, make_hours, ways_at
from liaison.duty.plans import URGENCIES
from liaison.errors import UsageError

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
SUNDAY_NIGHT = datetime(2026, 11, 29, 2, tzinfo=UTC)
MAIL = OwnWay(1, "email", "routine", hours=make_hours("01234", "08:00", "18:00", "emergency"))
PHONE = OwnWay(2, "sms", "routine", hours=make_hours("", "18:00", "08:00"))

TIMES = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
HOURS = st.one_of(
    st.none(),
    st.tuples(st.sets(st.sampled_from("0123456")), TIMES, TIMES, st.sampled_from(("", *URGENCIES))).map(
        lambda each: make_hours("".join(sorted(each[0])), each[1], each[2], each[3])
    ),
)
WAYS = st.lists(
    st.builds(
        OwnWay,
        st.integers(0, 99),
        st.sampled_from(("email", "sms", "voice", "push", "matrix")),
        st.sampled_from(URGENCIES),
        st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes)),
        HOURS,
    ),
    max_size=5,
    unique_by=lambda way: way.key,
)
MOMENTS = st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 5), timezones=st.just(UTC))  # noqa: DTZ001


def rings(way: OwnWay, urgency: str, at: datetime) -> bool:
    """The twin: the clock is walked back by the minute to when the way woke, and read on each of its days."""
    if way.hours is None or (way.hours.any_time_from and _rank(urgency) >= _rank(way.hours.any_time_from)):
        return True
    window = way.hours.window
    wall = (at + way.wait).astimezone(BERLIN)
    if wall.fold:  # It stands still while the hour comes again.
        wall = wall.replace(hour=2, minute=59, second=59, microsecond=999999)
    day, shows = wall.weekday(), wall.time()
    if window.ends > window.begins:
        return day in window.weekdays and window.begins <= shows < window.ends
    evening = day in window.weekdays and shows >= window.begins
    return evening or ((day - 1) % 7 in window.weekdays and shows < window.ends)


def _rank(urgency: str) -> int:
    return URGENCIES.index(urgency)


@given(WAYS, st.sampled_from(URGENCIES), MOMENTS)
def test_ways_are_chosen_as_the_twin_reads_the_clock_and_nobody_with_a_way_is_untold(
    ways: list[OwnWay], urgency: str, at: datetime
) -> None:
    chosen = ways_at(ways, BERLIN, urgency, at)
    takes = [way for way in ways if _rank(way.urgency) <= _rank(urgency)]
    awake = [way.key for way in takes if rings(way, urgency, at)]
    if awake or not takes:
        assert chosen == tuple(Chosen(key) for key in awake)
    else:
        (one,) = chosen
        loud = {"voice": 3, "sms": 2, "email": 0}
        most = max(loud.get(way.channel, 1) for way in takes)
        assert one.out_of_hours
        assert one.key == next(way.key for way in takes if loud.get(way.channel, 1) == most)


def test_mail_by_day_and_the_telephone_by_night() -> None:
    noon = datetime(2026, 11, 26, 11, tzinfo=UTC)
    assert ways_at((MAIL, PHONE), BERLIN, "urgent", noon) == (Chosen(1),)
    assert ways_at((MAIL, PHONE), BERLIN, "urgent", SUNDAY_NIGHT) == (Chosen(2),)
    assert ways_at((MAIL, PHONE), BERLIN, "emergency", SUNDAY_NIGHT) == (Chosen(1), Chosen(2))


def test_where_every_way_is_silent_the_loudest_is_used_and_said_to_be() -> None:
    by_day = OwnWay(3, "sms", "routine", hours=make_hours("", "08:00", "18:00"))
    assert ways_at((MAIL, by_day), BERLIN, "urgent", SUNDAY_NIGHT) == (Chosen(3, out_of_hours=True),)
    assert ways_at((MAIL,), BERLIN, "urgent", SUNDAY_NIGHT) == (Chosen(1, out_of_hours=True),)
    assert ways_at((), BERLIN, "urgent", SUNDAY_NIGHT) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        ("7", "08:00", "18:00", ""),
        ("", "8", "18:00", ""),
        ("", "25:00", "18:00", ""),
        ("", "08:00", "18:00", "soon"),
        ("", "08:00+01:00", "18:00", ""),
    ],
)
def test_what_is_no_time_is_refused(wrong: tuple[str, str, str, str]) -> None:
    with pytest.raises(UsageError, match="method-hours"):
        make_hours(*wrong)
