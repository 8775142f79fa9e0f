"""Where do private keys rest? Each seed in an encrypted file of its own, unlocked by a credential kept elsewhere.

    {"cipher":"chacha20-poly1305","fingerprint":"…","kdf":{"n":32768,"name":"scrypt","p":1,"r":8,"salt":"…"},
     "nonce":"…","sealed":"…","version":1}

Two ways to unlock: a node's own keys use `hkdf-sha256` over a 32-byte random credential (fast to open at start), root
keys on removable media use `scrypt` over a passphrase. The fingerprint is bound as associated data, so a file that
was renamed or swapped does not open as another key.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from liaison.adapters.durable_files import watched, write_durably
from liaison.errors import LiaisonError, MalformedError, UsageError
from liaison.wire import canonical, identifiers

LIMIT = 4096
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 15, 8, 1
SCRYPT_N_MOST = 1 << 20


class Kdf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the encrypting key is derived; `n`, `r`, `p` are zero for HKDF."""

    name: str
    salt: str
    n: int
    r: int
    p: int


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One encrypted seed."""

    version: int
    fingerprint: str
    cipher: str
    kdf: Kdf
    nonce: str
    sealed: str


def encrypt_seed(fingerprint: str, seed: bytes, secret: bytes, *, passphrase: bool) -> bytes:
    """The key file of `seed`, locked by a passphrase (scrypt) or by a random credential (HKDF)."""
    salt, nonce = os.urandom(16), os.urandom(12)
    costs = (SCRYPT_N, SCRYPT_R, SCRYPT_P) if passphrase else (0, 0, 0)
    kdf = Kdf("scrypt" if passphrase else "hkdf-sha256", identifiers.encode_base64(salt), *costs)
    sealed = ChaCha20Poly1305(_derive(kdf, secret)).encrypt(nonce, seed, fingerprint.encode("ascii"))
    return canonical.encode_struct(
        KeyFile(
            1,
            fingerprint,
            "chacha20-poly1305",
            kdf,
            identifiers.encode_base64(nonce),
            identifiers.encode_base64(sealed),
        )
    )


def decrypt_seed(data: bytes, secret: bytes) -> tuple[str, bytes]:
    """The fingerprint and seed in a key file. Raises `MalformedError`, or `UsageError` for a wrong credential."""
    file = canonical.decode_struct(data, KeyFile, limit=LIMIT)
    if file.version != 1 or file.cipher != "chacha20-poly1305":
        raise MalformedError("key-file-not-understood")
    nonce, sealed = identifiers.decode_base64(file.nonce, length=12), identifiers.decode_base64(file.sealed)
    try:
        seed = ChaCha20Poly1305(_derive(file.kdf, secret)).decrypt(nonce, sealed, file.fingerprint.encode())
    except InvalidTag:
        raise UsageError("key-file-locked", fingerprint=file.fingerprint) from None
    return file.fingerprint, seed


def _derive(kdf: Kdf, secret: bytes) -> bytes:
    salt = identifiers.decode_base64(kdf.salt, length=16)
    if kdf.name == "hkdf-sha256":
        return HKDF(hashes.SHA256(), 32, salt, b"liaison.key-file.v1").derive(secret)
    if kdf.name != "scrypt" or not 1 < kdf.n <= SCRYPT_N_MOST or (kdf.r, kdf.p) != (SCRYPT_R, SCRYPT_P):
        raise MalformedError("key-file-not-understood")
    return Scrypt(salt=salt, length=32, n=kdf.n, r=kdf.r, p=kdf.p).derive(secret)


class FolderKeyVault:
    """A `KeyVault` in one folder, every file locked by the node's credential."""

    def __init__(self, folder: Path, credential: bytes, *, note: Callable[[str], None] = lambda _: None) -> None:
        """`note` is told of a sync that failed."""
        self._folder = folder
        self._note = note
        self._credential = credential

    def store(self, fingerprint: str, seed: bytes) -> None:
        """Keep `seed` under `fingerprint`. Raises `UsageError` if another seed stands there, NotNowError."""
        path = self._path(fingerprint)
        if path.exists():
            if self.load(fingerprint) != seed:
                raise UsageError("key-already-held", fingerprint=fingerprint)
            return
        with watched(self._note):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(path, encrypt_seed(fingerprint, seed, self._credential, passphrase=False), mode=0o600)

    def load(self, fingerprint: str) -> bytes:
        """The seed kept under `fingerprint`. Raises `UsageError` if it is not held or does not unlock."""
        try:
            data = self._path(fingerprint).read_bytes()
        except FileNotFoundError:
            raise UsageError("key-not-held", fingerprint=fingerprint) from None
        try:
            named, seed = decrypt_seed(data, self._credential)
        except LiaisonError as error:
            raise UsageError("key-file-locked", fingerprint=fingerprint) from error
        if named != fingerprint:
            raise UsageError("key-file-locked", fingerprint=fingerprint)
        return seed

    def destroy(self, fingerprint: str) -> None:
        """Remove the seed for good; idempotent."""
        self._path(fingerprint).unlink(missing_ok=True)

    def _path(self, fingerprint: str) -> Path:
        identifiers.decode_hex(fingerprint, length=32)
        return self._folder / f"{fingerprint}.key"
