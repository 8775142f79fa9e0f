"""When is a desk reminded of a clock, before its date and at it?

    next_reminder(clock, after=now)      the first moment after `after`; None where nothing is to be said any more

Invariants (docs/spec/requests.md, "Reminders"): of days a fortnight, a week, three days and a day ahead, of hours at
half and at three quarters of the time; always when the date has come; after that every day until somebody says that
they have seen it. A node that was off says once, when it is back, what fell due meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from liaison.cooperation.clocks import Clock, ClockState

DAYS_AHEAD = (14, 7, 3, 1)
PARTS_AHEAD = (2, 4)
AGAIN = timedelta(days=1)


def next_reminder(clock: Clock, *, after: datetime, ours: bool = True) -> datetime | None:
    """The next moment at which the desk is reminded, later than `after`; of what the other side owes (not `ours`) at
    its date only."""
    if clock.held or clock.state not in (ClockState.RUNNING, ClockState.MISSED):
        return None
    moments = _moments(clock) if ours else iter((clock.due.at,))
    return next((at for at in moments if at > after), None)


def _moments(clock: Clock) -> Iterator[datetime]:
    due, whole = clock.due.at, clock.due.at - clock.began
    if clock.due.day is not None:
        yield from (at for days in DAYS_AHEAD if (at := due - timedelta(days=days)) > clock.began)
    else:
        yield from (due - whole / part for part in PARTS_AHEAD if whole > timedelta())
    yield due
