"""Which of these keys signed this envelope?

Invariants (docs/spec/envelope.md):
- `verify_envelope` accepts only if every signature present verifies; one bad or unknown one refuses the whole,
  so nobody can pad an entry with signatures that mean nothing;
- it says who signed; whether they were the right ones, and enough of them, is the caller's rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from liaison.errors import VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.mldsa import verify_mldsa44
from liaison.keys.ports import Signer
from liaison.keys.public import Algorithm, PublicKey
from liaison.wire.envelope import Envelope, PayloadType, Signature, pae


def sign_envelope(payload_type: PayloadType, payload: bytes, signers: Sequence[Signer]) -> Envelope:
    """An envelope over `payload` with one signature by each of `signers`."""
    message = pae(payload_type, payload)
    signatures = [Signature(signer.public.fingerprint, signer.sign(message)) for signer in signers]
    return Envelope(payload_type, payload, tuple(sorted(signatures, key=lambda each: each.keyid)))


def verify_envelope(envelope: Envelope, keys: Mapping[str, PublicKey]) -> frozenset[str]:
    """The fingerprints that signed, all of them among `keys` (fingerprint → key). Raises VerificationError."""
    message = pae(envelope.payload_type, envelope.payload)
    for signature in envelope.signatures:
        key = keys.get(signature.keyid)
        if key is None:
            raise VerificationError("unknown-key", fingerprint=signature.keyid)
        verify_signature(key, message, signature.sig)
    return frozenset(signature.keyid for signature in envelope.signatures)


def verify_signature(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Return if `signature` over `message` is by `key`. Raises VerificationError."""
    if key.alg is Algorithm.ED25519:
        verify_ed25519(key.raw, message, signature)
    elif key.alg is Algorithm.ML_DSA_44:
        verify_mldsa44(key.raw, message, signature)
    else:
        raise VerificationError("key-cannot-sign", alg=key.alg)
