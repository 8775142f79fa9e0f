"""Of which messages did a notification tell an officer, by the code that stood in it?

    told_of(node, register, desk, officer=7, code="0317")      of this desk, the most urgent first, then the oldest

Invariants: rows of the desk alone, and only what this officer was told; nothing of a message is read, so that the page
shows it to whoever may see that something waits; a code counts for a week, because they come again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from liaison.duty.plans import URGENCIES
from liaison.messages.parties import DeskRef
from liaison.node.models import Notification
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading

MOST = 500
KEPT = timedelta(days=7)
OF = ("escalation", "awaited", "reminder")
UNREAD = (
    "escalation__incoming__plaintext",
    "awaited__copy__plaintext",
    "awaited__copy__sealed",
    "awaited__copy__message__core",
)
"""What a message says stays in the tables."""


@dataclass(frozen=True, slots=True)
class ToldOf:
    """One thing that waits: its case, its own code, since when, and its state where it escalates."""

    purpose: str
    case: str
    message_id: str
    code: str
    urgency: str
    exercise: bool
    at: datetime
    state: str

    @property
    def open(self) -> bool:
        """Whether a person still has to acknowledge it to its sender."""
        return bool(self.message_id) and self.state != "over"


def told_of(node: Node, register: str, desk: DeskRef, *, officer: int, code: str) -> tuple[ToldOf, ...]:
    """What this officer was told of by a code."""
    place = columns(register, desk)
    here = Q()
    for of in OF:
        here |= Q(**{f"{of}__{name}": value for name, value in place.items()})
    named = Q(code=code) | Q(list_code=code) | Q(leader__list_code=code)
    with reading(node):
        rows = Notification.objects.filter(here, named, officer=officer, made_at__gt=node.clock.now() - KEPT)
        related = rows.select_related("escalation__incoming", "awaited__copy__message", "reminder").defer(*UNREAD)
        read = [_read(row) for row in related.order_by("pk")[:MOST]]
    found = {(each.purpose, each.case, each.message_id): each for each in read}
    return tuple(sorted(found.values(), key=lambda each: (-URGENCIES.index(each.urgency), each.at)))


def _read(row: Any) -> ToldOf:
    said = {"code": row.code, "urgency": row.urgency, "exercise": row.exercise}
    if row.escalation is not None:
        of = row.escalation
        return ToldOf("step", of.case, of.incoming.message_id, **said, at=of.begun_at, state=of.state)
    if row.awaited is not None:
        return ToldOf("awaited", row.awaited.copy.message.case, "", **said, at=row.awaited.expected_at, state="")
    return ToldOf("clock", row.reminder.case, "", **said, at=row.reminder.moment, state="")
