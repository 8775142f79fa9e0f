"""On which day does a period that an instrument names end?

    Wait("art-65", days=90)                          the ninetieth day after 2026-01-01 is 2026-04-01
    Wait("art-36", months=3, first_of_month=True)    three months after 2004-03-18 expire on 2004-06-18; then the first
                                                     day of the following month: 2004-07-01
    Wait("art-67", months=12)                        one year after 2028-02-29 is 2029-02-28

Invariants (docs/spec/instruments.md):
- days are counted without the day they are counted from;
- a month ends on the same day of a later month, or on that month's last day where it has no such day;
- "the first day of the month following" is never the day itself: from 1 June it is 1 July.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Annotated

import msgspec

Length = Annotated[int, msgspec.Meta(ge=0, le=3660)]


class Wait(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A period as the clause `clause` of an instrument words it."""

    clause: str
    days: Length = 0
    months: Length = 0
    first_of_month: bool = False


def after(day: date, wait: Wait) -> date:
    """The day on which something takes effect that waits since `day`."""
    end = add_months(day, wait.months) + timedelta(days=wait.days)
    return add_months(end.replace(day=1), 1) if wait.first_of_month else end


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
