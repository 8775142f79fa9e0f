"""What does a calendar of another program say, and how do shifts go out as one? A small part of iCalendar (RFC 5545).

    BEGIN:VEVENT                        Event("a1@example", "Leave", begins, ends)
    UID:a1@example                      BEGIN:VALARM … and every other part inside an event is passed over
    DTSTART;TZID=Asia/Kathmandu:20261201T080000        an IANA zone, or …Z, or the zone given for times without one
    DTEND:20261201T101500Z              or DURATION:PT2H15M; without either a day is one day
    DTSTART;VALUE=DATE:20261225         whole days: Event.days
    END:VEVENT

Invariants:
- At most 1 MiB, 2,000 events, 8,192 characters a line; what is not of this form is malformed as a whole.
- An event that repeats, has no end or names an unknown zone is left out with its reason, never guessed at.
- An event that a program wrote without the identifier that §3.8.4.7 demands is known by its times and its words alone
  (`Event.known_as`), so that it is the same event in every file.
- What is written has times in UTC, lines of at most 75 bytes, and reads back as what went in.

Spec page: docs/spec/duty.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from liaison.duty.wall import find_zone, first_instant
from liaison.errors import MalformedError, UsageError

LIMIT, EVENTS, LINE, DEPTH = 1 << 20, 2000, 8192, 8
LONGEST_DURATION = timedelta(days=400)
WRITTEN_LINE = 75
_LINE = re.compile(
    r"([A-Za-z0-9-]{1,64})((?:;[A-Za-z0-9-]{1,64}=(?:\"[^\"]*\"|[^\":;,]*)(?:,(?:\"[^\"]*\"|[^\":;,]*))*)*):(.*)"
)
_PARAMETER = re.compile(r";([A-Za-z0-9-]+)=(\"[^\"]*\"|[^\":;]*)")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)", re.ASCII
)
_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
_PLAIN = {"\\": "\\", ";": ";", ",": ",", "n": "\n", "N": "\n"}


class LeftOut(StrEnum):
    """Why an event was not taken."""

    REPEATS = "repeats"
    NO_END = "no-end"
    NO_BEGINNING = "no-beginning"
    ZONE = "zone-not-known"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: from when to when, in UTC, and how many whole days it is, 0 where it has times of day."""

    uid: str
    words: str
    begins: datetime
    ends: datetime
    day: date | None = None
    days: int = 0

    @property
    def known_as(self) -> str:
        """Its identifier, else what it says, as a hash; whole days as days, so that no zone changes it."""
        when = f"{self.day}/{self.days}" if self.day else f"{_instant(self.begins)}/{_instant(self.ends)}"
        told = f"liaison.calendar-event.v1\0{when}\0{self.words}"
        return self.uid or f"content-{hashlib.sha256(told.encode()).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """What was read: events in their order, and those left out by what they are known as and reason."""

    events: tuple[Event, ...]
    left_out: tuple[tuple[str, LeftOut], ...]


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: dict[str, str]
    value: str


def decode_calendar(data: bytes, zone: tzinfo) -> Calendar:
    """The events of a calendar; `zone` is that of whole days and of times without one. Raises MalformedError."""
    events: list[Event] = []
    left_out: list[tuple[str, LeftOut]] = []
    for properties in _events(data):
        if len(events) + len(left_out) >= EVENTS:
            raise MalformedError("calendar-too-large", limit=LIMIT, events=EVENTS)
        uid = _text(properties.get("UID"))[:255]
        found = _event(properties, uid, zone)
        if isinstance(found, Event):
            events.append(found)
        else:
            left_out.append((uid or _called_off(properties, zone), found))
    return Calendar(tuple(events), tuple(left_out))


def _called_off(properties: dict[str, _Property], zone: tzinfo) -> str:
    """As what an event without identifier was known that is called off now; empty where nothing says which it was."""
    before = {name: value for name, value in properties.items() if name != "STATUS"}
    with suppress(MalformedError):  # Nobody needs the times of what is left out.
        found = _event(before, "", zone)
        return found.known_as if isinstance(found, Event) else ""
    return ""


def encode_calendar(name: str, events: Iterable[Event], *, made: datetime) -> bytes:
    """A calendar of this name; `made` stands in each event as the time it was written."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Liaison//Duty//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escape(name)}",
    ]
    for event in events:
        lines += ["BEGIN:VEVENT", f"UID:{_escape(event.uid)}", f"DTSTAMP:{_instant(made)}", *_times(event)]
        lines += [f"SUMMARY:{_escape(event.words)}", "TRANSP:TRANSPARENT", "END:VEVENT"]
    return "".join(f"{_fold(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _events(data: bytes) -> Iterator[dict[str, _Property]]:
    """The properties of each event by name, the first of a name; parts inside an event are passed over."""
    within: list[str] = []
    ended = False
    properties: dict[str, _Property] = {}
    for line in _lines(data):
        name, value = line.name, line.value.strip().upper()
        if ended or (not within and (name, value) != ("BEGIN", "VCALENDAR")) or len(within) >= DEPTH:
            raise _malformed(f"{name}:{value}")
        if name == "BEGIN":
            within.append(value)
            properties = {} if within == ["VCALENDAR", "VEVENT"] else properties
        elif name == "END":
            if within.pop() != value:
                raise _malformed(f"{name}:{value}")
            ended = not within
            if value == "VEVENT" and within == ["VCALENDAR"]:
                yield properties
        elif within == ["VCALENDAR", "VEVENT"]:
            properties.setdefault(name, line)
    if not ended:
        raise _malformed("END:VCALENDAR")


def _lines(data: bytes) -> Iterator[_Property]:
    if len(data) > LIMIT:
        raise MalformedError("calendar-too-large", limit=LIMIT, events=EVENTS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _malformed("UTF-8") from error
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    for line in re.split(r"\r?\n", unfolded):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line) if len(line) <= LINE else None
        if found is None:
            raise _malformed(line)
        parameters = {key.upper(): value.strip('"') for key, value in _PARAMETER.findall(found[2])}
        yield _Property(found[1].upper(), parameters, found[3])


def _event(properties: dict[str, _Property], uid: str, zone: tzinfo) -> Event | LeftOut:
    start, end = properties.get("DTSTART"), properties.get("DTEND")
    if _text(properties.get("STATUS")).upper() == "CANCELLED":
        return LeftOut.CANCELLED
    if {"RRULE", "RDATE", "RECURRENCE-ID"} & properties.keys():
        return LeftOut.REPEATS
    if start is None:
        return LeftOut.NO_BEGINNING
    try:
        begins, day = _read_time(start, zone)
        ends, last = _read_time(end, zone) if end is not None else (None, None)
    except UsageError:
        return LeftOut.ZONE
    words = _text(properties.get("SUMMARY"))[:200]
    lasts = _duration(properties.get("DURATION"))
    if day is not None:
        days = (last - day).days if last is not None else lasts.days if lasts else 1
        after = first_instant(zone, datetime.combine(day + timedelta(days=max(days, 1)), time(0)))
        return Event(uid, words, begins, after, day, days) if 0 < days <= LONGEST_DURATION.days else LeftOut.NO_END
    ends = ends if ends is not None and last is None else begins + lasts if lasts is not None else None
    if ends is None or not begins < ends <= begins + LONGEST_DURATION:
        return LeftOut.NO_END
    return Event(uid, words, begins, ends)


def _read_time(found: _Property, zone: tzinfo) -> tuple[datetime, date | None]:
    """The instant, and the day where it is a whole one. Raises MalformedError, UsageError for a zone not known."""
    parts = _TIME.fullmatch(found.value.strip())
    if parts is None:
        raise _malformed(found.value)
    year, month, day, hour, minute, second = (int(each or 0) for each in parts.groups()[:6])
    try:
        wall = datetime.combine(date(year, month, day), time(hour, minute, min(second, 59)))
    except ValueError as error:
        raise _malformed(found.value) from error
    if not 1970 <= year < 2200:
        raise _malformed(found.value)
    if parts[4] is None:
        return first_instant(zone, wall), wall.date()
    if parts[7]:
        return wall.replace(tzinfo=UTC), None
    named = found.parameters.get("TZID")
    return first_instant(find_zone(named) if named is not None else zone, wall), None


def _duration(found: _Property | None) -> timedelta | None:
    if found is None:
        return None
    parts = _DURATION.fullmatch(found.value.strip())
    if parts is None or not any(parts.groups()):
        raise _malformed(found.value)
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in parts.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _text(found: _Property | None) -> str:
    if found is None:
        return ""
    plain = re.sub(r"\\(.)", lambda each: _PLAIN.get(each[1], each[1]), found.value)
    return "".join(each if each.isprintable() else " " for each in plain).strip()


def _escape(text: str) -> str:
    return "".join(_ESCAPED.get(each, each) for each in text if each.isprintable() or each == "\n")


def _times(event: Event) -> tuple[str, str]:
    if event.day is not None:
        after = event.day + timedelta(days=event.days)
        return f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"
    return f"DTSTART:{_instant(event.begins)}", f"DTEND:{_instant(event.ends)}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _fold(line: str) -> str:
    """The line in pieces of at most 75 bytes, none of which cuts a character."""
    pieces, piece, size = [], "", 0
    for each in line:
        width = len(each.encode())
        if size + width > WRITTEN_LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + each, size + width
    return "\r\n".join([*pieces, piece])


def _malformed(found: str) -> MalformedError:
    return MalformedError("calendar-not-read", found=found[:80])
