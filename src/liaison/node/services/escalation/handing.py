"""How does an officer put a message off, hand it to a colleague, or call one in?

    snooze(node, seat, message_id, minutes=20, by=7)     03:25: they have it, and are told again then
    hand_on(node, seat, message_id, to=9, by=7)          03:15: until then nobody but that colleague is told
    call_in(node, seat, message_id, whom=9, by=7)        they are told beside it; the escalation goes on as it was

Invariants: none says anything to the sender; the desk's promise to answer is kept in mind, and escalation begins anew
when the time of the first two is over; a colleague is one who may acknowledge at the desk and whom a way reaches;
colleagues see all three.
"""

from __future__ import annotations

from dataclasses import replace
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
from liaison.node.services.escalation.keeping import CALLED, add_event, standing_of
from liaison.node.services.escalation.queueing import queue
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require

HANDED = "handed"
OFF_THE_LADDER = 1000
"""From here on places of a cycle are no steps of a plan: what was handed on, and who was called in, has one each."""


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
        kept = given_minutes(begun=row.begun_at, promised=_promised(node, row), now=now)
        _tell_colleague(node, row, Happening(Kind.HANDED, now, officer=to, reached=1, minutes=kept, by=by), HANDED)
        _note(node, row, "message-handed", by)
    return now + timedelta(minutes=kept)


def call_in(node: Node, seat: Seat, message_id: str, *, whom: int, by: int) -> None:
    """A colleague is told by their own ways; who has it and what comes next stays as it was. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    now = node.clock.now()
    with unit_of_work(node):
        row = _open(node, seat, message_id, by, now)
        _tell_colleague(node, row, Happening(Kind.CALLED, now, officer=whom, reached=1, by=by), CALLED)
        _note(node, row, "colleague-called-in", by)


def _tell_colleague(node: Node, row: Escalation, said: Happening, purpose: str) -> None:
    """Inside a unit of work: note it, and queue what tells the colleague. Raises UsageError."""
    desk, whom = DeskRef(row.participant, row.node, row.desk), said.officer
    if whom == said.by or whom not in at_the_desk(node, row.register, desk, said.at):
        raise UsageError("colleague-not-here")
    ways = usable_ways((whom,), row.urgency, said.at)
    if not ways:
        raise UsageError("colleague-not-reached")
    standing = standing_of(row)
    place = OFF_THE_LADDER + row.events.filter(place__gte=OFF_THE_LADDER).count()
    add_event(row, replace(said, cycle=standing.cycle, place=place), standing)
    of = {"escalation": row, "cycle": standing.cycle, "place": place, "code": row.code}
    queue(ways, said.at, purpose=purpose, urgency=row.urgency, exercise=row.exercise, **of)


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
