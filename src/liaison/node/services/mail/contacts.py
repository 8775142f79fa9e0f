"""How does an officer keep a desk that has a mailbox, and how is its certificate confirmed?

    keep_contact(node, place, Contact(name=…, mailbox=…, certificate=data, read_out="1CC3 3126 …", channel="telephone"))

Invariants: a certificate is taken only with the fingerprint that was read out over a channel other than the mail, typed
by the officer and compared here; a correspondent who has only gpg can read out no other words than those digits. It is
one desk's own, and shown everywhere as "not in the register".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from liaison.errors import UsageError, VerificationError
from liaison.keys.openpgp.certificates import read_certificate, read_groups
from liaison.messages.mail.mailbox import fits_mailbox
from liaison.messages.mail.tokens import correspondent_id
from liaison.messages.parties import DeskRef
from liaison.node.models import MailContact
from liaison.node.node import Node
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work

CHANNELS = ("telephone", "in-person", "video", "note-verbale")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What an officer says of a correspondent; `read_out` is the fingerprint as it was heard."""

    name: str
    mailbox: str
    source: str
    languages: tuple[str, ...] = ("en",)
    certificate: bytes = b""
    read_out: str = ""
    channel: str = ""


def keep_contact(node: Node, register: str, desk: DeskRef, contact: Contact, *, officer: int = 0) -> MailContact:
    """Keep a correspondent, or what is new of one.

    Raises UsageError, MalformedError, and VerificationError where the certificate has another fingerprint than the
    one that was read out.
    """
    columns = _columns(contact) | _confirmed(contact)
    with unit_of_work(node):
        row, _ = MailContact.objects.update_or_create(
            register=register,
            participant=desk.participant,
            node=desk.node,
            desk=desk.desk,
            who=correspondent_id(contact.mailbox),
            defaults={**columns, "kept_at": node.clock.now()},
        )
        params = {"channel": contact.channel or "none", "fingerprint": row.fingerprint or "none"}
        note(node, "mail-contact-kept", officer=officer, subject=row.who, params=params, participant=desk.participant)
    return row


def forget_contact(node: Node, register: str, desk: DeskRef, mailbox: str, *, officer: int = 0) -> None:
    """Write to this mailbox no more; cases with it keep what they hold. Raises UsageError for one that is not kept."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with unit_of_work(node):
        kept = MailContact.objects.filter(register=register, **place, who=correspondent_id(mailbox))
        if not kept.delete()[0]:
            raise UsageError("mailbox-not-kept")
        note(
            node,
            "mail-contact-forgotten",
            officer=officer,
            subject=correspondent_id(mailbox),
            participant=desk.participant,
        )


def _columns(contact: Contact) -> dict[str, object]:
    name, source = (_UNFIT.sub(" ", text).strip()[:200] for text in (contact.name, contact.source))
    if not fits_mailbox(contact.mailbox):
        raise UsageError("mailbox-unfit", mailbox=contact.mailbox[:80])
    if not name or not source or not all(_LANGUAGE.fullmatch(each) for each in contact.languages):
        raise UsageError("mail-contact-incomplete")
    return {"name": name, "mailbox": contact.mailbox, "source": source, "languages": list(contact.languages[:8])}


def _confirmed(contact: Contact) -> dict[str, object]:
    """The certificate, compared with what was read out."""
    if not contact.certificate:
        return {"certificate": b"", "fingerprint": "", "channel": ""}
    certificate = read_certificate(contact.certificate)
    if contact.channel not in CHANNELS:
        raise UsageError("mail-channel", channels=", ".join(CHANNELS))
    heard = read_groups(contact.read_out)
    if heard != certificate.fingerprint:
        raise VerificationError("mail-fingerprint-differs", found=certificate.groups)
    return {"certificate": certificate.data, "fingerprint": certificate.fingerprint, "channel": contact.channel}
