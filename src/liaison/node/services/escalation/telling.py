"""Whose turn is it to be told? The worker asks every second, and notes each step with whom it tells.

    escalate_due(node)      every escalation where something is to be done now; how many
    look = Looking(node)    the same again and again, by a worker that sees when its clock is set back

Invariants: a step and its notifications are one transaction, so none is there without the other; what is late after a
standstill comes in order, at once; a step that is noted is never noted again, whichever worker asks; nobody is told of
an exercise at a desk that a real message has called away from it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from liaison.duty.escalation import SET_BACK, Happening, Kind, Lapse, State, Tell, due_of, who_are
from liaison.messages.parties import DeskRef
from liaison.node.models import Escalation
from liaison.node.node import Node
from liaison.node.reads.duty.answering import who_answers
from liaison.node.reads.duty.exercises import is_called_away
from liaison.node.services.escalation.keeping import add_event, drop_queued, earlier_queued, snapshot_of, standing_of
from liaison.node.services.escalation.queueing import queue, reached, usable_methods
from liaison.node.unit_of_work import reading, unit_of_work

AT_ONCE = 100
LOOK_AGAIN = timedelta(seconds=30)
"""How soon an exercise that stands still at a desk is looked at again."""


class Looking:
    """A worker's look. What has passed by a clock that is never set tells it when the other one was set back."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._ahead: float | None = None

    def __call__(self) -> None:
        """Take every step that is due; where the clock was set back since, the next step of each that waits."""
        ahead = self._node.clock.now().timestamp() - self._node.clock.monotonic()
        set_back = self._ahead is not None and ahead < self._ahead - SET_BACK.total_seconds()
        self._ahead = ahead
        if set_back:
            with reading(self._node):
                waiting = Escalation.objects.filter(state=State.WAITING.value, due__isnull=False)
                keys = list(waiting.values_list("pk", flat=True))
            _take_steps(self._node, keys, set_back=True)
        escalate_due(self._node)


def escalate_due(node: Node) -> int:
    """Take every step that is due; how many escalations moved."""
    now = node.clock.now()
    with reading(node):
        late = Q(due__lte=now) | Q(due__isnull=False, last_at__gt=now + SET_BACK)
        keys = list(Escalation.objects.filter(late).order_by("due").values_list("pk", flat=True)[:AT_ONCE])
    _take_steps(node, keys)
    return len(keys)


def _take_steps(node: Node, keys: list[int], *, set_back: bool = False) -> None:
    now = node.clock.now()
    for key in keys:
        with unit_of_work(node):
            row = Escalation.objects.select_for_update().filter(pk=key).first()
            if row is not None:
                _go_on(node, row, now, set_back=set_back)


def _go_on(node: Node, row: Escalation, now: datetime, *, set_back: bool) -> None:
    """Inside a unit of work: all that is due at one escalation; an exercise waits while something real goes first."""
    if row.exercise and is_called_away(node, row.register, DeskRef(row.participant, row.node, row.desk)):
        row.due = now + LOOK_AGAIN
        row.save(update_fields=["due"])
        return
    snapshot = snapshot_of(row)
    standing = standing_of(row)
    while (next_ := due_of(snapshot, standing, now, set_back=set_back)) is not None:
        set_back = False
        if isinstance(next_, Lapse):
            standing = add_event(row, Happening(Kind.LAPSED, now, next_.cycle))
        else:
            standing = add_event(row, _tell(node, row, next_, now))


def _tell(node: Node, row: Escalation, next_: Tell, now: datetime) -> Happening:
    """Queue a notification for each officer and method; what is noted of it."""
    desk = DeskRef(row.participant, row.node, row.desk)
    officers = who_are(next_.rung, who_answers(node, row.register, desk), now)
    methods = usable_methods(officers, row.urgency)
    place = {"escalation": row, "cycle": next_.cycle, "place": next_.place, "code": row.code}
    for notification in queue(methods, now, purpose="step", urgency=row.urgency, exercise=row.exercise, **place):
        drop_queued(earlier_queued(notification), now, why="superseded")
    return Happening(Kind.TOLD, now, next_.cycle, next_.place, reached=reached(methods))
