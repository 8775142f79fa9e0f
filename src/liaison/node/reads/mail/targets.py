"""Which of a message's recipients is reached by mail, at which mailbox, sealed to which certificate?

    DeskRef(correspondent_id("duty@xd.example"), "mailbox", "mailbox")     a desk without a node, kept by an officer
    DeskRef("5e0c…", "cert", "duty")                                       a desk whose node's address record names mail
                                                                           and neither peer door nor letter box

Invariants: a desk of the register is written to by what its signed record says and by nothing else; a desk without a
node by the certificate that an officer confirmed; without one, the mail asks to be telephoned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from liaison.errors import LiaisonError, UsageError
from liaison.keys.openpgp.certificates import read_certificate, require_valid
from liaison.messages.mail.mailbox import fits_mailbox
from liaison.messages.mail.tokens import correspondent_id
from liaison.messages.parties import DeskRef
from liaison.node.models import MailContact, RecordPart
from liaison.node.node import Node
from liaison.node.reads import register as reads
from liaison.node.reads.facts import RegisterFacts
from liaison.node.reads.memory import own_memory
from liaison.node.unit_of_work import reading
from liaison.register import records
from liaison.routing.claims import Desk
from liaison.wire.identifiers import decode_base64

MAILBOX = "mailbox"
"""Node and desk of whoever has a mailbox and no node."""


@dataclass(frozen=True, slots=True)
class MailTarget:
    """Where a copy goes by mail; without a certificate it only asks to be telephoned."""

    mailbox: str
    languages: tuple[str, ...]
    certificate: bytes = b""
    fingerprint: str = ""


def mailbox_ref(mailbox: str) -> DeskRef:
    """What stands for a mailbox in a case."""
    return DeskRef(correspondent_id(mailbox), MAILBOX, MAILBOX)


def is_mailbox(desk: DeskRef) -> bool:
    """Whether this is a desk without a node."""
    return desk.node == MAILBOX and desk.desk == MAILBOX


def mail_targets(facts: RegisterFacts, sender: DeskRef, recipients: Iterable[DeskRef]) -> Mapping[DeskRef, MailTarget]:
    """Those of the recipients that are reached by mail. Raises UsageError for a mailbox that the desk does not keep."""
    node, register, found = facts.node, facts.register, dict[DeskRef, MailTarget]()
    for recipient in recipients:
        if is_mailbox(recipient):
            found[recipient] = _kept(node, register, sender, recipient)
        elif not own_memory(node).is_hosted(register, recipient.at):
            target = None if facts.ways(recipient.at) else _published(node, register, recipient)
            if target is not None:
                found[recipient] = target
    return found


def _kept(node: Node, register: str, sender: DeskRef, recipient: DeskRef) -> MailTarget:
    place = {"participant": sender.participant, "node": sender.node, "desk": sender.desk}
    with reading(node):
        row = MailContact.objects.filter(register=register, **place, who=recipient.participant).first()
    if row is None:
        raise UsageError("mailbox-not-kept")
    return MailTarget(row.mailbox, tuple(row.languages), bytes(row.certificate), row.fingerprint)


def _published(node: Node, register: str, desk: DeskRef) -> MailTarget | None:
    """What the register says of a desk whose node has neither peer door nor letter box, where it names a mailbox."""
    addresses = reads.node_addresses(node, register, desk.participant, desk.node)
    ways = addresses[0].ways if addresses else ()
    mailbox = next((way.at for way in ways if way.way is records.Way.MAIL and way.at), None)
    if mailbox is None or not fits_mailbox(mailbox):
        return None
    entry = reads.desk_entry(node, register, desk.participant, desk.desk)
    with reading(node):
        row = RecordPart.objects.filter(register=register, digest=entry.openpgp or "").exclude(part=b"").first()
    if row is None:
        return MailTarget(mailbox, entry.languages)
    part = records.content_of(records.verify_record(bytes(row.part), row.digest), records.OpenPgp)
    try:
        certificate = read_certificate(decode_base64(part.certificate))
        require_valid(certificate, node.clock.now())
    except LiaisonError:
        return MailTarget(mailbox, entry.languages)
    return MailTarget(mailbox, entry.languages, certificate.data, certificate.fingerprint)


def kept_mailbox(node: Node, register: str, sender: DeskRef, desk: Desk) -> DeskRef | None:
    """The mailbox that its letter or its entry names for a desk, where the sending desk keeps it as a correspondent.

    `register` is where the sender speaks; the desk may stand in another one.
    """
    place = {"participant": sender.participant, "node": sender.node, "desk": sender.desk}
    for mailbox in mailboxes_of(node, desk):
        found = mailbox_ref(mailbox)
        with reading(node):
            if MailContact.objects.filter(register=register, **place, who=found.participant).exists():
                return found
    return None


def mailboxes_of(node: Node, desk: Desk) -> Iterator[str]:
    """What the register lets this node read of where a desk gets mail."""
    listed = reads.directory(node, desk.register)
    if desk.participant is None or desk.node is None:
        parts = [part for each in listed.nominations if each.nomination == desk.desk for part in each.parts]
    else:
        entry = listed.desk(desk.participant, desk.desk)
        parts = list(entry.parts) if entry is not None else []
        addresses = reads.node_addresses(node, desk.register, desk.participant, desk.node)
        ways = addresses[0].ways if addresses else ()
        yield from (way.at for way in ways if way.way is records.Way.MAIL and way.at)
    with reading(node):
        rows = RecordPart.objects.filter(register=desk.register, digest__in=[part.digest for part in parts])
        held = [(bytes(row.part), row.digest) for row in rows.exclude(part=b"")]
    for data, digest in held:
        content = records.read_content(records.verify_record(data, digest).part)
        if isinstance(content, records.Contact) and content.mailbox is not None:
            yield content.mailbox


def contact_name(node: Node, who: str) -> str:
    """What a desk without a node is called here; empty for whoever is none."""
    with reading(node):
        return MailContact.objects.filter(who=who).values_list("name", flat=True).first() or ""
