"""Which dates of requests need this desk now? Its section of the desk page: what was missed, what comes within days.

Invariants: what waits for others stands here only once its date has passed; exercises say so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from liaison.node.reads.cooperation.listing import due_clocks
from liaison.node.services.people.officers import Seat
from liaison.web.names import DeskNames
from liaison.web.pages.requests.naming import NOBODY, clock_view, others_of
from liaison.web.site import here

SOON = timedelta(days=7)
SHOWN = 10


def section(seat: Seat, names: DeskNames, now: datetime) -> dict[str, Any]:
    """What the desk page shows of requests."""
    found = [
        each
        for each in due_clocks(here(), seat.register, seat.desk, until=now + SOON)
        if each.ours or each.clock.due.at <= now
    ]
    where = others_of(seat, names, {each.case for each in found[:SHOWN]})
    rows = [clock_view(seat, each, where.get(each.case, NOBODY)) for each in found[:SHOWN]]
    return {"rows": rows, "count": len(found), "late": any(each.late for each in rows)}
