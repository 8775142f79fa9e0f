"""When is a desk reminded that evidence has to be given back or destroyed?

    ends 1 June     told on 18 May, 29 May, 1 June, and every week after it

Invariants: a pure function of the date, of when it was last told, and of now; a node that was off tells once, at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

BEFORE = (timedelta(days=14), timedelta(days=3), timedelta(0))
EVERY = timedelta(days=7)


def is_reminded(ends_by: datetime, told: datetime | None, now: datetime) -> bool:
    """Whether the desk is to be told now; `told` is when it last was."""
    reached = [ends_by - before for before in BEFORE if ends_by - before <= now]
    if not reached:
        return False
    weeks = max(now - ends_by, timedelta(0)) // EVERY
    last = reached[-1] + weeks * EVERY if len(reached) == len(BEFORE) else reached[-1]
    return told is None or told < last
