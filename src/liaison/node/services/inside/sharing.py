"""How does a desk let another desk of its participant see a case, clear in it or answer in it, and what is noted?

    share(node, seat, case, other, HANDED_OVER, by=7, offer=Offer(deadline, "stays"))
    take_over_here(node, seat, case, by=4)             by the other desk: it answers from now on
    end_share(node, seat, case, other, by=7)           by the desk that keeps the case, or by the other one
    add_note(node, seat, case, "…", by=7)              by either

Invariants:
- One desk answers in a case. Handing it over is an offer with a deadline: the duty moves when somebody at the other
  desk takes the case over, never by silence, and until it is taken back. An acknowledgement is never held up: the desk
  a message came to may always give it.
- Sharing and its end are a line for each of the two desks. A case closed to named officers is not shared.
- Notes are read by the desks that have the case and by nobody else; they are part of no message and no export.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from liaison.errors import UsageError
from liaison.messages.inside import HANDED_OVER, LONGEST_OFFER, PURPOSES, Offer, check_offer
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, CaseNote, CaseShare
from liaison.node.models.inside import WORDS
from liaison.node.node import Node
from liaison.node.reads.desk.kept import require_kept, require_writable
from liaison.node.reads.inside.between import find_internal
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.inside.sharing import OFFERED, Held, held_case, offer_of, other_desks
from liaison.node.services.people.audit import note
from liaison.node.services.people.case_access import named_officers, require_case_access
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require


def share(
    node: Node, seat: Seat, case: str, other: DeskRef, purpose: str, *, by: int, offer: Offer | None = None
) -> None:
    """Let another desk of the participant have a case; `offer` where it is to take it over. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    if purpose not in PURPOSES or other not in other_desks(node, seat):
        raise UsageError("share-not-understood")
    with unit_of_work(node):
        now = node.clock.now()
        require_sharable(node, seat, case, purpose, other, by=by)
        place = {**columns(seat.register, seat.desk), "case": case}
        to = {"to_node": other.node, "to_desk": other.desk}
        values = {**offer_columns(purpose, offer, now), "shared_by": by, "shared_at": now}
        CaseShare.objects.update_or_create(**place, **to, defaults=values)
        _note_both(node, "case-shared", case, (seat.desk, other), str(values["purpose"]), by=by)


def offer_columns(purpose: str, offer: Offer | None, now: datetime) -> dict[str, Any]:
    """What a row keeps of a purpose; one that hands over is an offer until it is taken. Raises UsageError."""
    if purpose != HANDED_OVER:
        return {"purpose": purpose, "deadline": None, "silence": ""}
    if offer is None:
        raise UsageError("handing-over-deadline", shortest=5, longest=LONGEST_OFFER.days)
    check_offer(offer, now)
    return {"purpose": OFFERED, "deadline": offer.deadline, "silence": offer.silence}


def take_over_here(node: Node, seat: Seat, case: str, *, by: int) -> None:
    """Answer from now on in a case that another desk of this node offers to this one. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    desk, now = seat.desk, node.clock.now()
    with unit_of_work(node):
        to = {"to_node": desk.node, "to_desk": desk.desk, "purpose": OFFERED, "internal": ""}
        rows = CaseShare.objects.filter(register=seat.register, participant=desk.participant, case=case, **to)
        row = rows.select_for_update().first()
        if row is None:
            raise UsageError("internal-not-open")
        require_standing(offer_of(row), now)
        row.purpose, row.deadline, row.silence = HANDED_OVER, None, ""
        row.save()
        owner = DeskRef(row.participant, row.node, row.desk)
        _note_both(node, "case-handed-over", case, (owner, desk), HANDED_OVER, by=by)


def require_standing(offer: Offer | None, now: datetime) -> None:
    """Return if a case can still be taken over. Raises UsageError."""
    if offer is not None and not offer.stands(now):
        raise UsageError("handing-over-lapsed")


def require_sharable(node: Node, seat: Seat, case: str, purpose: str, other: DeskRef, *, by: int) -> None:
    """Inside a unit of work, with the row of the case locked: return if this desk may share it. Raises UsageError."""
    Case.objects.select_for_update().filter(**columns(seat.register, seat.desk), case=case).first()
    if not held_case(node, seat, case).own:
        raise UsageError("share-not-own")
    require_kept(seat.desk, case)
    require_case_access(node, seat, by, case)
    if named_officers(node, seat, case):
        raise UsageError("share-closed")
    place = {**columns(seat.register, seat.desk), "case": case, "purpose__in": (HANDED_OVER, OFFERED)}
    elsewhere = CaseShare.objects.filter(**place).exclude(to_node=other.node, to_desk=other.desk)
    if purpose == HANDED_OVER and any(_holds(row, node.clock.now()) for row in elsewhere):
        raise UsageError("share-handed-already")
    if find_internal(node, seat, case) is not None:
        raise UsageError("share-internal")


def _holds(share: Any, now: datetime) -> bool:
    """Whether a desk has the case, or can still take it over."""
    offer = offer_of(share)
    return offer is None or offer.stands(now)


def end_share(node: Node, seat: Seat, case: str, other: DeskRef, *, by: int) -> None:
    """Take a case back, or as the other desk give it back; idempotent. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        held = held_case(node, seat, case)
        if not held.own and other != seat.desk:
            raise UsageError("share-not-own")
        place = {**columns(seat.register, held.owner), "case": case}
        rows = CaseShare.objects.filter(**place, to_node=other.node, to_desk=other.desk, internal="")
        row = rows.first()
        if row is not None:
            rows.delete()
            _note_both(node, "case-share-ended", case, (held.owner, other), row.purpose, by=by)


def answering_desk(node: Node, seat: Seat, case: str) -> DeskRef:
    """The desk in whose name this seat answers in a case. Raises UsageError where another desk has that duty."""
    held = held_case(node, seat, case)
    if not held.answers:
        raise UsageError("case-handed-over" if held.own else "case-only-shared")
    return held.owner


def acknowledging_desk(node: Node, seat: Seat, case: str) -> DeskRef:
    """The desk in whose name this seat acknowledges: its own always, another's where it answers. Raises UsageError."""
    held = held_case(node, seat, case)
    if not held.own and not held.answers:
        raise UsageError("case-only-shared")
    return held.owner


def add_note(node: Node, seat: Seat, case: str, words: str, *, by: int) -> None:
    """Note something for the participant's own people. Raises UsageError."""
    require(Action.READ_CASE, seat.roles)
    text = words.strip()
    if not 0 < len(text) <= WORDS:
        raise UsageError("case-note-length", limit=WORDS)
    with unit_of_work(node):
        held = held_case(node, seat, case)
        require_case_access(node, _at(seat, held), by, case)
        require_writable(held.owner, case)
        CaseNote.objects.create(
            **columns(seat.register, held.owner),
            case=case,
            by_desk=seat.desk.desk,
            written_by=by,
            written_at=node.clock.now(),
            words=text,
        )
        told = {"desk": seat.desk.desk}
        note(node, "case-noted", officer=by, subject=case, params=dict(told), participant=seat.desk.participant)


def _at(seat: Seat, held: Held) -> Seat:
    return replace(seat, desk=held.owner)


def _note_both(node: Node, action: str, case: str, desks: tuple[DeskRef, DeskRef], purpose: str, *, by: int) -> None:
    """One line for the desk that keeps the case, one for the other."""
    owner, other = desks
    for desk in desks:
        told = {"desk": desk.desk, "from": owner.desk, "to": other.desk, "purpose": purpose}
        note(node, action, officer=by, subject=case, params=dict(told), participant=desk.participant)
