"""What does an answer of a peer prove that this node did, and does this node know it?

    found = unknown_receipts(node, between, page)     receipts we signed and do not have
    found = unknown_messages(node, between, page)     copies we sent, by the peer's word, and do not have
    keep_receipts(node, between, found)               they stand when the messages come again
    enter_message(node, lost, sealed)                 a copy we signed is ours again, with the peer's receipts

Invariants: only our own signature proves anything about us; a receipt that contradicts one we have is an alarm and
changes nothing; everything is taken in once, however often a peer says it; nothing is signed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from liaison.errors import VerificationError
from liaison.keys.public import PublicKey
from liaison.keys.sealing import open_sealed, seal
from liaison.keys.signing import verify_envelope
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.dealings import Dealing, Page
from liaison.messages.lifecycle import CopyEvent, CopyState, MessageState
from liaison.messages.message import ReceivedMessage, open_message
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import Obtained, SignedReceipt, decode_receipt
from liaison.node.models import (
    AttachmentRow,
    GivenReceipt,
    IncomingCopy,
    LostMessage,
    OutgoingCopy,
    OutgoingMessage,
    RecoveredReceipt,
)
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.services.alarms import raise_alarm
from liaison.node.services.line.attachments import attachment_rows
from liaison.node.services.line.cases import open_case
from liaison.node.services.line.progress import advance, note_own_acknowledgement
from liaison.node.services.line.receipts import take_receipt
from liaison.node.services.recovery.inquiries import Between
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import decode_base64, digest, parse_instant


@dataclass(frozen=True, slots=True)
class Given:
    """A receipt that our key signed, as a peer kept it."""

    dealing: Dealing
    data: bytes
    signed: SignedReceipt


def unknown_receipts(node: Node, between: Between, page: Page) -> list[Given]:
    """The receipts on a page that we signed and do not have. Raises MalformedError, VerificationError for others'."""
    given = [_own_receipt(node, between, each, data) for each in page.dealings for data in each.receipts]
    with reading(node):
        hashes = [each.signed.receipt_hash for each in given]
        known = set(GivenReceipt.objects.filter(receipt_hash__in=hashes).values_list("receipt_hash", flat=True))
        known |= set(RecoveredReceipt.objects.filter(receipt_hash__in=hashes).values_list("receipt_hash", flat=True))
    return [each for each in given if each.signed.receipt_hash not in known]


def _own_receipt(node: Node, between: Between, dealing: Dealing, text: str) -> Given:
    data = decode_base64(text)
    signed = decode_receipt(data)
    receipt = signed.receipt
    if (receipt.register, receipt.by, dealing.sender.at) != (between.register, between.own, between.peer):
        raise VerificationError("dealings-of-another")
    said = (receipt.to, receipt.desk, receipt.id, receipt.core, receipt.message)
    if receipt.message is not None and said != (
        dealing.sender,
        dealing.desk,
        dealing.id,
        dealing.core,
        dealing.message,
    ):
        raise VerificationError("dealings-of-another")
    verify_envelope(signed.envelope, _own_key(node, between, signed.envelope.signatures[0].keyid))
    return Given(dealing, data, signed)


def _own_key(node: Node, between: Between, keyid: str) -> dict[str, PublicKey]:
    """Our message key of this name, in force or replaced; what a revoked one signed proves nothing."""
    fact = register_facts(node, between.register).message_key(between.own, keyid)
    return {keyid: fact.key} if fact is not None and fact.revoked_index is None else {}


def keep_receipts(node: Node, between: Between, found: Iterable[Given]) -> None:
    """Keep receipts we gave, also for messages that are not here and must come again."""
    with catching_up(), unit_of_work(node):
        for each in found:
            if each.signed.receipt.message is None:
                _keep_given(node, between, each, None)
            elif (row := _message_of(between, each.dealing)) is not None:
                _keep_given(node, between, each, row)
            else:
                RecoveredReceipt.objects.get_or_create(
                    message_hash=each.dealing.message,
                    n=each.signed.receipt.n,
                    defaults={
                        "register": between.register,
                        "participant": between.own.participant,
                        "node": between.own.node,
                        "to_participant": between.peer.participant,
                        "to_node": between.peer.node,
                        "receipt_hash": each.signed.receipt_hash,
                        "receipt": each.data,
                    },
                )


def _message_of(between: Between, dealing: Dealing) -> IncomingCopy | None:
    desk, peer = dealing.desk, between.peer
    return IncomingCopy.objects.filter(
        message_hash=dealing.message,
        register=between.register,
        from_participant=peer.participant,
        from_node=peer.node,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
    ).first()


def _keep_given(node: Node, between: Between, each: Given, incoming: IncomingCopy | None) -> None:
    """Write down a receipt we gave, unless we gave another one in its place."""
    receipt = each.signed.receipt
    place: dict[str, object] = {"incoming": incoming, "n": receipt.n}
    if incoming is None:
        place |= {
            "participant": between.own.participant,
            "node": between.own.node,
            "sealed_hash": receipt.sealed,
            "to_participant": between.peer.participant,
            "to_node": between.peer.node,
        }
    other = GivenReceipt.objects.filter(**place).first()
    if other is not None:
        evidence = bytes(other.receipt) + b"\n" + each.data
        subject = each.signed.receipt_hash
        raise_alarm(node, between.register, "receipt-given-twice", subject=subject, evidence=evidence, n=receipt.n)
        return
    GivenReceipt.objects.create(incoming=incoming, **given_values(between, each.data, each.signed))


def given_values(between: Between, data: bytes, signed: SignedReceipt) -> dict[str, object]:
    """The columns of a receipt we gave to a peer, as it was given."""
    receipt = signed.receipt
    return {
        "register": between.register,
        "participant": between.own.participant,
        "node": between.own.node,
        "to_participant": between.peer.participant,
        "to_node": between.peer.node,
        "sealed_hash": receipt.sealed,
        "n": receipt.n,
        "receipt_hash": signed.receipt_hash,
        "receipt": data,
        "given_at": parse_instant(receipt.received),
    }


def unknown_messages(node: Node, between: Between, page: Page) -> list[Dealing]:
    """The copies on a page that we sent, by the peer's word, and do not have. Receipts of those we have are taken."""
    for each in page.dealings:
        if each.sender.at != between.own or each.desk.at != between.peer:
            raise VerificationError("dealings-of-another")
    with reading(node):
        hashes = [each.message for each in page.dealings]
        rows = OutgoingCopy.objects.filter(message_hash__in=hashes).prefetch_related("receipts")
        known = {row.message_hash: row for row in rows}
    for each in page.dealings:
        if each.message in known:
            _take_missing(node, known[each.message], each)
    return [each for each in page.dealings if each.message not in known]


def _take_missing(node: Node, copy: OutgoingCopy, dealing: Dealing) -> None:
    have = {bytes(row.receipt) for row in copy.receipts.all()}
    with catching_up():
        for data in map(decode_base64, dealing.receipts):
            if data not in have:
                take_receipt(node, data, copy_id=copy.pk, way=Obtained.RECOVERY)


def note_lost(node: Node, between: Between, found: Iterable[Dealing]) -> None:
    """Remember that these copies were sent, until their text is here again."""
    with catching_up(), unit_of_work(node):
        for each in found:
            LostMessage.objects.get_or_create(
                message_hash=each.message,
                defaults={
                    "register": between.register,
                    "participant": each.sender.participant,
                    "node": each.sender.node,
                    "desk": each.sender.desk,
                    "to_participant": each.desk.participant,
                    "to_node": each.desk.node,
                    "to_desk": each.desk.desk,
                    "message_id": each.id,
                    "case": each.case,
                    "epoch": each.epoch,
                    "seq": each.seq,
                    "core_hash": each.core,
                    "receipts": list(each.receipts),
                    "noticed_at": node.clock.now(),
                },
            )


def open_own(node: Node, between: Between, message_hash: str, sender: DeskRef, sealed: bytes) -> ReceivedMessage:
    """The copy we once signed, in bytes a peer gave back. Raises MalformedError, VerificationError for any other."""
    message = open_message(open_sealed(sealed, own_memory(node).openers(between.register, sender)))
    core = message.core
    if (message.message_hash, core.register, core.sender, message.copy.desk.at) != (
        message_hash,
        between.register,
        sender,
        between.peer,
    ):
        raise VerificationError("dealings-of-another")
    verify_envelope(message.envelope, _own_key(node, between, message.envelope.signatures[0].keyid))
    return message


def enter_message(node: Node, between: Between, lost: LostMessage, sealed: bytes) -> None:
    """Enter a copy we once sent among those we have. Raises MalformedError, VerificationError, UsageError."""
    sender = DeskRef(lost.participant, lost.node, lost.desk)
    message = open_own(node, between, lost.message_hash, sender, sealed)
    plaintext = open_sealed(sealed, own_memory(node).openers(between.register, sender))
    receipts = [decode_base64(text) for text in lost.receipts]
    with catching_up(), unit_of_work(node):
        row = _message_row(node, message)
        copy = _copy_row(node, row, message, plaintext, receipts)
        for data in receipts:
            take_receipt(node, data, copy_id=copy.pk, way=Obtained.RECOVERY)
        _note_seen(message)
        LostMessage.objects.filter(pk=lost.pk).delete()


def _message_row(node: Node, message: ReceivedMessage) -> OutgoingMessage:
    core, composed = message.core, parse_instant(message.core.composed)
    place = {
        "register": core.register,
        "message_id": core.id,
        "participant": core.sender.participant,
        "node": core.sender.node,
    }
    known = OutgoingMessage.objects.filter(**place).first()
    if known is not None:
        if known.core_hash != message.core_hash:
            raise VerificationError("message-told-differently", message=core.id)
        return known
    open_case(core, message.fields, core.sender, composed)
    note_own_acknowledgement(core, node.clock.now())
    row = OutgoingMessage.objects.create(
        **place,
        case=core.case,
        batch=core.batch or "",
        desk=core.sender.desk,
        form=core.form,
        urgency=core.urgency,
        state=MessageState.OUTGOING.value,
        cleared="recovered",
        core=encode_struct(core),
        core_hash=message.core_hash,
        composed_at=composed,
    )
    rows = attachment_rows(core.attachments, outgoing_id=row.pk, state="held")
    for each in rows:
        each.state = "held" if node.blobs.has(each.sealed) else "failed"
    AttachmentRow.objects.bulk_create(rows)
    return row


def _copy_row(
    node: Node, row: OutgoingMessage, message: ReceivedMessage, plaintext: bytes, receipts: list[bytes]
) -> OutgoingCopy:
    """The copy with a fresh seal, so that it can be exported; those that went out are the ones receipts name."""
    desk = message.copy.desk
    key = register_facts(node, row.register).sealing_key(desk)
    sealed = seal(plaintext, key)
    return OutgoingCopy.objects.create(
        message=row,
        register=row.register,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
        epoch=message.copy.epoch,
        seq=message.copy.seq,
        prev=message.copy.prev or "",
        message_hash=message.message_hash,
        plaintext=plaintext,
        sealed=sealed,
        sealed_hash=digest(sealed),
        sealed_to=key.fingerprint,
        sealed_before=sorted({decode_receipt(data).receipt.sealed for data in receipts}),
        state=CopyState.QUEUED.value,
    )


def _note_seen(message: ReceivedMessage) -> None:
    """An acknowledgement of the copy may be here already."""
    desk = message.copy.desk
    answers = IncomingCopy.objects.filter(
        READABLE,
        register=message.core.register,
        case=message.core.case,
        form=ACKNOWLEDGEMENT,
        verdict="accepted",
        from_participant=desk.participant,
        from_node=desk.node,
        from_desk=desk.desk,
    )
    if any(open_message(bytes(row.plaintext)).core.re == message.core_hash for row in answers):
        copy = OutgoingCopy.objects.get(message_hash=message.message_hash)
        if copy.state != CopyState.REJECTED:
            advance(copy, CopyEvent.ACKNOWLEDGED)
