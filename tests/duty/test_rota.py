"""Is the officer on duty the one whom somebody with a clock and a pencil would have named, also when clocks change?"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.duty.rota import ALL_DAYS, DAY, WEEK, Layer, Override, Rota, Spell, Swap, Window, on_duty
from liaison.duty.shifts import Collision, gaps, layer_spells, overlaps, present_shift, shifts
from liaison.duty.wall import find_zone, first_instant, steady
from liaison.errors import UsageError
from liaison.wire.identifiers import format_instant
from tests.duty.twin import MINUTE, colliding, layer_by_layer, minute_by_minute

# Midnight UTC before clocks change: an hour at night, half an hour, an hour at 00:01 (so that the date goes back),
# for Ramadan, a quarter for good, and a day that never was.
CHANGES = {
    "Europe/Berlin": ("2026-03-28", "2026-10-24"),
    "America/St_Johns": ("2026-03-07", "2010-11-06", "2010-03-13"),
    "Australia/Lord_Howe": ("2026-04-03", "2026-10-02"),
    "Africa/Casablanca": ("2026-02-14", "2026-03-21"),
    "Asia/Kathmandu": ("1985-12-30", "2026-05-01"),
    "Pacific/Apia": ("2011-12-29", "2011-04-01"),
}
SPAN = 2 * 24 * 60
OFFICERS = ("1", "2", "3", "4")
TIMES = st.sampled_from([time(hour, minute) for hour in range(24) for minute in (0, 1, 15, 30, 59)])


def moments(start: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(-600, SPAN + 600).map(lambda each: start + each * MINUTE)


@st.composite
def spells(draw: st.DrawFn, start: datetime) -> Spell:
    begins = draw(moments(start))
    return Spell(begins, begins + draw(st.integers(1, 2000)) * MINUTE, draw(st.sampled_from(OFFICERS)))


@st.composite
def layers(draw: st.DrawFn, name: str, zone: str, start: datetime) -> Layer:
    window = st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), TIMES, TIMES)
    first = datetime.combine(start.date() - timedelta(days=draw(st.integers(-1, 9))), draw(TIMES))
    members = draw(st.lists(st.sampled_from(OFFICERS), min_size=1, max_size=4, unique=True))
    hours = draw(st.sampled_from([1, 5, 8, 12, DAY, 2 * DAY, WEEK]))
    return Layer(name, zone, first, hours, tuple(members), draw(st.none() | window), draw(st.booleans()))


@st.composite
def rotas(draw: st.DrawFn, zone: str, start: datetime) -> Rota:
    found = tuple(draw(layers(name, zone, start)) for name in ("day", "night")[: draw(st.integers(0, 2))])
    layer = st.sampled_from(["", "day", "night"])
    overrides = st.lists(st.builds(Override, layer, spells(start)), max_size=2)
    swaps = st.lists(st.builds(Swap, layer, spells(start), spells(start)), max_size=1)
    days = st.frozensets(st.integers(0, 3).map(lambda each: start.date() + timedelta(days=each)), max_size=2)
    absences = st.lists(spells(start), max_size=3)
    return Rota(found, tuple(draw(overrides)), tuple(draw(swaps)), tuple(draw(absences)), draw(days))


@pytest.mark.parametrize(("zone", "day"), [(zone, day) for zone, days in CHANGES.items() for day in days])
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_the_rota_is_what_somebody_with_a_clock_would_say(zone: str, day: str, data: st.DataObject) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    rota = data.draw(rotas(zone, start))
    found = list(shifts(rota, start, start + SPAN * MINUTE))
    for number, (at, officers) in enumerate(minute_by_minute(rota, start, SPAN)):
        if at >= found[0].ends:
            found.pop(0)
        assert found[0].begins <= at < found[0].ends
        assert found[0].officers == officers, at
        if number % 13 == 0 or at == found[0].begins:
            assert on_duty(rota, at) == officers, at


@pytest.mark.parametrize("zone", CHANGES)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_gaps_and_collisions_are_where_somebody_with_a_clock_sees_them(zone: str, data: st.DataObject) -> None:
    start = datetime.fromisoformat(CHANGES[zone][0]).replace(tzinfo=UTC)
    end = start + SPAN * MINUTE
    rota = data.draw(rotas(zone, start))
    missing, found = gaps(rota, start, end), overlaps(rota, start, end)
    twins = zip(layer_by_layer(rota, start, SPAN), minute_by_minute(rota, start, SPAN), strict=True)
    for (at, holders), (_, officers) in twins:
        assert any(each.begins <= at < each.ends for each in missing) == (not officers), at
        told = {(each.kind.value, who) for each in found if each.begins <= at < each.ends for who in each.officers}
        assert told == colliding(rota, at, holders), at


@pytest.mark.parametrize("zone", CHANGES)
@given(data=st.data())
def test_the_clock_that_is_never_set_back_shows_a_time_from_its_first_instant_on(
    zone: str, data: st.DataObject
) -> None:
    start = datetime.fromisoformat(data.draw(st.sampled_from(CHANGES[zone])))
    wall = start + data.draw(st.integers(-600, SPAN)) * MINUTE
    at = first_instant(find_zone(zone), wall)
    assert steady(find_zone(zone), at) >= wall > steady(find_zone(zone), at - timedelta(seconds=1))


def weekly(*members: str, zone: str = "Europe/Berlin", window: Window | None = None, name: str = "first") -> Layer:
    return Layer(name, zone, local("2026-01-05T08:00"), WEEK, members, window)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_hand_over_at_a_time_that_is_never_shown_is_when_the_clock_jumps_and_one_shown_twice_is_the_first() -> None:
    berlin = Layer("first", "Europe/Berlin", local("2026-01-05T02:30"), DAY, ("1", "2"))
    edges = [each.begins for each in shifts(Rota((berlin,)), at("2026-03-28T12:00"), at("2026-03-31T00:00"))][1:]
    assert edges == [at("2026-03-29T01:00"), at("2026-03-30T00:30")]
    edges = [each.begins for each in shifts(Rota((berlin,)), at("2026-10-24T12:00"), at("2026-10-26T12:00"))][1:]
    assert edges == [at("2026-10-25T00:30"), at("2026-10-26T01:30")]


def test_the_turn_of_a_day_that_never_was_begins_when_the_clock_jumps_over_it() -> None:
    apia = Layer("first", "Pacific/Apia", local("2011-12-28T09:00"), DAY, ("1", "2", "3", "4"))
    found = shifts(Rota((apia,)), at("2011-12-29T00:00"), at("2012-01-01T12:00"))
    # The turn of 30 December begins when the clock jumps over that day, and lasts until 09:00 on the 31st.
    assert [(each.officers, each.begins) for each in found] == [
        (("1",), at("2011-12-29T00:00")),
        (("2",), at("2011-12-29T19:00")),
        (("3",), at("2011-12-30T10:00")),
        (("4",), at("2011-12-30T19:00")),
        (("1",), at("2011-12-31T19:00")),
    ]


def test_an_override_counts_before_a_swap_a_swap_before_a_turn_and_the_later_override_before_the_earlier() -> None:
    monday, week = at("2026-01-05T07:00"), timedelta(days=7)
    one, other = Spell(monday, monday + week, "1"), Spell(monday + week, monday + 2 * week, "2")
    rota = Rota((weekly("1", "2"),), swaps=(Swap("first", one, other),))
    assert on_duty(rota, monday) == ("2",)
    assert on_duty(rota, monday + week) == ("1",)
    night = Spell(monday, monday + timedelta(hours=12), "3")
    rota = Rota(rota.layers, (Override("first", night),), rota.swaps)
    assert on_duty(rota, monday) == ("3",)
    assert on_duty(rota, night.ends) == ("2",)
    late = Spell(monday + timedelta(hours=1), night.ends, "4")
    assert on_duty(Rota(rota.layers, (*rota.overrides, Override("first", late)), rota.swaps), late.begins) == ("4",)
    assert on_duty(Rota(rota.layers, (Override("", night),)), monday) == ("3", "1")


def test_whoever_is_away_is_stood_in_for_by_the_next_and_the_turns_do_not_move() -> None:
    monday, week = at("2026-01-05T07:00"), timedelta(days=7)
    away = Spell(monday, monday + timedelta(days=2), "1")
    rota = Rota((weekly("1", "2", "3"),), absences=(away,))
    assert [each.officers for each in shifts(rota, monday, monday + 3 * week)] == [("2",), ("1",), ("2",), ("3",)]
    everybody = tuple(Spell(away.begins, away.ends, each) for each in "123")
    assert gaps(Rota(rota.layers, absences=everybody), monday, monday + week)[0].ends == away.ends


def test_a_layer_that_rests_on_holidays_leaves_them_to_the_next_one_whole_nights_included() -> None:
    day = Window(ALL_DAYS, time(20), time(8))
    nights = Layer("nights", "Asia/Kathmandu", local("2026-01-05T20:00"), DAY, ("1",), day, on_holidays=False)
    rota = Rota((nights, weekly("2", zone="Asia/Kathmandu", name="second")), holidays=frozenset({date(2026, 1, 10)}))
    assert on_duty(rota, at("2026-01-10T01:00")) == ("1", "2")  # 06:45 there, of the night before
    assert on_duty(rota, at("2026-01-10T15:00")) == ("2",)  # 20:45 there
    assert on_duty(rota, at("2026-01-11T01:00")) == ("2",)  # 06:45 of the day after, the same night


def test_collisions_are_told_and_gaps_found() -> None:
    monday = at("2026-01-05T07:00")
    week = timedelta(days=7)
    office = Window(frozenset(range(5)), time(8), time(18))
    rota = Rota((weekly("1", "2", window=office), weekly("2", "2x", name="second", window=office)))
    assert overlaps(rota, monday, monday + week) == ()
    found = gaps(rota, monday, monday + week)
    assert len(found) == 5
    assert found[-1].ends - found[-1].begins == timedelta(hours=62)
    crossed = Rota((weekly("1"), weekly("1", name="second")))
    assert {each.kind for each in overlaps(crossed, monday, monday + week)} == {Collision.TWO_LAYERS}
    night = Spell(monday, monday + timedelta(hours=3), "3")
    both = Rota((), (Override("", night), Override("", Spell(monday, monday + timedelta(hours=1), "4"))))
    (one,) = overlaps(both, monday, monday + week)
    assert (one.kind, one.officers, one.ends) == (Collision.TWO_OVERRIDES, ("3", "4"), monday + timedelta(hours=1))


def test_the_present_shift_is_found_whole_and_a_layer_alone_can_be_listed() -> None:
    rota = Rota((weekly("1", "2"),))
    found = present_shift(rota, at("2026-03-28T12:00"))
    assert (found.begins, found.ends) == (at("2026-03-23T07:00"), at("2026-03-30T06:00"))
    listed = layer_spells(rota, rota.layers[0], at("2025-12-01T00:00"), at("2026-01-20T00:00"))
    assert [each.officer for each in listed] == ["1", "2", "1"]
    assert present_shift(Rota(), at("2026-03-28T12:00")).officers == ()


def test_a_zone_that_is_none_is_refused() -> None:
    for name in ("Mars/Olympus", "../etc/passwd", "", "Europe", "a\0b"):
        with pytest.raises(UsageError, match="duty-zone"):
            find_zone(name)


def test_the_example_of_the_spec_page_is_what_the_rota_says() -> None:
    night = Window(ALL_DAYS, time(20), time(8))
    layers = (
        weekly("7", "9", "12"),
        Layer("Nights", "Europe/Berlin", local("2026-01-05T20:00"), DAY, ("12", "9"), night, on_holidays=False),
    )
    away = Spell(at("2026-10-20T00:00"), at("2026-10-27T12:00"), "12")
    rota = Rota(layers, absences=(away,), holidays=frozenset({date(2026, 10, 25)}))
    page = (Path(__file__).parents[2] / "docs/spec/duty.md").read_text(encoding="utf-8")
    lines = re.findall(r"^(2026\S+Z)  (2026\S+Z)  (\d+(?:, then \d+)*)", page, re.MULTILINE)
    found = shifts(rota, at("2026-10-24T12:00"), at("2026-10-27T07:00"))
    told = [(format_instant(each.begins), format_instant(each.ends), ", then ".join(each.officers)) for each in found]
    assert told == lines
