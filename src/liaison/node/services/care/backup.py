"""What must be kept so that a lost node can come back, and how is it copied while the node runs?

    manifest.json   manifest.mac   liaison.sqlite3   liaison.toml   tls/…   keys/…   blobs/…   resources/…

Invariants:
- The tables are one moment of the database, and are copied first: keys and attachments are written before the rows
  that name them, so whatever the copied rows name is still there to be copied.
- The credential is never in a backup: what it holds stays locked for whoever finds it, and the MAC shows a change.
- A backup has its name only when all of it is durable (docs/operating/backup.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from liaison.errors import UsageError
from liaison.node.config import CONFIG_NAME, database_url
from liaison.node.node import Node
from liaison.node.reads.own import current_epoch
from liaison.node.services.care.manifest import (
    DATABASE_NAME,
    LEFT_OUT,
    MAC,
    MANIFEST,
    KeptFile,
    Manifest,
    is_of_backup,
    manifest_mac,
)
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import format_instant

FOLDERS = ("tls", "keys", "blobs", "resources")

CopyDatabase = Callable[[Path, Path], None]
Watched = Callable[[Iterable[Path]], Iterable[Path]]


class Target(Protocol):
    """Where a backup is written; see `adapters.backups.archives`."""

    def scratch(self) -> Path:
        """A place for one file, gone when the backup is finished."""

    def add(self, name: str, source: Path) -> tuple[int, str]:
        """Keep a file; its size and SHA-256."""

    def add_bytes(self, name: str, data: bytes) -> None:
        """Keep these bytes."""

    def finish(self) -> None:
        """Give the backup its name, all of it durable."""

    def discard(self) -> None:
        """Leave nothing behind."""


def make_backup(
    node: Node, *, target: Target, copy_database: CopyDatabase, credential: bytes, watched: Watched = iter
) -> tuple[Manifest, str]:
    """Copy the running node to `target`; the manifest and its SHA-256.

    Raises `UsageError` for a node on PostgreSQL, `NotNowError` when the disk does not take it, `VerificationError` for
    a damaged database. Then nothing is left behind.
    """
    try:
        manifest = _copy_all(node, target, copy_database, watched)
        data = encode_struct(manifest)
        target.add_bytes(MANIFEST, data)
        target.add_bytes(MAC, manifest_mac(data, credential).encode("ascii"))
        target.finish()
    except BaseException:
        target.discard()
        raise
    return manifest, hashlib.sha256(data).hexdigest()


def _copy_all(node: Node, target: Target, copy_database: CopyDatabase, watched: Watched) -> Manifest:
    made, epoch = format_instant(node.clock.now().replace(microsecond=0)), current_epoch(node)
    copy_database(database_file(node), target.scratch())
    size, digest = target.add(DATABASE_NAME, target.scratch())
    kept = [KeptFile(DATABASE_NAME, size, digest)]
    for path in watched(list(_found(node.home))):
        name = path.relative_to(node.home).as_posix()
        try:
            kept.append(KeptFile(name, *target.add(name, path)))
        except FileNotFoundError:  # A key or attachment destroyed since; its row in the copy says that it was there.
            continue
    return Manifest(epoch, tuple(sorted(kept, key=lambda each: each.path)), LEFT_OUT, made, 1)


def database_file(node: Node) -> Path:
    """The file of the node's SQLite database. Raises `UsageError` on PostgreSQL."""
    url = database_url(node.home, node.config)
    if not url.startswith("sqlite:///"):
        raise UsageError("backup-postgresql")
    return Path(url.removeprefix("sqlite:///"))


def _found(home: Path) -> Iterator[Path]:
    """Everything of a home that a backup takes, but the tables."""
    yield home / CONFIG_NAME
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file() and is_of_backup(path.relative_to(home).as_posix()):
                yield path
