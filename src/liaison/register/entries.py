"""Is this an entry, and what does it say?

An entry is a DSSE envelope whose payload is canonical JSON:

    {"body":{"desk":"duty"},"issued":"2026-11-22T03:02:00Z","kind":"desk.withdrawn","node":"main","participant":"9ab0…",
     "prev":"77d3…","register":"5c1f…","seq":4,"version":1}

Invariants:
- Decoding checks form only; whether the entry may stand where it stands is asked in `register.rules`.
- `payload_hash` is SHA-256 of the payload, never of the envelope; `leaf` is the RFC 6962
  leaf hash of the whole envelope.
- The body of a kind or version this software does not know stays undecoded (`body` is None).
- Around the body stand names, hashes and numbers only, so one pattern tells their one spelling; the body is printed
  back. What the pattern does not take goes the long way (`decode_payload`), which says what is wrong.

Spec page: docs/spec/entries.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from liaison.errors import MalformedError
from liaison.register import bodies
from liaison.register.vocabulary import LIMIT, ParticipantId
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.envelope import Envelope, PayloadType, decode_envelope, encode_envelope
from liaison.wire.identifiers import Hash, Instant, LocalId, digest
from liaison.wire.typed import convert

KindName = str

BODIES: Mapping[KindName, type[bodies.Body]] = {
    "register.opened": bodies.RegisterOpened,
    "policy.published": bodies.PolicyPublished,
    "checkpoint.noted": bodies.CheckpointNoted,
    "desk.nominated": bodies.DeskNominated,
    "participant.admitted": bodies.ParticipantAdmitted,
    "participant.roots": bodies.ParticipantRoots,
    "participant.keys": bodies.ParticipantKeys,
    "key.revoked": bodies.KeyRevoked,
    "node.published": bodies.NodePublished,
    "desk.published": bodies.DeskPublished,
    "desk.withdrawn": bodies.DeskWithdrawn,
    "resources.published": bodies.ResourcesPublished,
    "attested": bodies.Attested,
    "stand.declared": bodies.StandDeclared,
    "instrument.published": bodies.InstrumentPublished,
    "implementation.reported": bodies.ImplementationReported,
}
KINDS: Mapping[type[bodies.Body], KindName] = {body: kind for kind, body in BODIES.items()}


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every signed statement says around its body: of which kind it is and where it stands."""

    register: Hash | None
    kind: str
    version: int
    participant: ParticipantId | None
    node: LocalId | None
    seq: int | None
    prev: Hash | None
    issued: Instant


class EntryPayload(Statement, frozen=True):
    """The signed statement; `body` is read by the struct its kind names."""

    body: dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: register, participant, node and its place in a chain."""

    register: str | None
    participant: str | None
    node: str | None = None
    seq: int | None = None
    prev: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """One decoded entry; `index` is its leaf number once it is in a log."""

    envelope: Envelope
    payload: Statement
    body: bodies.Body | None
    payload_hash: str
    index: int | None = None

    @property
    def leaf(self) -> str:
        """The RFC 6962 leaf hash of the envelope, lower-case hex; of leaf 0 it is the register's hash."""
        return digest(b"\0" + encode_envelope(self.envelope))

    def at(self, index: int) -> Entry:
        """The same entry as leaf `index` of a log."""
        return msgspec.structs.replace(self, index=index)


def decode_entry(data: bytes, *, index: int | None = None) -> Entry:
    """The entry in these bytes, its form checked and nothing else. Raises MalformedError."""
    envelope = decode_envelope(data, payload_type=PayloadType.ENTRY, limit=LIMIT)
    return open_entry(envelope, index=index)


def decode_entries(leaves: Iterable[bytes], *, first: int) -> list[Entry | MalformedError]:
    """What `decode_entry` makes of each of these leaves, the first of which is leaf `first`, or what it raises.

    All envelopes are opened before the first payload is read: a processor that goes on doing one thing keeps the way it
    is done at hand, which spares a fifth of what it costs to judge a log leaf by leaf.
    """
    opened = [_envelope(data) for data in leaves]
    return [_entry(each, index) for index, each in enumerate(opened, first)]


def _envelope(data: bytes) -> Envelope | MalformedError:
    try:
        return decode_envelope(data, payload_type=PayloadType.ENTRY, limit=LIMIT)
    except MalformedError as error:
        return error


def _entry(opened: Envelope | MalformedError, index: int) -> Entry | MalformedError:
    if isinstance(opened, MalformedError):
        return opened
    try:
        return open_entry(opened, index=index)
    except MalformedError as error:
        return error


def open_entry(envelope: Envelope, *, index: int | None = None) -> Entry:
    """The entry in a decoded envelope. Raises MalformedError."""
    statement, body = _by_pattern(envelope.payload) or _with_body(decode_payload(envelope.payload))
    _check_day(statement.issued)
    return Entry(envelope, statement, body, digest(envelope.payload), index)


_OPENING = b'{"body":'
_BEHIND = b',"issued":"'
_HASH = r'(?:null|"([0-9a-f]{64})")'
_NUMBER = r"(0|[1-9][0-9]{0,14})"
_STATEMENT = re.compile(
    r',"issued":"([0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}Z)"'
    r',"kind":"([a-z.]+)","node":(?:null|"([a-z0-9-]{1,32})"),"participant":(?:null|"(register|[0-9a-f]{64})")'
    rf',"prev":{_HASH},"register":{_HASH},"seq":(?:null|{_NUMBER}),"version":1\}}'
)


def _by_pattern(data: bytes) -> tuple[Statement, bodies.Body] | None:
    """A payload of a known kind and its body, if `data` is one, beyond doubt; else None."""
    at = data.rfind(_BEHIND)
    if at < 0 or not data.startswith(_OPENING) or len(data) > LIMIT:
        return None
    match = _STATEMENT.fullmatch(data[at:].decode("latin-1"))
    type_ = BODIES.get(match[2]) if match is not None else None
    if match is None or type_ is None:
        return None
    issued, kind, node, participant, prev, register, seq = match.groups()
    try:
        body = decode_struct(data[len(_OPENING) : at], type_, limit=LIMIT)
    except MalformedError:
        return None
    number = None if seq is None else int(seq)
    return Statement(register, kind, 1, participant, node, number, prev, issued), body


def _with_body(payload: EntryPayload) -> tuple[Statement, bodies.Body | None]:
    return payload, read_body(payload)


def _check_day(issued: str) -> None:
    """A pattern cannot know that February has no thirtieth."""
    try:
        date.fromisoformat(issued[:10])
    except ValueError as error:
        raise MalformedError("entry-body-malformed", kind="any", detail="issued") from error


def encode_entry(entry: Entry) -> bytes:
    """The exact leaf bytes of the entry."""
    return encode_envelope(entry.envelope)


def decode_payload(data: bytes) -> EntryPayload:
    """The payload in these canonical bytes. Raises MalformedError."""
    return decode_struct(data, EntryPayload, limit=LIMIT)


def encode_payload(payload: EntryPayload) -> bytes:
    """The canonical bytes of the payload, to be signed."""
    return encode_struct(payload)


def read_body(payload: EntryPayload) -> bodies.Body | None:
    """The typed body, or None for a kind or version this software does not know. Raises MalformedError."""
    type_ = BODIES.get(payload.kind)
    if type_ is None or payload.version != 1:
        return None
    try:
        return convert(payload.body, type_)
    except (ValueError, RecursionError) as error:
        raise MalformedError("entry-body-malformed", kind=payload.kind, detail=str(error)[:200]) from error


def draft(body: bodies.Body, place: Place, *, issued: str) -> bytes:
    """The canonical payload of a new entry at `place`; `issued` is an instant that no rule reads."""
    plain = msgspec.to_builtins(body)
    payload = EntryPayload(
        register=place.register,
        kind=KINDS[type(body)],
        version=1,
        participant=place.participant,
        node=place.node,
        seq=place.seq,
        prev=place.prev,
        issued=issued,
        body=plain,
    )
    return encode_payload(payload)
