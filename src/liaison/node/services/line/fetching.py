"""How does a large attachment come here? A few ranges at a time, going on from what has arrived.

    wanted ──a piece: ranges until 16 MiB or 10 s──► given back, due at once ──…──► whole, its hash holds ──► held
       ▲                                                                                │ it does not
       └───── from the first chunk that is not what was sealed, three times at most ────┴──► failed

Invariants (docs/spec/outbox.md):
- what has arrived is durable before a piece of work ends, and is gone on from, whoever was killed;
- a piece is bounded in bytes and in time, so neither a thread nor a lease waits for a whole file, and other work for
  the same peer gets its turn;
- a range is what the line carried in a few seconds before, and no more than fits in memory beside the others;
- nothing counts before all of it has the hash that the signed message names.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace

from django.db.models import F

from liaison.errors import MalformedError, NotNowError, UsageError, VerificationError
from liaison.keys.sealing import sound_size
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.models import AttachmentRow, Delivery, IncomingCopy
from liaison.node.node import Node
from liaison.node.peering import PeerAnswer
from liaison.node.ports import Clock, Partial
from liaison.node.services.line.attachments import GONE, attachment_identity, attachments_of, note_durable
from liaison.node.unit_of_work import after_commit, reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.outbox import Lease, Work
from liaison.wire.byte_ranges import ByteRange, parse_content_range
from liaison.wire.identifiers import digest

PIECE_SIZE = 16 << 20
PIECE_SECONDS = 10.0
FIRST_RANGE = 64 << 10
SMALLEST_RANGE = 16 << 10
LARGEST_RANGE = 2 << 20
RANGE_SECONDS = 4.0
GROWTH = 4
IN_MEMORY = 8 << 20
MOST_SPOILED = 3

Ask = Callable[[ByteRange], PeerAnswer]


@dataclass(frozen=True, slots=True)
class Pace:
    """How many bytes are asked for at once, and the most that memory has room for."""

    size: int
    ceiling: int

    def after(self, size: int, seconds: float) -> Pace:
        """The pace for a line that has just carried so many bytes in so many seconds."""
        carried = int(size * RANGE_SECONDS / max(seconds, 0.001))
        return replace(self, size=min(max(carried, SMALLEST_RANGE), size * GROWTH, self.ceiling))


def first_pace(*, attempts: int, fetching: int) -> Pace:
    """The pace of a new piece after so many failures in a row, where so many files are being fetched."""
    ceiling = min(LARGEST_RANGE, max(SMALLEST_RANGE, IN_MEMORY // max(fetching, 1)))
    return Pace(min(max(FIRST_RANGE >> min(attempts, 16), SMALLEST_RANGE), ceiling), ceiling)


def fetch_piece(partial: Partial, size: int, ask: Ask, clock: Clock, pace: Pace) -> None:
    """Add ranges until the piece is done or all `size` bytes are here. Raises what `ask` does, and for a wrong answer
    MalformedError or NotNowError; what came before stays."""
    began, before = clock.monotonic(), partial.size
    while partial.size < min(size, before + PIECE_SIZE) and clock.monotonic() - began < PIECE_SECONDS:
        wanted = ByteRange(partial.size, min(size, partial.size + pace.size))
        asked = clock.monotonic()
        data = _given(ask(wanted), wanted, size)
        partial.append(data)
        pace = pace.after(len(data), clock.monotonic() - asked)


def _given(answer: PeerAnswer, wanted: ByteRange, size: int) -> bytes:
    """The bytes of an answer, from the start that was asked for; a door may give fewer than that."""
    if answer.status != 206:
        raise NotNowError("attachment-not-given", status=answer.status)
    given, whole = parse_content_range(answer.headers.get("content-range", ""), most=wanted.size)
    if (given.start, given.size, whole) != (wanted.start, len(answer.body), size):
        raise MalformedError("range-not-understood")
    return answer.body


def source_of(row: AttachmentRow) -> str:
    """What a partial is named by beside its digest: who gives it, and how much of it is announced."""
    of = row.incoming
    return digest(f"{of.register} {of.from_participant} {of.from_node} {row.sealed_size}".encode())


def fetch_attachment(node: Node, lease: Lease, ask_for: Callable[[Node, Lease, AttachmentRow], Ask]) -> None:
    """Fetch one piece of an attachment from whom `ask_for` names; with the last, keep it and give its receipt."""
    with reading(node):
        row = AttachmentRow.objects.select_related("incoming").get(pk=lease.subject)
        fetching = Delivery.objects.filter(kind=Work.FETCH.value).exclude(lease_until=None).count()
    whole = node.blobs.has(row.sealed)
    if not whole:
        node.storage.require_room(_missing(node, row))
        ask = ask_for(node, lease, row)
        with node.blobs.partial(row.sealed, source_of(row)) as partial:
            fetch_piece(
                partial, row.sealed_size, ask, node.clock, first_pace(attempts=lease.attempts, fetching=fetching)
            )
            if whole := partial.size >= row.sealed_size:
                _finish(node, lease, row, partial)
    with unit_of_work(node):
        if whole:
            note_durable(node, row.incoming, [row.sealed])
            outbox.settle(lease)
        else:
            outbox.give_back(node, lease)
    if whole:
        node.blobs.drop(row.sealed, source_of(row))


def _finish(node: Node, lease: Lease, row: AttachmentRow, partial: Partial) -> None:
    """Keep what is whole. Raises VerificationError when it is not what was signed; then only what is sound stays."""
    try:
        partial.finish()
    except VerificationError:
        attachment = next(each for each in attachments_of(row.incoming) if each.sealed == row.sealed)
        sound = sound_size(partial.read(), [attachment_identity(attachment)])
        # Where every tag holds, the sender itself sealed something else than it signed: nothing of it is worth keeping.
        partial.cut(sound if sound < row.sealed_size else 0)
        _note_spoiled(node, lease, row)
        raise


def _note_spoiled(node: Node, lease: Lease, row: AttachmentRow) -> None:
    """Count a file that came wrong, and give it up when that happened too often."""
    with unit_of_work(node):
        AttachmentRow.objects.filter(pk=row.pk).update(spoiled=F("spoiled") + 1)
        if row.spoiled + 1 < MOST_SPOILED:
            return
        AttachmentRow.objects.filter(pk=row.pk, state="wanted").update(state="failed")
        outbox.settle(lease)
    node.blobs.drop(row.sealed, source_of(row))


def want_attachments(
    node: Node, message_id: str, positions: Container[int] = (), *, own: DeskRef | None = None
) -> list[AttachmentRow]:
    """Have what is not here of a received message fetched, as an officer asks for; what is on its way then.

    `positions` picks some of its attachments, counted from 0; none means all; `own` the desk that has the message where
    several have. Raises UsageError when there is no such
    message, NotNowError when the disk has no room for them.
    """
    with reading(node):
        incoming = _received(message_id, own)
        rows = incoming.attachments.select_related("incoming").exclude(state__in=("held", GONE)).order_by("position")
        missing = [row for row in rows if not positions or row.position in positions]
    node.storage.require_room(sum(_missing(node, row) for row in missing))
    with unit_of_work(node):
        for row in missing:
            idle = AttachmentRow.objects.filter(pk=row.pk, state__in=("on-demand", "failed"))
            idle.update(state="wanted", spoiled=0)
            if not Delivery.objects.filter(attachment_id=row.pk).exists():
                at = NodeRef(incoming.from_participant, incoming.from_node)
                outbox.put_work(node, Work.FETCH, row.pk, register=incoming.register, at=at, leased=False)
        after_commit(node.waker.wake)
    return missing


def _received(message_id: str, own: DeskRef | None) -> IncomingCopy:
    """The received message with this identifier or its beginning. Raises UsageError."""
    rows = IncomingCopy.objects.filter(message_id__startswith=message_id.lower(), verdict="accepted").order_by("pk")
    if own is not None:
        rows = rows.filter(participant=own.participant, node=own.node, desk=own.desk)
    found = list(rows[:2])
    if not found:
        raise UsageError("message-not-found", message=message_id[:36])
    if len({row.message_id for row in found}) > 1:
        raise UsageError("message-ambiguous", message=message_id[:36])
    return found[0]


def _missing(node: Node, row: AttachmentRow) -> int:
    """How many bytes of it have still to come."""
    return row.sealed_size - node.blobs.arrived(row.sealed, source_of(row))
