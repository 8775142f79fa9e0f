"""Do others read the calendars we write, and we the ones they write? The Python package icalendar, both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.duty.calendars import Event, LeftOut, decode_calendar, encode_calendar

BEGINS = datetime(2026, 10, 24, 20, tzinfo=ZoneInfo("Europe/Berlin"))
WORDS = st.text(st.characters(categories=("L", "N", "P", "S")) | st.just(" "), max_size=120).map(str.strip)


@settings(max_examples=25)
@given(WORDS, WORDS, st.integers(1, 5000))
def test_the_package_reads_what_we_write(uid: str, words: str, minutes: int) -> None:
    event = Event(uid, words, BEGINS.astimezone(UTC), BEGINS.astimezone(UTC) + timedelta(minutes=minutes))
    read = icalendar.Calendar.from_ical(encode_calendar("Duty of XC", [event], made=BEGINS))
    (found,) = read.walk("VEVENT")
    assert read["X-WR-CALNAME"] == "Duty of XC"
    assert (str(found["UID"]), str(found["SUMMARY"])) == (uid, words)
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (event.begins, event.ends)


@settings(max_examples=25)
@given(WORDS)
def test_we_read_what_the_package_writes_with_its_zones_days_and_alarms(words: str) -> None:
    written = icalendar.Calendar()
    night, feast, daily = (icalendar.Event() for _ in range(3))
    night.add("uid", "night")
    night.add("summary", words)
    night.add("dtstart", BEGINS)
    night.add("dtend", BEGINS.replace(day=25, hour=8))
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-15))
    night.add_component(alarm)
    feast.add("uid", "feast")
    feast.add("dtstart", date(2026, 12, 25))
    feast.add("dtend", date(2026, 12, 27))
    daily.add("uid", "daily")
    daily.add("dtstart", BEGINS)
    daily.add("rrule", {"freq": "daily"})
    for event in (night, feast, daily):
        written.add_component(event)
    written.add_missing_timezones()
    found = decode_calendar(written.to_ical(), UTC)
    assert [(each.uid, each.words, each.days) for each in found.events] == [("night", words, 0), ("feast", "", 2)]
    assert found.events[0].ends - found.events[0].begins == timedelta(hours=13)
    assert found.left_out == (("daily", LeftOut.REPEATS),)
