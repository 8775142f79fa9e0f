"""How does a message travel as a file, and how does its receipt come back?

    message.tar    message.age and attachments/<sha256>.age, exactly these (docs/spec/file-way.md)
    receipt.age    the receipt, sealed to the sender's desk

Invariants: the file holds the same sealed bytes as the peer door would carry, so one message may travel by both and
arrives once; importing a receipt twice changes nothing; of a file only the sealed message is ever whole in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.keys.sealing import open_sealed, seal
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import Obtained, decode_receipt
from liaison.messages.tarball import LARGEST_ATTACHMENT, Member, read_tarball, write_tarball
from liaison.node.models import OutgoingCopy, OwnDesk, SentMail
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.services.line.attachments import keep_attachment
from liaison.node.services.line.receipts import take_receipt
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.unit_of_work import reading
from liaison.wire.tar import Read

AGE_MAGIC = b"age-encryption.org/v1\n"
LARGEST_RECEIPT = 64 << 10


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: a message (with the receipt to send back) or a receipt."""

    kind: str
    verdict: str
    reason: str | None
    message_id: str | None
    receipt_file: bytes | None


def export_sealed(node: Node, message_id: str, *, to: DeskRef | None = None) -> tuple[DeskRef, Iterator[bytes]]:
    """The sealed copy for one desk as the pieces of a tar.

    Raises UsageError when there is none, several and none is named, or when it went by mail, for which none is sealed.
    """
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
        if SentMail.objects.filter(copy=copy).exists():
            raise UsageError("message-by-mail", message=copy.message.message_id)
        attached = sorted(copy.message.attachments.values_list("sealed", "sealed_size"))
    message = bytes(copy.sealed)
    members: list[tuple[Member, Iterable[bytes]]] = [(Member(None, len(message)), [message])]
    members += [(Member(name, size), node.blobs.read(name)) for name, size in attached]
    return DeskRef(copy.participant, copy.node, copy.desk), write_tarball(members)


def register_of(node: Node, message_id: str) -> str:
    """The register of an outgoing message. Raises UsageError."""
    with reading(node):
        rows = OutgoingCopy.objects.filter(message__message_id__startswith=message_id.lower())
        found = rows.values_list("register", flat=True).first()
    if found is None:
        raise UsageError("message-not-found", message=message_id[:36])
    return str(found)


def import_file(node: Node, read: Read) -> Imported:
    """Take a file-way tar or a sealed receipt; `read(n)` gives up to n bytes, nothing at the end.

    Raises MalformedError, VerificationError, UsageError, NotNowError.
    """
    start = _up_to(read, len(AGE_MAGIC))
    if start != AGE_MAGIC:
        return _import_message(node, _behind(start, read))
    sealed = start + _up_to(read, LARGEST_RECEIPT)
    if len(sealed) > LARGEST_RECEIPT:
        raise MalformedError("too-large", size=len(sealed), limit=LARGEST_RECEIPT)
    return _import_receipt(node, sealed)


def _up_to(read: Read, size: int) -> bytes:
    """The first `size` bytes, fewer at the end; a pipe may hand them out in pieces."""
    start = b""
    while len(start) < size and (piece := read(size - len(start))):
        start += piece
    return start


def _behind(start: bytes, read: Read) -> Read:
    """Reads `start`, then on."""

    def reading_on(size: int) -> bytes:
        nonlocal start
        piece, start = start[:size], start[size:]
        return piece or read(size)

    return reading_on


def _import_receipt(node: Node, sealed: bytes) -> Imported:
    for register, desk in _own_desks(node):
        try:
            data = open_sealed(sealed, own_memory(node).openers(register, desk))
        except VerificationError:
            continue
        receipt = take_receipt(node, data, way=Obtained.FILE).receipt
        return Imported("receipt", receipt.verdict, receipt.reason, receipt.id, None)
    raise VerificationError("file-for-another")


def _import_message(node: Node, read: Read) -> Imported:
    """Find the desk whose key opens it, keep the attachments, then receive as by any way."""
    members = read_tarball(read, attachment_limit=LARGEST_ATTACHMENT)
    message = b"".join(next(members)[1])
    for register, desk in _own_desks(node):
        try:
            plaintext = open_sealed(message, own_memory(node).openers(register, desk))
        except VerificationError:
            continue
        _keep_named(node, plaintext, members)
        arrival = Arrival(sealed=message, register=register, participant=desk.participant, desk=desk.desk, way="file")
        return _imported(node, receive_message(node, arrival=arrival))
    raise VerificationError("file-for-another")


def _keep_named(node: Node, plaintext: bytes, members: Iterator[tuple[Member, Iterator[bytes]]]) -> None:
    """Keep those attachments that the message names, and refuse a file that carries others.

    What was kept before such a refusal is named by no message, and is swept away like any such blob.
    """
    named = {each.sealed for each in open_message(plaintext).core.attachments}
    for member, chunks in members:
        if member.sealed is None or member.sealed not in named:
            raise MalformedError("file-has-strays")
        node.storage.require_room(member.size)
        keep_attachment(node, member.sealed, chunks)


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
