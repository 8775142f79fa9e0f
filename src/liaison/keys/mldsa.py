"""Did this ML-DSA-44 key sign this message, and can this computer tell?

FIPS 204, pure mode, empty context: 32-byte seed, 1312-byte public key, 2420-byte signature. OpenSSL before 3.5 lacks
it; then `UsageError("ml-dsa-unavailable")` says so instead of calling a signature bad.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mldsa

from liaison.errors import UsageError, VerificationError

SIGNATURE_SIZE = 2420


def verify_mldsa44(public_raw: bytes, message: bytes, signature: bytes) -> None:
    """Return if `signature` over `message` is by `public_raw` (1312 bytes). Raises VerificationError, UsageError."""
    try:
        mldsa.MLDSA44PublicKey.from_public_bytes(public_raw).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise VerificationError("bad-signature") from error
    except UnsupportedAlgorithm as error:
        raise UsageError("ml-dsa-unavailable") from error


def load_mldsa44(seed: bytes) -> mldsa.MLDSA44PrivateKey:
    """The private key of a 32-byte seed. Raises UsageError."""
    if len(seed) != 32:
        raise UsageError("seed-length", size=len(seed))
    try:
        return mldsa.MLDSA44PrivateKey.from_seed_bytes(seed)
    except UnsupportedAlgorithm as error:
        raise UsageError("ml-dsa-unavailable") from error
