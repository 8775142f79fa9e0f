"""What does a node certify when it has a message, and does that certificate fit what was sent?

    {"attachments":[],"by":{"node":"cert","participant":"…"},"checkpoint":{"root":"…","size":4711},"core":"…",
     "for":{desk},"id":"…","message":"…","n":0,"notice":"receipt-is-not-acceptance","prev":null,"reason":null,
     "received":"2026-11-22T03:02:11Z","register":"…","sealed":"…","to":{desk},"verdict":"accepted"}

Invariants (docs/spec/receipt.md):
- n = 0 carries the verdict, which never changes; n > 0 follows an acceptance and only adds attachments made durable;
- what could not be opened has null for `to`, `id`, `for`, `core` and `message`, and is named by its sealed bytes;
- a receipt never means agreement: the notice says so in the signed bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from liaison.errors import MalformedError, VerificationError
from liaison.keys.ports import Signer
from liaison.keys.public import PublicKey
from liaison.keys.signing import sign_envelope, verify_envelope
from liaison.messages.message import ComposedUnder, Count, ReceivedMessage
from liaison.messages.parties import DeskRef, NodeRef
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.envelope import Envelope, PayloadType, decode_envelope, encode_envelope
from liaison.wire.identifiers import Hash, Instant, MessageId, digest, parse_instant

LARGEST_RECEIPT = 32 * 1024

ReasonCode = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{1,48}\Z")]
Verdict = Literal["accepted", "rejected"]
Notice = Literal["receipt-is-not-acceptance"]
NOTICE: Notice = "receipt-is-not-acceptance"


class Obtained(StrEnum):
    """How a receipt came to the sender."""

    ANSWER = "answer"
    DOOR = "door"
    LETTER_BOX = "letter-box"
    FILE = "file"
    HOST = "host"
    RECOVERY = "recovery"


class Receipt(msgspec.Struct, frozen=True, rename={"desk": "for"}):
    """What the receiving node signs."""

    register: Hash
    by: NodeRef
    to: DeskRef | None
    sealed: Hash
    id: MessageId | None
    desk: DeskRef | None
    core: Hash | None
    message: Hash | None
    verdict: Verdict
    # A later version may know more reasons than `data/reasons.toml` of this one: the code is kept and shown as it is.
    reason: ReasonCode | None
    received: Instant
    checkpoint: ComposedUnder
    attachments: tuple[Hash, ...]
    notice: Notice
    n: Count
    prev: Hash | None


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt with its envelope; the next one names `receipt_hash` as `prev`."""

    envelope: Envelope
    receipt: Receipt
    receipt_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCopy:
    """What the sender keeps of a copy to compare receipts with; `sealed` has every sealing of it that went out."""

    register: str
    id: str
    sender: DeskRef
    desk: DeskRef
    core_hash: str
    message_hash: str
    sealed: frozenset[str]
    attachments: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Where and when a receipt is given."""

    by: NodeRef
    sealed: str
    received: str
    checkpoint: ComposedUnder


def first_receipt(
    message: ReceivedMessage, reason: str | None, circumstances: Circumstances, *, attachments: Iterable[str] = ()
) -> Receipt:
    """The receipt n = 0 of an opened message: accepted when `reason` is None, else rejected for it."""
    return Receipt(
        register=message.core.register,
        by=circumstances.by,
        to=message.core.sender,
        sealed=circumstances.sealed,
        id=message.core.id,
        desk=message.copy.desk,
        core=message.core_hash,
        message=message.message_hash,
        verdict="accepted" if reason is None else "rejected",
        reason=reason,
        received=circumstances.received,
        checkpoint=circumstances.checkpoint,
        attachments=tuple(sorted(set(attachments))),
        notice=NOTICE,
        n=0,
        prev=None,
    )


def unopened_receipt(register: str, reason: str, circumstances: Circumstances) -> Receipt:
    """The rejection of bytes that did not open or did not parse; only their hash is known."""
    return Receipt(
        register=register,
        by=circumstances.by,
        to=None,
        sealed=circumstances.sealed,
        id=None,
        desk=None,
        core=None,
        message=None,
        verdict="rejected",
        reason=reason,
        received=circumstances.received,
        checkpoint=circumstances.checkpoint,
        attachments=(),
        notice=NOTICE,
        n=0,
        prev=None,
    )


def next_receipt(
    previous: SignedReceipt, attachments: Iterable[str], *, received: str, checkpoint: ComposedUnder
) -> Receipt:
    """The receipt that adds attachments made durable since. Raises MalformedError when it would add none."""
    receipt = msgspec.structs.replace(
        previous.receipt,
        attachments=tuple(sorted({*previous.receipt.attachments, *attachments})),
        received=received,
        checkpoint=checkpoint,
        n=previous.receipt.n + 1,
        prev=previous.receipt_hash,
    )
    _check_step(previous, receipt)
    return receipt


def sign_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The envelope to send back, signed by the message key of the receiving node. Raises MalformedError."""
    check_receipt(receipt)
    return encode_envelope(sign_envelope(PayloadType.RECEIPT, encode_struct(receipt), [signer]))


def hash_receipt(receipt: Receipt) -> str:
    """SHA-256 of the canonical receipt, which the next one names as `prev`."""
    return digest(encode_struct(receipt))


def decode_receipt(data: bytes) -> SignedReceipt:
    """A receipt of which only the form is known to hold. Raises MalformedError."""
    envelope = decode_envelope(data, payload_type=PayloadType.RECEIPT, limit=LARGEST_RECEIPT)
    if len(envelope.signatures) != 1:
        raise MalformedError("not-one-signature", count=len(envelope.signatures))
    receipt = decode_struct(envelope.payload, Receipt, limit=LARGEST_RECEIPT)
    check_receipt(receipt)
    return SignedReceipt(envelope, receipt, digest(envelope.payload))


def verify_receipt(
    data: bytes, sent: SentCopy, keys: Mapping[str, PublicKey], *, previous: SignedReceipt | None = None
) -> SignedReceipt:
    """The receipt for `sent`, signed by one of `keys` (message keys of the receiving node) and following `previous`.

    Raises MalformedError for its form, VerificationError when it is not by that node, for that copy, or next in turn.
    """
    return verify_signed_receipt(decode_receipt(data), sent, keys, previous=previous)


def verify_signed_receipt(
    signed: SignedReceipt, sent: SentCopy, keys: Mapping[str, PublicKey], *, previous: SignedReceipt | None = None
) -> SignedReceipt:
    """`verify_receipt` of one that is decoded. Raises VerificationError."""
    verify_envelope(signed.envelope, keys)
    compare_receipt(signed.receipt, sent)
    if previous is None:
        if signed.receipt.n != 0:
            raise VerificationError("receipt-out-of-turn", n=signed.receipt.n)
    elif signed.receipt_hash != previous.receipt_hash:
        verify_step(previous, signed.receipt)
    return signed


def compare_receipt(receipt: Receipt, sent: SentCopy) -> None:
    """Raises VerificationError when the receipt speaks of anything but this copy."""
    if (receipt.register, receipt.by) != (sent.register, sent.desk.at):
        raise VerificationError("receipt-by-another")
    if receipt.message is None:
        if receipt.sealed not in sent.sealed:
            raise VerificationError("receipt-for-another")
        return
    said = (receipt.to, receipt.id, receipt.desk, receipt.core, receipt.message)
    if said != (sent.sender, sent.id, sent.desk, sent.core_hash, sent.message_hash):
        raise VerificationError("receipt-for-another")
    if not sent.attachments.issuperset(receipt.attachments):
        raise VerificationError("receipt-for-unknown-attachment")


def verify_step(previous: SignedReceipt, receipt: Receipt) -> None:
    """Raises VerificationError when `receipt` is not what may follow `previous`."""
    try:
        _check_step(previous, receipt)
    except MalformedError as error:
        raise VerificationError(error.code, **error.params) from error


def check_receipt(receipt: Receipt) -> None:
    """What the types do not say. Raises MalformedError."""
    parse_instant(receipt.received)
    about = (receipt.to, receipt.id, receipt.desk, receipt.core, receipt.message)
    if None in about and any(part is not None for part in about):
        raise MalformedError("receipt-half-opened")
    if (receipt.verdict == "accepted") != (receipt.reason is None):
        raise MalformedError("receipt-verdict-and-reason")
    if receipt.verdict == "accepted" and receipt.message is None:
        raise MalformedError("receipt-accepts-unopened")
    if receipt.verdict == "rejected" and (receipt.n or receipt.attachments):
        raise MalformedError("receipt-after-rejection")
    if (receipt.n == 0) != (receipt.prev is None):
        raise MalformedError("sequence-and-predecessor", seq=receipt.n)
    if receipt.attachments != tuple(sorted(set(receipt.attachments))):
        raise MalformedError("receipt-attachments-unsorted")


def _check_step(previous: SignedReceipt, receipt: Receipt) -> None:
    expected = msgspec.structs.replace(
        previous.receipt,
        attachments=receipt.attachments,
        received=receipt.received,
        checkpoint=receipt.checkpoint,
        n=previous.receipt.n + 1,
        prev=previous.receipt_hash,
    )
    if receipt != expected or previous.receipt.verdict != "accepted":
        raise MalformedError("receipt-out-of-turn", n=receipt.n)
    if not set(receipt.attachments) > set(previous.receipt.attachments):
        raise MalformedError("receipt-adds-nothing")
