"""The envelope: strict DSSE, the same bytes out as in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as PeerEnvelope

from liaison.errors import MalformedError
from liaison.wire.envelope import Envelope, PayloadType, Signature, decode_envelope, encode_envelope, pae

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
