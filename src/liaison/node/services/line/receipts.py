"""What does a receipt from the other side change here? It is verified, stored for good, and ends the sending.

Invariants: a verdict never changes: another receipt n = 0 is refused; the same bytes again change nothing; the
delivery ends in the transaction that stores the receipt, so a crash in between only repeats the sending.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from liaison.cooperation.history.reading import asks
from liaison.errors import UsageError, VerificationError
from liaison.keys.public import PublicKey
from liaison.keys.sealing import open_sealed
from liaison.messages.lifecycle import CopyEvent, CopyState, advance_copy
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import Obtained, Receipt, SentCopy, SignedReceipt, decode_receipt, verify_signed_receipt
from liaison.node.models import AttachmentRow, LeftLetter, OutgoingCopy, TakenReceipt
from liaison.node.node import Node
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.services.cooperation.projecting import note_had
from liaison.node.services.programs.events import EventKind, Happened, tell
from liaison.node.work import outbox
from liaison.node.work.group_commit import in_group
from liaison.node.work.statements import add, change, fetch

COLUMNS = (
    "id",
    "state",
    "reason",
    "register",
    "message__message_id",
    "message__case",
    "message__participant",
    "message__node",
    "message__desk",
    "participant",
    "node",
    "desk",
    "message__core_hash",
    "message_hash",
    "sealed_hash",
    "sealed_before",
    "message__form",
    "message_id",
)
UNRECEIPTED = {CopyState.QUEUED, CopyState.STOPPED, CopyState.ACKNOWLEDGED_FIRST}
EVENTS = {"accepted": CopyEvent.RECEIPT_ACCEPTED, "rejected": CopyEvent.RECEIPT_REJECTED}


@dataclass(frozen=True, slots=True)
class _KeptCopy:
    """A copy as it stands in the tables, and what a receipt for it is compared with."""

    key: int
    state: CopyState
    reason: str
    case: str
    form: str
    sent: SentCopy


def take_receipt(node: Node, data: bytes, *, way: Obtained, copy_id: int | None = None) -> SignedReceipt:
    """Verify a receipt against the copy it speaks of and store it, with the `way` it came by.

    Raises MalformedError, VerificationError.
    """
    return in_group(node, receipt_taker(node, data, way=way, copy_id=copy_id))


def receipt_taker(node: Node, data: bytes, *, way: Obtained, copy_id: int | None = None) -> Callable[[], SignedReceipt]:
    """What does the same inside a unit of work. Raises MalformedError for what is no receipt."""
    signed = decode_receipt(data)
    return lambda: _take(node, signed, data, way, copy_id)


def _take(node: Node, signed: SignedReceipt, data: bytes, way: Obtained, copy_id: int | None) -> SignedReceipt:
    """Inside a unit of work."""
    copy = _copy_of(signed.receipt, copy_id)
    previous = _previous(copy.key, signed.receipt.n) if copy.state not in UNRECEIPTED else None
    if previous is not None and previous.receipt_hash == signed.receipt_hash:
        outbox.settle_copy(copy.key)
        return signed
    keys = _keys(signed, copy.sent, register_facts(node, copy.sent.register))
    verified = verify_signed_receipt(signed, copy.sent, keys, previous=previous)
    _store(copy, verified, data, way, node.clock.now())
    if verified.receipt.n == 0 and asks(copy.form):
        note_had(node, copy.sent.register, copy.sent.sender, copy.case, node.clock.now())
    outbox.settle_copy(copy.key)
    return verified


def take_sealed_receipt(
    node: Node, *, register: str, participant: str, desk: str, sealed: bytes, way: Obtained
) -> SignedReceipt:
    """Take a receipt that was sealed to one of our desks. Raises UsageError for a desk that is not here."""
    memory = own_memory(node)
    own = memory.own_desk(register, participant, desk)
    if own is None:
        raise UsageError("desk-not-here", desk=desk[:32])
    return take_receipt(node, open_sealed(sealed, memory.openers(register, own)), way=way)


def _keys(signed: SignedReceipt, sent: SentCopy, facts: RegisterFacts) -> dict[str, PublicKey]:
    """The key that signed, if the receiving node has or had it: a receipt outlives a rotation, not a revocation."""
    keyid = signed.envelope.signatures[0].keyid
    fact = facts.message_key(sent.desk.at, keyid)
    return {keyid: fact.key} if fact is not None and fact.revoked_index is None else {}


def _copy_of(receipt: Receipt, copy_id: int | None) -> _KeptCopy:
    """The copy a receipt speaks of, locked where the engine locks rows. Raises VerificationError."""
    if copy_id is not None:
        rows = fetch(OutgoingCopy, COLUMNS, lock=True, id=copy_id)
    elif receipt.message is not None:
        rows = fetch(OutgoingCopy, COLUMNS, lock=True, message_hash=receipt.message)
    else:
        rows = fetch(OutgoingCopy, COLUMNS, lock=True, sealed_hash=receipt.sealed) or _left_as(receipt.sealed)
    if not rows:
        raise VerificationError("receipt-for-another")
    key, state, reason, register, message_id, case, *desks, core_hash, message_hash, sealed, before, form, message = (
        rows[0]
    )
    sent = SentCopy(
        register=register,
        id=message_id,
        sender=DeskRef(*desks[:3]),
        desk=DeskRef(*desks[3:]),
        core_hash=core_hash,
        message_hash=message_hash,
        sealed=frozenset((sealed, *_listed(before))),
        attachments=_attached(message) if receipt.attachments else frozenset(),
    )
    return _KeptCopy(key, CopyState(state), reason, case, form, sent)


def _left_as(sealed: str) -> list[tuple[object, ...]]:
    """The copy that lies in a letter box under this seal: the outbox may have made another since."""
    keys = fetch(LeftLetter, ("copy_id",), sealed=sealed)
    return fetch(OutgoingCopy, COLUMNS, lock=True, id=keys[0][0]) if keys and keys[0][0] else []


def _listed(column: str | list[str]) -> list[str]:
    """A column of JSON, which SQLite gives as its text."""
    return json.loads(column) if isinstance(column, str) else column


def _attached(message: int) -> frozenset[str]:
    return frozenset(AttachmentRow.objects.filter(outgoing_id=message).values_list("sealed", flat=True))


def _previous(copy: int, n: int) -> SignedReceipt | None:
    """The receipt that `n` repeats or follows: the stored one with this number, else the last one before."""
    row = TakenReceipt.objects.filter(copy_id=copy, n__lte=n).order_by("-n").first()
    return decode_receipt(bytes(row.receipt)) if row is not None else None


def _store(copy: _KeptCopy, verified: SignedReceipt, data: bytes, way: Obtained, now: datetime) -> None:
    receipt = verified.receipt
    add(
        TakenReceipt,
        copy_id=copy.key,
        n=receipt.n,
        receipt_hash=verified.receipt_hash,
        receipt=data,
        way=way.value,
        taken_at=now,
    )
    state = advance_copy(copy.state, EVENTS[receipt.verdict])
    change(OutgoingCopy, copy.key, state=state.value, reason=receipt.reason or copy.reason, settled_at=now)
    if receipt.n == 0:
        kind = EventKind.DELIVERED if receipt.verdict == "accepted" else EventKind.REJECTED
        tell(kind, copy.sent.register, copy.sent.sender, Happened(copy.case, copy.sent.id, now))
