"""Is this the record part the log committed to, and who may see it?

A part travels with its salt; the log holds only the digest:

    {"digest":"5c1f…","part":{"audience":"public","content":{"key":{"alg":"mlkem768x25519","key":"…"}},"kind":"sealing-key"},
     "salt":"uN0v…"}

    digest = SHA-256("liaison.record.v1" ‖ 0x00 ‖ 32 random bytes ‖ canonical part)

Invariants:
- A fresh salt each version, so that nobody can tell whether a part changed back, and an erased one cannot be guessed.
- Without part and salt nothing of the content is left; what the log keeps says nothing.

Spec page: docs/spec/records.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec

from liaison.errors import MalformedError, VerificationError
from liaison.keys.public import Algorithm, PublicKey, check_public_key
from liaison.register.contents.implementation import Answered
from liaison.register.vocabulary import (
    Audience,
    Date,
    DeskKind,
    Language,
    NodeRef,
    ParticipantType,
    ReportFormat,
    Text,
    Year,
)
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.identifiers import Base64, Hash, LocalId, decode_base64, encode_base64
from liaison.wire.typed import convert, read_json

DOMAIN = b"liaison.record.v1\0"
SALT = 32
RECORD_LIMIT = 64 * 1024
SMALLEST_REPORT, LARGEST_REPORT = 64 << 10, 8 << 20


class RecordKind(StrEnum):
    """What a part holds."""

    CONTACT = "contact"
    SEALING_KEY = "sealing-key"
    OPENPGP = "openpgp"
    ADDRESS = "address"
    REPORTS = "reports"
    RULEBOOK = "rulebook"
    IMPLEMENTATION = "implementation"


class Way(StrEnum):
    """How a node can be reached."""

    PEER = "peer"
    LETTERBOX = "letterbox"
    FILE = "file"
    MAIL = "mail"


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of a part."""


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person at a desk, where its participant chose to name one."""

    name: Text
    position: Text | None
    mailbox: Text | None
    telephone: Text | None


class Contact(Content, frozen=True):
    """kind `contact`: how people reach a desk; role mailboxes for participants, persons and mobiles for States only."""

    institution: Text
    unit: Text | None
    mailbox: Text | None
    telephone: Text | None
    time_zone: Text | None
    hours: Text | None
    persons: Annotated[tuple[Person, ...], msgspec.Meta(max_length=16)]


class SealingKey(Content, frozen=True):
    """kind `sealing-key`: what a message to the desk is sealed with."""

    key: PublicKey


class OpenPgp(Content, frozen=True):
    """kind `openpgp`: the desk's certificate, binary."""

    certificate: Base64


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to a node: an origin for `peer`, a node for `letterbox`, a mailbox for `mail`, nothing for `file`."""

    way: Way
    at: Text | None
    by: NodeRef | None


class Addresses(Content, frozen=True):
    """kind `address`: the ways to a node, the preferred one first."""

    ways: Annotated[tuple[Address, ...], msgspec.Meta(max_length=8)]


class ReportWishes(Content, frozen=True):
    """kind `reports`: how a desk wants reports on resources: the formats it takes, the preferred first; the minutes
    between two deliveries, 0 for as they come; the bytes of the largest file."""

    formats: Annotated[tuple[ReportFormat, ...], msgspec.Meta(min_length=1, max_length=5)]
    every: Annotated[int, msgspec.Meta(ge=0, le=31 * 24 * 60)]
    largest: Annotated[int, msgspec.Meta(ge=SMALLEST_REPORT, le=LARGEST_REPORT)]


class RequestWay(StrEnum):
    """By which way an authority takes requests for cooperation."""

    LINE = "line"
    LETTER = "letter"
    DIPLOMATIC = "diplomatic"
    INTERPOL = "interpol"
    MAIL = "mail"
    FAX = "fax"


FieldName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,31}\Z")]
Most = Annotated[int, msgspec.Meta(ge=1, le=3650)]


class OwnDesk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A desk of the same participant."""

    node: LocalId
    desk: LocalId


class OwnStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step that a request takes in the State that publishes this, and in how many days it usually is taken."""

    step: LocalId
    days: Most


class RequestRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for one form of request: whether it is taken, by which desk, and the fields asked for beyond those
    of the text it rests on."""

    form: LocalId
    taken: bool
    desk: OwnDesk | None
    fields: Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=40)]


class Rulebook(Content, frozen=True):
    """kind `rulebook`: what a participant says of requests for cooperation sent to it.

    `languages` are those a request may be written in, the preferred first, `urgent_languages` more that do in urgency;
    `ways` the ways it takes, the preferred first. `encryption` and `signature` say whether a request that comes
    another way than by the line must be encrypted, and signed electronically. `as_of`: on this day all this was true.
    """

    authority: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    as_of: Date
    languages: Annotated[tuple[Language, ...], msgspec.Meta(min_length=1, max_length=20)]
    urgent_languages: Annotated[tuple[Language, ...], msgspec.Meta(max_length=20)]
    ways: Annotated[tuple[RequestWay, ...], msgspec.Meta(min_length=1, max_length=6)]
    encryption: bool
    signature: bool
    requests: Annotated[tuple[RequestRules, ...], msgspec.Meta(max_length=64)]
    steps: Annotated[tuple[OwnStep, ...], msgspec.Meta(max_length=20)]
    remarks: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)] | None


class Implementation(Content, frozen=True):
    """kind `implementation`: what a participant says it did about an instrument in one year, as far as one audience
    sees it; the answers to one audience may stand in several parts."""

    instrument: LocalId
    participant: Hash
    period: Year
    profile: LocalId | None
    answers: Annotated[tuple[Answered, ...], msgspec.Meta(min_length=1, max_length=320)]


CONTENTS: dict[RecordKind, type[Content]] = {
    RecordKind.CONTACT: Contact,
    RecordKind.SEALING_KEY: SealingKey,
    RecordKind.OPENPGP: OpenPgp,
    RecordKind.ADDRESS: Addresses,
    RecordKind.REPORTS: ReportWishes,
    RecordKind.RULEBOOK: Rulebook,
    RecordKind.IMPLEMENTATION: Implementation,
}
KINDS = {content: kind for kind, content in CONTENTS.items()}
C = TypeVar("C", bound=Content)


class RecordPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is hashed: audience, kind and content."""

    audience: Audience
    kind: RecordKind
    content: dict[str, object]


class _Carried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    digest: Hash
    part: RecordPart
    salt: Base64


@dataclass(frozen=True, slots=True)
class Record:
    """A part with its salt (32 bytes) and the digest the log holds."""

    part: RecordPart
    salt: bytes
    digest: str

    @property
    def audience(self) -> str:
        """Who may see it."""
        return self.part.audience


class PartStatus(StrEnum):
    """How a part named in the log shows to a reader."""

    HELD = "held"
    WITHHELD = "withheld"
    ERASED = "erased"


def make_record(content: Content, audience: str, *, salt: bytes) -> Record:
    """The record of a new part; `salt` is 32 fresh random bytes. Raises MalformedError."""
    plain = read_json(encode_struct(content), dict[str, object])
    part = RecordPart(audience, KINDS[type(content)], plain)
    # Read back what others will read, so that a part no reader accepts is never published.
    return decode_record(encode_record(Record(part, salt, part_digest(part, salt))))


def part_digest(part: RecordPart, salt: bytes) -> str:
    """What the log holds of a part. Raises MalformedError for a salt that has not 32 bytes."""
    if len(salt) != SALT:
        raise MalformedError("record-salt", size=len(salt), expected=SALT)
    return hashlib.sha256(DOMAIN + salt + encode_struct(part)).hexdigest()


def encode_record(record: Record) -> bytes:
    """The canonical bytes a record travels in."""
    return encode_struct(_Carried(record.digest, record.part, encode_base64(record.salt)))


def decode_record(data: bytes) -> Record:
    """The record in these bytes, its digest checked. Raises MalformedError, VerificationError."""
    carried = decode_struct(data, _Carried, limit=RECORD_LIMIT)
    salt = decode_base64(carried.salt, length=SALT)
    if part_digest(carried.part, salt) != carried.digest:
        raise VerificationError("record-digest", digest=carried.digest)
    read_content(carried.part)
    return Record(carried.part, salt, carried.digest)


def verify_record(data: bytes, digest: str) -> Record:
    """The record in these bytes, if the log names it by `digest`. Raises MalformedError, VerificationError."""
    record = decode_record(data)
    if record.digest != digest:
        raise VerificationError("record-digest", digest=digest)
    return record


def read_content(part: RecordPart) -> Content:
    """The typed content of a part. Raises MalformedError."""
    try:
        content = convert(part.content, CONTENTS[part.kind])
    except (ValueError, RecursionError) as error:
        raise MalformedError("record-content", kind=part.kind, detail=str(error)[:200]) from error
    if isinstance(content, SealingKey):
        check_public_key(content.key, Algorithm.MLKEM768X25519)
    if isinstance(content, ReportWishes) and len(set(content.formats)) != len(content.formats):
        raise MalformedError("record-content", kind=part.kind, detail="a format stands twice")
    if isinstance(content, Rulebook):
        _check_rulebook(content)
    return content


def _check_rulebook(rulebook: Rulebook) -> None:
    """Return if nothing in it is said twice. Raises MalformedError."""
    lists: dict[str, list[object]] = {
        "languages": list(rulebook.languages),
        "urgent_languages": list(rulebook.urgent_languages),
        "ways": list(rulebook.ways),
        "requests": [each.form for each in rulebook.requests],
        "steps": [each.step for each in rulebook.steps],
    }
    for name, items in lists.items():
        if len(set(items)) != len(items):
            raise MalformedError("record-content", kind=RecordKind.RULEBOOK, detail=f"twice in {name}")


def content_of(record: Record, type_: type[C]) -> C:
    """The content of `record` as a `type_`. Raises MalformedError for a part of another kind."""
    content = read_content(record.part)
    if not isinstance(content, type_):
        raise MalformedError("record-kind", expected=KINDS[type_], found=record.part.kind)
    return content


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for a part; `kinds` are the kinds of the desks the asking node has. None asks as the public."""

    participant: str
    type: ParticipantType | None
    kinds: frozenset[DeskKind]


def may_see(audience: str, reader: Reader | None) -> bool:
    """Whether `reader` is in `audience`; the owner is let through by the caller, who knows whose part it is."""
    if audience == "public":
        return True
    if reader is None:
        return False
    group, _, names = audience.partition(":")
    match group:
        case "participants":
            return True
        case "states":
            return reader.type is ParticipantType.STATE
        case "kind":
            return any(kind == names for kind in reader.kinds)
        case _:
            return reader.participant in names.split(",")


def part_status(digest: str, *, current: Iterable[str], held: Iterable[str]) -> PartStatus:
    """How the part `digest` shows, given the digests the log names now and those held here."""
    if digest in held:
        return PartStatus.HELD
    return PartStatus.WITHHELD if digest in current else PartStatus.ERASED
