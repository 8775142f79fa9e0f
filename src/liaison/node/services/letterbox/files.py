"""How do the attachments of a message travel when its recipient has a letter box?

    sender   a copy lies there ─► `leave` work: each file in ranges, from where it was cut off ─► kept
    owner    `fetch` work: from the sender's peer door where it has one, else from where its own letters are kept

Invariants: the message goes first, its files follow; what the recipient has receipted is left no more; a file that is
not fetched at once is left only by a sender that has no peer door to fetch it from; what came in parts from two places
is one file, because nothing counts before all of it has its hash.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from liaison.errors import LiaisonError, NotNowError, UnreachableError
from liaison.messages.letter_box import Kind, Left, State
from liaison.messages.lifecycle import CopyState
from liaison.messages.parties import NodeRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import AttachmentRow, Delivery, LeftLetter, OutgoingCopy, TakenReceipt
from liaison.node.node import Node
from liaison.node.peering import PeerAnswer
from liaison.node.reads.facts import register_facts
from liaison.node.services.letterbox.keeper import LetterBox, Noted, leased_box
from liaison.node.services.letterbox.leaving import Leaving, note_left
from liaison.node.services.letterbox.own_boxes import own_keepers
from liaison.node.services.line.fetching import PIECE_SECONDS, PIECE_SIZE, Ask, Pace, first_pace
from liaison.node.unit_of_work import after_commit, reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.calling import call_peer
from liaison.node.work.outbox import Lease, Work
from liaison.wire.byte_ranges import ByteRange, format_range

SETTLED = (State.KEPT.value, State.FETCHED.value)


@dataclass(frozen=True, slots=True)
class _File:
    """A sealed file that has still to be left."""

    sealed: str
    size: int


def leave_files_later(node: Node, lease: Lease) -> None:
    """Have the files of a copy that lies in a letter box left there too, unless that is on its way or done."""
    with unit_of_work(node):
        if not Delivery.objects.filter(copy_id=lease.subject, kind=Work.LEAVE.value).exists() and _files(node, lease):
            outbox.put_work(node, Work.LEAVE, lease.subject, register=lease.register, at=lease.at, leased=False)
            after_commit(node.waker.wake)


def leave_files(node: Node, lease: Lease) -> None:
    """Leave one piece of work's worth of files; the work ends when nothing is left to leave."""
    with reading(node):
        copy = OutgoingCopy.objects.select_related("message").get(pk=lease.subject)
        files = _files(node, lease)
        where = LeftLetter.objects.filter(copy_id=lease.subject, kind=Kind.MESSAGE.value).order_by("-pk").first()
    done = not files or where is None
    if where is not None and files:
        own, by = NodeRef(copy.message.participant, copy.message.node), NodeRef(where.by_participant, where.by_node)
        box = leased_box(node, lease, own, by)
        done = _leave(node, box, files[0], lease) and len(files) == 1
    with unit_of_work(node):
        if done:
            outbox.settle(lease)
        else:
            outbox.give_back(node, lease)


def _leave(node: Node, box: LetterBox, file: _File, lease: Lease) -> bool:
    """Leave the next pieces of one file; whether all of it is there."""
    left = box.left(lease.at, Kind.ATTACHMENT, file.sealed)
    what = Leaving(owner=lease.at, kind=Kind.ATTACHMENT, file=file.sealed, copy=lease.subject)
    said = box.state(left)
    arrived = said if isinstance(said, int) else 0
    if isinstance(said, Noted) and said.note.state.value in SETTLED:
        note_left(node, box, what, said)
        return True
    began, sent, pace = node.clock.monotonic(), 0, first_pace(attempts=lease.attempts, fetching=1)
    while sent < PIECE_SIZE and node.clock.monotonic() - began < PIECE_SECONDS:
        said, pace = _piece(node, box, left, file.size, arrived=arrived, pace=pace)
        if isinstance(said, Noted):
            note_left(node, box, what, said)
            return True
        if said <= arrived:  # Another left it meanwhile, or began anew: ask again the next time.
            raise NotNowError("letter-box-not-now", node="")
        sent, arrived = sent + said - arrived, said
    return False


def _piece(node: Node, box: LetterBox, left: Left, size: int, *, arrived: int, pace: Pace) -> tuple[Noted | int, Pace]:
    given = ByteRange(arrived, min(size, arrived + pace.size))
    data = b"".join(node.blobs.read(left.sealed, start=given.start, end=given.end))
    asked = node.clock.monotonic()
    said = box.leave_piece(left, given, size, data)
    return said, pace.after(given.size, node.clock.monotonic() - asked)


def _files(node: Node, lease: Lease) -> list[_File]:
    """The files of a copy that are neither left nor receipted, inside a reading or a unit of work; none of one that was
    rejected, whose files nobody fetches."""
    copy = OutgoingCopy.objects.only("message_id", "state").get(pk=lease.subject)
    if copy.state == CopyState.REJECTED.value:
        return []
    rows = AttachmentRow.objects.filter(outgoing_id=copy.message_id).order_by("position")
    if node.config.address.url:
        rows = rows.filter(sealed_size__lte=node.config.attachments.fetched_at_once)
    lies = Q(state=State.FETCHED.value) | Q(state=State.KEPT.value, until__gt=node.clock.now())
    left = LeftLetter.objects.filter(lies, copy_id=lease.subject, kind=Kind.ATTACHMENT.value)
    done = set(left.values_list("sealed", flat=True)) | _receipted(lease.subject)
    return [_File(row.sealed, row.sealed_size) for row in rows if row.sealed not in done]


def _receipted(copy: int) -> set[str]:
    last = TakenReceipt.objects.filter(copy_id=copy).order_by("-n").first()
    return set(decode_receipt(bytes(last.receipt)).receipt.attachments) if last is not None else set()


def ask_for(node: Node, lease: Lease, row: AttachmentRow) -> Ask:
    """Who gives a range of a received attachment: the sender, or who keeps the letters of the node that received it."""
    own = NodeRef(row.incoming.participant, row.incoming.node)
    door = [None] if register_facts(node, lease.register).address(lease.at) is not None else []
    sources: list[NodeRef | None] = [*door, *own_keepers(node, lease.register, own)]

    def ask(wanted: ByteRange) -> PeerAnswer:
        failure: LiaisonError = UnreachableError("peer-has-no-door", permanent=True, peer=lease.at.node)
        while sources:
            keeper = sources[0]
            path = f"/attachments/{row.sealed}" if keeper is None else f"/letters/attachments/{row.sealed}"
            headers = {"range": format_range(wanted)}
            try:
                answer = call_peer(
                    node, lease, own, path=path, method="GET", headers=headers, limit=wanted.size, at=keeper
                )
            except UnreachableError as error:
                failure = error
            else:
                if answer.status == 206 or len(sources) == 1:
                    return answer
            sources.pop(0)
        raise failure

    return ask
