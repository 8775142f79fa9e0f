"""What does the link in a notification do? It opens a page with one button; pressing it says "I have it".

    tap = find_tap(node, token)      what the page shows: how urgent, which code; changes nothing
    press(node, token)               the officer to whom the link was sent has it

A notification that told of several messages has one link, and pressing its button says so of all of them.

Invariants:
- Opening a link changes nothing, so whoever looks through mails for dangerous links acknowledges nothing.
- A link is drawn at random, kept as its hash, good for half a day and once; it opens no page and no message.
- It stops who would be told next, and nothing else: what is said to the sender in the name of the desk is signed when
  an officer who signed in has seen the message (docs/adr/0031).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.duty.escalation import State
from liaison.duty.gathering import most_urgent
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Escalation, NotificationAttempt
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.services.escalation.gathering import carried_by
from liaison.node.services.escalation.keeping import note_person, standing_of
from liaison.node.services.escalation.sending import hash_token
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import reading, unit_of_work


@dataclass(frozen=True, slots=True)
class Tap:
    """What the page of a link shows; `more` people have to press before it stops, of `count` messages."""

    count: int
    urgency: str
    code: str
    exercise: bool
    at: datetime
    state: str
    more: int

    @property
    def over(self) -> bool:
        """Whether the sender has been told already."""
        return self.state == State.OVER


def find_tap(node: Node, token: str) -> Tap:
    """What the link is about. Raises UsageError without saying why."""
    with reading(node):
        attempt = _find(node, token)
        if not (told := _told_of(attempt)):
            raise UsageError("link-not-valid")
        return _tap(attempt, told)


def press(node: Node, token: str) -> Tap:
    """Say "I have it" for the officer of the link, once. Raises UsageError without saying why."""
    with unit_of_work(node):
        attempt = _find(node, token)
        now, officer = node.clock.now(), attempt.notification.officer_id
        keys = [row.pk for row in _told_of(attempt)]
        rows = Escalation.objects.select_for_update(of=("self",)).select_related("incoming").filter(pk__in=keys)
        mine = [row for row in rows.order_by("pk") if officer in _may(node, row, now)]
        if not mine:
            raise UsageError("link-not-valid")
        NotificationAttempt.objects.filter(pk=attempt.pk).update(token_used_at=now)
        for row in mine:
            take_it(node, row, officer, now)
        return _tap(attempt, mine)


def take_it(node: Node, row: Escalation, officer: int, now: datetime) -> None:
    """Inside a unit of work that holds the row: an officer has it, which the audit trail says."""
    if row.state != State.OVER.value:
        note_person(row, officer, now)
        told = {"subject": row.incoming.message_id, "participant": row.participant}
        note(node, "message-taken", officer=officer, **told)


def _told_of(attempt: Any) -> list[Escalation]:
    """Inside a reading: what the notification told of."""
    return [each.escalation for each in carried_by(attempt.notification) if each.escalation is not None]


def _may(node: Node, row: Escalation, now: datetime) -> set[int]:
    """Who may say so: officers of the desk, and those of the other own desk that a step told."""
    desk = DeskRef(row.participant, row.node, row.desk)
    told = row.notifications.values_list("officer", flat=True)
    return {*at_the_desk(node, row.register, desk, now), *told}


def _find(node: Node, token: str) -> Any:
    rows = NotificationAttempt.objects.select_related("notification__escalation", "notification__officer")
    attempt = rows.filter(token_hash=hash_token(token[:64])).first()
    now = node.clock.now()
    if attempt is None or attempt.token_used_at is not None or attempt.token_until < now:
        raise UsageError("link-not-valid")
    if not attempt.notification.officer.is_active:
        raise UsageError("link-not-valid")
    return attempt


def _tap(attempt: Any, rows: list[Escalation]) -> Tap:
    open_ = [row for row in rows if row.state != State.OVER.value] or rows
    standings = [standing_of(row) for row in open_]
    more = max(max(0, each.wanted - len(each.people)) for each in standings)
    code = attempt.notification.list_code or rows[0].code
    urgency = most_urgent(row.urgency for row in open_)
    begun = min(row.begun_at for row in open_)
    return Tap(len(open_), urgency, code, rows[0].exercise, begun, open_[0].state, more)
