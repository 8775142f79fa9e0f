"""How does a desk on another node clear what this one wants to send in a case that was shared with it for that?

    show_letter(node, row, request, letter)       the letter travels; the row says where it was shown
    decide(node, seat, 7, CLEARED, by=4)          at the other desk: its answer travels back
    call_letters_back(node, request)              somebody here decided first, or it was taken back

Invariants (docs/spec/inside.md):
- The letter waits where it was written: that node keeps its deadline, applies what silence means, and sends it.
- Whoever decides has seen the letter; the answer names, by the hash of the message, the very bytes that were shown.
- A desk that cannot be written to holds nothing up: its colleagues at the writing desk decide as before.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.messages.inside import (
    CLEARANCE,
    CLEARED,
    FOR_CLEARANCE,
    JSON_FILE,
    LETTER,
    REFUSED,
    TAKEN_BACK,
    Proposal,
    encode_proposal,
)
from liaison.messages.parties import DeskRef
from liaison.node.models import CaseShare, ClearanceElsewhere, ClearanceRequest, InternalCase
from liaison.node.models.inside import REASON
from liaison.node.node import Node
from liaison.node.reads.inside.between import read_letter
from liaison.node.reads.inside.rules import columns
from liaison.node.services.inside.between.speaking import speak, speak_answer
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.node.services.line.sending import Letter


def show_elsewhere(node: Node, request: ClearanceRequest, letter: Letter) -> None:
    """Inside a unit of work: show a letter to every desk of another node that its case is shared with for clearance."""
    place = columns(letter.register, letter.sender)
    shares = CaseShare.objects.filter(**place, case=request.case, purpose=FOR_CLEARANCE).exclude(internal="")
    for share in shares:
        row = InternalCase.objects.filter(**place, internal=share.internal).first()
        if row is not None:
            show_letter(node, row, request, letter)


def show_letter(node: Node, row: InternalCase, request: ClearanceRequest, letter: Letter) -> None:
    """Inside a unit of work: send one desk a letter that waits. What cannot be sent to it holds nothing up."""
    file = seal_attachment(node, name=LETTER, media_type=JSON_FILE, chunks=[encode_proposal(_proposal(letter))])
    fields: dict[str, JSON] = {
        "form": letter.form,
        "deadline": format_instant(request.deadline),
        "silence": request.silence,
    }
    with suppress(UsageError, VerificationError, MalformedError):
        sent = speak(node, row, CLEARANCE, fields, tlp=letter.tlp, attachments=(file, *letter.attachments))
        ClearanceElsewhere.objects.create(
            **columns(row.register, DeskRef(row.participant, row.node, row.desk)),
            ours=True,
            request=request.pk,
            internal=row.internal,
            message_id=sent.message_id,
            core_hash=sent.core_hash,
            with_node=row.with_node,
            with_desk=row.with_desk,
            form=letter.form,
            urgency=letter.urgency,
            exercise=request.exercise,
            deadline=request.deadline,
            silence=request.silence,
            asked_at=node.clock.now(),
        )


def _proposal(letter: Letter) -> Proposal:
    return Proposal(
        attachments=letter.attachments,
        case=letter.case or "",
        fields=dict(letter.fields),
        form=letter.form,
        marking=letter.marking,
        stage=letter.stage,
        tlp=letter.tlp,
        to=letter.to,
        urgency=letter.urgency,
        wanted_by=letter.wanted_by,
    )


def call_letters_back(node: Node, request: ClearanceRequest) -> None:
    """Inside a unit of work: tell the desks that have not answered that nothing waits for them any more."""
    for shown in ClearanceElsewhere.objects.filter(ours=True, request=request.pk, answer=""):
        place = columns(shown.register, DeskRef(shown.participant, shown.node, shown.desk))
        row = InternalCase.objects.filter(**place, internal=shown.internal).first()
        if row is not None:
            with suppress(UsageError, VerificationError, MalformedError):
                speak_answer(node, row, TAKEN_BACK, re=shown.core_hash)


def decide(node: Node, seat: Seat, number: int, answer: str, *, by: int, remark: JSON = None) -> None:
    """Clear a letter of another node's desk, or refuse it with a remark. Raises UsageError, MalformedError and what
    `send_letter` raises."""
    require(Action.CLEAR, seat.roles)
    if answer not in (CLEARED, REFUSED) or (answer == REFUSED and remark is None):
        raise UsageError("clearance-reason", limit=REASON)
    read_letter(node, seat, number)
    with unit_of_work(node):
        place = columns(seat.register, seat.desk)
        shown = _to_decide(node, place, number)
        row = InternalCase.objects.get(**place, internal=shown.internal)
        speak_answer(node, row, answer, re=shown.core_hash, remark=remark if answer == REFUSED else None)
        ClearanceElsewhere.objects.filter(pk=shown.pk).update(decided_by=by)
        told: JSON = {"answer": answer, "form": shown.form, "with": f"{shown.with_node}/{shown.with_desk}"}
        note(node, "clearance-answered", officer=by, subject=shown.message_id, params=told)


def _to_decide(node: Node, place: dict[str, str], number: int) -> Any:
    shown = ClearanceElsewhere.objects.select_for_update().filter(**place, ours=False, pk=number).first()
    if shown is None:
        raise UsageError("clearance-not-found")
    if shown.answer:
        raise UsageError("clearance-decided")
    if shown.deadline <= node.clock.now():
        raise UsageError("clearance-too-late")
    return shown
