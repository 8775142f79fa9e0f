"""How does an officer keep a desk that has a mailbox, and how is its certificate confirmed?

    keep_contact(node, place, Contact(name=…, mailbox=…, certificate=data, read_out="1CC3 3126 …", channel="telephone"))

Invariants: a certificate is taken only with the fingerprint that was read out over a channel other than the mail, typed
by the officer and compared here; a correspondent who has only gpg can read out no other words than those digits. It is
one desk's own, and shown everywhere as "not in the register".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from liaison.errors import Several, UsageError, VerificationError
from liaison.keys.openpgp.certificates import read_certificate, read_groups, require_valid
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


@dataclass(frozen=True, slots=True)
class Heard:
    """The fingerprint as an officer heard it, and over which channel."""

    read_out: str
    channel: str


def keep_contact(node: Node, register: str, desk: DeskRef, contact: Contact, *, officer: int = 0) -> MailContact:
    """Keep a correspondent, or what is new of one.

    Raises UsageError, MalformedError, and VerificationError where the certificate has another fingerprint than the
    one that was read out.
    """
    columns = _columns(contact) | _confirmed(node, contact, officer)
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


def attach_certificate(
    node: Node, register: str, desk: DeskRef, mailbox: str, data: bytes, *, officer: int = 0
) -> MailContact:
    """Attach a certificate that nobody compared yet: nothing is sealed to it before `check_certificate`.

    One of the key that was compared before is that key still (its owner made it valid for longer), and counts at once.
    Raises UsageError for a mailbox that is not kept, MalformedError.
    """
    certificate = read_certificate(data)
    require_valid(certificate, node.clock.now())
    with unit_of_work(node):
        row = _kept(register, desk, mailbox)
        if certificate.fingerprint == row.fingerprint:
            row.certificate, row.expires_at = certificate.data, certificate.expires
        else:
            row.offered, row.offered_as = certificate.data, certificate.fingerprint
        row.save()
        params = {"fingerprint": certificate.fingerprint}
        note(node, "mail-certificate-attached", officer=officer, subject=row.who, params=dict(params),
             participant=desk.participant)  # fmt: skip
    return row


def check_certificate(
    node: Node, register: str, desk: DeskRef, mailbox: str, heard: Heard, *, officer: int = 0
) -> None:
    """Write to the attached certificate from now on, because the desk read its fingerprint out.

    Raises UsageError, MalformedError, and VerificationError where another fingerprint was read out.
    """
    with unit_of_work(node):
        row = _kept(register, desk, mailbox)
        if not row.offered:
            raise UsageError("mail-nothing-attached", mailbox=mailbox[:80])
        for name, value in _compared(node, bytes(row.offered), heard, officer).items():
            setattr(row, name, value)
        row.offered, row.offered_as = b"", ""
        row.save()
        params = {"channel": heard.channel, "fingerprint": row.fingerprint}
        note(node, "mail-certificate-checked", officer=officer, subject=row.who, params=dict(params),
             participant=desk.participant)  # fmt: skip


def _kept(register: str, desk: DeskRef, mailbox: str) -> MailContact:
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    rows = MailContact.objects.select_for_update().filter(register=register, **place, who=correspondent_id(mailbox))
    row = rows.first()
    if row is None:
        raise UsageError("mailbox-not-kept")
    return row


def _confirmed(node: Node, contact: Contact, officer: int) -> dict[str, object]:
    """The certificate, compared with what was read out."""
    if not contact.certificate:
        return {
            "certificate": b"", "fingerprint": "", "channel": "", "checked_at": None, "checked_by": 0,
            "expires_at": None,
        }  # fmt: skip
    return _compared(node, contact.certificate, Heard(contact.read_out, contact.channel), officer)


def _compared(node: Node, data: bytes, heard: Heard, officer: int) -> dict[str, object]:
    """A certificate with the fingerprint that was read out, and who heard it when."""
    certificate, now = read_certificate(data), node.clock.now()
    require_valid(certificate, now)
    if heard.channel not in CHANNELS:
        raise UsageError("mail-channel", channels=Several.of(CHANNELS))
    if read_groups(heard.read_out) != certificate.fingerprint:
        raise VerificationError("mail-fingerprint-differs", found=certificate.groups)
    return {
        "certificate": certificate.data,
        "fingerprint": certificate.fingerprint,
        "channel": heard.channel,
        "checked_at": now,
        "checked_by": officer,
        "expires_at": certificate.expires,
    }
