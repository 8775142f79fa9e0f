"""What did others sign that says what time it is? Cosignatures of witnesses and receipts of peers.

Invariants: inside a `reading`; only what verified when it was stored is used; a delay is our time of taking a receipt
less the peer's time of giving it, so it is never much below zero unless our clock is behind.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from liaison.errors import LiaisonError
from liaison.messages.receipts import decode_receipt
from liaison.node.log.views import RowsView
from liaison.node.models import FollowedRegister, TakenReceipt
from liaison.node.node import Node
from liaison.register.standing import verify_trusted
from liaison.wire.identifiers import parse_instant
from liaison.wire.note import parse_note

RECENT_RECEIPTS = 20


def signed_times(node: Node) -> list[tuple[datetime, str]]:
    """For each register the median time of the witnesses' lines on its trusted checkpoint, and whose it is."""
    found = []
    for row in FollowedRegister.objects.exclude(trusted_checkpoint=b"").order_by("register"):
        try:
            note = parse_note(bytes(row.trusted_checkpoint))
            head = verify_trusted(RowsView(row.register), note, applied=row.applied)
        except LiaisonError:  # A damaged row is not the clock's matter.
            continue
        if head.time is not None:
            found.append((datetime.fromtimestamp(head.time, UTC), "the witnesses"))
    return found


def receipt_delays() -> list[timedelta]:
    """How long after its signer's time each of the last receipts was taken here."""
    delays = []
    for row in TakenReceipt.objects.filter(n=0).order_by("-taken_at")[:RECENT_RECEIPTS]:
        try:
            receipt = decode_receipt(bytes(row.receipt))
        except LiaisonError:
            continue
        delays.append(row.taken_at - parse_instant(receipt.receipt.received))
    return delays
