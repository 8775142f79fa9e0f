"""Which receipts are there for a message of a desk: those it got for its copies, or those it gave for what came in?

Invariants: only messages of the desk; the signed bytes as they are, for anybody to verify (docs/spec/receipt.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import GivenReceipt, IncomingCopy, OutgoingMessage, TakenReceipt
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.unit_of_work import reading


@dataclass(frozen=True, slots=True)
class ReceiptRead:
    """One receipt; `desk` is whose copy it is about, `at` when this node got or gave it."""

    desk: DeskRef | None
    n: int
    verdict: str
    reason: str
    at: datetime
    signed: bytes


def receipts_of(node: Node, desk: DeskRef, message_id: str) -> list[ReceiptRead]:
    """Every receipt for a message of this desk, in order. Raises UsageError."""
    named = {**of_desk(desk), "message_id": message_id}
    with reading(node):
        incoming = list(IncomingCopy.objects.filter(**named).values_list("pk", flat=True))
        outgoing = list(OutgoingMessage.objects.filter(**named).values_list("pk", flat=True))
        if not incoming and not outgoing:
            raise UsageError("message-not-found", message=message_id[:36])
        given = GivenReceipt.objects.filter(incoming__in=incoming).order_by("incoming", "n")
        taken = TakenReceipt.objects.filter(copy__message__in=outgoing).order_by("copy", "n")
        return [_read(row, row.given_at) for row in given] + [_read(row, row.taken_at) for row in taken]


def _read(row: Any, at: datetime) -> ReceiptRead:
    signed = bytes(row.receipt)
    receipt = decode_receipt(signed).receipt
    return ReceiptRead(receipt.desk, receipt.n, receipt.verdict, receipt.reason or "", at, signed)
