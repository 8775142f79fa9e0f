"""The envelope: strict DSSE, the same bytes out as in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as PeerEnvelope

from liaison.errors import MalformedError
from liaison.wire import canonical
from liaison.wire.envelope import (
    Envelope,
    EnvelopeForm,
    PayloadType,
    Signature,
    decode_envelope,
    encode_envelope,
    pae,
    read_form,
)

LIMIT = 65_536
KEYID = "ab" * 32


def envelopes() -> st.SearchStrategy[Envelope]:
    signature = st.builds(Signature, st.binary(min_size=32, max_size=32).map(bytes.hex), st.binary())
    sorted_ones = st.lists(signature, min_size=1, max_size=4, unique_by=lambda each: each.keyid).map(
        lambda found: tuple(sorted(found, key=lambda each: each.keyid))
    )
    return st.builds(Envelope, st.sampled_from(PayloadType), st.binary(), sorted_ones)


@given(envelopes())
def test_an_envelope_decodes_to_itself(envelope: Envelope) -> None:
    data = encode_envelope(envelope)
    assert decode_envelope(data, payload_type=envelope.payload_type, limit=LIMIT) == envelope


def the_long_way(data: bytes, payload_type: PayloadType) -> Envelope | None:
    """The envelope by the definition of its form, without the pattern."""
    try:
        return read_form(canonical.decode_struct(data, EnvelopeForm, limit=LIMIT), payload_type=payload_type)
    except MalformedError:
        return None


def the_short_way(data: bytes, payload_type: PayloadType) -> Envelope | None:
    try:
        return decode_envelope(data, payload_type=payload_type, limit=LIMIT)
    except MalformedError:
        return None


PIECES = [
    b'"',
    b",",
    b"}",
    b"]",
    b"=",
    b"==",
    b"AA==",
    b"QQ",
    b"Q",
    b" ",
    b"\\",
    b"\n",
    b"/",
    b"+",
    b"-",
    b"\xc3\xa9",
    b"\0",
]


@settings(max_examples=150)
@given(envelopes(), st.integers(0), st.integers(0, 3), st.sampled_from(PIECES) | st.binary(max_size=2))
def test_the_pattern_takes_exactly_what_the_form_takes(
    envelope: Envelope, place: int, removed: int, added: bytes
) -> None:
    data = encode_envelope(envelope)
    assert the_short_way(data, envelope.payload_type) == the_long_way(data, envelope.payload_type) == envelope
    place %= len(data)
    other = data[:place] + added + data[place + removed :]
    assert the_short_way(other, envelope.payload_type) == the_long_way(other, envelope.payload_type)


@given(st.binary(), st.sampled_from(PayloadType))
def test_what_is_signed_is_what_another_implementation_signs(payload: bytes, payload_type: PayloadType) -> None:
    assert pae(payload_type, payload) == PeerEnvelope(payload, payload_type, {}).pae()


def test_the_pre_authentication_encoding_is_that_of_the_specification() -> None:
    assert (
        pae("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.binary())
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_envelope(data, payload_type=PayloadType.ENTRY, limit=LIMIT)


def test_another_payload_type_is_refused() -> None:
    data = encode_envelope(Envelope(PayloadType.RECEIPT, b"{}", (Signature(KEYID, b"s"),)))
    with pytest.raises(MalformedError, match="payload-type"):
        decode_envelope(data, payload_type=PayloadType.ENTRY, limit=LIMIT)


@pytest.mark.parametrize(
    ("keyids", "code"), [([], "no-signature"), (["bb", "aa"], "signature-order"), (["aa", "aa"], "signature-order")]
)
def test_signatures_missing_twice_or_out_of_order_are_refused(keyids: list[str], code: str) -> None:
    inner = ",".join(f'{{"keyid":"{keyid * 32}","sig":"AA=="}}' for keyid in keyids)
    data = f'{{"payload":"e30=","payloadType":"{PayloadType.ENTRY}","signatures":[{inner}]}}'.encode()
    with pytest.raises(MalformedError, match=code):
        decode_envelope(data, payload_type=PayloadType.ENTRY, limit=LIMIT)
    with pytest.raises(MalformedError, match=code):
        encode_envelope(Envelope(PayloadType.ENTRY, b"{}", tuple(Signature(keyid * 32, b"\0") for keyid in keyids)))


@pytest.mark.parametrize(
    "data",
    [
        f'{{"payload":"e30","payloadType":"{PayloadType.ENTRY}","signatures":[{{"keyid":"{KEYID}","sig":"AA=="}}]}}',
        f'{{"payload":"e30=","payloadType":"{PayloadType.ENTRY}","signatures":[{{"keyid":"{KEYID}","sig":"AB=="}}]}}',
        f'{{"payload":"e30=","payloadType":"{PayloadType.ENTRY}","signatures":[{{"keyid":"{KEYID[1:]}","sig":"AA=="}}]}}',
        f'{{"payload":"e30=","payloadType":"text/plain","signatures":[{{"keyid":"{KEYID}","sig":"AA=="}}]}}',
        f'{{"payload":"e30=","payloadType":"{PayloadType.ENTRY}","signatures":[{{"keyid":"{KEYID}","sig":"AA=="}}],"x":1}}',
    ],
)
def test_a_loose_envelope_is_refused(data: str) -> None:
    with pytest.raises(MalformedError):
        decode_envelope(data.encode(), payload_type=PayloadType.ENTRY, limit=LIMIT)
