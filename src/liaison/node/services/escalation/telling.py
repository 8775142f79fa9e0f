"""Whose turn is it to be told? The worker asks every second, and notes each step with whom it tells.

    escalate_due(node)      every escalation where something is to be done now; how many
    look = Looking(node)    the same again and again, by a worker that sees when its clock is set back

Invariants: a step and its notifications are one transaction, so none is there without the other, and one transaction
holds the steps of many messages, each of which could be undone without the others (docs/adr/0048); what is late after a
standstill comes in order, at once; a step that is noted is never noted again, whichever worker asks; nobody is told of
an exercise at a desk that a real message has called away from it.
"""

from __future__ import annotations

import functools
from datetime import timedelta

from django.db.models import Q

from liaison.duty.escalation import SET_BACK, Happening, Kind, Lapse, State, Tell, WhoAnswers, due_of, who_are
from liaison.duty.plans import OFFICER
from liaison.messages.parties import DeskRef
from liaison.node.models import Escalation
from liaison.node.node import Node
from liaison.node.reads.duty.answering import who_answers
from liaison.node.reads.duty.exercises import is_called_away
from liaison.node.reads.duty.ways import Usable, usable_ways
from liaison.node.services.escalation.keeping import add_event, drop_queued, earlier_queued, snapshot_of, standing_of
from liaison.node.services.escalation.queueing import queue, reached
from liaison.node.unit_of_work import reading
from liaison.node.work.group_commit import all_in_group
from liaison.node.work.statements import change, read

AT_ONCE = 100
IN_ONE_COMMIT = 8
"""So many escalations move in one transaction: who else writes waits no longer than that takes."""
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
    """All of them in few commits. Raises what the first raised that could not be carried on, when the others are."""
    steps = _Steps(node, set_back=set_back)
    failed: list[Exception] = []
    for begin in range(0, len(keys), IN_ONE_COMMIT):
        some = keys[begin : begin + IN_ONE_COMMIT]
        done = all_in_group(node, [functools.partial(steps.take, key) for key in some])
        failed += [each.error for each in done if each.error is not None]
    for error in failed[:1]:
        raise error


class _Steps:
    """One look of the worker: of each desk is asked once who answers, and whether something real goes first."""

    def __init__(self, node: Node, *, set_back: bool) -> None:
        self._node, self._now, self._set_back = node, node.clock.now(), set_back
        self._away: dict[tuple[str, DeskRef], bool] = {}
        self._answering: dict[tuple[str, DeskRef], WhoAnswers] = {}
        self._ways: dict[tuple[tuple[int, ...], str], list[Usable]] = {}

    def take(self, key: int) -> None:
        """Inside a unit of work: all that is due at one escalation; what is real goes before an exercise."""
        row, now, set_back = read(Escalation, lock=True, id=key), self._now, self._set_back
        if row is None:
            return
        if row.exercise and self._is_called_away(row):
            change(Escalation, row.pk, due=now + LOOK_AGAIN)
            return
        snapshot, standing = snapshot_of(row), standing_of(row)
        while (next_ := due_of(snapshot, standing, now, set_back=set_back)) is not None:
            set_back = False
            if isinstance(next_, Lapse):
                standing = add_event(row, Happening(Kind.LAPSED, now, next_.cycle), standing)
            else:
                standing = add_event(row, self._tell(row, next_), standing)

    def _tell(self, row: Escalation, next_: Tell) -> Happening:
        """Queue a notification for each officer and method; what is noted of it."""
        now = self._now
        answering = self._who_answers(row)
        later = (one for officer in next_.also for one in answering(f"{OFFICER}{officer}", now))
        officers = tuple(dict.fromkeys((*who_are(next_.rung, answering, now), *later)))
        methods = self._methods(officers, row.urgency)
        place = {"escalation": row, "cycle": next_.cycle, "place": next_.place, "code": row.code}
        told = queue(methods, now, purpose="step", urgency=row.urgency, exercise=row.exercise, **place)
        if next_.cycle or next_.place:
            for notification in told:
                drop_queued(earlier_queued(notification), now, why="superseded")
        return Happening(Kind.TOLD, now, next_.cycle, next_.place, reached=reached(methods))

    def _is_called_away(self, row: Escalation) -> bool:
        key = (row.register, _desk(row))
        if key not in self._away:
            self._away[key] = is_called_away(self._node, *key)
        return self._away[key]

    def _who_answers(self, row: Escalation) -> WhoAnswers:
        key = (row.register, _desk(row))
        if key not in self._answering:
            self._answering[key] = functools.cache(who_answers(self._node, *key))
        return self._answering[key]

    def _methods(self, officers: tuple[int, ...], urgency: str) -> list[Usable]:
        if (officers, urgency) not in self._ways:
            self._ways[officers, urgency] = usable_ways(officers, urgency, self._now)
        return self._ways[officers, urgency]


def _desk(row: Escalation) -> DeskRef:
    return DeskRef(row.participant, row.node, row.desk)
