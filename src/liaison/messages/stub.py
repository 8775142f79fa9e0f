"""What is left of a case whose texts a desk destroyed? A statement of what stood there, signed by its node.

    {"by":{node},"case":"0192…","desk":{desk},"destroyed":"2027-01-02T04:00:00Z","exercise":true,"last":"2026-…",
     "messages":[{"at":"2026-…","core":"9f86…","for":{desk},"form":"incident-notice","from":{desk},"id":"0192…",
     "message":"60a4…","receipts":["77aa…"]}],"opened":"2026-…","parties":[{desk},…],"register":"5be1…"}

Invariants (docs/spec/stub.md): no word of what was said is in it; messages are in the order in which they were kept;
whoever holds a transcript of the other side compares hashes. A stub never travels the line by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from liaison.errors import MalformedError
from liaison.keys.ports import Signer
from liaison.keys.public import PublicKey
from liaison.keys.signing import sign_envelope, verify_envelope
from liaison.messages.parties import DeskRef, NodeRef
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.envelope import PayloadType, decode_envelope, encode_envelope
from liaison.wire.identifiers import Hash, Instant, MessageId, parse_instant

LARGEST_STUB = 1 << 24


class StubMessage(msgspec.Struct, frozen=True, rename={"sender": "from", "desk": "for"}):
    """One copy of a message that stood in the case, and the hashes of the receipts for it."""

    id: MessageId
    form: str
    sender: DeskRef
    desk: DeskRef
    core: Hash
    message: Hash
    at: Instant
    receipts: tuple[Hash, ...]


class Stub(msgspec.Struct, frozen=True):
    """What the node of a desk signs when it destroyed the desk's copy of a case."""

    register: Hash
    case: MessageId
    by: NodeRef
    desk: DeskRef
    parties: tuple[DeskRef, ...]
    exercise: bool
    opened: Instant
    last: Instant
    destroyed: Instant
    messages: tuple[StubMessage, ...]


def sign_stub(stub: Stub, signer: Signer) -> bytes:
    """The envelope to keep, signed by the message key of the desk's node."""
    return encode_envelope(sign_envelope(PayloadType.STUB, encode_struct(stub), [signer]))


def verify_stub(data: bytes, keys: Mapping[str, PublicKey]) -> Stub:
    """The stub, signed by one of `keys` (message keys of its node). Raises MalformedError, VerificationError."""
    envelope = decode_envelope(data, payload_type=PayloadType.STUB, limit=2 * LARGEST_STUB)
    if len(envelope.signatures) != 1:
        raise MalformedError("not-one-signature", count=len(envelope.signatures))
    stub = decode_struct(envelope.payload, Stub, limit=LARGEST_STUB)
    for instant in (stub.opened, stub.last, stub.destroyed, *(each.at for each in stub.messages)):
        parse_instant(instant)
    verify_envelope(envelope, keys)
    return stub
