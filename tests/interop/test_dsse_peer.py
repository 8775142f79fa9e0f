"""The DSSE implementation of securesystemslib reads and verifies our envelopes, and we verify its."""

from __future__ import annotations

import json

import pytest
from securesystemslib.dsse import Envelope as PeerEnvelope
from securesystemslib.exceptions import VerificationError as PeerVerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from liaison.errors import VerificationError
from liaison.keys.private import Ed25519Signer
from liaison.keys.signing import sign_envelope, verify_envelope
from liaison.wire.envelope import Envelope, PayloadType, Signature, encode_envelope

PAYLOAD = b'{"body":{},"kind":"desk.published"}'
SIGNERS = [Ed25519Signer.from_seed(bytes([number]) * 32) for number in (1, 2, 3)]


def peer_key(signer: Ed25519Signer) -> SSlibKey:
    return SSlibKey(signer.public.fingerprint, "ed25519", "ed25519", {"public": signer.public.raw.hex()})


def test_it_verifies_our_envelope_by_threshold() -> None:
    data = encode_envelope(sign_envelope(PayloadType.ENTRY, PAYLOAD, SIGNERS))
    accepted = PeerEnvelope.from_dict(json.loads(data)).verify([peer_key(signer) for signer in SIGNERS], 3)
    assert set(accepted) == {signer.public.fingerprint for signer in SIGNERS}


def test_it_refuses_our_envelope_with_another_payload() -> None:
    envelope = sign_envelope(PayloadType.ENTRY, PAYLOAD, SIGNERS)
    other = Envelope(PayloadType.ENTRY, b"{}", envelope.signatures)
    with pytest.raises(PeerVerificationError):
        PeerEnvelope.from_dict(json.loads(encode_envelope(other))).verify([peer_key(SIGNERS[0])], 1)


def test_we_verify_an_envelope_it_signed() -> None:
    peer = PeerEnvelope(PAYLOAD, PayloadType.ENTRY, {})
    signer = CryptoSigner.generate_ed25519()
    public = bytes.fromhex(signer.public_key.keyval["public"])
    peer.sign(signer)
    key = SIGNERS[0].public.from_raw(SIGNERS[0].public.alg, public)
    signatures = tuple(Signature(key.fingerprint, bytes.fromhex(each.signature)) for each in peer.signatures.values())
    assert verify_envelope(Envelope(PayloadType.ENTRY, PAYLOAD, signatures), {key.fingerprint: key}) == {
        key.fingerprint
    }
    with pytest.raises(VerificationError):
        verify_envelope(Envelope(PayloadType.RECEIPT, PAYLOAD, signatures), {key.fingerprint: key})
