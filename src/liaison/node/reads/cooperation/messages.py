"""What was said of requests in some cases of a desk, as its own copies and receipts have it?

    words = words_of(register, desk, cases)      what `cooperation.history` goes through

Invariants: only the desk's own copies that were accepted; when the other node had a request stands in its receipt, or
in the one this node gave; of a case whose texts were destroyed there are no words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from liaison.cooperation.history.reading import Told, asks, read_words
from liaison.cooperation.requests import Word
from liaison.messages.case import CaseItem
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import GivenReceipt, IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.models.line import READABLE
from liaison.node.reads.inside.rules import columns
from liaison.wire.identifiers import format_instant, parse_instant


def words_of(register: str, desk: DeskRef, cases: Collection[str]) -> list[Word]:
    """Inside a reading or a unit of work: what the messages of these cases say of requests."""
    return [word for case in sorted(cases) for word in read_words(_told(register, desk, case))]


def _told(register: str, desk: DeskRef, case: str) -> Iterator[Told]:
    place = columns(register, desk) | {"case": case}
    for row in IncomingCopy.objects.filter(READABLE, **place, verdict="accepted").order_by("pk"):
        receipts = GivenReceipt.objects.filter(incoming=row, n=0) if asks(row.form) else None
        yield _read(row.plaintext, row.received_at, receipts)
    mine = {f"message__{name}": value for name, value in place.items()}
    copies = OutgoingCopy.objects.filter(READABLE, **mine).select_related("message").defer("sealed", "message__core")
    for row in copies.order_by("pk"):
        receipts = TakenReceipt.objects.filter(copy=row, n=0) if asks(row.message.form) else None
        yield _read(row.plaintext, row.message.composed_at, receipts)


def _read(plaintext: Any, at: datetime, receipts: Any) -> Told:
    message = open_message(bytes(plaintext))
    item = CaseItem(message.core, message.copy, message.core_hash, message.message_hash, format_instant(at))
    return Told(item, message.fields, _received(receipts) if receipts is not None else None)


def _received(receipts: Any) -> datetime | None:
    """When the other node had it; a rejected one it does not have."""
    for data in receipts.values_list("receipt", flat=True):
        receipt = decode_receipt(bytes(data)).receipt
        if receipt.verdict == "accepted":
            return parse_instant(receipt.received)
    return None
