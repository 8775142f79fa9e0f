"""Which receipts did this node give for a message before it was restored from a backup that does not know it?

Invariants: a receipt that was recovered stands: its message gets the same bytes and the same verdict, and no other; it
becomes the receipt it was in the transaction that stores the message (docs/spec/peer-door.md, "After a restore").
"""

from __future__ import annotations

from collections.abc import Sequence

from liaison.messages.message import ReceivedMessage
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import GivenReceipt, RecoveredReceipt
from liaison.node.work.statements import add, fetch
from liaison.wire.identifiers import parse_instant


def recovered_receipts(message: ReceivedMessage, desk: DeskRef) -> Sequence[bytes]:
    """The receipts that this node gave for the message before it was put back, by number."""
    rows = fetch(
        RecoveredReceipt,
        ("n", "receipt"),
        message_hash=message.message_hash,
        participant=desk.participant,
        node=desk.node,
    )
    return [data for _, data in sorted((n, bytes(data)) for n, data in rows)]


def give_again(receipts: Sequence[bytes], message: ReceivedMessage, incoming: int) -> bytes:
    """Write recovered receipts down as those of the message, whose row has the key `incoming`; the first of them."""
    core, desk = message.core, message.copy.desk
    for data in receipts:
        signed = decode_receipt(data)
        add(
            GivenReceipt,
            incoming_id=incoming,
            register=core.register,
            participant=desk.participant,
            node=desk.node,
            to_participant=core.sender.participant,
            to_node=core.sender.node,
            sealed_hash=signed.receipt.sealed,
            n=signed.receipt.n,
            receipt_hash=signed.receipt_hash,
            receipt=data,
            given_at=parse_instant(signed.receipt.received),
        )
    RecoveredReceipt.objects.filter(message_hash=message.message_hash).delete()
    return receipts[0]
