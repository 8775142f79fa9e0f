"""What happened at a desk, in order, for programs that listen?

    listen(node, seat)                                   from now on the desk's events are written
    tell(EventKind.SENT, register, desk, Happened(…))    inside the unit of work of what happened
    events_after(node, seat, 17, limit=100)              those behind number 17

Invariants:
- An event is there exactly when what it tells is: they are one transaction. It names a case and a message and says
  nothing of what they say, except that it is an exercise where it is one: nobody shall be woken in earnest by it.
- The numbers of a desk have no gaps and follow the commits: who gives one holds the desk's row until it commits, so
  that nobody who reads up to a number ever misses one below it.
- A desk to which nobody listens costs one look at an empty table. Events are kept `KEPT`; who asks for older ones is
  told so, never given what is left as if it were all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from liaison.errors import UsageError
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, EventHead, EventRow
from liaison.node.node import Node
from liaison.node.services.people.officers import Seat, desk_filter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.statements import add, change, fetch

KEPT = timedelta(days=30)


class EventKind(StrEnum):
    """What can happen."""

    RECEIVED = "message-received"
    ACKNOWLEDGED = "message-acknowledged"
    SENT = "message-sent"
    DELIVERED = "message-delivered"
    REJECTED = "message-rejected"


@dataclass(frozen=True, slots=True)
class Happened:
    """Where and when."""

    case: str
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a desk."""

    number: int
    kind: str
    case: str
    message: str
    at: datetime
    exercise: bool = False


def listen(seat: Seat) -> None:
    """Inside a unit of work: from now on the events of a desk are written."""
    EventHead.objects.get_or_create(register=seat.register, **desk_filter(seat.desk))


def tell(kind: EventKind, register: str, desk: DeskRef, what: Happened) -> None:
    """Inside a unit of work: write an event, if somebody listens to the desk."""
    rows = fetch(EventHead, ("id", "last"), lock=True, register=register, **desk_filter(desk))
    if not rows:
        return
    head, last = rows[0]
    change(EventHead, head, last=last + 1)
    told = {"kind": kind.value, "case": what.case, "message": what.message, "at": what.at}
    add(EventRow, register=register, **desk_filter(desk), number=last + 1, **told)


def tell_received(core: Core, desk: DeskRef, now: datetime) -> None:
    """Inside a unit of work: a message was accepted at an own desk."""
    kind = EventKind.ACKNOWLEDGED if core.form == ACKNOWLEDGEMENT else EventKind.RECEIVED
    tell(kind, core.register, desk, Happened(core.case, core.id, now))


def events_after(node: Node, seat: Seat, number: int, *, limit: int) -> list[Event]:
    """The events behind a number, in order. Raises UsageError where some of them were forgotten already, and for a
    number that this node has not given yet."""
    with reading(node):
        last = _last(seat)  # Before the rows: what is committed in between is then among them, and not missed.
        if number > last:
            raise UsageError("events-ahead", number=number, latest=last)
        place = {"register": seat.register, **desk_filter(seat.desk)}
        rows = EventRow.objects.filter(**place, number__gt=number).order_by("number")
        told = list(rows.values_list("number", "kind", "case", "message", "at")[:limit])
        cases = Case.objects.filter(**place, case__in={row[2] for row in told}, exercise=True)
        exercises = set(cases.values_list("case", flat=True)) if told else set()
        if (told and told[0][0] != number + 1) or (not told and last > number):
            raise UsageError("events-forgotten", days=KEPT.days)
    return [Event(place, kind, case, message, at, case in exercises) for place, kind, case, message, at in told]


def last_event(node: Node, seat: Seat) -> int:
    """The number of the last event of a desk; 0 before there is one."""
    with reading(node):
        return _last(seat)


def first_kept(node: Node, seat: Seat) -> int:
    """The number of the oldest event of a desk that is kept, or the next that will be given."""
    with reading(node):
        last = _last(seat)  # Before the rows, as above.
        kept = EventRow.objects.filter(register=seat.register, **desk_filter(seat.desk)).order_by("number")
        return int(kept.values_list("number", flat=True).first() or last + 1)


def sweep_events(node: Node) -> None:
    """Forget what is older than `KEPT`."""
    with unit_of_work(node):
        EventRow.objects.filter(at__lte=node.clock.now() - KEPT).delete()


def _last(seat: Seat) -> int:
    heads = EventHead.objects.filter(register=seat.register, **desk_filter(seat.desk))
    return int(heads.values_list("last", flat=True).first() or 0)
