"""By which ways is an officer told at an hour of their day, and what if each of them is silent then?

    mail     Mondays to Fridays 08:00 to 18:00, at any hour from "emergency" on
    sms      every day 18:00 to 08:00
    ways_at(ways, zone, "urgent", Sunday 03:00)     sms; at an emergency both
    without the sms                                 mail, `out_of_hours`: the loudest there is, because somebody is told

Invariants (docs/spec/escalation.md, "Hours"):
- Hours are of the officer's own clock, which is never set back, as those of a rota are; a way without any is never
  silent.
- A way that takes messages of such an urgency and is not silent when it would ring is used.
- Of an officer who has ways for the urgency one at least is used: where all are silent, the loudest, the first in the
  officer's order among equals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from liaison.duty.plans import URGENCIES
from liaison.duty.rota import Window
from liaison.duty.wall import steady
from liaison.errors import UsageError

LOUDNESS = {"voice": 3, "sms": 2, "email": 0}
ANY_OTHER = 1
DIGITS = frozenset("0123456")


@dataclass(frozen=True, slots=True)
class Hours:
    """When a way may ring; from `any_time_from` on, where that is not empty, at any hour."""

    window: Window
    any_time_from: str = ""


@dataclass(frozen=True, slots=True)
class OwnWay:
    """A confirmed way of an officer: from which urgency on it is used, how long after a step, and at which hours."""

    key: int
    channel: str
    urgency: str
    wait: timedelta = timedelta(0)
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A way that is used; `out_of_hours` where it should be silent and nothing else is there."""

    key: int
    out_of_hours: bool = False


def ways_at(ways: Iterable[OwnWay], zone: tzinfo, urgency: str, instant: datetime) -> tuple[Chosen, ...]:
    """The ways of one officer, in their order, for a step that is told at an instant."""
    takes = [each for each in ways if URGENCIES.index(each.urgency) <= URGENCIES.index(urgency)]
    awake = [each for each in takes if _rings(each, zone, urgency, instant)]
    if awake or not takes:
        return tuple(Chosen(each.key) for each in awake)
    loudest = max(takes, key=lambda each: LOUDNESS.get(each.channel, ANY_OTHER))
    return (Chosen(loudest.key, out_of_hours=True),)


def make_hours(weekdays: str, begins: str, ends: str, any_time_from: str = "") -> Hours | None:
    """The hours of these words: digits from 0 for Monday, two times as 08:00; None where all are empty.

    Raises UsageError.
    """
    if not (weekdays or begins or ends or any_time_from):
        return None
    days = frozenset(weekdays or DIGITS)
    if not days <= DIGITS or any_time_from not in ("", *URGENCIES):
        raise UsageError("method-hours")
    try:
        window = Window(
            frozenset(map(int, days)), time.fromisoformat(begins or "00:00"), time.fromisoformat(ends or "00:00")
        )
    except ValueError:
        raise UsageError("method-hours") from None
    if window.begins.tzinfo or window.ends.tzinfo:
        raise UsageError("method-hours")
    return Hours(window, any_time_from)


def _rings(way: OwnWay, zone: tzinfo, urgency: str, instant: datetime) -> bool:
    hours = way.hours
    if hours is None:
        return True
    if hours.any_time_from and URGENCIES.index(urgency) >= URGENCIES.index(hours.any_time_from):
        return True
    return any(hours.window.opened_on(steady(zone, instant + way.wait)))
