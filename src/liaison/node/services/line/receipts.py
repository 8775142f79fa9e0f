"""What does a receipt from the other side change here? It is verified, stored for good, and ends the sending.

Invariants: a verdict never changes: another receipt n = 0 is refused; the same bytes again change nothing; the
delivery ends in the transaction that stores the receipt, so a crash in between only repeats the sending.
"""

from __future__ import annotations

import json
from datetime import datetime

from liaison.errors import UsageError, VerificationError
from liaison.keys.public import PublicKey
from liaison.keys.sealing import open_sealed
from liaison.messages.lifecycle import CopyEvent, CopyState
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import Receipt, SentCopy, SignedReceipt, decode_receipt, verify_signed_receipt
from liaison.node.models import OutgoingCopy, OutgoingMessage, TakenReceipt
from liaison.node.node import Node
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.services.line.progress import advance
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work import outbox
from liaison.node.work.statements import add, fetch

COPY = (
    "id",
    "message_id",
    "register",
    "participant",
    "node",
    "desk",
    "message_hash",
    "sealed_hash",
    "sealed_before",
    "state",
    "reason",
)
MESSAGE = ("id", "message_id", "participant", "node", "desk", "core_hash")
COLUMNS = (*COPY, *(f"message__{name}" for name in MESSAGE))
UNRECEIPTED = {CopyState.QUEUED, CopyState.STOPPED, CopyState.ACKNOWLEDGED_FIRST}
EVENTS = {"accepted": CopyEvent.RECEIPT_ACCEPTED, "rejected": CopyEvent.RECEIPT_REJECTED}


def take_receipt(node: Node, data: bytes, *, copy_id: int | None = None) -> SignedReceipt:
    """Verify a receipt against the copy it speaks of and store it. Raises MalformedError, VerificationError."""
    signed = decode_receipt(data)
    with unit_of_work(node):
        copy = _copy_of(signed, copy_id)
        previous = _previous(copy, signed.receipt.n) if copy.state not in UNRECEIPTED else None
        if previous is not None and previous.receipt_hash == signed.receipt_hash:
            outbox.settle_copy(copy.pk)
            return signed
        facts = register_facts(node, copy.register)
        sent = sent_copy(copy, signed.receipt)
        verified = verify_signed_receipt(signed, sent, _keys(signed, sent, facts), previous=previous)
        _store(copy, verified, data, node.clock.now())
        outbox.settle_copy(copy.pk)
    return verified


def take_sealed_receipt(node: Node, *, register: str, participant: str, desk: str, sealed: bytes) -> SignedReceipt:
    """Take a receipt that was sealed to one of our desks. Raises UsageError for a desk that is not here."""
    memory = own_memory(node)
    own = memory.own_desk(register, participant, desk)
    if own is None:
        raise UsageError("desk-not-here", desk=desk[:32])
    return take_receipt(node, open_sealed(sealed, memory.openers(register, own)))


def sent_copy(copy: OutgoingCopy, receipt: Receipt) -> SentCopy:
    """What `receipt` for this copy is compared with."""
    message = copy.message
    attached = message.attachments.values_list("sealed", flat=True) if receipt.attachments else ()
    return SentCopy(
        register=copy.register,
        id=message.message_id,
        sender=DeskRef(message.participant, message.node, message.desk),
        desk=DeskRef(copy.participant, copy.node, copy.desk),
        core_hash=message.core_hash,
        message_hash=copy.message_hash,
        sealed=frozenset((copy.sealed_hash, *copy.sealed_before)),
        attachments=frozenset(attached),
    )


def _keys(signed: SignedReceipt, sent: SentCopy, facts: RegisterFacts) -> dict[str, PublicKey]:
    """The key that signed, if the receiving node has or had it: a receipt outlives a rotation, not a revocation."""
    keyid = signed.envelope.signatures[0].keyid
    fact = facts.message_key(sent.desk.at, keyid)
    return {keyid: fact.key} if fact is not None and fact.revoked_index is None else {}


def _copy_of(signed: SignedReceipt, copy_id: int | None) -> OutgoingCopy:
    """The copy a receipt speaks of, locked where the engine locks rows, with what it is compared by."""
    receipt = signed.receipt
    if copy_id is not None:
        rows = fetch(OutgoingCopy, COLUMNS, lock=True, id=copy_id)
    elif receipt.message is not None:
        rows = fetch(OutgoingCopy, COLUMNS, lock=True, message_hash=receipt.message)
    else:
        rows = fetch(OutgoingCopy, COLUMNS, lock=True, sealed_hash=receipt.sealed)
    if not rows:
        raise VerificationError("receipt-for-another")
    copy = OutgoingCopy(**dict(zip(COPY, rows[0], strict=False)))
    if isinstance(copy.sealed_before, str):
        copy.sealed_before = json.loads(copy.sealed_before)
    copy.message = OutgoingMessage(**dict(zip(MESSAGE, rows[0][len(COPY) :], strict=True)))
    return copy


def _previous(copy: OutgoingCopy, n: int) -> SignedReceipt | None:
    """The receipt that `n` repeats or follows: the stored one with this number, else the last one before."""
    row = copy.receipts.filter(n__lte=n).order_by("-n").first()
    return decode_receipt(bytes(row.receipt)) if row is not None else None


def _store(copy: OutgoingCopy, verified: SignedReceipt, data: bytes, now: datetime) -> None:
    receipt = verified.receipt
    add(
        TakenReceipt,
        copy_id=copy.pk,
        n=receipt.n,
        receipt_hash=verified.receipt_hash,
        receipt=data,
        taken_at=now,
    )
    advance(copy, EVENTS[receipt.verdict], now=now, reason=receipt.reason or "")
