"""How does the rota stand in the calendar of another program, and what that one says in the rota?

    token = make_feed(node, seat, whole_desk=False, by=7)     …/duty/<token>.ics, shown this once
    data = read_feed(node, token)                             iCalendar: shifts, never anything of a case
    taken = take_calendar(node, seat, data, Taking("away", "7"), by=7)

Invariants:
- A token is kept as its hash only; it ends with a press of a button, and with its officer's place at the desk.
- Fetching changes nothing. What goes out are names of officers, hours and the name of the desk.
- What came from a calendar before under the same identifier is replaced; what it cannot say clearly is left out and
  told. Who may bring in what is as for typing it: services/duty/rotas.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from liaison.duty.calendars import Calendar, Event, decode_calendar, encode_calendar
from liaison.duty.rota import Spell
from liaison.duty.shifts import Shift, shifts
from liaison.duty.wall import find_zone
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import DutyFeed, DutyHoliday, DutyLayer, DutySpell, Officer
from liaison.node.node import Node
from liaison.node.reads.cooperation.listing import ClockRead, request_calendar
from liaison.node.reads.duty.rotas import names, people, rota_of
from liaison.node.reads.inside.rules import columns
from liaison.node.services.duty.rotas import keep_spell, put_holiday, tell
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import encode_base64

BYTES = 24
FEEDS = 10
"""Addresses of one officer at one desk at once."""
BEFORE, AHEAD = timedelta(days=30), timedelta(days=180)
LONGEST_HOLIDAY = 31
SHIFTS, REQUESTS = "shifts", "requests"
WHAT = ("holidays", "away", "duty")


@dataclass(frozen=True, slots=True)
class Feed:
    """An address in a list."""

    number: int
    officer: int
    whole_desk: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Taking:
    """What a calendar is brought in as, for whom, and into which layer."""

    what: str
    officer: str = ""
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many events were taken, how many were over, and those left out by reason."""

    taken: int
    over: int
    left_out: tuple[tuple[str, str], ...]


def make_feed(node: Node, seat: Seat, *, whole_desk: bool, by: int, about: str = SHIFTS) -> str:
    """The token of an address from which a program fetches shifts, or the dates of requests. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    token = encode_base64(node.entropy.draw(BYTES)).replace("+", "-").replace("/", "_")
    place = columns(seat.register, seat.desk)
    with unit_of_work(node):
        if DutyFeed.objects.filter(**place, officer=by, ended_at=None).count() >= FEEDS:
            raise UsageError("duty-too-many", most=FEEDS)
        row = DutyFeed.objects.create(
            **place, officer=by, about=about, whole_desk=whole_desk, token_hash=_hash(token), made_at=node.clock.now()
        )
        tell(node, seat, "duty-feed-made", by, subject=str(row.pk), params={"whole_desk": whole_desk, "about": about})
    return token


def feeds(node: Node, seat: Seat, *, officer: int, about: str = SHIFTS) -> list[Feed]:
    """The addresses an officer has at this desk."""
    with reading(node):
        place = columns(seat.register, seat.desk)
        rows = DutyFeed.objects.filter(**place, officer=officer, about=about, ended_at=None)
        return [Feed(row.pk, row.officer, row.whole_desk, row.made_at) for row in rows.order_by("pk")]


def end_feed(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """End an address of one's own; idempotent."""
    with unit_of_work(node):
        rows = DutyFeed.objects.filter(**columns(seat.register, seat.desk), pk=number, officer=by, ended_at=None)
        if rows.update(ended_at=node.clock.now()):
            tell(node, seat, "duty-feed-ended", by, subject=str(number))


def read_feed(node: Node, token: str, *, words: Callable[[ClockRead], str] | None = None) -> bytes:
    """The calendar behind a token; `words` says what a date of a request is called. Raises UsageError without a why."""
    with reading(node):
        row = DutyFeed.objects.filter(token_hash=_hash(token), ended_at=None).first()
        desk = DeskRef(row.participant, row.node, row.desk) if row is not None else None
        if row is None or desk is None or row.officer not in people(node, row.register, desk):
            raise UsageError("duty-feed-not-found")
        if row.about == REQUESTS:
            return request_calendar(node, row.register, desk, name=desk.desk, words=words)
        now = node.clock.now()
        found = shifts(rota_of(node, row.register, desk), now - BEFORE, now + AHEAD)
        mine = [each for each in found if row.whole_desk or str(row.officer) in each.officers]
        wanted = {int(officer) for each in mine for officer in each.officers}
        known = names(node, row.register, desk, wanted)
    events = [_event(desk, each, known, whole=row.whole_desk) for each in mine if each.officers]
    return encode_calendar(desk.desk, events, made=now)


def _event(desk: DeskRef, shift: Shift, known: Mapping[int, str], *, whole: bool) -> Event:
    words = ", ".join(known.get(int(each), each) for each in shift.officers) if whole else desk.desk
    told = f"{desk}\0{shift.begins.isoformat()}\0{','.join(shift.officers)}"
    uid = f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@liaison"
    return Event(uid, words, shift.begins, shift.ends)


def take_calendar(node: Node, seat: Seat, data: bytes, taking: Taking, *, by: int) -> Taken:
    """Take events over as holidays, times away or times on duty. Raises UsageError, MalformedError."""
    if taking.what not in WHAT:
        raise UsageError("duty-calendar-what")
    own = taking.officer == str(by) and taking.what != "holidays"
    require(Action.ACKNOWLEDGE if own else Action.SET_RULES, seat.roles)
    with unit_of_work(node):
        calendar = decode_calendar(data, rota_zone(seat, by))
        take = _take_holidays if taking.what == "holidays" else _take_spells
        done = take(node, seat, calendar, taking, by)
        told: JSON = {"as": taking.what, "officer": taking.officer, "events": done.taken}
        tell(node, seat, "duty-calendar-taken", by, subject=taking.officer, params=told)
    return done


def rota_zone(seat: Seat, officer: int) -> ZoneInfo:
    """Inside a unit of work: whose clock counts for whole days: that of the first layer, else of the officer."""
    rows = DutyLayer.objects.filter(**columns(seat.register, seat.desk)).order_by("position")
    named = rows.values_list("zone", flat=True).first()
    own = Officer.objects.filter(pk=officer).values_list("zone", flat=True).first()
    return find_zone(named or own or "UTC")


def _take_holidays(node: Node, seat: Seat, calendar: Calendar, taking: Taking, by: int) -> Taken:
    left_out = [(uid, reason.value) for uid, reason in calendar.left_out]
    taken = over = 0
    same = {"source__in": _named(calendar), "day__gte": node.clock.now().date()}
    DutyHoliday.objects.filter(**columns(seat.register, seat.desk), **same).delete()
    for event in dict.fromkeys(calendar.events):  # The same event twice is one.
        if event.day is None or event.days > LONGEST_HOLIDAY:
            left_out.append((event.known_as, "not-whole-days"))
        elif event.ends <= node.clock.now():
            over += 1
        else:
            for number in range(event.days):
                put_holiday(node, seat, event.day + timedelta(days=number), event.words, source=event.known_as)
            taken += 1
    return Taken(taken, over, tuple(left_out))


def _take_spells(node: Node, seat: Seat, calendar: Calendar, taking: Taking, by: int) -> Taken:
    left_out = [(uid, reason.value) for uid, reason in calendar.left_out]
    absence, taken, over = taking.what == "away", 0, 0
    layer = "" if absence else taking.layer
    if layer and not DutyLayer.objects.filter(**columns(seat.register, seat.desk), name=layer).exists():
        raise UsageError("duty-layer-not-found", layer=layer[:60])
    same = {"officer": taking.officer, "absence": absence, "source__in": _named(calendar)}
    if not taking.officer.isdecimal():
        raise UsageError("duty-not-an-officer")
    DutySpell.objects.filter(**columns(seat.register, seat.desk), **same).delete()
    for event in dict.fromkeys(calendar.events):  # The same event twice is one.
        if event.ends <= node.clock.now():
            over += 1
            continue
        spell = Spell(event.begins, event.ends, taking.officer)
        keep_spell(node, seat, spell, by=by, absence=absence, layer=layer, source=event.known_as)
        taken += 1
    return Taken(taken, over, tuple(left_out))


def _named(calendar: Calendar) -> set[str]:
    """As what all that a calendar says is known, what is left out included."""
    return ({event.known_as for event in calendar.events} | {name for name, _ in calendar.left_out}) - {""}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
