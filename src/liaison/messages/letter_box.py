"""What does a node say of sealed bytes that it keeps for another node, and what does it list to their owner?

    note   {"at":"2026-11-22T03:02:11Z","by":{node},"for":{node},"from":{node},"kind":"message",
            "notice":"kept-is-not-received","register":"…","sealed":"…","state":"kept","until":"2026-12-06T03:02:11Z"}
    page   {"letters":[{"from":{node},"kind":"message","number":12,"sealed":"…","size":3412,
            "until":"2026-12-06T03:02:11Z"}],"next":null,"terms":{"bytes":268435456,"days":14,"letters":1000}}

Invariants (docs/spec/letter-box.md):
- a note is signed by the message key of the node that keeps the bytes, and is no receipt: the notice says so;
- it names nodes, never desks, and of the bytes their hash alone: who keeps them sees who and when, never what;
- `at` is when the state began: kept, fetched by its owner, or expired because nobody fetched it until `until`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from liaison.errors import MalformedError, VerificationError
from liaison.keys.ports import Signer
from liaison.keys.public import PublicKey
from liaison.keys.signing import sign_envelope, verify_envelope
from liaison.messages.message import Count
from liaison.messages.parties import NodeRef
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.envelope import Envelope, PayloadType, decode_envelope, encode_envelope
from liaison.wire.identifiers import Hash, Instant, parse_instant

LARGEST_NOTE = 8 * 1024
LARGEST_PAGE = 128 * 1024
MOST_ON_A_PAGE = 100

Notice = Literal["kept-is-not-received"]
NOTICE: Notice = "kept-is-not-received"
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class Kind(StrEnum):
    """What a letter box keeps."""

    MESSAGE = "message"
    RECEIPT = "receipt"
    ATTACHMENT = "attachment"


class State(StrEnum):
    """What became of it there."""

    KEPT = "kept"
    FETCHED = "fetched"
    EXPIRED = "expired"


class KeptNote(msgspec.Struct, frozen=True, rename={"owner": "for", "sender": "from"}):
    """What the keeping node signs."""

    register: Hash
    by: NodeRef
    owner: NodeRef
    sender: NodeRef
    kind: Kind
    sealed: Hash
    state: State
    at: Instant
    until: Instant
    notice: Notice = NOTICE


class Letter(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """One thing that is kept for whoever asks; `size` in bytes."""

    number: Number
    kind: Kind
    sender: NodeRef
    sealed: Hash
    size: Number
    until: Instant


class Terms(msgspec.Struct, frozen=True):
    """How much a node keeps for another, and how long: things, bytes, days."""

    letters: Count
    bytes: Count
    days: Count


class Page(msgspec.Struct, frozen=True):
    """What is kept for whoever asks, oldest first; `terms` is null for a node whose letter box this is not."""

    letters: tuple[Letter, ...]
    next: Number | None
    terms: Terms | None


class Arrived(msgspec.Struct, frozen=True):
    """How much of an attachment that is left in pieces has arrived."""

    arrived: Count


@dataclass(frozen=True, slots=True)
class Left:
    """What a sender left, to compare notes with."""

    register: str
    by: NodeRef
    owner: NodeRef
    sender: NodeRef
    kind: Kind
    sealed: str


def sign_note(note: KeptNote, signer: Signer) -> bytes:
    """The envelope to answer with, signed by the message key of the keeping node. Raises MalformedError."""
    _check(note)
    return encode_envelope(sign_envelope(PayloadType.KEPT, encode_struct(note), [signer]))


def decode_note(data: bytes) -> tuple[Envelope, KeptNote]:
    """A note of which only the form is known to hold. Raises MalformedError."""
    envelope = decode_envelope(data, payload_type=PayloadType.KEPT, limit=LARGEST_NOTE)
    if len(envelope.signatures) != 1:
        raise MalformedError("not-one-signature", count=len(envelope.signatures))
    note = decode_struct(envelope.payload, KeptNote, limit=LARGEST_NOTE)
    _check(note)
    return envelope, note


def verify_note(data: bytes, left: Left, keys: Mapping[str, PublicKey]) -> KeptNote:
    """The note on what was left, signed by one of `keys` (message keys of the keeping node).

    Raises MalformedError for its form, VerificationError when it is by another or speaks of something else.
    """
    envelope, note = decode_note(data)
    verify_envelope(envelope, keys)
    said = Left(note.register, note.by, note.owner, note.sender, note.kind, note.sealed)
    if said != left:
        raise VerificationError("note-for-another")
    return note


def decode_letters(data: bytes, *, after: int) -> Page:
    """The page that follows `after`. Raises MalformedError, also when it leads back to where it came from."""
    page = decode_struct(data, Page, limit=LARGEST_PAGE)
    if len(page.letters) > MOST_ON_A_PAGE:
        raise MalformedError("letters-too-many", count=len(page.letters), limit=MOST_ON_A_PAGE)
    numbers = [after, *(letter.number for letter in page.letters)]
    if numbers != sorted(set(numbers)) or (page.next is not None and page.next != numbers[-1]):
        raise MalformedError("letters-go-back", after=after)
    if page.next == after:
        raise MalformedError("letters-go-back", after=after)
    return page


def decode_arrived(data: bytes) -> int:
    """How many bytes have arrived. Raises MalformedError."""
    return decode_struct(data, Arrived, limit=LARGEST_NOTE).arrived


def _check(note: KeptNote) -> None:
    at, until = parse_instant(note.at), parse_instant(note.until)
    if (note.state is State.KEPT and at >= until) or (note.state is State.EXPIRED and at < until):
        raise MalformedError("note-times", state=note.state)
