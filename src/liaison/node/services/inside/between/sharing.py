"""How does a desk let one of its participant on another node have a case, and take it back?

    share_between(node, seat, case, other, "clearance", by=7)     sealed and on its way when it returns
    share_between(node, seat, case, other, "clearance", by=7)     again: with what was said since
    share_between(node, seat, case, other, "handed-over", by=7, offer=Offer(deadline, "lapses"))
    end_between(node, seat, case, other, by=7)

Invariants (docs/spec/inside.md):
- What travels is the transcript of the case as this desk has it, with the files that are here, under the strictest
  label in the case; no internal note, no other case, and no evidence: that is handed over on its own.
- Handing over is an offer with a deadline: this desk answers until the other has said that it does.
- What was said since follows under the offer that was made, or to the desk that took the case over.
- The row and the message are there together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from liaison.errors import UsageError
from liaison.messages.forms.sharing import STRICTNESS, check_passing_on
from liaison.messages.inside import (
    FOR_CLEARANCE,
    HANDED_OVER,
    JSON_FILE,
    PURPOSES,
    SHARE,
    TAKEN_BACK,
    TRANSCRIPT,
    Offer,
)
from liaison.messages.message import MOST_ATTACHMENTS, Attachment, Tlp
from liaison.messages.parties import DeskRef
from liaison.node.models import CaseShare, ClearanceRequest, InternalCase
from liaison.node.node import Node
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.desk.thread import Entry, read_thread
from liaison.node.reads.inside.between import elsewhere_desks
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.inside.sharing import OFFERED, offer_of
from liaison.node.services.inside.between.clearing import show_letter
from liaison.node.services.inside.between.speaking import speak_answer
from liaison.node.services.inside.between.told import OPEN
from liaison.node.services.inside.clearance import WAITING, kept_letter
from liaison.node.services.inside.sharing import offer_columns, require_sharable
from liaison.node.services.line.attachments import OPENED_AS_EVIDENCE, seal_attachment
from liaison.node.services.line.sending import Letter, SentMessage, new_id, send_letter
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant


@dataclass(frozen=True, slots=True)
class _Told:
    """What is shared of a case: its last message, its strictest label and marking, its files."""

    last: Entry
    tlp: Tlp
    marking: str | None
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who shares which case with which desk, and what for."""

    seat: Seat
    case: str
    other: DeskRef
    purpose: str
    by: int
    host_may_read: bool = False
    offer: Offer | None = None

    @property
    def place(self) -> dict[str, str]:
        """What keeps a query to the desk."""
        return columns(self.seat.register, self.seat.desk)

    @property
    def offered(self) -> dict[str, Any]:
        """What a row keeps of the offer."""
        return {"deadline": self.offer and self.offer.deadline, "silence": self.offer.silence if self.offer else ""}

    def shares(self) -> Any:
        """The row of the share, if there is one."""
        to = {"to_node": self.other.node, "to_desk": self.other.desk}
        return CaseShare.objects.filter(**self.place, **to, case=self.case)

    def note(self, node: Node, action: str) -> None:
        """A line of the trail."""
        told: JSON = {
            "desk": self.seat.desk.desk,
            "to": f"{self.other.node}/{self.other.desk}",
            "purpose": self.purpose,
        }
        participant = self.seat.desk.participant
        note(node, action, officer=self.by, subject=self.case, params=told, participant=participant)


def share_between(
    node: Node,
    seat: Seat,
    case: str,
    other: DeskRef,
    purpose: str,
    *,
    by: int,
    host_may_read: bool = False,
    offer: Offer | None = None,
) -> None:
    """Let a desk on another node have a case, or have it anew. Raises UsageError and what `send_letter` raises.

    `host_may_read`: whoever shares it knows that a host opens what is sealed to a desk it hosts. `offer`: until when it
    is to take the case over; without one, what was offered before still holds.
    """
    require(Action.WRITE, seat.roles)
    if purpose not in PURPOSES or other not in elsewhere_desks(node, seat):
        raise UsageError("share-not-understood")
    with unit_of_work(node):
        require_sharable(node, seat, case, purpose, other, by=by)
        wish = _with_offer(node, _Wish(seat, case, other, purpose, by, host_may_read, offer))
    told = _told(node, wish)
    data = export_transcript(node, case, own=seat.desk, with_log=False)
    transcript = seal_attachment(node, name=TRANSCRIPT, media_type=JSON_FILE, chunks=[data])
    with unit_of_work(node):
        require_sharable(node, seat, case, purpose, other, by=by)
        internal = _keep_share(node, wish)
        (sent,) = send_letter(node, _letter(wish, internal, told, transcript))
        row = _keep_internal(node, wish, internal, sent)
        wish.note(node, "case-sent-inside")
        if purpose == FOR_CLEARANCE:
            waiting = ClearanceRequest.objects.filter(**wish.place, case=case, state=WAITING, answer="")
            for request in waiting:
                show_letter(node, row, request, kept_letter(bytes(request.letter)))


def _with_offer(node: Node, wish: _Wish) -> _Wish:
    """The wish with the offer it is made under: the one given, else the one that stands. Raises UsageError."""
    if wish.purpose != HANDED_OVER:
        return replace(wish, offer=None)
    known, now = wish.shares().first(), node.clock.now()
    if known is not None and known.purpose == HANDED_OVER:
        return replace(wish, offer=None)
    former = offer_of(known) if known is not None else None
    if wish.offer is None and former is not None and former.stands(now):
        return replace(wish, offer=former)
    offer_columns(wish.purpose, wish.offer, now)
    return wish


def end_between(node: Node, seat: Seat, case: str, other: DeskRef, *, by: int) -> None:
    """Take a case back from a desk on another node; idempotent. Raises UsageError and what `send_letter` raises."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        wish = _Wish(seat, case, other, "", by)
        share = wish.shares().exclude(internal="").first()
        if share is not None:
            row = InternalCase.objects.get(**wish.place, internal=share.internal)
            speak_answer(node, row, TAKEN_BACK)
            replace(wish, purpose=share.purpose).note(node, "case-taken-back")


def _told(node: Node, wish: _Wish) -> _Told:
    """Raises UsageError where a label in the case does not let it go to the other desk."""
    thread = read_thread(node, wish.seat.desk, wish.case, reader=Reader(contents=True))
    entries = [each for each in thread.entries if not each.rejected]
    strictest = max((each.core.tlp for each in entries), key=STRICTNESS.__getitem__)
    for each in entries:
        check_passing_on(each.core, strictest, (wish.other,))
    files = {
        attachment.sealed: attachment
        for each in entries
        for attachment, file in zip(each.core.attachments, each.attachments, strict=True)
        if file.state == "held" and each.core.form not in OPENED_AS_EVIDENCE
    }
    kept = tuple(files.values())[: MOST_ATTACHMENTS - 1]
    return _Told(entries[-1], strictest, _highest(node, [each.core.marking for each in entries]), kept)


def _highest(node: Node, markings: Sequence[str | None]) -> str | None:
    """The highest own marking of the node's ladder; without one, the latest that stands in the case."""
    ladder = node.config.markings.ladder
    found = [each for each in markings if each]
    ranked = [each for each in found if each in ladder]
    return max(ranked, key=ladder.index) if ranked else next(reversed(found), None)


def _letter(wish: _Wish, internal: str, told: _Told, transcript: Attachment) -> Letter:
    core, fields = told.last.core, dict[str, JSON](purpose=wish.purpose, case=wish.case)
    if wish.offer is not None:
        fields |= {"deadline": format_instant(wish.offer.deadline), "silence": wish.offer.silence}
    return Letter(
        register=wish.seat.register,
        sender=wish.seat.desk,
        to=(wish.other,),
        form=SHARE,
        fields=fields,
        tlp=told.tlp,
        marking=told.marking,
        urgency=core.urgency,
        exercise=core.exercise,
        re=told.last.core_hash,
        case=internal,
        attachments=(transcript, *told.files),
        host_may_read=wish.host_may_read,
    )


def _keep_share(node: Node, wish: _Wish) -> str:
    """The row of the share, and the internal case it travels in: the one that is there, or a new one."""
    known = wish.shares().first()
    internal = str(known.internal) if known is not None else new_id(node)
    offered = OFFERED if wish.purpose == HANDED_OVER else wish.purpose
    if known is not None and known.purpose == wish.purpose == HANDED_OVER:
        offered = HANDED_OVER  # It was taken over; this is what came since.
    values = {"purpose": offered, "internal": internal, "shared_by": wish.by, "shared_at": node.clock.now()}
    values |= wish.offered
    to = {"to_node": wish.other.node, "to_desk": wish.other.desk}
    CaseShare.objects.update_or_create(**wish.place, **to, case=wish.case, defaults=values)
    return internal


def _keep_internal(node: Node, wish: _Wish, internal: str, sent: SentMessage) -> InternalCase:
    known = InternalCase.objects.filter(**wish.place, internal=internal).first()
    values = {
        "about": wish.case,
        "with_node": wish.other.node,
        "with_desk": wish.other.desk,
        "ours": True,
        "message_id": sent.message_id,
        "core_hash": sent.core_hash,
        "purpose": wish.purpose,
        "state": known.state if known is not None else OPEN,
        "since": node.clock.now(),
        **wish.offered,
    }
    return InternalCase.objects.update_or_create(**wish.place, internal=internal, defaults=values)[0]
