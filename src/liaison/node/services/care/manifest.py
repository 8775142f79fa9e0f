"""What does a backup say it holds, is it so, and who said it?

    manifest.json   {"epoch":"…","files":[{"path":"liaison.sqlite3","sha256":"…","size":…},…],
                     "left_out":["credential"],"made":"2026-11-22T03:02:00Z","version":1}
    manifest.mac    HMAC-SHA256 of the manifest under a key derived from the node's credential

Invariants: only files that a node's home has are restored, whatever a manifest names; every byte is compared before
anything is used; needs no tables, so that it can run before there is a node.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from liaison.errors import MalformedError, VerificationError
from liaison.wire.canonical import decode_struct
from liaison.wire.identifiers import Hash, Instant

MANIFEST, MAC = "manifest.json", "manifest.mac"
DATABASE_NAME = "liaison.sqlite3"
MANIFEST_LIMIT = 512 * 1024 * 1024
LEFT_OUT = ("credential",)
_FILES = re.compile(
    r"liaison\.sqlite3|liaison\.toml|tls/(certificate|key)\.pem|keys/[0-9a-f]{64}\.key"
    r"|blobs/[0-9a-f]{2}/[0-9a-f]{64}|resources/(index\.json|[0-9a-f]{64})",
    re.ASCII,
)


class KeptFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup."""

    path: str
    size: int
    sha256: Hash


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds."""

    epoch: str
    files: tuple[KeptFile, ...]
    left_out: tuple[str, ...]
    made: Instant
    version: int


def is_of_backup(name: str) -> bool:
    """Whether a file of this name belongs into a backup."""
    return _FILES.fullmatch(name) is not None


class Source(Protocol):
    """Where a backup is read from; see `adapters.backups.archives`."""

    def read(self, name: str, *, limit: int) -> bytes | None:
        """The bytes of a small file, or None."""

    def copy(self, name: str, target: Path) -> tuple[int, str] | None:
        """Write the file to `target`, durably; its size and SHA-256, or None if it is not there."""


def copy_backup(source: Source, *, stage: Path, credential: bytes) -> Manifest:
    """Copy a backup into the folder `stage`, every byte verified. Raises `MalformedError`, `VerificationError`."""
    data, mac = source.read(MANIFEST, limit=MANIFEST_LIMIT), source.read(MAC, limit=1024)
    manifest = read_manifest(data, mac, credential)
    for each in manifest.files:
        found = source.copy(each.path, stage / each.path)
        if found is None:
            raise MalformedError("backup-incomplete", name=each.path)
        if found != (each.size, each.sha256):
            raise VerificationError("backup-damaged", name=each.path)
    return manifest


def read_manifest(data: bytes | None, mac: bytes | None, credential: bytes) -> Manifest:
    """The manifest of a backup, when the holder of this credential made it. Raises `MalformedError`, and
    `VerificationError` if it was changed or the credential is another one."""
    if data is None or mac is None:
        raise MalformedError("backup-incomplete", name=MANIFEST)
    if not hmac.compare_digest(manifest_mac(data, credential).encode("ascii"), mac):
        raise VerificationError("backup-not-authentic")
    manifest = decode_struct(data, Manifest, limit=MANIFEST_LIMIT)
    names = [each.path for each in manifest.files]
    if manifest.version != 1 or sorted(set(names)) != names or not all(map(is_of_backup, names)):
        raise MalformedError("backup-not-understood")
    return manifest


def manifest_mac(data: bytes, credential: bytes) -> str:
    """What shows that the manifest was written by who holds the credential."""
    key = HKDF(hashes.SHA256(), 32, None, b"liaison.backup.v1").derive(credential)
    return hmac.new(key, data, hashlib.sha256).hexdigest()
