"""What can a private key do that is held in memory as a 32-byte seed?

Each class implements a port of `keys.ports`. The seed is all there is of the key: key files store it, `from_seed`
makes the same key again. Making a new seed is the caller's work, because chance is an argument here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric import mldsa

from liaison.errors import UsageError
from liaison.keys.hybrid import PrivateKey, load_private, unwrap_file_key
from liaison.keys.mldsa import load_mldsa44
from liaison.keys.public import Algorithm, PublicKey
from liaison.keys.sealing import open_sealed
from liaison.wire.age import Stanza

SEED_SIZE = 32


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Signs with Ed25519 (RFC 8032)."""

    public: PublicKey
    seed: bytes = field(repr=False)
    _secret: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Ed25519Signer:
        """The key of a 32-byte seed. Raises UsageError."""
        check_seed(seed)
        raw, secret = nacl.bindings.crypto_sign_seed_keypair(seed)
        return cls(PublicKey.from_raw(Algorithm.ED25519, raw), seed, secret)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over `message`."""
        return nacl.bindings.crypto_sign(message, self._secret)[:64]


@dataclass(frozen=True, slots=True)
class MlDsa44Signer:
    """Signs with ML-DSA-44 (FIPS 204)."""

    public: PublicKey
    seed: bytes = field(repr=False)
    _secret: mldsa.MLDSA44PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> MlDsa44Signer:
        """The key of a 32-byte seed. Raises UsageError where the library lacks ML-DSA."""
        secret = load_mldsa44(seed)
        return cls(PublicKey.from_raw(Algorithm.ML_DSA_44, secret.public_key().public_bytes_raw()), seed, secret)

    def sign(self, message: bytes) -> bytes:
        """A 2420-byte signature over `message`; it differs each time."""
        return self._secret.sign(message)


@dataclass(frozen=True, slots=True)
class SealingIdentity:
    """Opens what was sealed to it with `mlkem768x25519` (docs/spec/seal.md)."""

    public: PublicKey
    seed: bytes = field(repr=False)
    _secret: PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> SealingIdentity:
        """The key of a 32-byte seed. Raises UsageError where the library lacks the algorithm."""
        secret, raw = load_private(seed)
        return cls(PublicKey.from_raw(Algorithm.MLKEM768X25519, raw), seed, secret)

    def unwrap(self, stanza: Stanza) -> bytes:
        """The file key in `stanza`. Raises MalformedError, VerificationError."""
        return unwrap_file_key(stanza, self._secret)

    def open(self, sealed: bytes) -> bytes:
        """The message in a sealed age file. Raises MalformedError, VerificationError."""
        return open_sealed(sealed, [self])


def check_seed(seed: bytes) -> None:
    """Return if `seed` has 32 bytes. Raises UsageError."""
    if len(seed) != SEED_SIZE:
        raise UsageError("seed-length", size=len(seed))
