"""Did this Ed25519 key sign this message, by one strict rule that every node shares?

The rule is libsodium's `crypto_sign_open` (docs/spec/keys.md): S below the group order, a canonical public key,
neither it nor R of small order, the cofactorless equation. Libraries differ on the edges of RFC 8032, so an entry
verified by two of them could stand on one node and be void on the next; everything goes through this one function.
"""

from __future__ import annotations

import nacl.bindings
import nacl.exceptions

from liaison.errors import VerificationError

SIGNATURE_SIZE = 64
PUBLIC_SIZE = 32


def verify_ed25519(public_raw: bytes, message: bytes, signature: bytes) -> None:
    """Return if `signature` (64 bytes) over `message` is by `public_raw` (32 bytes). Raises VerificationError."""
    if len(signature) != SIGNATURE_SIZE or len(public_raw) != PUBLIC_SIZE:
        raise VerificationError("bad-signature")
    try:
        nacl.bindings.crypto_sign_open(signature + message, public_raw)
    except nacl.exceptions.BadSignatureError as error:
        raise VerificationError("bad-signature") from error
