"""What does one desk say to others, as bytes that are signed, sealed and opened?

    plaintext  {"disclosures":{…},"envelope":{"payload":"<base64>","payloadType":"…message+json","signatures":[…]}}
    payload    {"copy":{"epoch":…,"for":{desk},"prev":…,"seq":…},"core":{"case":…,"form":"incident-notice",…}}

Invariants (docs/spec/message.md):
- the core has the same bytes in every copy; the copy says for which desk and where it stands in the sender's sequence;
- core hash = SHA-256 of the canonical core, message hash = SHA-256 of the payload: the signature never enters a hash;
- exactly one signature, by the message key of the sending node; who may have signed is judged in `inbox`;
- salts, identifiers and times are arguments: the same arguments make the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from liaison.errors import MalformedError
from liaison.keys.ports import Signer
from liaison.keys.signing import sign_envelope
from liaison.messages.fields import Disclosure, digest_fields, disclose, read_fields
from liaison.messages.names import check_file_name, check_media_type
from liaison.messages.parties import DeskRef, NodeRef, check_recipients, sorted_desks
from liaison.wire.canonical import JSON, decode_struct, encode_struct
from liaison.wire.envelope import Envelope, EnvelopeForm, PayloadType, decode_envelope, form_of, read_form
from liaison.wire.identifiers import Base64, Hash, Instant, LocalId, MessageId, decode_base64, digest, parse_instant
from liaison.wire.typed import read_json

LARGEST_MESSAGE = 256 * 1024
MOST_ATTACHMENTS = 64

Count = Annotated[int, msgspec.Meta(ge=0)]
Version = Annotated[int, msgspec.Meta(ge=1)]
Epoch = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
FieldName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9_]{1,32}\Z")]
Marking = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Urgency = Literal["routine", "urgent", "emergency"]
Tlp = Literal["red", "amber-strict", "amber", "green", "clear"]


class Attachment(msgspec.Struct, frozen=True):
    """A file that travels beside the message: `plain` and `sealed` are hashes, `identity` opens the sealed bytes."""

    name: str
    media_type: str
    size: Count
    plain: Hash
    sealed: Hash
    sealed_size: Count
    identity: Base64


class ComposedUnder(msgspec.Struct, frozen=True):
    """The sender's checkpoint when the message was composed."""

    size: Count
    root: Hash


class Core(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """What is said: the same bytes for every recipient."""

    register: Hash
    id: MessageId
    case: MessageId
    batch: MessageId | None
    sender: DeskRef
    to: tuple[DeskRef, ...]
    form: LocalId
    form_version: Version
    form_hash: Hash
    stage: LocalId | None
    tlp: Tlp
    marking: Marking | None
    urgency: Urgency
    exercise: bool
    wanted_by: Instant | None
    re: Hash | None
    composed: Instant
    composed_under: ComposedUnder
    attachments: tuple[Attachment, ...]
    fields: dict[FieldName, Hash]

    @property
    def parties(self) -> frozenset[DeskRef]:
        """The fixed desks of the case: whoever speaks, all the others listen."""
        return frozenset((self.sender, *self.to))


class Copy(msgspec.Struct, frozen=True, rename={"desk": "for"}):
    """For whom these bytes are, and their place in what this node sent that desk in this case."""

    desk: DeskRef
    epoch: Epoch
    seq: Count
    prev: Hash | None


class Payload(msgspec.Struct, frozen=True):
    """What is signed."""

    core: Core
    copy: Copy


class _Said(msgspec.Struct, frozen=True):
    """`Payload` with a core whose bytes are there already."""

    core: msgspec.Raw
    copy: Copy


class _Sealed(msgspec.Struct, frozen=True):
    disclosures: dict[FieldName, Disclosure]
    envelope: EnvelopeForm


class _Kept(msgspec.Struct, frozen=True):
    disclosures: dict[str, Disclosure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything an officer decided, before salts, identifier and time are added."""

    register: str
    case: str
    sender: DeskRef
    to: tuple[DeskRef, ...]
    form: str
    form_version: int
    form_hash: str
    fields: Mapping[str, JSON]
    stage: str | None = None
    tlp: Tlp = "amber"
    marking: str | None = None
    urgency: Urgency = "routine"
    exercise: bool = False
    wanted_by: str | None = None
    re: str | None = None
    batch: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """A core with what opens its digests; ready to be copied, numbered and signed."""

    core: Core
    core_bytes: bytes
    core_hash: str
    """What `re` of an answer names."""
    disclosures: Mapping[str, Disclosure]


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """The bytes to seal for one desk; the next copy to that desk names `message_hash` as `prev`."""

    plaintext: bytes
    payload: Payload
    core_hash: str
    message_hash: str


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """An opened message whose form holds; whether it counts is for `inbox.judge` to say."""

    envelope: Envelope
    core: Core
    copy: Copy
    core_hash: str
    message_hash: str
    disclosures: Mapping[str, Disclosure]
    fields: Mapping[str, JSON]

    @property
    def key(self) -> tuple[NodeRef, str, DeskRef]:
        """The idempotency key: sending node, identifier, recipient."""
        return self.core.sender.at, self.core.id, self.copy.desk


def compose(
    draft: Draft, *, message_id: str, composed: str, composed_under: ComposedUnder, salts: Iterable[bytes]
) -> ComposedMessage:
    """The core of `draft`; one salt of 32 bytes a field. Raises MalformedError when it would not parse."""
    disclosures = disclose(draft.fields, salts)
    core = Core(
        register=draft.register,
        id=message_id,
        case=draft.case,
        batch=draft.batch,
        sender=draft.sender,
        to=sorted_desks(draft.to),
        form=draft.form,
        form_version=draft.form_version,
        form_hash=draft.form_hash,
        stage=draft.stage,
        tlp=draft.tlp,
        marking=draft.marking,
        urgency=draft.urgency,
        exercise=draft.exercise,
        wanted_by=draft.wanted_by,
        re=draft.re,
        composed=composed,
        composed_under=composed_under,
        attachments=draft.attachments,
        fields=digest_fields(disclosures),
    )
    # A round trip applies every type and pattern to what the caller handed in: nobody sends what nobody accepts.
    data = encode_struct(core)
    checked = decode_struct(data, Core, limit=LARGEST_MESSAGE)
    check_core(checked)
    return ComposedMessage(checked, data, digest(data), disclosures)


def hash_core(core: Core) -> str:
    """SHA-256 of the canonical core."""
    return digest(encode_struct(core))


def sign_copy(composed: ComposedMessage, copy: Copy, signer: Signer) -> SignedCopy:
    """Sign one copy with the message key of the sending node. Raises MalformedError when it would not parse."""
    # `compose` has checked the core and the digests in it; what the caller handed in beside them is checked here.
    said = Payload(core=composed.core, copy=decode_struct(encode_struct(copy), Copy, limit=LARGEST_MESSAGE))
    check_copy(said)
    payload = encode_struct(_Said(core=msgspec.Raw(composed.core_bytes), copy=said.copy))
    envelope = sign_envelope(PayloadType.MESSAGE, payload, [signer])
    plaintext = _join(envelope, composed.disclosures)
    if len(plaintext) > LARGEST_MESSAGE:
        raise MalformedError("too-large", size=len(plaintext), limit=LARGEST_MESSAGE)
    return SignedCopy(plaintext, said, composed.core_hash, digest(payload))


def open_message(plaintext: bytes) -> ReceivedMessage:
    """The message in opened bytes of at most 256 KiB: form, numbering and disclosures hold. Raises MalformedError."""
    sealed = decode_struct(plaintext, _Sealed, limit=LARGEST_MESSAGE)
    envelope = _with_one_signature(read_form(sealed.envelope, payload_type=PayloadType.MESSAGE))
    payload = decode_payload(envelope.payload)
    fields = read_fields(payload.core.fields, sealed.disclosures)
    return ReceivedMessage(
        envelope=envelope,
        core=payload.core,
        copy=payload.copy,
        core_hash=hash_core(payload.core),
        message_hash=digest(envelope.payload),
        disclosures=sealed.disclosures,
        fields=fields,
    )


def kept_fields(plaintext: bytes) -> dict[str, JSON]:
    """The fields of a message that was opened before it was kept: nothing of it is checked again, for lists of many."""
    kept = read_json(plaintext, _Kept)
    return {name: disclosure.value for name, disclosure in kept.disclosures.items()}


def read_message_envelope(data: bytes) -> Envelope:
    """A message's envelope with its one signature. Raises MalformedError."""
    return _with_one_signature(decode_envelope(data, payload_type=PayloadType.MESSAGE, limit=LARGEST_MESSAGE))


def _with_one_signature(envelope: Envelope) -> Envelope:
    if len(envelope.signatures) != 1:
        raise MalformedError("not-one-signature", count=len(envelope.signatures))
    return envelope


def decode_payload(data: bytes) -> Payload:
    """Core and copy of a signed payload, their form checked. Raises MalformedError."""
    payload = decode_struct(data, Payload, limit=LARGEST_MESSAGE)
    check_core(payload.core)
    check_copy(payload)
    return payload


def check_core(core: Core) -> None:
    """What the types do not say: order, distinctness, times, names. Raises MalformedError."""
    check_recipients(core.sender, core.to)
    for instant in (core.composed, core.wanted_by):
        if instant is not None:
            parse_instant(instant)
    if len(core.attachments) > MOST_ATTACHMENTS:
        raise MalformedError("too-many-attachments", count=len(core.attachments), limit=MOST_ATTACHMENTS)
    if len({attachment.sealed for attachment in core.attachments}) != len(core.attachments):
        raise MalformedError("attachment-repeated")
    for attachment in core.attachments:
        check_file_name(attachment.name)
        check_media_type(attachment.media_type)
        decode_base64(attachment.identity, length=32)


def check_copy(payload: Payload) -> None:
    """A copy is for a recipient, and only the first of a sequence has no predecessor. Raises MalformedError."""
    if payload.copy.desk not in payload.core.to:
        raise MalformedError("copy-for-a-stranger", desk=str(payload.copy.desk))
    if (payload.copy.seq == 0) != (payload.copy.prev is None):
        raise MalformedError("sequence-and-predecessor", seq=payload.copy.seq)


def _join(envelope: Envelope, disclosures: Mapping[str, Disclosure]) -> bytes:
    return encode_struct(_Sealed(dict(disclosures), form_of(envelope)))
