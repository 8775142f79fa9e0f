"""How does a report in XARF v4 travel as mail, and what is in one that came?

    Subject: [LX-7Q2MZ4KD6A3WPT5H] blocklist: 2 rows
    Content-Type: multipart/mixed
      text/plain                                   words for people
      application/json; name="xarf.json"           one report or one a line

    data = write_report_mail(envelope, text, [MailFile("xarf.json", "application/json", reports)])
    document = decode_report_mail(raw)

Invariants: sizes, number and depth of parts are those of any mail (`messages.mail.reading`); the first part that is a
report in XARF counts, nothing else in the mail is opened; who sent it is a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime

from liaison.errors import MalformedError
from liaison.exchange.strict_json import LARGEST
from liaison.exchange.values import Document, Format
from liaison.exchange.xarf.reading import decode_xarf
from liaison.messages.mail.reading import LARGEST_HEADERS, body_of, parse, parts
from liaison.messages.mail.writing import POLICY, Envelope, MailFile

_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")
_MARK = re.compile(rb"(?im)^(?:mime-version|message-id|received|content-type)[ \t]*:")
NAME = "xarf.json"


def write_report_mail(
    envelope: Envelope, text: str, files: Iterable[MailFile], headers: Mapping[str, str] | None = None
) -> bytes:
    """The mail, in plain text: it is for the receiver's own system behind their own mail server."""
    mail = EmailMessage(policy=POLICY)
    mail["From"], mail["To"] = envelope.sender, envelope.recipient
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = envelope.message_id
    if envelope.in_reply_to:
        mail["In-Reply-To"] = envelope.in_reply_to
        mail["References"] = " ".join(envelope.references)
    mail["Subject"] = envelope.full_subject
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text, charset="utf-8", cte="quoted-printable")
    for file in files:
        kind, _, rest = file.media_type.partition("/")
        mail.add_attachment(file.data, maintype=kind, subtype=rest, filename=file.name, cte="base64")
    return mail.as_bytes()


def is_mail(beginning: bytes) -> bool:
    """Whether bytes begin like a mail: a header first, and one of those that every mail has."""
    head = beginning[:LARGEST_HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return _HEADER.match(head) is not None and _MARK.search(head) is not None


def decode_report_mail(raw: bytes) -> Document:
    """The report in a mail. Raises MalformedError."""
    for part in parts(parse(raw)):
        data = body_of(part)
        if b'"xarf_version"' in data[:65536]:
            if len(data) > LARGEST:
                raise MalformedError("document-too-large", size=len(data), limit=LARGEST)
            return decode_xarf(data)
    raise MalformedError("document-of-another-format", format=Format.XARF.value)
