"""Which key is this, for which algorithm, and is it a key at all?

    {"alg":"ed25519","key":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}

Invariants (docs/spec/keys.md):
- a key object is canonical JSON of `alg` and the raw public key in base64; its fingerprint is the SHA-256 of it;
- an Ed25519 key is a canonical point of the main subgroup (libsodium's rule), so no small-order key signs everything;
- the algorithm follows from the purpose: sealing keys seal with `mlkem768x25519`, all others sign.
"""

from __future__ import annotations

import functools
from enum import StrEnum

import msgspec
import nacl.bindings
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mlkem

from liaison.errors import MalformedError
from liaison.wire import canonical
from liaison.wire.identifiers import Base64, decode_base64, digest, encode_base64


class Algorithm(StrEnum):
    """What a key does, by the name in its `alg`."""

    ED25519 = "ed25519"
    ML_DSA_44 = "ml-dsa-44"
    MLKEM768X25519 = "mlkem768x25519"


class Purpose(StrEnum):
    """What a participant uses a key for; one key has one purpose."""

    LOG = "log"
    ROOT = "root"
    ENTRY = "entry"
    MESSAGE = "message"
    HTTP = "http"
    COSIGNING = "cosigning"
    SEALING = "sealing"


_LENGTHS = {Algorithm.ED25519: 32, Algorithm.ML_DSA_44: 1312, Algorithm.MLKEM768X25519: 1184 + 32}


class PublicKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key as it stands in signed bytes."""

    alg: Algorithm
    key: Base64

    @classmethod
    def from_raw(cls, alg: Algorithm, raw: bytes) -> PublicKey:
        """The key object of raw public key bytes."""
        return cls(alg, encode_base64(raw))

    @property
    def raw(self) -> bytes:
        """The raw public key bytes. Raises MalformedError."""
        return _raw_of(self.key)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key's canonical bytes, 64 hex digits."""
        return _fingerprint_of(self)


# The same few keys are asked for their bytes and fingerprints with every signature of a log.
@functools.lru_cache(maxsize=4096)
def _raw_of(key: str) -> bytes:
    return decode_base64(key)


@functools.lru_cache(maxsize=4096)
def _fingerprint_of(key: PublicKey) -> str:
    return digest(canonical.encode_struct(key))


def check_public_key(key: PublicKey, alg: Algorithm) -> PublicKey:
    """`key`, if it is a sound key of algorithm `alg`. Raises MalformedError."""
    if key.alg is not alg:
        raise MalformedError("key-algorithm", expected=alg, found=key.alg)
    raw = decode_base64(key.key, length=_LENGTHS[alg])
    if alg is Algorithm.ED25519:
        _check_point(raw)
    elif alg is Algorithm.MLKEM768X25519:
        _check_encapsulation_key(raw[:1184])
    return key


def _check_point(raw: bytes) -> None:
    if not nacl.bindings.crypto_core_ed25519_is_valid_point(raw):
        raise MalformedError("key-not-a-point")


@functools.lru_cache(maxsize=1024)  # Every message to a desk asks about the same key; a refusal is not remembered.
def _check_encapsulation_key(raw: bytes) -> None:
    try:
        mlkem.MLKEM768PublicKey.from_public_bytes(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("key-not-for-sealing") from error
