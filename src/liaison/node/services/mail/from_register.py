"""How does a desk of a register in which we have none become one that is written to by mail?

    keep_from_register(node, place, Elsewhere(register, participant, "security"), officer=7)

Invariants: nothing but what that register's log names is taken, a mailbox and a certificate; the certificate is
attached and compared with nothing yet, as one from the address book is: no officer of ours has heard that desk.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from liaison.errors import MalformedError, UsageError
from liaison.messages.mail.tokens import correspondent_id
from liaison.node.models import MailContact, RecordPart
from liaison.node.node import Node
from liaison.node.reads.mail.targets import mailboxes_of
from liaison.node.reads.register import desk_entry, followed
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.mail.contacts import Contact, attach_certificate, keep_contact
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register import records
from liaison.register.lookup import DeskEntry
from liaison.routing.claims import Desk
from liaison.wire.identifiers import decode_base64


class Elsewhere(NamedTuple):
    """A desk of a register that is followed."""

    register: str
    participant: str
    desk: str


def keep_from_register(node: Node, place: Place, desk: Elsewhere, *, officer: int = 0) -> None:
    """Keep the mailbox that the register names for a desk. Raises UsageError."""
    entry = desk_entry(node, desk.register, desk.participant, desk.desk)
    named = Desk(desk.register, desk.participant, entry.node, desk.desk)
    mailbox = next(mailboxes_of(node, named), None)
    if mailbox is None:
        raise UsageError("mail-not-in-the-register", name=entry.name)
    certificate = _certificate(node, entry)
    contact = Contact(
        name=f"{entry.name} / {entry.desk}",
        mailbox=mailbox,
        source=f"{followed(node, desk.register).title}, entry {entry.index}",
        languages=entry.languages or ("en",),
    )
    with unit_of_work(node):
        if not MailContact.objects.filter(**place.columns, who=correspondent_id(mailbox)).exists():
            keep_contact(node, place.register, place.desk, contact, officer=officer)
        if certificate:
            with suppress(MalformedError):  # Expired, revoked, or none: the officer attaches another one.
                attach_certificate(node, place.register, place.desk, mailbox, certificate, officer=officer)


def _certificate(node: Node, entry: DeskEntry) -> bytes:
    """The certificate whose hash the log names, where it is held here."""
    with reading(node):
        row = RecordPart.objects.filter(register=entry.register, digest=entry.openpgp or "").exclude(part=b"").first()
    if row is None:
        return b""
    part = records.content_of(records.verify_record(bytes(row.part), row.digest), records.OpenPgp)
    return decode_base64(part.certificate)
