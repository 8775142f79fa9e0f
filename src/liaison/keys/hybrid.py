"""How is a file key wrapped so that only one desk can unwrap it, today and when quantum computers come?

The age recipient type `mlkem768x25519` (docs/spec/seal.md): HPKE base mode with the hybrid of ML-KEM-768 and X25519,
HKDF-SHA-256 and ChaCha20-Poly1305. A 32-byte seed is expanded by SHAKE256 into the two private keys; the public key is
the 1184-byte ML-KEM key followed by the 32-byte X25519 key.
"""

from __future__ import annotations

import functools
import hashlib

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.wire.age import Stanza, decode_unpadded, encode_unpadded

STANZA_TYPE = "mlkem768x25519"
FILE_KEY_SIZE = 16
_INFO = b"age-encryption.org/mlkem768x25519"
_SUITE = (hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_MLKEM_PUBLIC = 1184
_ENCAPSULATED = 1120
_WRAPPED = FILE_KEY_SIZE + 16

PrivateKey = hpke.MLKEM768X25519PrivateKey


def load_private(seed: bytes) -> tuple[PrivateKey, bytes]:
    """The private key and the 1216 raw public bytes of a 32-byte seed. Raises UsageError."""
    if len(seed) != 32:
        raise UsageError("seed-length", size=len(seed))
    expanded = hashlib.shake_256(seed).digest(64 + 32)
    try:
        lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    except UnsupportedAlgorithm as error:
        raise UsageError("sealing-unavailable") from error
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return PrivateKey(lattice, curve), public


def wrap_file_key(file_key: bytes, public_raw: bytes) -> Stanza:
    """The stanza that wraps `file_key` (16 bytes) for a raw public key. Raises MalformedError, UsageError."""
    try:
        sealed = hpke.Suite(*_SUITE).encrypt(file_key, _load_public(public_raw), _INFO)
    except UnsupportedAlgorithm as error:
        raise UsageError("sealing-unavailable") from error
    except ValueError as error:
        raise MalformedError("key-not-for-sealing") from error
    share = encode_unpadded(sealed[:_ENCAPSULATED]).decode("ascii")
    return Stanza((STANZA_TYPE, share), sealed[_ENCAPSULATED:])


@functools.lru_cache(maxsize=1024)
def _load_public(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    lattice = mlkem.MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC])
    return hpke.MLKEM768X25519PublicKey(lattice, x25519.X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC:]))


def unwrap_file_key(stanza: Stanza, private: PrivateKey) -> bytes:
    """The 16-byte file key. Raises MalformedError for a bad stanza, VerificationError for another's."""
    if stanza.arguments[0] != STANZA_TYPE:
        raise VerificationError("sealed-for-another")
    if len(stanza.arguments) != 2 or len(stanza.body) != _WRAPPED:
        raise MalformedError("age-stanza")
    share = decode_unpadded(stanza.arguments[1].encode("utf-8", "surrogatepass"))
    if len(share) != _ENCAPSULATED:
        raise MalformedError("age-stanza")
    try:
        return hpke.Suite(*_SUITE).decrypt(share + stanza.body, private, _INFO)
    except InvalidTag as error:
        raise VerificationError("sealed-for-another") from error
    except ValueError as error:
        raise MalformedError("age-stanza") from error
