"""How does a file travel beside a message? Sealed once as it is read, then fetched by each recipient (`fetching`).

    attachment = seal_attachment(node, name="log.csv", media_type="text/csv", chunks=…)    # before the letter is sent

Invariants (docs/spec/message.md): no plaintext touches the disk; the sender keeps the sealed bytes until all have
receipted them, and in any case as long as the message; what was fetched must hash to what the signed message names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connections

from liaison.errors import UsageError, VerificationError
from liaison.keys.private import SealingIdentity
from liaison.keys.sealing import open_chunks, seal_chunks
from liaison.messages.message import Attachment, Core, open_message
from liaison.messages.names import check_file_name, check_media_type
from liaison.messages.parties import NodeRef
from liaison.messages.receipts import decode_receipt, next_receipt
from liaison.messages.tarball import LARGEST_ATTACHMENT
from liaison.node.database_router import current_database
from liaison.node.models import AttachmentRow, Draft, EvidenceItem, HeldReport, IncomingCopy, KeptLetter, Upload
from liaison.node.models.ways.letter_box import LIVE
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.unit_of_work import after_commit
from liaison.node.work import outbox
from liaison.node.work.outbox import Work
from liaison.wire.identifiers import decode_base64, encode_base64, format_instant
from liaison.wire.identifiers import digest as digest_of

SEED = 32
GONE = "destroyed"
"""The state of a file that its desk destroyed: it is named by a message and kept by nobody."""
OPENED_AS_EVIDENCE = frozenset({"evidence-handover"})
"""Forms whose files come out by `services.evidence.opening` alone, after their conditions were accepted."""


@dataclass(slots=True)
class _Measured:
    """Counts and hashes the plaintext while it passes."""

    chunks: Iterable[bytes]
    most: int
    size: int = 0
    running: object = field(default_factory=hashlib.sha256)

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.size += len(chunk)
            if self.size > self.most:
                raise UsageError("attachment-over-limit", limit=self.most)
            self.running.update(chunk)  # type: ignore[attr-defined]
            yield chunk


def seal_attachment(node: Node, *, name: str, media_type: str, chunks: Iterable[bytes]) -> Attachment:
    """Seal a file to a fresh identity and keep the sealed bytes. Raises UsageError, MalformedError, NotNowError."""
    check_file_name(name)
    check_media_type(media_type)
    node.storage.require_room()
    identity = SealingIdentity.from_seed(node.entropy.draw(SEED))
    plain = _Measured(chunks, node.config.attachments.largest)
    sealed, sealed_size = node.blobs.put(seal_chunks(plain, identity.public), limit=LARGEST_ATTACHMENT)
    return Attachment(
        name=name,
        media_type=media_type,
        size=plain.size,
        plain=plain.running.hexdigest(),  # type: ignore[attr-defined]
        sealed=sealed,
        sealed_size=sealed_size,
        identity=encode_base64(identity.seed),
    )


def open_attachment(node: Node, attachment: Attachment) -> Iterator[bytes]:
    """The file itself, in pieces, which count only when the iterator ends without raising.

    Raises UsageError when it is not here, VerificationError or MalformedError when it is not what was signed.
    """
    pieces = node.blobs.read(attachment.sealed)
    running = hashlib.sha256()
    for chunk in open_chunks(pieces, [attachment_identity(attachment)], size=attachment.size):
        running.update(chunk)
        yield chunk
    if running.hexdigest() != attachment.plain:
        raise VerificationError("attachment-differs-inside", digest=attachment.plain)


def open_file(node: Node, core: Core, position: int) -> Iterator[bytes]:
    """One file of a message for whoever may read the message. Raises UsageError for evidence, and as above."""
    if core.form in OPENED_AS_EVIDENCE:
        raise UsageError("evidence-opens-as-evidence")
    return open_attachment(node, core.attachments[position])


def hold_blobs(*, sweeping: bool = False) -> None:
    """Inside a unit of work, before it looks for blobs to name: nobody sweeps them away until it ends, or names them
    while this one sweeps. On SQLite the unit itself sees to that."""
    connection = connections[current_database.get()]
    if connection.vendor == "postgresql":
        mode = "SHARE" if sweeping else "ROW EXCLUSIVE"
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{AttachmentRow._meta.db_table}" IN {mode} MODE')


def named_blobs(digests: Iterable[str]) -> set[str]:
    """Those of these blobs that a message, a draft, a held report, evidence or a letter kept for somebody names."""
    wanted = set(digests)
    named = set(AttachmentRow.objects.filter(sealed__in=wanted).exclude(state=GONE).values_list("sealed", flat=True))
    named |= set(KeptLetter.objects.filter(sealed__in=wanted, state__in=LIVE).values_list("sealed", flat=True))
    drafts = Draft.objects.exclude(attachments=[]).values_list("attachments", flat=True)
    held = HeldReport.objects.values_list("attachments", flat=True)
    evidence = EvidenceItem.objects.exclude(attachments=[]).values_list("attachments", flat=True)
    uploads = Upload.objects.values_list("attachment", flat=True)
    return named | {
        each["sealed"]
        for some in (*drafts, *held, *evidence, list(uploads))
        for each in some
        if each["sealed"] in wanted
    }


def remove_unnamed(node: Node, digest: str) -> None:
    """Inside a unit of work that has just ended what named it: remove a blob that nothing else names."""
    hold_blobs(sweeping=True)
    if not named_blobs([digest]):
        node.blobs.remove(digest)


def source_of_kept(row: KeptLetter) -> str:
    """What the partial of a letter that is left in pieces is named by beside its digest: who leaves it, its size."""
    return digest_of(f"kept {row.register} {row.from_participant} {row.from_node} {row.size}".encode())


def attachment_identity(attachment: Attachment) -> SealingIdentity:
    """The identity that opens it, as the message tells it."""
    return SealingIdentity.from_seed(decode_base64(attachment.identity, length=SEED))


def keep_attachment(node: Node, sealed: str, chunks: Iterable[bytes]) -> None:
    """Keep sealed bytes that must hash to `sealed`. Raises VerificationError when they do not."""
    kept, _ = node.blobs.put(chunks, limit=LARGEST_ATTACHMENT)
    if kept != sealed:
        node.blobs.remove(kept)
        raise VerificationError("attachment-altered", digest=sealed)


def note_durable(node: Node, incoming: IncomingCopy, sealed: Iterable[str]) -> bytes | None:
    """Inside a unit of work: mark attachments as held and give the receipt that adds them; None if all were known."""
    from liaison.node.services.line.receiving import give_receipt

    wanted = incoming.attachments.exclude(state="held").filter(sealed__in=list(sealed))
    added = list(wanted.values_list("sealed", flat=True))
    if not added:
        return None
    wanted.update(state="held")
    last = incoming.receipts.order_by("-n").first()
    previous = decode_receipt(bytes(last.receipt))
    added = [each for each in added if each not in previous.receipt.attachments]
    if not added:  # It was here before this node was put back, and the receipt that said so stands.
        return None
    receipt = next_receipt(
        previous,
        added,
        received=format_instant(node.clock.now()),
        checkpoint=register_facts(node, incoming.register).checkpoint,
    )
    to = NodeRef(incoming.from_participant, incoming.from_node)
    given = give_receipt(node, receipt, to=to, incoming=incoming.pk)
    outbox.put_work(node, Work.RECEIPT, given.key, register=incoming.register, at=to, leased=False)
    after_commit(node.waker.wake)
    return given.receipt


def attachments_of(incoming: IncomingCopy) -> tuple[Attachment, ...]:
    """The attachments as the signed message names them."""
    return open_message(bytes(incoming.plaintext)).core.attachments


def attachment_rows(attachments: Iterable[Attachment], *, state: str, **owner: object) -> list[AttachmentRow]:
    """The rows of a message's attachments, in their order."""
    return [
        AttachmentRow(
            position=position,
            name=each.name,
            media_type=each.media_type,
            size=each.size,
            sealed=each.sealed,
            sealed_size=each.sealed_size,
            state=state,
            **owner,
        )
        for position, each in enumerate(attachments)
    ]
