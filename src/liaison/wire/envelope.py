"""Which bytes were signed, and which signatures stand beside them?

    {"payload":"eyJhIjoxfQ==","payloadType":"application/vnd.liaison.entry+json",
     "signatures":[{"keyid":"<64 hex>","sig":"<base64>"}]}          (one line, canonical JSON)

Invariants (docs/spec/envelope.md), a strict form of DSSE v1:
- the JSON is canonical, `payload` and `sig` are padded standard base64;
- at least one signature, sorted by `keyid`, no `keyid` twice;
- `keyid` is the fingerprint of the key and only selects it; what is signed is `pae(payloadType, payload)`.

There is no choice in these bytes but hex and base64, so one pattern tells an envelope from everything else; what it
does not take goes the long way, which says what is wrong.
"""

from __future__ import annotations

import binascii
import re
from enum import StrEnum
from itertools import pairwise

import msgspec

from liaison.errors import MalformedError
from liaison.wire import canonical
from liaison.wire.identifiers import Hash, decode_base64, encode_base64


class PayloadType(StrEnum):
    """What a payload is; signed together with it, so that none passes for another."""

    ENTRY = "application/vnd.liaison.entry+json"
    MESSAGE = "application/vnd.liaison.message+json"
    RECEIPT = "application/vnd.liaison.receipt+json"
    STUB = "application/vnd.liaison.stub+json"
    KEPT = "application/vnd.liaison.kept+json"
    CUSTODY = "application/vnd.liaison.custody+json"


class Signature(msgspec.Struct, frozen=True, gc=False):
    """A signature and the fingerprint of the key that is said to have made it."""

    keyid: str
    sig: bytes


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """A payload and its signatures, well-formed and not yet verified."""

    payload_type: PayloadType
    payload: bytes
    signatures: tuple[Signature, ...]


class _SignatureForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: Hash
    sig: str


class EnvelopeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An envelope as it stands in JSON, also inside of something larger."""

    payload: str
    payloadType: PayloadType
    signatures: tuple[_SignatureForm, ...]


_HEAD = b'{"payload":"'
_SIGNED = rb'\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/]*={0,2})"\}'
_SIGNATURE = re.compile(_SIGNED)
_TAILS = {
    kind: re.compile(
        rb'","payloadType":"%b","signatures":\[%b((?:,%b)*)\]\}' % (re.escape(kind.encode()), _SIGNED, _SIGNED)
    )
    for kind in PayloadType
}


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: DSSE's pre-authentication encoding."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def encode_envelope(envelope: Envelope) -> bytes:
    """The canonical bytes of an envelope. Raises MalformedError if its signatures are not in order."""
    return canonical.encode_struct(form_of(envelope))


def form_of(envelope: Envelope) -> EnvelopeForm:
    """The envelope as it stands in JSON. Raises MalformedError if its signatures are not in order."""
    _check_order(envelope.signatures)
    return EnvelopeForm(
        payload=encode_base64(envelope.payload),
        payloadType=envelope.payload_type,
        signatures=tuple(_SignatureForm(each.keyid, encode_base64(each.sig)) for each in envelope.signatures),
    )


def decode_envelope(data: bytes, *, payload_type: PayloadType, limit: int) -> Envelope:
    """The envelope in `data`, of at most `limit` bytes and of this payload type. Raises MalformedError."""
    found = _by_pattern(data, payload_type) if len(data) <= limit else None
    if found is None:
        return read_form(canonical.decode_struct(data, EnvelopeForm, limit=limit), payload_type=payload_type)
    return found


def _by_pattern(data: bytes, payload_type: PayloadType) -> Envelope | None:
    """The envelope, if `data` is one: every such bytes print back to themselves."""
    end = data.find(b'"', len(_HEAD))
    tail = _TAILS[payload_type].fullmatch(data, end) if data.startswith(_HEAD) and end > 0 else None
    if tail is None:
        return None
    found = [(tail[1], tail[2]), *(_SIGNATURE.findall(tail[3]) if tail[3] else ())]
    try:
        signatures = tuple([Signature(keyid.decode(), _strict_base64(sig)) for keyid, sig in found])
        _check_order(signatures)
        return Envelope(payload_type, _strict_base64(data[len(_HEAD) : end]), signatures)
    except ValueError:
        return None


def _strict_base64(text: bytes) -> bytes:
    """The bytes of padded standard base64 in its one spelling. Raises ValueError."""
    # What a lax reader skips or ignores is not printed back.
    data = binascii.a2b_base64(text)
    if binascii.b2a_base64(data, newline=False) != text:
        raise ValueError
    return data


def read_form(form: EnvelopeForm, *, payload_type: PayloadType) -> Envelope:
    """The envelope of this payload type that stands in canonical JSON. Raises MalformedError."""
    if form.payloadType is not payload_type:
        raise MalformedError("payload-type", expected=payload_type, found=form.payloadType)
    signatures = tuple(Signature(each.keyid, decode_base64(each.sig)) for each in form.signatures)
    _check_order(signatures)
    return Envelope(payload_type, decode_base64(form.payload), signatures)


def _check_order(signatures: tuple[Signature, ...]) -> None:
    if not signatures:
        raise MalformedError("no-signature")
    if len(signatures) > 1 and any(first.keyid >= second.keyid for first, second in pairwise(signatures)):
        raise MalformedError("signature-order")
