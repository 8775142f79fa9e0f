"""Which bytes does a mail server get?

    Subject: Message from a contact centre [LX-7Q2MZ4KD6A3WPT5H]
    Message-ID: <lx-7q2mz4kd6a3wpt5h@csirt.xc.example>
    Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; …      (RFC 3156)

Invariants:
- outside stand two mailboxes, a time, the token and the ticket number of the receiver's own system; nothing of the
  message, not even its form;
- the whole of the rest, the true subject and the files with their names is inside what is signed and encrypted, with
  the outer headers repeated there ("protected-headers");
- the same copy has the same Message-ID whenever it is sent, so a mail system can tell that it was sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

POLICY = SMTP.clone(max_line_length=998)
MESSAGE_FILE = "liaison-message.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What everybody on the way reads."""

    sender: str
    recipient: str
    token: str
    at: datetime
    subject: str
    ticket: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()

    @property
    def message_id(self) -> str:
        """The Message-ID, made from the token."""
        return message_id_of(self.token, self.sender)

    @property
    def full_subject(self) -> str:
        """The subject, with the receiver's ticket number so that its system files the mail."""
        return f"{self.ticket} {self.subject}" if self.ticket else self.subject


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file inside a mail."""

    name: str
    media_type: str
    data: bytes


def message_id_of(token: str, mailbox: str) -> str:
    """The Message-ID of the mail with this token from this mailbox."""
    return f"<{token.lower()}@{mailbox.rpartition('@')[2]}>"


def write_inside(envelope: Envelope, *, subject: str, text: str, files: Iterable[MailFile]) -> bytes:
    """What is signed and encrypted: the text, the files, and the headers that count."""
    inside = EmailMessage(policy=POLICY)
    _address(inside, envelope, subject)
    inside.set_content(text, charset="utf-8", cte="quoted-printable")
    for file in files:
        kind, _, rest = file.media_type.partition("/")
        inside.add_attachment(file.data, maintype=kind, subtype=rest, filename=file.name, cte="base64")
    inside.set_param("protected-headers", "v1")
    return inside.as_bytes()


def write_encrypted(envelope: Envelope, sealed: bytes) -> bytes:
    """The mail around what was signed and encrypted."""
    outer = EmailMessage(policy=POLICY)
    _address(outer, envelope, envelope.full_subject)
    outer["MIME-Version"] = "1.0"
    outer["Content-Type"] = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    outer.attach(_part("application/pgp-encrypted", "Version: 1\r\n"))
    outer.attach(_part('application/octet-stream; name="encrypted.asc"', sealed.decode("ascii")))
    return outer.as_bytes()


def write_plain(envelope: Envelope, text: str) -> bytes:
    """A mail that says nothing but what everybody may read."""
    outer = EmailMessage(policy=POLICY)
    _address(outer, envelope, envelope.full_subject)
    outer.set_content(text, charset="utf-8", cte="quoted-printable")
    return outer.as_bytes()


def _address(mail: EmailMessage, envelope: Envelope, subject: str) -> None:
    mail["From"] = envelope.sender
    mail["To"] = envelope.recipient
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = envelope.message_id
    if envelope.in_reply_to:
        mail["In-Reply-To"] = envelope.in_reply_to
    if envelope.references:
        mail["References"] = " ".join(envelope.references)
    mail["Subject"] = subject


def _part(content_type: str, text: str) -> EmailMessage:
    part = EmailMessage(policy=POLICY)
    part["Content-Type"] = content_type
    part.set_payload(text)
    return part
