"""What does a message between two desks of one participant change in the rows of the own one, sent or received?

    note_said(node, core, fields)              inside the unit of work that sends it
    note_heard(node, core, fields, desk)       inside the unit of work that takes it in

Invariants (docs/spec/inside.md):
- only what the desk on the other side of the internal case says counts, and only about what is still open; all else is
  shown as a message and changes nothing;
- a case is taken over in time when it was by the clock of the desk that took it, however late its word comes here;
- what was decided once stays; an answer to a letter is kept here and acted on by the node's own job.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from liaison.messages.inside import (
    ANSWER,
    CLEARANCE,
    CLEARED,
    FOR_CLEARANCE,
    GIVEN_BACK,
    HANDED_OVER,
    REFUSED,
    SHARE,
    TAKEN_BACK,
    TAKEN_OVER,
)
from liaison.messages.message import Core, hash_core
from liaison.messages.parties import DeskRef
from liaison.node.models import CaseShare, ClearanceElsewhere, ClearanceRequest, FollowUp, InternalCase, Timer
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.inside.sharing import OFFERED, offer_of
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import after_commit
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant

OPEN, ENDED = "open", "ended"
WAITING = "waiting"
KEEP_DEADLINES = "keep-clearance-deadlines"
"""The job that acts on an answer; an answer that comes makes it due (`work/jobs.py`)."""


def note_said(node: Node, core: Core, fields: Mapping[str, JSON]) -> None:
    """Follow an answer of our own, by whatever door it was given."""
    if core.form != ANSWER:
        return
    place, answer = columns(core.register, core.sender), str(fields["answer"])
    letters = ClearanceElsewhere.objects.filter(**place, internal=core.case, core_hash=core.re)
    if letters.exists():
        letters.filter(answer="", ours=answer == TAKEN_BACK).update(answer=answer)
        return
    for other in core.to:
        row = _row(place, core.case, other)
        if row is not None and row.ours == (answer == TAKEN_BACK):
            _settle(node, row, answer, core, core.sender)


def note_heard(node: Node, core: Core, fields: Mapping[str, JSON], desk: DeskRef) -> None:
    """Follow what a desk of another node of our participant says to this one."""
    if core.form == SHARE:
        _take_share(node, core, fields, desk)
    elif core.form == CLEARANCE:
        _take_letter(node, core, fields, desk)
    elif core.form == ANSWER:
        _take_answer(node, core, fields, desk)


def _take_share(node: Node, core: Core, fields: Mapping[str, JSON], desk: DeskRef) -> None:
    """The newest share of an internal case is the one that is shown; an ended one begins anew with it."""
    place = columns(core.register, desk)
    known = InternalCase.objects.filter(**place, internal=core.case).first()
    if known is not None and (known.ours or _other(known) != core.sender):
        return
    values: dict[str, Any] = {
        "about": fields["case"],
        "with_node": core.sender.node,
        "with_desk": core.sender.desk,
        "ours": False,
        "message_id": core.id,
        "core_hash": hash_core(core),
        "purpose": fields["purpose"],
        "state": known.state if known is not None and known.state == TAKEN_OVER else OPEN,
        "since": node.clock.now(),
        "deadline": parse_instant(str(fields["deadline"])) if "deadline" in fields else None,
        "silence": fields.get("silence", ""),
    }
    InternalCase.objects.update_or_create(**place, internal=core.case, defaults=values)
    _note(node, "case-shared-with-us", core.case, (desk, core.sender), str(fields["purpose"]))


def _take_letter(node: Node, core: Core, fields: Mapping[str, JSON], desk: DeskRef) -> None:
    place = columns(core.register, desk)
    row = _row(place, core.case, core.sender)
    if row is None or row.ours or (row.state, row.purpose) != (OPEN, FOR_CLEARANCE):
        return
    ClearanceElsewhere.objects.create(
        **place,
        ours=False,
        internal=core.case,
        message_id=core.id,
        core_hash=hash_core(core),
        with_node=core.sender.node,
        with_desk=core.sender.desk,
        form=fields["form"],
        urgency=core.urgency,
        exercise=core.exercise,
        deadline=parse_instant(str(fields["deadline"])),
        silence=fields["silence"],
        asked_at=node.clock.now(),
    )


def _take_answer(node: Node, core: Core, fields: Mapping[str, JSON], desk: DeskRef) -> None:
    place, answer = columns(core.register, desk), str(fields["answer"])
    letters = ClearanceElsewhere.objects.filter(**place, internal=core.case, core_hash=core.re)
    if letters.exists():
        mine = letters.filter(with_node=core.sender.node, with_desk=core.sender.desk, answer="")
        letter = mine.filter(ours=answer in (CLEARED, REFUSED)).first()
        if letter is not None:
            _decide_letter(node, letter, answer, fields, core.sender)
        return
    row = _row(place, core.case, core.sender)
    if row is not None and row.ours == (answer != TAKEN_BACK):
        _settle(node, row, answer, core, desk)


def _decide_letter(node: Node, letter: Any, answer: str, fields: Mapping[str, JSON], by: DeskRef) -> None:
    """Keep what the other desk said of a letter; nobody decides twice, and a word about ours that comes after its
    deadline is none, also where this node has not come to it yet."""
    if letter.ours and letter.deadline <= node.clock.now():
        return
    ClearanceElsewhere.objects.filter(pk=letter.pk).update(answer=answer)
    if not letter.ours:
        return
    remark = fields.get("remark")
    told = str(remark["text"]) if isinstance(remark, Mapping) else ""
    waiting = ClearanceRequest.objects.filter(pk=letter.request, state=WAITING, answer="")
    if waiting.update(answer=answer, answered_by=f"{by.node}/{by.desk}", reason=told):
        # The job acts on it at its next turn, which is now.
        Timer.objects.filter(name=KEEP_DEADLINES).update(due=node.clock.now())
        after_commit(node.waker.wake)


def _settle(node: Node, row: Any, answer: str, core: Core, desk: DeskRef) -> None:
    """What an answer about a share changes, on the side of the desk that gave it and on that of the one that got it."""
    place = columns(row.register, desk)
    shares = CaseShare.objects.filter(**place, internal=row.internal)
    if answer == TAKEN_OVER:
        offer = offer_of(row)
        if offer is not None and not offer.stands(parse_instant(core.composed)):
            return
        if not row.ours and (row.state, row.purpose) != (OPEN, HANDED_OVER):
            return
        if row.ours:
            if CaseShare.objects.filter(**place, case=row.about, purpose=HANDED_OVER).exists():
                return
            if not shares.filter(purpose=OFFERED).update(purpose=HANDED_OVER, deadline=None, silence=""):
                return
            FollowUp.objects.filter(**place, case=row.about).delete()
        InternalCase.objects.filter(pk=row.pk).update(deadline=None, silence="")
        _end(row, TAKEN_OVER)
        _note(node, "case-taken-over", row.about, (desk, _other(row)), HANDED_OVER)
    elif answer in (REFUSED, GIVEN_BACK, TAKEN_BACK) and row.state != ENDED:
        if row.ours:
            shares.delete()
        ClearanceElsewhere.objects.filter(**place, internal=row.internal, answer="").update(answer=TAKEN_BACK)
        _end(row, ENDED)
        _note(node, "case-share-ended", row.about, (desk, _other(row)), row.purpose)


def _end(row: Any, state: str) -> None:
    InternalCase.objects.filter(pk=row.pk).update(state=state)


def _row(place: Mapping[str, str], internal: str, other: DeskRef) -> InternalCase | None:
    with_other = Q(with_node=other.node, with_desk=other.desk, participant=other.participant)
    return InternalCase.objects.select_for_update().filter(with_other, **place, internal=internal).first()


def _other(row: Any) -> DeskRef:
    return DeskRef(row.participant, row.with_node, row.with_desk)


def _note(node: Node, action: str, case: str, between: tuple[DeskRef, DeskRef], purpose: str) -> None:
    """A line for the own desk, the first of the two."""
    desk, other = between
    told: JSON = {"desk": desk.desk, "with": f"{other.node}/{other.desk}", "purpose": purpose}
    note(node, action, subject=case, params=told, participant=desk.participant)
