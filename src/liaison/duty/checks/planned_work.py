"""When is work planned at a desk or a node, and what does it explain?

    work = make_work(22:00, 02:00, now=09:00)       refused where it is over, too long or too far ahead
    work.covers(23:10)                              a node that does not answer then is not silent
    waits_until((work,), 23:10)                     02:00, for what is routine; None where nothing holds it up

Invariants (docs/spec/escalation.md, "Planned work"): it begins inclusively and ends exclusively; it explains that
nothing answers, never that something else does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.errors import UsageError

LONGEST = timedelta(hours=72)
AHEAD = timedelta(days=90)
MOST = 10
"""So many may stand at once, of a desk and of the whole node each."""


@dataclass(frozen=True, slots=True)
class Work:
    """From when to when work is planned."""

    begins: datetime
    ends: datetime

    def covers(self, at: datetime) -> bool:
        """Whether it goes on at an instant."""
        return self.begins <= at < self.ends


def make_work(begins: datetime, ends: datetime, now: datetime) -> Work:
    """The work of these times. Raises UsageError."""
    if not (begins < ends and now < ends and ends - begins <= LONGEST and begins - now <= AHEAD):
        raise UsageError("planned-work-times", hours=LONGEST // timedelta(hours=1), days=AHEAD.days)
    return Work(begins, ends)


def waits_until(works: Iterable[Work], at: datetime) -> datetime | None:
    """Until when something routine waits that would ring at an instant; work that begins before it is over is waited
    for as well."""
    until = at
    for work in sorted(works, key=lambda each: each.begins):
        until = max(until, work.ends) if work.covers(until) else until
    return until if until > at else None
