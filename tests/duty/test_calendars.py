"""Is what a calendar says clearly taken, what it does not left out with a reason, and what we write read by others?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.duty.calendars import LIMIT, Event, LeftOut, decode_calendar, encode_calendar
from liaison.errors import MalformedError

MADE = datetime(2026, 11, 26, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=90).map(str.strip)
INSTANTS = st.datetimes(*(datetime.fromisoformat(day) for day in ("2000-01-01", "2100-01-01"))).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
LENGTHS = st.integers(1, 400 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def calendar(*lines: str) -> bytes:
    inside = ["BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *inside, "END:VCALENDAR", ""]).encode()


def only(*lines: str, zone: str = "Asia/Kathmandu") -> Event:
    found = decode_calendar(calendar(*lines), ZoneInfo(zone))
    assert found.left_out == ()
    return found.events[0]


@given(st.lists(st.tuples(WORDS, WORDS, INSTANTS, LENGTHS), max_size=5), WORDS)
def test_what_is_written_reads_back_and_no_line_is_longer_than_the_format_has_it(
    told: list[tuple[str, str, datetime, timedelta]], name: str
) -> None:
    events = tuple(Event(uid, words, begins, begins + length) for uid, words, begins, length in told)
    data = encode_calendar(name, events, made=MADE)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert decode_calendar(data, UTC).events == events


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 40), st.sampled_from(["UTC", "Pacific/Apia"]))
def test_whole_days_are_of_the_desks_own_clock(day: date, days: int, zone: str) -> None:
    midnight = datetime.combine(day, datetime.min.time(), tzinfo=ZoneInfo(zone))
    event = Event("1", "Leave", midnight.astimezone(UTC), midnight.astimezone(UTC), day, days)
    (back,) = decode_calendar(encode_calendar("x", [event], made=MADE), ZoneInfo(zone)).events
    assert (back.day, back.days, back.begins) == (day, days, event.begins)


def test_times_are_taken_with_their_zone_and_lengths_as_lengths() -> None:
    begins = datetime(2026, 12, 1, 2, 15, tzinfo=UTC)
    for start in ("DTSTART;TZID=Asia/Kathmandu:20261201T080000", "DTSTART:20261201T080000", "DTSTART:20261201T021500Z"):
        assert only(start, "DURATION:PT2H30M").ends == begins + timedelta(hours=2, minutes=30)
        assert only(start, "DTEND:20261201T041500Z").begins == begins
    assert only("DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261227").days == 2
    assert only("DTSTART;VALUE=DATE:20261225").days == 1
    assert only("DTSTART:20261201T000000Z", "DURATION:P1W").ends == datetime(2026, 12, 8, tzinfo=UTC)
    folded = only(
        "DTSTART:20261201T000000Z", "DURATION:P1D", "SUMMARY:Leave\\, pa", " id\\nfor", "BEGIN:VALARM", "END:VALARM"
    )
    assert folded.words == "Leave, paid for"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("DTSTART:20261201T000000Z", "DTEND:20261202T000000Z", "RRULE:FREQ=DAILY"), LeftOut.REPEATS),
        (("DTSTART:20261201T000000Z",), LeftOut.NO_END),
        (("DTSTART:20261201T000000Z", "DTEND:20261130T000000Z"), LeftOut.NO_END),
        (("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261130"), LeftOut.NO_END),
        (("SUMMARY:x",), LeftOut.NO_BEGINNING),
        (("DTSTART;TZID=W. Europe Standard Time:20261201T000000", "DURATION:P1D"), LeftOut.ZONE),
        (("DTSTART:20261201T000000Z", "DURATION:P1D", "STATUS:CANCELLED"), LeftOut.CANCELLED),
    ],
)
def test_what_is_not_said_clearly_is_left_out_with_its_reason(lines: tuple[str, ...], reason: LeftOut) -> None:
    found = decode_calendar(calendar(*lines), UTC)
    assert (found.events, found.left_out) == ((), (("1", reason),))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BEGIN:VCALENDAR\r\n",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nX:1\r\n",
        b"BEGIN:VCALENDAR\r\nno line\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nX:\xff\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 9,
        b"BEGIN:VCALENDAR\r\nX:" + b"a" * 9000 + b"\r\nEND:VCALENDAR\r\n",
        calendar("DTSTART:20261301T000000Z", "DURATION:P1D"),
        calendar("DTSTART:20261201T000000Z", "DURATION:P"),
        calendar("DTSTART:\u0662\u0660\u0662\u06661201T000000Z", "DURATION:P1D"),
        calendar("DTSTART:20261201T000000Z", "DURATION:P\u0661D"),
        b"X" * (LIMIT + 1),
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 2001 + b"END:VCALENDAR\r\n",
    ],
)
def test_what_is_no_calendar_is_malformed_as_a_whole(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_calendar(data, UTC)


def without_identifier(*lines: str) -> bytes:
    return calendar(*lines).replace(b"UID:1\r\n", b"")


def known_as(*lines: str, zone: str = "Asia/Kathmandu") -> str:
    found = decode_calendar(without_identifier(*lines), ZoneInfo(zone))
    return found.events[0].known_as if found.events else found.left_out[0][0]


def test_an_event_without_identifier_is_known_by_its_times_and_words() -> None:
    leave = ("DTSTART:20261201T080000", "DURATION:PT2H", "SUMMARY:Leave")
    name = known_as(*leave)
    assert name.startswith("content-") and len(name) == 48
    assert name == known_as("DESCRIPTION:anew", "DTSTART:20261201T021500Z", "DTEND:20261201T041500Z", "SUMMARY:Leave")
    others = {
        known_as("DTSTART:20261201T080001", "DTEND:20261201T100000", "SUMMARY:Leave"),
        known_as("DTSTART:20261201T080000", "DTEND:20261201T100001", "SUMMARY:Leave"),
        known_as("DTSTART:20261201T080000", "DURATION:PT2H", "SUMMARY:Left"),
    }
    assert len({name, *others}) == 4
    day = ("DTSTART;VALUE=DATE:20261225", "SUMMARY:Feast")
    assert known_as(*day) == known_as(*day, zone="Pacific/Apia") == known_as(*day, "DTEND;VALUE=DATE:20261226")
    assert known_as(*leave, "STATUS:CANCELLED") == name
    assert known_as("DTSTART:never", "STATUS:CANCELLED") == known_as("DTSTART:20261201T080000", "RRULE:X") == ""
    assert only(*leave).known_as == "1"
