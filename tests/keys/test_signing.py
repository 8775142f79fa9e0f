"""Signing and verifying envelopes: one strict rule, every signature counts."""

from __future__ import annotations

import nacl.bindings
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.mldsa import verify_mldsa44
from liaison.keys.private import Ed25519Signer, MlDsa44Signer
from liaison.keys.public import Algorithm, PublicKey, check_public_key
from liaison.keys.signing import sign_envelope, verify_envelope
from liaison.wire import canonical
from liaison.wire.envelope import Envelope, PayloadType, Signature, decode_envelope, encode_envelope

FIRST, SECOND = (Ed25519Signer.from_seed(bytes([number]) * 32) for number in (1, 2))
KEYS = {signer.public.fingerprint: signer.public for signer in (FIRST, SECOND)}


def test_the_fingerprint_is_the_hash_of_the_key_object() -> None:
    assert (
        canonical.encode_struct(FIRST.public)
        == b'{"alg":"ed25519","key":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="}'
    )
    assert FIRST.public.fingerprint == "ce86bfb0aca6d78dd785166ee844e086e5c67061f8715b3cf654a5411196e95c"


def test_every_signer_is_named() -> None:
    envelope = sign_envelope(PayloadType.ENTRY, b"{}", [SECOND, FIRST])
    assert verify_envelope(envelope, KEYS) == frozenset(KEYS)


def test_an_unknown_signature_refuses_the_whole() -> None:
    envelope = sign_envelope(PayloadType.ENTRY, b"{}", [SECOND, FIRST])
    with pytest.raises(VerificationError, match="unknown-key"):
        verify_envelope(envelope, {FIRST.public.fingerprint: FIRST.public})


def test_a_signature_under_another_keys_name_is_refused() -> None:
    signature = sign_envelope(PayloadType.ENTRY, b"{}", [FIRST]).signatures[0]
    swapped = Envelope(PayloadType.ENTRY, b"{}", (Signature(SECOND.public.fingerprint, signature.sig),))
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_envelope(swapped, KEYS)


def test_a_payload_of_one_type_does_not_pass_for_another() -> None:
    envelope = sign_envelope(PayloadType.MESSAGE, b"{}", [FIRST])
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_envelope(Envelope(PayloadType.RECEIPT, b"{}", envelope.signatures), KEYS)


@given(st.integers(0, 511))
def test_every_bit_flip_in_a_signature_is_refused(bit: int) -> None:
    signature = bytearray(FIRST.sign(b"message"))
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VerificationError):
        verify_ed25519(FIRST.public.raw, b"message", bytes(signature))


@given(st.integers(0, 10_000))
def test_every_bit_flip_in_an_envelope_is_refused(place: int) -> None:
    data = bytearray(encode_envelope(sign_envelope(PayloadType.ENTRY, b'{"seq":0}', [FIRST, SECOND])))
    bit = place % (len(data) * 8)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((MalformedError, VerificationError)):
        verify_envelope(decode_envelope(bytes(data), payload_type=PayloadType.ENTRY, limit=65_536), KEYS)


@given(st.binary(), st.binary(), st.binary())
def test_random_bytes_raise_only_our_errors(public: bytes, message: bytes, signature: bytes) -> None:
    with pytest.raises(VerificationError):
        verify_ed25519(public, message, signature)
    with pytest.raises(VerificationError):
        verify_mldsa44(public, message, signature)


def test_a_sealing_key_cannot_sign() -> None:
    key = PublicKey.from_raw(Algorithm.MLKEM768X25519, bytes(1216))
    envelope = Envelope(PayloadType.ENTRY, b"{}", (Signature(key.fingerprint, bytes(64)),))
    with pytest.raises(VerificationError, match="key-cannot-sign"):
        verify_envelope(envelope, {key.fingerprint: key})


def test_a_sound_key_passes_the_check() -> None:
    assert check_public_key(FIRST.public, Algorithm.ED25519) is FIRST.public


@pytest.mark.parametrize(
    "raw",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xff" * 32,
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\x02" + bytes(31),
        bytes(31),
        b"",
    ],
)
def test_a_key_that_is_no_sound_point_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        check_public_key(PublicKey.from_raw(Algorithm.ED25519, raw), Algorithm.ED25519)


def test_a_key_outside_the_main_subgroup_is_refused() -> None:
    of_order_two = b"\xec" + b"\xff" * 30 + b"\x7f"
    mixed = nacl.bindings.crypto_core_ed25519_add(FIRST.public.raw, of_order_two)
    with pytest.raises(MalformedError, match="key-not-a-point"):
        check_public_key(PublicKey.from_raw(Algorithm.ED25519, mixed), Algorithm.ED25519)


def test_a_key_of_another_algorithm_is_refused() -> None:
    with pytest.raises(MalformedError, match="key-algorithm"):
        check_public_key(FIRST.public, Algorithm.ML_DSA_44)


def test_an_encapsulation_key_beyond_the_modulus_is_refused() -> None:
    with pytest.raises(MalformedError, match="key-not-for-sealing"):
        check_public_key(PublicKey.from_raw(Algorithm.MLKEM768X25519, b"\xff" * 1216), Algorithm.MLKEM768X25519)


def test_ml_dsa_signs_and_verifies() -> None:
    signer = MlDsa44Signer.from_seed(bytes(32))
    check_public_key(signer.public, Algorithm.ML_DSA_44)
    envelope = sign_envelope(PayloadType.ENTRY, b"{}", [signer])
    assert verify_envelope(envelope, {signer.public.fingerprint: signer.public}) == {signer.public.fingerprint}
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_mldsa44(signer.public.raw, b"other", envelope.signatures[0].sig)


@pytest.mark.parametrize("kind", [Ed25519Signer, MlDsa44Signer])
def test_a_private_key_does_not_show_itself(kind: type[Ed25519Signer | MlDsa44Signer]) -> None:
    assert "seed" not in repr(kind.from_seed(bytes(32)))
    with pytest.raises(UsageError, match="seed-length"):
        kind.from_seed(bytes(31))
