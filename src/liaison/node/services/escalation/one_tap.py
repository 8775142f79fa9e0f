"""What does the link in a notification do? It opens a page with one button; pressing it says "I have it".

    tap = find_tap(node, token)      what the page shows: how urgent, which code; changes nothing
    press(node, token)               the officer to whom the link was sent has it

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
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Escalation, NotificationAttempt
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.services.escalation.keeping import note_person, standing_of
from liaison.node.services.escalation.sending import hash_token
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import reading, unit_of_work


@dataclass(frozen=True, slots=True)
class Tap:
    """What the page of a link shows; `more` people have to press before it stops."""

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
        row = attempt.notification.escalation
        return _tap(row, attempt)


def press(node: Node, token: str) -> Tap:
    """Say "I have it" for the officer of the link, once. Raises UsageError without saying why."""
    with unit_of_work(node):
        attempt = _find(node, token)
        now, officer = node.clock.now(), attempt.notification.officer_id
        row = Escalation.objects.select_for_update().get(pk=attempt.notification.escalation_id)
        desk = DeskRef(row.participant, row.node, row.desk)
        if officer not in _may(node, row, desk, now):
            raise UsageError("link-not-valid")
        NotificationAttempt.objects.filter(pk=attempt.pk).update(token_used_at=now)
        if row.state != State.OVER.value:
            note_person(row, officer, now)
            told = {"subject": row.incoming.message_id, "participant": row.participant}
            note(node, "message-taken", officer=officer, **told)
        return _tap(row, attempt)


def _may(node: Node, row: Escalation, desk: DeskRef, now: datetime) -> set[int]:
    """Who may say so: officers of the desk, and those of the other own desk that a step told."""
    told = row.notifications.values_list("officer", flat=True)
    return {*at_the_desk(node, row.register, desk, now), *told}


def _find(node: Node, token: str) -> Any:
    rows = NotificationAttempt.objects.select_related("notification__escalation", "notification__officer")
    attempt = rows.filter(token_hash=hash_token(token[:64])).first()
    now = node.clock.now()
    if attempt is None or attempt.token_used_at is not None or attempt.token_until < now:
        raise UsageError("link-not-valid")
    if not attempt.notification.officer.is_active or attempt.notification.escalation is None:
        raise UsageError("link-not-valid")
    return attempt


def _tap(row: Escalation, attempt: Any) -> Tap:
    standing = standing_of(row)
    more = max(0, standing.wanted - len(standing.people))
    return Tap(row.urgency, row.code, row.exercise, row.begun_at, row.state, more)
