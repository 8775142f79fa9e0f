"""What left without a second person's word, and who has looked at it since?

    note_for_review(node, letter, Cleared.ALONE, core)     inside the unit of work that sends
    mark_seen(node, seat, 7, by=4)                      True, or False when somebody had before

Invariants: the line is there when the message is, and never without it; whoever wrote a message does not tick it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from liaison.errors import UsageError
from liaison.messages.message import Core
from liaison.node.models import Review
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.clearance import REVIEWED_WITHIN, Cleared, check_second_person
from liaison.officers.permissions import Action, require

if TYPE_CHECKING:
    from liaison.node.services.line.sending import Letter


def note_for_review(node: Node, letter: Letter, cleared: Cleared, core: Core) -> None:
    """Inside a unit of work: leave a line for those who may clear messages of the desk."""
    now = node.clock.now()
    Review.objects.create(
        **columns(letter.register, letter.sender),
        message_id=core.id,
        case=core.case,
        form=core.form,
        urgency=core.urgency,
        exercise=core.exercise,
        cleared=cleared.value,
        written_by=letter.written_by,
        sent_at=now,
        due=now + REVIEWED_WITHIN,
    )


def mark_seen(node: Node, seat: Seat, number: int, *, by: int) -> bool:
    """Tick a line off; whether it was still to be. Raises UsageError."""
    require(Action.CLEAR, seat.roles)
    with unit_of_work(node):
        rows = Review.objects.select_for_update().filter(**columns(seat.register, seat.desk), pk=number)
        row = rows.first()
        if row is None:
            raise UsageError("review-not-found")
        check_second_person(by, {row.written_by})
        if row.seen_at is not None:
            return False
        rows.update(seen_by=by, seen_at=node.clock.now())
        told = {"cleared": row.cleared}
        note(node, "message-reviewed", officer=by, subject=row.message_id, params=told, participant=row.participant)
    return True
