"""How does a desk let one of its participant on another node have a case, and take it back?

    share_between(node, seat, case, other, "clearance", by=7)     sealed and on its way when it returns
    share_between(node, seat, case, other, "clearance", by=7)     again: with what was said since
    end_between(node, seat, case, other, by=7)

Invariants (docs/spec/inside.md):
- What travels is the transcript of the case as this desk has it, with the files that are here, under the strictest
  label in the case; no internal note, no other case, and no evidence: that is handed over on its own.
- Handing over is an offer: this desk answers until the other has said that it does.
- The row and the message are there together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from liaison.errors import UsageError
from liaison.messages.forms.sharing import STRICTNESS, check_passing_on
from liaison.messages.inside import FOR_CLEARANCE, HANDED_OVER, JSON_FILE, PURPOSES, SHARE, TAKEN_BACK, TRANSCRIPT
from liaison.messages.message import MOST_ATTACHMENTS, Attachment, Tlp
from liaison.messages.parties import DeskRef
from liaison.node.models import CaseShare, ClearanceRequest, InternalCase
from liaison.node.node import Node
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.desk.thread import Entry, read_thread
from liaison.node.reads.inside.between import elsewhere_desks
from liaison.node.reads.inside.rules import columns
from liaison.node.services.inside.between.clearing import show_letter
from liaison.node.services.inside.between.speaking import speak_answer
from liaison.node.services.inside.between.told import HANDING_OVER, OPEN
from liaison.node.services.inside.clearance import WAITING, kept_letter
from liaison.node.services.inside.sharing import require_sharable
from liaison.node.services.line.attachments import OPENED_AS_EVIDENCE, seal_attachment
from liaison.node.services.line.sending import Letter, SentMessage, new_id, send_letter
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON


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

    @property
    def place(self) -> dict[str, str]:
        """What keeps a query to the desk."""
        return columns(self.seat.register, self.seat.desk)

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
    node: Node, seat: Seat, case: str, other: DeskRef, purpose: str, *, by: int, host_may_read: bool = False
) -> None:
    """Let a desk on another node have a case, or have it anew. Raises UsageError and what `send_letter` raises.

    `host_may_read`: whoever shares it knows that a host opens what is sealed to a desk it hosts.
    """
    require(Action.WRITE, seat.roles)
    if purpose not in PURPOSES or other not in elsewhere_desks(node, seat):
        raise UsageError("share-not-understood")
    wish = _Wish(seat, case, other, purpose, by, host_may_read)
    with unit_of_work(node):
        require_sharable(node, seat, case, purpose, other, by=by)
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
    core = told.last.core
    return Letter(
        register=wish.seat.register,
        sender=wish.seat.desk,
        to=(wish.other,),
        form=SHARE,
        fields={"purpose": wish.purpose, "case": wish.case},
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
    offered = HANDING_OVER if wish.purpose == HANDED_OVER else wish.purpose
    if known is not None and known.purpose == wish.purpose == HANDED_OVER:
        offered = HANDED_OVER  # It was taken over; this is what came since.
    values = {"purpose": offered, "internal": internal, "shared_by": wish.by, "shared_at": node.clock.now()}
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
    }
    return InternalCase.objects.update_or_create(**wish.place, internal=internal, defaults=values)[0]
