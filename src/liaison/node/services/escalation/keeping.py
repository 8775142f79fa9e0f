"""How is an escalation begun, carried on and ended in the node's tables?

    begin(node, core, incoming, desk, now)     inside the unit of work that stores what came in
    add_event(node, row, Happening(…))         inside a unit of work: one line of the history, and what follows from it
    note_has(node, desk, message, officer=7)   "I have it"
    note_signed(core)                          the sender was told so, by whatever door
    note_exercise_over(core, fields, …)        exercise control ended it: its events wait for nobody

Invariants: the row and its history change together; what is noted is what the table of states allows; as soon as enough
people have it, or it is over, nothing that was queued to tell somebody is sent any more.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from liaison.duty.escalation import Happening, Kind, Snapshot, Standing, State, moment, stand, stand_on
from liaison.duty.exercises.scenario import INJECT
from liaison.duty.plans import Plan, plans_at_first, print_plan, read_plan
from liaison.messages.message import Core, kept_fields
from liaison.messages.parties import DeskRef
from liaison.node.models import Escalation, EscalationEvent, EscalationPlan, IncomingCopy, Notification
from liaison.node.node import Node
from liaison.node.reads.duty.exercises import CONTROL
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.officers import desk_filter
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work.statements import add, change, fetch, select
from liaison.wire.canonical import JSON

CODES = 10_000
ENDINGS = ("ends", "cancelled")
QUIET = (State.HELD, State.OVER)
"""States in which nobody has to be told any more, but who was called in."""
CALLED = "called"
"""The purpose of what tells a colleague who was called in."""


def begin(node: Node, core: Core, incoming: int, desk: DeskRef, now: datetime) -> None:
    """Inside the unit of work of a message that is owed an acknowledgement: from now on somebody has to be told."""
    made = fetch(EscalationPlan, ("plan",), **columns(core.register, desk), urgency=core.urgency)
    add(
        Escalation,
        register=core.register,
        **desk_filter(desk),
        incoming_id=incoming,
        case=core.case,
        urgency=core.urgency,
        exercise=core.exercise,
        plan=made[0][0] if made else print_plan(plans_at_first()[core.urgency]).decode(),
        code=fresh_code(node),
        state=State.WAITING.value,
        begun_at=now,
        due=now,
        last_at=now,
    )


def fresh_code(node: Node) -> str:
    """Four digits that tell what waits from what else waits; no secret."""
    return f"{int.from_bytes(node.entropy.draw(4), 'big') % CODES:04}"


def snapshot_of(row: Escalation) -> Snapshot:
    """What held when the message arrived."""
    return Snapshot(_plan(row.plan), row.begun_at)


@functools.lru_cache(maxsize=256)
def _plan(text: str) -> Plan:
    return read_plan(text.encode())


def history_of(row: Escalation) -> list[Happening]:
    """Inside a reading or a unit of work: what happened since, in order."""
    columns = ("kind", "at", "cycle", "place", "officer", "reached", "minutes", "by")
    rows = select(EscalationEvent, columns, escalation_id=row.pk)
    return [Happening(Kind(kind), *rest) for kind, *rest in rows]


def standing_of(row: Escalation) -> Standing:
    """Inside a reading or a unit of work: what the history comes to."""
    return stand(snapshot_of(row), history_of(row))


def add_event(row: Escalation, what: Happening, before: Standing | None = None) -> Standing:
    """Inside a unit of work that holds the row: note a happening and move the row; `before`: what its history came to.

    Raises UsageError.
    """
    snapshot = snapshot_of(row)
    standing = stand_on(snapshot, before or standing_of(row), what)
    names = ("cycle", "place", "officer", "reached", "minutes", "by", "at")
    add(EscalationEvent, escalation_id=row.pk, kind=what.kind.value, **{name: getattr(what, name) for name in names})
    row.state, row.due, row.last_at = standing.state.value, moment(snapshot, standing), what.at
    row.held_until, row.handed_to = standing.until, standing.handed_to
    moved = ("state", "due", "last_at", "held_until", "handed_to")
    change(Escalation, row.pk, **{name: getattr(row, name) for name in moved})
    if standing.state in QUIET or what.officer:
        drop_queued(row.notifications.filter(_needless(standing.state, what.officer)), what.at)
    return standing


def _needless(state: State, officer: int) -> Q:
    """What need not be told any more when an officer has it, is given it, or is called in anew; 0 for nobody."""
    own = Q(purpose=CALLED, officer=officer)
    return {State.OVER: Q(), State.HELD: ~Q(purpose=CALLED) | own}.get(state, own)


def drop_queued(rows: Any, now: datetime, *, why: str = "dropped") -> None:
    """Inside a unit of work: what was not sent yet is not sent any more; `superseded` where a later step says it."""
    rows.filter(state="queued").update(state=why, due=None, settled_at=now)


def note_has(node: Node, desk: DeskRef, message_id: str, *, officer: int) -> None:
    """A person of the desk has the message; without an escalation nothing is to be noted."""
    with unit_of_work(node):
        rows = Escalation.objects.select_for_update().filter(
            **desk_filter(desk), incoming__message_id=message_id, incoming__verdict="accepted"
        )
        for row in rows:
            note_person(row, officer, node.clock.now())


def note_person(row: Escalation, officer: int, now: datetime) -> Standing:
    """Inside a unit of work that holds the row: an officer has it; said twice it is noted once a cycle."""
    standing = standing_of(row)
    if officer in standing.people:
        return standing
    return add_event(row, Happening(Kind.HAS, now, standing.cycle, officer=officer))


def note_signed(core: Core, now: datetime) -> None:
    """Inside a unit of work: the desk acknowledged what `core` refers to."""
    rows = Escalation.objects.select_for_update().filter(
        register=core.register, **desk_filter(core.sender), incoming__core_hash=core.re
    )
    for row in rows:
        if not standing_of(row).signed:
            add_event(row, Happening(Kind.SIGNED, now))


def note_exercise_over(core: Core, fields: Mapping[str, JSON], desk: DeskRef, now: datetime) -> None:
    """Inside a unit of work: exercise control ended an exercise, so that its events wait for nobody here."""
    if core.form != CONTROL or fields.get("event") not in ENDINGS:
        return
    sender = {"participant": core.sender.participant, "node": core.sender.node, "desk": core.sender.desk}
    rows = Escalation.objects.select_for_update(of=("self",)).select_related("incoming")
    rows = rows.filter(register=core.register, **desk_filter(desk), incoming__form=INJECT).exclude(
        state=State.OVER.value
    )
    for row in rows.filter(**{f"incoming__from_{name}": value for name, value in sender.items()}):
        told = kept_fields(bytes(row.incoming.plaintext)) if row.incoming.plaintext else {}
        if told.get("exercise") == fields.get("exercise"):
            IncomingCopy.objects.filter(pk=row.incoming_id).update(owed=False)
            add_event(row, Happening(Kind.DROPPED, now))


def earlier_queued(notification: Notification) -> Iterable[Notification]:
    """Inside a unit of work: what an earlier step still had to send the same officer by the same method."""
    same = Q(escalation=notification.escalation_id, method=notification.method_id, state="queued")
    return Notification.objects.filter(same, pk__lt=notification.pk)
