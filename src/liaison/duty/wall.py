"""What does a wall clock show that is never set back, and when does it first show a time?

    zone = find_zone("Europe/Berlin")                     the night of 25 October, when 03:00 becomes 02:00
    steady(zone, 00:30 UTC)  02:30                        as every clock there
    steady(zone, 01:30 UTC)  02:59:59.999999              the second 02:30: the clock stands until the other catches up
    first_instant(zone, 02:30)  00:30 UTC                 the first of the two
    first_instant(zone, 28 March 02:30)  01:00 UTC        never shown: the moment the clock jumps over it

Invariants: `steady` never goes back; `first_instant(zone, w)` is the first instant at which `steady` is `w` or later,
so a hand-over takes place once, whatever the clocks do. The zones are those of the IANA database, tables as those of
Unicode are. Spec page: docs/spec/duty.md.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from liaison.errors import UsageError

SMALLEST = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)


def find_zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of an IANA name. Raises UsageError."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError("duty-zone", zone=name[:64]) from error


def steady(zone: tzinfo, instant: datetime) -> datetime:
    """What the clock that is never set back shows at an instant, without a zone."""
    local = instant.astimezone(zone)
    if not local.fold:
        return local.replace(tzinfo=None)
    second = _offset(local)
    first = _offset(local.replace(fold=0))
    at = instant.astimezone(UTC)
    back = _first(at - (first - second), at, lambda each: _offset(each.astimezone(zone)) == second)
    return (back + first).replace(tzinfo=None) - SMALLEST


def first_instant(zone: tzinfo, wall: datetime) -> datetime:
    """When that clock first shows `wall` (without a zone) or later, in UTC."""
    local = wall.replace(tzinfo=zone, fold=0)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    after = _offset(local.replace(fold=1))
    return _first(at - (after - _offset(local)), at, lambda each: _offset(each.astimezone(zone)) == after)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _first(before: datetime, after: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """The first whole second behind `before` at which it holds, as it does at `after` and from then on back to it."""
    low, high = before.replace(microsecond=0), after
    while high - low > SECOND:
        middle = low + ((high - low) / 2) // SECOND * SECOND
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high.replace(microsecond=0)
