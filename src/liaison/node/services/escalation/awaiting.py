"""Has a person over there acknowledged what we sent, in the time their desk promises?

    await_answer(…)          inside the unit of work that sends: until when
    note_answered(copy, …)   inside a unit of work: a person over there has it
    tell_silent(node)        the worker: what is late now is told to who is on duty here, once

Invariants: where a desk promises no time, `UNPROMISED` counts; of what was acknowledged in time nothing is kept; what
was refused over there waits for nobody, its reason stands on the desk page; where nobody is on duty here, everybody is
told who may answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from liaison.messages.lifecycle import CopyState
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.node.models import AwaitedAnswer
from liaison.node.node import Node
from liaison.node.services.escalation.keeping import drop_queued, fresh_code
from liaison.node.services.escalation.queueing import queue, ways_to_desk
from liaison.node.services.people.officers import desk_filter
from liaison.node.unit_of_work import reading
from liaison.node.work.group_commit import all_in_group
from liaison.node.work.statements import add
from liaison.register.bodies import Expected

UNPROMISED = {"routine": 2 * 24 * 60, "urgent": 240, "emergency": 60}
"""Minutes until a desk that promises nothing is called silent."""
WAITS = frozenset({CopyState.QUEUED, CopyState.RECEIVED})
AT_ONCE = 100


def await_answer(node: Node, core: Core, copy: int, promised: Expected | None, now: datetime) -> None:
    """Inside the unit of work that writes a copy: a person over there has to acknowledge it."""
    late = now + timedelta(minutes=promised_minutes(promised, core.urgency))
    add(
        AwaitedAnswer,
        register=core.register,
        **desk_filter(core.sender),
        copy_id=copy,
        urgency=core.urgency,
        exercise=core.exercise,
        code=fresh_code(node),
        expected_at=late,
        due=late,
    )


def promised_minutes(promised: Expected | None, urgency: str) -> int:
    """In how many minutes a desk answers a message of an urgency, as it promises, or as it is taken to."""
    return getattr(promised, urgency, None) or UNPROMISED[urgency]


def note_answered(copy: int, now: datetime) -> None:
    """Inside a unit of work: a person over there has it."""
    rows = AwaitedAnswer.objects.filter(copy=copy)
    rows.filter(told_at=None).delete()
    for row in rows.filter(answered_at=None):
        AwaitedAnswer.objects.filter(pk=row.pk).update(answered_at=now, due=None)
        drop_queued(row.notifications.all(), now)


def tell_silent(node: Node) -> int:
    """Tell the own desk of every copy that nobody acknowledged in time; how many were looked at."""
    now = node.clock.now()
    with reading(node):
        keys = list(AwaitedAnswer.objects.filter(due__lte=now).order_by("due").values_list("pk", flat=True)[:AT_ONCE])
    done = all_in_group(node, [partial(_look, node, key, now) for key in keys])
    for error in [each.error for each in done if each.error is not None][:1]:
        raise error
    return len(keys)


def _look(node: Node, key: int, now: datetime) -> None:
    """Inside a unit of work."""
    row = AwaitedAnswer.objects.select_for_update(of=("self",)).select_related("copy").filter(pk=key).first()
    if row is not None and row.due is not None:
        _tell(node, row, now)


def _tell(node: Node, row: AwaitedAnswer, now: datetime) -> None:
    """Inside a unit of work."""
    if row.copy.state not in WAITS:
        row.delete()
        return
    AwaitedAnswer.objects.filter(pk=row.pk).update(told_at=now, due=None)
    desk = DeskRef(row.participant, row.node, row.desk)
    ways = ways_to_desk(node, row.register, desk, row.urgency, now)
    queue(ways, now, purpose="awaited", awaited=row, code=row.code, urgency=row.urgency, exercise=row.exercise)
