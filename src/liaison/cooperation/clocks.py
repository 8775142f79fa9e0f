"""Until when is something owed or kept, and is it in time?

    clock = start("preservation", rule, at)             of 60 days: due at the end of the sixtieth day after this one
    clock = heed(clock, rule, Event.ANSWERED, later)    what ends it, holds it or lets it run again
    clock = extend(clock, rule, until=end_of(day))      another date, if more time was asked for before the old one
    clock.at(now).state                                 running, stopped, met or missed

Invariants (docs/spec/requests.md, "Clocks"):
- where a text says days they are days of the calendar: the day of the beginning does not count, and the last one counts
  to its end in the zone that is named, whatever its clocks did in between; hours are hours of UTC;
- a clock is a function of its rule, of what was said and of now, so both sides and any later reader have the same;
- it ends once: what comes after it was missed is late, and it is never met any more;
- what is held, or was asked to go on before its date, does not lapse while that is undecided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from liaison.cooperation.clock_rules import Clock as Rule
from liaison.cooperation.clock_rules import Event, Side, Then
from liaison.errors import UsageError


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Due:
    """When it is too late: at `at`. Of days, `day` is the last that counts, in `zone`."""

    at: datetime
    day: date | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock that was started. `ended` is when it was met, missed or stopped; `asked_at` when more time was asked for
    before the date; `held` that it does not end at present."""

    id: str
    acts: Side
    lapses: bool
    began: datetime
    due: Due
    state: ClockState = ClockState.RUNNING
    ended: datetime | None = None
    asked_at: datetime | None = None
    held: bool = False

    def at(self, now: datetime) -> Clock:
        """The clock as it stands at `now`: one that ran out was missed."""
        if self.state is not ClockState.RUNNING or self.held or now < self.due.at:
            return self
        return replace(self, state=ClockState.MISSED, ended=self.due.at)

    def runs_out(self, by: datetime) -> bool:
        """Whether something lapsed by then: the date passed, and nobody asked for more in time."""
        return self.lapses and self.asked_at is None and self.at(by).state is ClockState.MISSED


def find_zone(name: str) -> ZoneInfo:
    """The zone of this IANA name. Raises UsageError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # One that nobody has, or that is no name at all.
        raise UsageError("clock-zone", zone=name[:64]) from error


def end_of(day: date, zone: str = "UTC") -> Due:
    """The end of a day of the calendar in a zone. Raises UsageError for a zone that is not known."""
    # Where midnight is skipped, the moment of the change is the first of the new day; where it comes twice, the first.
    midnight = datetime.combine(day + timedelta(days=1), time(), find_zone(zone))
    return Due(midnight.astimezone(UTC), day, zone)


def due_after(at: datetime, *, days: int | None = None, hours: int | None = None, zone: str = "UTC") -> Due:
    """When so many days of the calendar or hours after `at` are over. Raises UsageError for a zone not known."""
    if days is None:
        return Due(at.astimezone(UTC) + timedelta(hours=hours or 0))
    return end_of(at.astimezone(find_zone(zone)).date() + timedelta(days=days), zone)


def once_more(due: Due, rule: Rule, days: int | None = None) -> Due:
    """The date after the same time again, or after `days`."""
    if due.day is not None and (longer := days or rule.days) is not None:
        return end_of(due.day + timedelta(days=longer), due.zone)
    return due_after(due.at, days=days or rule.days, hours=rule.hours, zone=due.zone)


def start(name: str, rule: Rule, at: datetime, *, zone: str = "UTC", until: Due | None = None) -> Clock:
    """The clock from `at` on; `until` is a date that was said, in place of the rule's length."""
    due = until if until is not None else due_after(at, days=rule.days, hours=rule.hours, zone=zone)
    return Clock(id=name, acts=rule.acts, lapses=rule.then is Then.LAPSES, began=at, due=due)


def too_short(clock: Clock, rule: Rule) -> bool:
    """Whether the date that was said is before the least that the text demands."""
    least = due_after(clock.began, days=rule.days, hours=rule.hours, zone=clock.due.zone)
    return rule.at_least and clock.due.at < least.at


def heed(clock: Clock, rule: Rule, event: Event, at: datetime) -> Clock:
    """The clock after something happened at `at`; what no longer runs does not change."""
    if clock.state is not ClockState.RUNNING:
        return clock
    if event in rule.ends:
        late = clock.at(at).state is ClockState.MISSED
        return replace(clock, state=ClockState.MISSED if late else ClockState.MET, ended=clock.due.at if late else at)
    if rule.held is None or clock.runs_out(at):
        return clock
    if event is rule.held.begin:
        return replace(clock, held=True)
    if event is rule.held.until and clock.held:
        # It was kept until that was decided, or to its date if that is later.
        return replace(clock, held=False, due=clock.due if clock.due.at > at else Due(at))
    return clock


def ask_more(clock: Clock, at: datetime) -> Clock:
    """More time was asked for; too late is not at all."""
    in_time = clock.at(at).state is ClockState.RUNNING
    return replace(clock, asked_at=at) if in_time and clock.asked_at is None else clock


def extend(clock: Clock, until: Due, at: datetime) -> Clock:
    """More time was given until then; what ran out before anybody asked stays missed, and no date comes earlier."""
    if clock.state is not ClockState.RUNNING or (clock.asked_at is None and clock.at(at).state is not clock.state):
        return clock
    return replace(clock, due=max(clock.due, until, key=lambda due: due.at), asked_at=None)


def deny_more(clock: Clock) -> Clock:
    """More time was asked for and is not given: the date holds."""
    return replace(clock, asked_at=None)


def stop(clock: Clock, at: datetime) -> Clock:
    """The clock when the request is over: what still ran is stopped, what was missed before stays missed."""
    clock = clock.at(at)
    return clock if clock.state is not ClockState.RUNNING else replace(clock, state=ClockState.STOPPED, ended=at)
