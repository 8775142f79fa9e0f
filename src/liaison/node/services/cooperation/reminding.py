"""A date of a request comes nearer, or has come: who is told, and what if nobody looks?

    keep_request_clocks(node)                      the worker, every minute
    see_reminders(node, seat, case, root, by=7)    an officer has seen what the desk was told of a request

Invariants (docs/spec/requests.md, "Reminders"): a moment of a date is told once, whichever worker comes to it; a node
that was off tells once, when it is back, what fell due meanwhile; of a date that has come the desk is told every day
until an officer says that they have seen it; whoever is on duty is told as of any message, or everybody at the desk
where the rota has nobody, or nobody whom a way reaches; a notification names no request.
"""

from __future__ import annotations

from datetime import datetime

from liaison.cooperation.reminding import AGAIN, next_reminder
from liaison.messages.parties import DeskRef
from liaison.node.models import RequestClock, RequestReminder
from liaison.node.node import Node
from liaison.node.reads.cooperation.listing import read_clock
from liaison.node.reads.inside.rules import columns
from liaison.node.services.cooperation.projecting import refold
from liaison.node.services.escalation.keeping import drop_queued, fresh_code
from liaison.node.services.escalation.queueing import queue, reached, ways_to_desk
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action, require

AT_ONCE = 100
PURPOSE = "clock"
NAMES = ("case", "root", "clock", "due_at")


def keep_request_clocks(node: Node) -> int:
    """Tell desks of the dates that are due; of how many."""
    now = node.clock.now()
    with reading(node):
        rows = RequestClock.objects.filter(remind_at__lte=now).order_by("remind_at", "pk")
        keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    for key in keys:
        with unit_of_work(node):
            row = RequestClock.objects.select_for_update().filter(pk=key, remind_at__lte=now).first()
            if row is not None:
                _remind(node, row, now)
    return len(keys)


def _remind(node: Node, row: RequestClock, now: datetime) -> None:
    """Inside a unit of work that holds the row: tell of all that is due of it by one reminder, and look ahead."""
    clock, moment = read_clock(row, now).clock, row.remind_at
    while (later := next_reminder(clock, after=moment, ours=row.ours)) is not None and later <= now:
        moment = later
    if moment >= row.due_at:
        moment += AGAIN * ((now - moment) // AGAIN)  # A node that was off for days says it once.
    desk = DeskRef(row.participant, row.node, row.desk)
    reminder, fresh = RequestReminder.objects.get_or_create(
        **columns(row.register, desk),
        **{name: getattr(row, name) for name in NAMES},
        moment=moment,
        defaults={"code": fresh_code(node), "told_at": now},
    )
    if fresh:
        _tell(node, row, reminder, desk, now)
    refold(node, row.register, desk, {row.case}, now)  # What ran out has lapsed from now on.


def _tell(node: Node, row: RequestClock, reminder: RequestReminder, desk: DeskRef, now: datetime) -> None:
    ways = ways_to_desk(node, row.register, desk, row.urgency, now)
    of = {"reminder": reminder, "code": reminder.code, "urgency": row.urgency, "exercise": row.exercise}
    queue(ways, now, purpose=PURPOSE, **of)
    RequestReminder.objects.filter(pk=reminder.pk).update(reached=reached(ways))


def see_reminders(node: Node, seat: Seat, case: str, root: str = "", *, by: int) -> int:
    """An officer has seen what the desk was told of a request, or of one only spoken of; how many times it was."""
    require(Action.ACKNOWLEDGE, seat.roles)
    place, now = columns(seat.register, seat.desk), node.clock.now()
    with unit_of_work(node):
        rows = RequestReminder.objects.filter(**place, case=case, root=root, seen_at=None)
        for reminder in rows:
            drop_queued(reminder.notifications.all(), now)
        seen = int(rows.update(seen_at=now, seen_by=by))
        if seen:
            note(node, "request-reminder-seen", officer=by, subject=case)
            mine = RequestClock.objects.filter(**place, case=case, root=root, due_at__lte=now)
            mine.update(remind_at=None)
    return seen
