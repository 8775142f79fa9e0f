"""Which desks over there have not acknowledged in time what this desk sent, and until when should they?

    silent(node, desk)             what is late, at the whole desk
    awaited(node, desk, case)      what waits in one case, late or not

Invariants: copies of the desk's own messages alone; the most urgent first, then the oldest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.messages.lifecycle import CopyState
from liaison.messages.parties import DeskRef
from liaison.node.models import AwaitedAnswer
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.reads.desk.waiting import MOST, RANK, Some
from liaison.node.reads.memory import own_memory
from liaison.node.unit_of_work import reading

WAITS = (CopyState.QUEUED.value, CopyState.RECEIVED.value)
"""States of a copy in which a word of a person is still to be expected."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A copy that nobody over there acknowledged by `expected_at`; `received` by their node or not."""

    register: str
    message_id: str
    case: str
    form: str
    urgency: str
    exercise: bool
    code: str
    desk: DeskRef
    received: bool
    sent_at: datetime
    expected_at: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """A copy of a case that nobody over there has acknowledged yet; `received` by their node or not."""

    register: str
    message_id: str
    desk: DeskRef
    received: bool
    expected_at: datetime
    told_at: datetime | None


def awaited(node: Node, desk: DeskRef, case: str) -> tuple[Awaited, ...]:
    """What this desk sent in a case and waits for a person over there, the first that was expected first."""
    columns = ("register", "copy__message__message_id", "copy__participant", "copy__node", "copy__desk", "copy__state")
    # What was said in a case is found by its register; without it every answer ever awaited would be looked at.
    said = {"copy__message__register__in": own_memory(node).registers(), "copy__message__case": case}
    with reading(node):
        rows = AwaitedAnswer.objects.filter(**of_desk(desk), **said, answered_at=None)
        waiting = rows.filter(copy__state__in=WAITS).order_by("expected_at", "pk")
        found = list(waiting.values_list(*columns, "expected_at", "told_at"))
    return tuple(
        Awaited(register, message, DeskRef(*place), state == CopyState.RECEIVED, expected, told)
        for register, message, *place, state, expected, told in found
    )


def silent(node: Node, desk: DeskRef) -> Some:
    """What waits for a word of theirs longer than they promise."""
    with reading(node):
        rows = AwaitedAnswer.objects.filter(**of_desk(desk), told_at__isnull=False, answered_at=None)
        found = list(rows.select_related("copy__message").order_by("expected_at")[: 10 * MOST])
        shown = [
            Silent(
                row.register,
                row.copy.message.message_id,
                row.copy.message.case,
                row.copy.message.form,
                row.urgency,
                row.exercise,
                row.code,
                DeskRef(row.copy.participant, row.copy.node, row.copy.desk),
                row.copy.state == "received",
                row.copy.message.composed_at,
                row.expected_at,
                row.told_at,
            )
            for row in found
            if row.copy.state in WAITS
        ]
    shown.sort(key=lambda each: (RANK.get(each.urgency, len(RANK)), each.expected_at))
    return Some(tuple(shown[:MOST]), len(shown))
