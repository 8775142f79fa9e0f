"""How does an officer put a message off, or hand it to a colleague?

    snooze(node, seat, message_id, minutes=20, by=7)     03:25: they have it, and are told again then
    hand_on(node, seat, message_id, to=9, by=7)          03:15: until then nobody but that colleague is told

Invariants: neither says anything to the sender; the desk's promise to answer is kept in mind, and escalation begins
anew when the time is over; a colleague is one who may acknowledge at the desk and whom a way reaches; colleagues see
both.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from liaison.duty.escalation import Happening, Kind, State
from liaison.duty.putting_off import given_minutes, put_off
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Escalation
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.reads.duty.ways import usable_ways
from liaison.node.reads.facts import register_facts
from liaison.node.reads.inside.rules import columns
from liaison.node.services.escalation.awaiting import promised_minutes
from liaison.node.services.escalation.keeping import add_event, standing_of
from liaison.node.services.escalation.queueing import queue
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require

HANDED = "handed"
HANDED_PLACE = 1000
"""Places of a cycle that are no steps of a plan: what was handed on has one each time."""


def snooze(node: Node, seat: Seat, message_id: str, *, minutes: int, by: int) -> datetime:
    """An officer has it and is told again in so many minutes, or when the desk promised to answer; when that is.

    Raises UsageError.
    """
    require(Action.ACKNOWLEDGE, seat.roles)
    now = node.clock.now()
    with unit_of_work(node):
        row = _open(node, seat, message_id, by, now)
        kept = put_off(minutes, begun=row.begun_at, promised=_promised(node, row), now=now)
        add_event(row, Happening(Kind.SNOOZED, now, standing_of(row).cycle, officer=by, minutes=kept))
        _note(node, row, "message-snoozed", by)
    return now + timedelta(minutes=kept)


def hand_on(node: Node, seat: Seat, message_id: str, *, to: int, by: int) -> datetime:
    """A colleague is told and has some minutes to say that they have it; until when. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    now = node.clock.now()
    with unit_of_work(node):
        row = _open(node, seat, message_id, by, now)
        if to == by or to not in at_the_desk(node, row.register, seat.desk, now):
            raise UsageError("colleague-not-here")
        ways = usable_ways((to,), row.urgency, now)
        if not ways:
            raise UsageError("colleague-not-reached")
        kept, standing = given_minutes(begun=row.begun_at, promised=_promised(node, row), now=now), standing_of(row)
        place = HANDED_PLACE + row.events.filter(kind=Kind.HANDED.value).count()
        said = Happening(Kind.HANDED, now, standing.cycle, place, officer=to, reached=1, minutes=kept, by=by)
        add_event(row, said, standing)
        of = {"escalation": row, "cycle": standing.cycle, "place": place, "code": row.code}
        queue(ways, now, purpose=HANDED, urgency=row.urgency, exercise=row.exercise, **of)
        _note(node, row, "message-handed", by)
    return now + timedelta(minutes=kept)


def _open(node: Node, seat: Seat, message_id: str, by: int, now: datetime) -> Escalation:
    """Inside a unit of work: what waits, held; for an officer who may acknowledge it. Raises UsageError."""
    rows = Escalation.objects.select_for_update(of=("self",)).select_related("incoming")
    row = rows.filter(**columns(seat.register, seat.desk), incoming__message_id=message_id).first()
    if row is None or row.state == State.OVER.value:
        raise UsageError("waits-for-nobody")
    if by not in at_the_desk(node, seat.register, seat.desk, now):
        raise UsageError("colleague-not-here")
    return row


def _promised(node: Node, row: Escalation) -> int:
    desk = register_facts(node, row.register).desk_state(DeskRef(row.participant, row.node, row.desk))
    return promised_minutes(desk.expected if desk else None, row.urgency)


def _note(node: Node, row: Escalation, action: str, by: int) -> None:
    note(node, action, officer=by, subject=row.incoming.message_id, participant=row.participant)
