"""What kind of mail is this, to which of ours does it belong, and what of it is worth opening?

    mail = read_mail(raw)                        Raises MalformedError for what nobody should write
    mail.sort                                    Sort.ENCRYPTED · SIGNED · CLEARSIGNED · SMIME · PLAIN · BOUNCE · …
    mail.tokens, mail.answers                    by which it finds its case: tokens first, then Message-IDs

Invariants:
- sizes, number and depth of parts are capped before anything is decoded; nothing is fetched that a mail names;
- what a machine wrote (RFC 3834, lists, bounces) is never an answer and never answered;
- every header is taken as a claim: who wrote a mail is told by a signature alone.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import parseaddr
from enum import StrEnum

from liaison.errors import MalformedError
from liaison.messages.mail.tokens import tokens_in

LARGEST_MAIL = 32 << 20
LARGEST_HEADERS = 64 << 10
MOST_READ = 32 << 10
LONGEST_HEADER = 2 << 10
"""Of headers that are read in all parts together, and of one that is not plain text, such as a type or an address."""
MOST_PARTS = 64
DEEPEST = 8
MOST_NAMED = 32
_MULTIPART = re.compile(rb"(?i)(?:multipart|message)/[a-z]")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_ARMOR = re.compile(r"(?m)^-----BEGIN PGP (?:SIGNED )?MESSAGE-----")
_ARMORED_FILES = (".asc", ".gpg", ".pgp")
_PROTECTED = frozenset({"multipart/encrypted", "multipart/signed"})
_SERVERS = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pkcs7-signature",
                    "application/x-pkcs7-signature"})  # fmt: skip
# What servers write that write no report: sendmail, qmail, Exim, Postfix, Exchange, and their codes (RFC 3463).
_FAILED = re.compile(
    r"(?i)undeliver(?:ed|able)|failure notice|returned mail|delivery (?:failure|has failed|to the following)"
    r"|mail delivery failed|delivery status notification|could not (?:be|deliver)|wasn't able to deliver"
    r"|\b[45]\.[0-9]{1,3}\.[0-9]{1,3}\b"
)
_CLEAR = "-----BEGIN PGP SIGNED MESSAGE-----"


class Sort(StrEnum):
    """What kind of mail."""

    ENCRYPTED = "encrypted"
    SIGNED = "signed"
    CLEARSIGNED = "clearsigned"
    PLAIN = "plain"
    SMIME = "smime"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail whose form holds."""

    sort: Sort
    message_id: str
    answers: tuple[str, ...]
    """The Message-IDs it refers to, the nearest first."""
    tokens: tuple[str, ...]
    """Those of its subject, of what it answers, and of what that referred to, the nearest first."""
    sender: str
    subject: str
    raw: bytes = field(repr=False)
    parsed: EmailMessage = field(repr=False)


def read_mail(raw: bytes) -> Mail:
    """The mail in these bytes, as they came from the mailbox. Raises MalformedError."""
    parsed = parse(raw)
    subject = header(parsed, "Subject")
    answers = (*reversed(_ids(parsed, "References")), *_ids(parsed, "In-Reply-To"))
    nearest_first = reversed(header(parsed, "References").split())
    return Mail(
        sort=_sort(parsed),
        message_id=next(iter(_ids(parsed, "Message-ID")), ""),
        answers=tuple(dict.fromkeys(answers))[:MOST_NAMED],
        tokens=tokens_in(" ".join((subject, header(parsed, "In-Reply-To"), *nearest_first))),
        sender=parseaddr(header(parsed, "From"))[1][:254],
        subject=subject[:500],
        raw=raw,
        parsed=parsed,
    )


def parse(raw: bytes) -> EmailMessage:
    """The parts of a mail or of what was inside one. Raises MalformedError for too many, too deep or too large."""
    if len(raw) > LARGEST_MAIL:
        raise MalformedError("too-large", size=len(raw), limit=LARGEST_MAIL)
    head = re.search(rb"\r?\n\r?\n", raw)
    if (head.start() if head else len(raw)) > LARGEST_HEADERS:
        raise MalformedError("mail-headers", limit=LARGEST_HEADERS)
    # The parser goes down as deep as it is led; a mail names a type for each part that holds others.
    if len(_MULTIPART.findall(raw)) > 4 * MOST_PARTS or raw.count(b"\n--") > 40 * MOST_PARTS:
        raise MalformedError("mail-parts", limit=MOST_PARTS)
    try:
        parsed = email.message_from_bytes(raw, policy=SMTP.clone(header_factory=_Headers()))
        # The names of files are read here, so that a header too long is refused before anything is taken.
        count = len([part.get_filename() for part in parts(parsed)])
    except MalformedError:
        raise
    except Exception:  # noqa: BLE001 — the parser of the standard library raises what it stumbles over
        raise MalformedError("mail-unreadable") from None
    if count > MOST_PARTS:
        raise MalformedError("mail-parts", limit=MOST_PARTS)
    return parsed


class _Headers:
    """Reads each header of one mail once: the library reads it at every look, in time by the square of its length."""

    def __init__(self) -> None:
        self._kinds = HeaderRegistry()
        self._read: dict[tuple[str, str], str] = {}
        self._left = MOST_READ

    def __call__(self, name: str, value: str) -> str:
        """The header as the library has it. Raises MalformedError for one too long, or too many."""
        if (name, value) not in self._read:
            kind = self._kinds[name]
            if len(value) > LONGEST_HEADER and not issubclass(kind, UnstructuredHeader):
                raise MalformedError("mail-headers", limit=LONGEST_HEADER)
            self._left -= len(value)
            if self._left < 0:
                raise MalformedError("mail-headers", limit=MOST_READ)
            self._read[name, value] = kind(name, value)
        return self._read[name, value]


def parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    """The mail and every part in it. Raises MalformedError below the deepest level that is looked at."""
    if depth > DEEPEST:
        raise MalformedError("mail-depth", limit=DEEPEST)
    yield mail
    if mail.is_multipart():
        for each in mail.get_payload():
            if isinstance(each, Message):
                yield from parts(each, depth + 1)


def header(mail: Message, name: str) -> str:
    """A header as text on one line; empty where there is none or it cannot be read."""
    try:
        value = str(mail.get(name, ""))
    except Exception:  # noqa: BLE001
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())


def body_of(part: Message) -> bytes:
    """The bytes of a part without their transfer encoding; empty for one that holds parts."""
    try:
        data = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001
        return b""
    return data if isinstance(data, bytes) else b""


def text_of(part: Message) -> str:
    """The text of a part, in UTF-8 or the charset it names, else a letter a byte."""
    data = body_of(part)
    for charset in ("utf-8", part.get_content_charset("utf-8")):
        try:
            return data.decode(str(charset))
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def encrypted_part(mail: Mail) -> bytes:
    """What is to be decrypted. Raises MalformedError where the mail only says that something is."""
    if not _says_it_is_encrypted(mail.parsed):
        return armored(mail.parsed).encode()
    for part in parts(_protected(mail.parsed)):
        data = body_of(part)
        if part.get_content_type() == "application/octet-stream" and data:
            return data
    raise MalformedError("mail-without-ciphertext")


def signed_part(mail: Mail) -> tuple[bytes, bytes]:
    """The exact bytes that a multipart/signed signs, lines ended by CR LF, and the signature. Raises MalformedError."""
    signed = _protected(mail.parsed)
    boundary = signed.get_boundary()
    inside = [each for each in signed.get_payload() if isinstance(each, Message)]
    if not boundary or len(inside) != 2:
        raise MalformedError("mail-signed-form")
    raw = re.sub(rb"\r?\n", b"\r\n", mail.raw)
    line = b"\r\n--" + boundary.encode("ascii", "replace")
    pieces = raw.split(line)
    if len(pieces) < 3 or not pieces[1].startswith(b"\r\n"):
        raise MalformedError("mail-signed-form")
    return pieces[1][2:], body_of(inside[1])


def first_text(mail: Message) -> str:
    """The first plain text in a mail."""
    found = (part for part in parts(mail) if part.get_content_type() == "text/plain" and not part.get_filename())
    part = next(found, None)
    return "" if part is None else text_of(part)


def armored(mail: Message) -> str:
    """The first message in armor in the text or a file of a mail, from its first line on; empty where there is none.

    A greeting or a quotation before it is nobody's word: what counts is inside."""
    for part in parts(mail):
        name = (part.get_filename() or "").lower()
        if name.endswith(_ARMORED_FILES) if name else part.get_content_type() == "text/plain":
            text = text_of(part)
            if found := _ARMOR.search(text):
                return text[found.start() :]
    return ""


def _protected(mail: Message) -> Message:
    """What is signed or encrypted: the mail, or the first such part where a gateway put a text of its own beside it."""
    beside = mail.get_payload() if mail.get_content_type() == "multipart/mixed" else []
    parts_of_it = (each for each in beside if isinstance(each, Message))
    return next((each for each in parts_of_it if each.get_content_type() in _PROTECTED), mail)


def _says_it_is_encrypted(mail: Message) -> bool:
    """Also where a server took the frame away and left its parts, as Exchange does."""
    found = _protected(mail)
    kinds = {each.get_content_type() for each in found.get_payload() if isinstance(each, Message)}
    return found.get_content_type() == "multipart/encrypted" or "application/pgp-encrypted" in kinds


def _sort(mail: EmailMessage) -> Sort:
    kind = mail.get_content_type()
    if kind == "multipart/report":
        report = str(mail.get_param("report-type", ""))
        return Sort.BOUNCE if report.lower() == "delivery-status" else Sort.AUTOMATIC
    if _is_a_servers(mail) and not _is_a_reply(mail):
        return Sort.BOUNCE if says_it_failed(mail) else Sort.AUTOMATIC
    if _is_automatic(mail):
        return Sort.AUTOMATIC
    return _protection(mail)


def _protection(mail: EmailMessage) -> Sort:
    """How a person's mail is signed or encrypted."""
    if _says_it_is_encrypted(mail):
        return Sort.ENCRYPTED
    part = _protected(mail)
    kind = part.get_content_type()
    if kind in _SMIME or (kind == "multipart/signed" and part.get_param("protocol") in _SMIME):
        return Sort.SMIME
    if kind == "multipart/signed":
        return Sort.SIGNED
    text = armored(mail)
    if text:
        return Sort.CLEARSIGNED if text.startswith(_CLEAR) else Sort.ENCRYPTED
    return Sort.PLAIN


def _is_a_servers(mail: EmailMessage) -> bool:
    """Whether it says to be from a mail server and not from a person: nobody to answer, or the name they go by."""
    name = parseaddr(header(mail, "From"))[1].partition("@")[0].lower()
    return header(mail, "Return-Path") == "<>" or name in _SERVERS


def _is_a_reply(mail: EmailMessage) -> bool:
    """Whether a machine says that it answers for a person (RFC 3834 §5)."""
    return header(mail, "Auto-Submitted").lower().startswith("auto-replied")


def says_it_failed(mail: EmailMessage) -> bool:
    """Whether a mail server says in plain words, as many do that write no report, that it could not deliver."""
    return _FAILED.search(f"{header(mail, 'Subject')}\n{first_text(mail)[:4000]}") is not None


def _is_automatic(mail: EmailMessage) -> bool:
    submitted = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or header(mail, "Precedence").lower() in _BULK
        or any(mail.get(name) is not None for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Loop"))
    )


def _ids(mail: EmailMessage, name: str) -> list[str]:
    return _MESSAGE_ID.findall(header(mail, name))[-MOST_NAMED:]
