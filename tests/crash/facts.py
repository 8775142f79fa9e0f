"""What does a node hold, as one value that can be compared with the other node's? Read through its own services."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections

from liaison.errors import LiaisonError
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import SentCopy, SignedReceipt, decode_receipt, verify_receipt
from liaison.node.models import (
    AttachmentRow,
    Delivery,
    Escalation,
    EscalationEvent,
    FollowedRegister,
    GivenReceipt,
    IncomingCopy,
    OutgoingCopy,
    TakenReceipt,
)
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.services.line.attachments import attachments_of, open_attachment
from liaison.node.unit_of_work import reading

Receipts = dict[str, tuple[bytes, ...]]
History = tuple[tuple[str, int, int], ...]
"""What was noted of one escalation, in order: kind, cycle, place."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One node's side of the line, by message hash where a message is meant."""

    sent: dict[str, tuple[str, str]] = field(default_factory=dict)  # message hash → identifier, state
    numbers: tuple[tuple[str, str, str, int], ...] = ()  # case, desk, epoch, seq of every copy sent
    taken: Receipts = field(default_factory=dict)
    inbox: tuple[tuple[str, str, str], ...] = ()  # identifier, message hash, verdict
    given: Receipts = field(default_factory=dict)
    unopened: int = 0
    held: dict[str, bool] = field(default_factory=dict)  # sealed hash → it opens to what was signed
    wanted: int = 0
    waiting: tuple[tuple[str, str], ...] = ()  # kind, last error of the work still to do
    half_written: tuple[str, ...] = ()
    sound: str = ""
    unverified: tuple[str, ...] = ()  # hashes of receipts taken that do not verify from what is stored
    histories: dict[str, History] = field(default_factory=dict)  # message hash → who was told of it, step by step
    owed: tuple[str, ...] = ()  # message hashes of what a person has still to acknowledge
    unwatched: int = 0  # how many of these have no escalation
    registers: dict[str, tuple[int, int]] = field(default_factory=dict)  # register → size, trusted size


def inspect(node: Node) -> Facts:
    """The facts of a node."""
    with reading(node):
        copies = OutgoingCopy.objects.select_related("message").order_by("pk")
        owed = IncomingCopy.objects.filter(owed=True, verdict="accepted").order_by("pk")
        return Facts(
            sent={row.message_hash: (row.message.message_id, row.state) for row in copies},
            numbers=tuple((row.message.case, f"{row.participant}/{row.desk}", row.epoch, row.seq) for row in copies),
            taken=_receipts(TakenReceipt.objects.values_list("copy__message_hash", "receipt").order_by("n")),
            inbox=tuple(IncomingCopy.objects.values_list("message_id", "message_hash", "verdict").order_by("pk")),
            given=_receipts(
                GivenReceipt.objects.exclude(incoming=None)
                .values_list("incoming__message_hash", "receipt")
                .order_by("n")
            ),
            unopened=GivenReceipt.objects.filter(incoming=None).count(),
            held=_held(node),
            wanted=AttachmentRow.objects.exclude(state="held").count(),
            waiting=tuple(Delivery.objects.values_list("kind", "last_error").order_by("pk")),
            half_written=tuple(
                sorted(path.name for name in (".*part*", ".fetched-*") for path in Path(node.home).rglob(name))
            ),
            sound=_integrity(node),
            unverified=tuple(_unverified(node)),
            histories=_histories(),
            owed=tuple(owed.values_list("message_hash", flat=True)),
            unwatched=owed.filter(escalation=None).count(),
            registers={row.register: (row.size, row.trusted_size) for row in FollowedRegister.objects.all()},
        )


def _receipts(rows: object) -> Receipts:
    found: Receipts = {}
    for message, receipt in rows:  # type: ignore[attr-defined]
        found[message] = (*found.get(message, ()), bytes(receipt))
    return found


def _histories() -> dict[str, History]:
    """What was noted of every message that waits for a person or did."""
    events: dict[int, History] = {}
    for key, *event in EscalationEvent.objects.order_by("pk").values_list("escalation_id", "kind", "cycle", "place"):
        events[key] = (*events.get(key, ()), tuple(event))
    rows = Escalation.objects.filter(incoming__verdict="accepted").values_list("incoming__message_hash", "pk")
    return {message: events.get(key, ()) for message, key in rows}


def _sent_copy(copy: OutgoingCopy) -> SentCopy:
    """What the rows say of a copy, without the code that is tested."""
    message = copy.message
    return SentCopy(
        register=copy.register,
        id=message.message_id,
        sender=DeskRef(message.participant, message.node, message.desk),
        desk=DeskRef(copy.participant, copy.node, copy.desk),
        core_hash=message.core_hash,
        message_hash=copy.message_hash,
        sealed=frozenset((copy.sealed_hash, *copy.sealed_before)),
        attachments=frozenset(message.attachments.values_list("sealed", flat=True)),
    )


def _unverified(node: Node) -> Iterator[str]:
    """The receipts that do not follow from the stored copy, the register and the receipt before them."""
    previous: SignedReceipt | None = None
    for row in TakenReceipt.objects.select_related("copy__message").order_by("copy_id", "n"):
        data = bytes(row.receipt)
        signed = decode_receipt(data)
        sent = _sent_copy(row.copy)
        keyid = signed.envelope.signatures[0].keyid
        fact = register_facts(node, row.copy.register).message_key(sent.desk.at, keyid)
        try:
            keys = {keyid: fact.key} if fact is not None else {}
            previous = verify_receipt(data, sent, keys, previous=previous if signed.receipt.n else None)
        except LiaisonError:
            yield signed.receipt_hash


def _held(node: Node) -> dict[str, bool]:
    found = {}
    for row in AttachmentRow.objects.filter(state="held").exclude(incoming=None).select_related("incoming"):
        (attachment,) = (each for each in attachments_of(row.incoming) if each.sealed == row.sealed)
        try:
            opened = hashlib.sha256(b"".join(open_attachment(node, attachment))).hexdigest() == attachment.plain
        except LiaisonError:
            opened = False
        found[row.sealed] = opened
    for row in AttachmentRow.objects.exclude(outgoing=None):
        found[row.sealed] = found.get(row.sealed, True) and node.blobs.has(row.sealed)
    return found


def _integrity(node: Node) -> str:
    """What the engine says of its own pages; a server, whose pages are not the node's, only that it answers."""
    connection = connections[node.database]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check" if connection.vendor == "sqlite" else "SELECT 'ok'")
        return str(cursor.fetchone()[0])
