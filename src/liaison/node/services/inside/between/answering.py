"""How does a desk answer one of its participant on another node: take a case over, refuse it, give it back?

    gone = take_over(node, seat, internal, by=7)      the other parties of the case are told in a new case
    give_up(node, seat, internal, by=7)               refused, or given back where it was taken over

Invariants (docs/spec/inside.md): nobody takes over what was not verified; the word to the desk that gave it and the
word to the other side leave together; the new case refers to the earlier one by the hash of its last message.
"""

from __future__ import annotations

from typing import Any

from liaison.errors import UsageError
from liaison.messages.inside import CONTINUATION, GIVEN_BACK, HANDED_OVER, REFUSED, TAKEN_OVER
from liaison.messages.parties import sorted_desks
from liaison.node.models import InternalCase
from liaison.node.node import Node
from liaison.node.reads.inside.between import Shared, read_shared
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.inside.sharing import offer_of
from liaison.node.services.desk.answering import acknowledge_if_owed
from liaison.node.services.inside.between.speaking import speak_answer
from liaison.node.services.inside.between.told import ENDED, OPEN
from liaison.node.services.inside.sharing import require_standing
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON


def take_over(node: Node, seat: Seat, internal: str, *, by: int) -> tuple[SentMessage, ...]:
    """Answer in a case from now on; what the other parties were told. Raises UsageError, VerificationError."""
    require(Action.WRITE, seat.roles)
    shared = read_shared(node, seat, internal)
    with unit_of_work(node):
        row = _row(seat, internal)
        if (row.state, row.purpose) != (OPEN, HANDED_OVER) or row.core_hash != shared.core_hash:
            raise UsageError("internal-not-open")
        require_standing(offer_of(row), node.clock.now())
        acknowledge_if_owed(node, seat.desk, row.message_id, officer=by)
        speak_answer(node, row, TAKEN_OVER)
        told = _tell_others(node, seat, shared)
        _note(node, "case-taken-over-by-us", seat, row, by=by)
    return told


def give_up(node: Node, seat: Seat, internal: str, *, by: int, remark: JSON = None) -> None:
    """Say that this desk does not have the case, or has it no longer. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        row = _row(seat, internal)
        offered = (row.state, row.purpose) == (OPEN, HANDED_OVER)
        acknowledge_if_owed(node, seat.desk, row.message_id, officer=by)
        speak_answer(node, row, REFUSED if offered else GIVEN_BACK, remark=remark)
        _note(node, "case-given-back", seat, row, by=by)


def _row(seat: Seat, internal: str) -> Any:
    rows = InternalCase.objects.select_for_update().filter(**columns(seat.register, seat.desk), internal=internal)
    row = rows.filter(ours=False).exclude(state=ENDED).first()
    if row is None:
        raise UsageError("internal-not-open")
    return row


def _tell_others(node: Node, seat: Seat, shared: Shared) -> tuple[SentMessage, ...]:
    """One new case with all other parties of the earlier one, so that they know whom to answer."""
    core, giver = shared.core, shared.core.sender
    others = sorted_desks(set(shared.report.parties) - {giver, seat.desk})
    if not others:
        return ()
    previous: JSON = {"desk": giver.desk, "node": giver.node, "participant": giver.participant}
    letter = Letter(
        register=core.register,
        sender=seat.desk,
        to=others,
        form=CONTINUATION,
        fields={"case": shared.row.about, "previous": previous},
        tlp=core.tlp,
        urgency=core.urgency,
        exercise=core.exercise,
        re=core.re,
    )
    return tuple(send_letter(node, letter))


def _note(node: Node, action: str, seat: Seat, row: Any, *, by: int) -> None:
    told: JSON = {"desk": seat.desk.desk, "with": f"{row.with_node}/{row.with_desk}", "purpose": row.purpose}
    note(node, action, officer=by, subject=row.about, params=told, participant=seat.desk.participant)
