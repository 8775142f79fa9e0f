"""How does a message travel as a file, and how does its receipt come back?

    message.tar    message.age and attachments/<sha256>.age, exactly these (docs/spec/file-way.md)
    receipt.age    the receipt, sealed to the sender's desk

Invariants: the file holds the same sealed bytes as the peer door would carry, so one message may travel by both and
arrives once; importing a receipt twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.keys.sealing import open_sealed, seal
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import decode_receipt
from liaison.messages.tarball import SealedFile, format_tarball, parse_tarball
from liaison.node.models import OutgoingCopy, OwnDesk
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.services.line.attachments import LARGEST_SEALED, keep_attachment
from liaison.node.services.line.receipts import take_receipt
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.unit_of_work import reading

AGE_MAGIC = b"age-encryption.org/v1\n"
LARGEST_FILE = 512 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: a message (with the receipt to send back) or a receipt."""

    kind: str
    verdict: str
    reason: str | None
    message_id: str | None
    receipt_file: bytes | None


def export_sealed(node: Node, message_id: str, *, to: DeskRef | None = None) -> tuple[DeskRef, bytes]:
    """The sealed copy for one desk as a tar. Raises UsageError when there is none, or several and none is named."""
    with reading(node):
        rows = OutgoingCopy.objects.select_related("message").filter(message__message_id__startswith=message_id.lower())
        if to is not None:
            rows = rows.filter(participant=to.participant, desk=to.desk)
        found = list(rows.order_by("pk")[:2])
        if not found:
            raise UsageError("message-not-found", message=message_id[:36])
        if len(found) > 1:
            raise UsageError("message-ambiguous", message=message_id[:36])
        copy = found[0]
        sealed = [row.sealed for row in copy.message.attachments.all()]
    attachments = {name: b"".join(node.blobs.read(name)) for name in sealed}
    desk = DeskRef(copy.participant, copy.node, copy.desk)
    return desk, format_tarball(SealedFile(bytes(copy.sealed), attachments))


def register_of(node: Node, message_id: str) -> str:
    """The register of an outgoing message. Raises UsageError."""
    with reading(node):
        rows = OutgoingCopy.objects.filter(message__message_id__startswith=message_id.lower())
        found = rows.values_list("register", flat=True).first()
    if found is None:
        raise UsageError("message-not-found", message=message_id[:36])
    return str(found)


def import_file(node: Node, data: bytes) -> Imported:
    """Take a file-way tar or a sealed receipt. Raises MalformedError, VerificationError, UsageError, NotNowError."""
    if data.startswith(AGE_MAGIC):
        return _import_receipt(node, data)
    return _import_message(node, parse_tarball(data, attachment_limit=LARGEST_SEALED))


def _import_receipt(node: Node, sealed: bytes) -> Imported:
    for register, desk in _own_desks(node):
        try:
            data = open_sealed(sealed, own_memory(node).openers(register, desk))
        except VerificationError:
            continue
        receipt = take_receipt(node, data).receipt
        return Imported("receipt", receipt.verdict, receipt.reason, receipt.id, None)
    raise VerificationError("file-for-another")


def _import_message(node: Node, file: SealedFile) -> Imported:
    """Find the desk whose key opens it, keep the attachments, then receive as by any way."""
    for register, desk in _own_desks(node):
        try:
            plaintext = open_sealed(file.message, own_memory(node).openers(register, desk))
        except VerificationError:
            continue
        _keep_named(node, plaintext, file)
        arrival = Arrival(
            sealed=file.message, register=register, participant=desk.participant, desk=desk.desk, way="file"
        )
        return _imported(node, receive_message(node, arrival=arrival))
    raise VerificationError("file-for-another")


def _keep_named(node: Node, plaintext: bytes, file: SealedFile) -> None:
    """Keep those attachments that the message names, and refuse a file that carries others."""
    named = {each.sealed for each in open_message(plaintext).core.attachments}
    if not set(file.attachments) <= named:
        raise MalformedError("file-has-strays")
    for name, data in file.attachments.items():
        node.storage.require_room(len(data))
        keep_attachment(node, name, [data])


def _imported(node: Node, data: bytes) -> Imported:
    receipt = decode_receipt(data).receipt
    if receipt.to is None:
        return Imported("message", receipt.verdict, receipt.reason, None, None)
    key = register_facts(node, receipt.register).sealing_key(receipt.to)
    return Imported("message", receipt.verdict, receipt.reason, receipt.id, seal(data, key))


def _own_desks(node: Node) -> list[tuple[str, DeskRef]]:
    with reading(node):
        rows = OwnDesk.objects.order_by("register", "participant", "desk")
        return [(row.register, DeskRef(row.participant, row.node, row.desk)) for row in rows]
