"""Where do large sealed bytes rest? In files named by their SHA-256: `blobs/ab/ab12…`.

Invariants: a name appears only when all its bytes are durable; the name is the hash of the bytes, so the same
attachment from two senders is one file, and no name from outside ever becomes a path; what a killed process left
half-written is swept away by a later `put`, once no living one can still be writing it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from liaison.adapters.durable_files import sync, sync_folder, watched
from liaison.errors import MalformedError, UsageError

CHUNK = 1 << 16
NAME_LENGTH = 64
PARTIAL = ".part-"
ABANDONED_SECONDS = 24 * 3600


class FolderBlobStore:
    """A `BlobStore` in one folder."""

    def __init__(self, folder: Path, *, note: Callable[[str], None] = lambda _: None) -> None:
        """`note` is told of a sync that failed."""
        self._folder = folder
        self._note = note

    def put(self, chunks: Iterable[bytes], *, limit: int) -> tuple[str, int]:
        """Keep the bytes; return their SHA-256 (hex) and size. Raises `MalformedError` beyond `limit`, NotNowError."""
        with watched(self._note):
            return self._put(chunks, limit)

    def _put(self, chunks: Iterable[bytes], limit: int) -> tuple[str, int]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        descriptor, name = tempfile.mkstemp(prefix=PARTIAL, dir=self._folder)
        partial = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                digest, size = self._copy(chunks, handle, limit)
                handle.flush()
                sync(handle.fileno())
            target = self._path(digest)
            target.parent.mkdir(exist_ok=True)
            partial.replace(target)
            sync_folder(target.parent)
            sync_folder(self._folder)
        finally:
            partial.unlink(missing_ok=True)
        return digest, size

    def _sweep(self) -> None:
        """Remove what processes that were killed left half-written."""
        with os.scandir(self._folder) as found:
            partial = [Path(each) for each in found if each.name.startswith(PARTIAL)]
        for path in partial:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    path.unlink()

    @staticmethod
    def _copy(chunks: Iterable[bytes], handle: object, limit: int) -> tuple[str, int]:
        running, size = hashlib.sha256(), 0
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise MalformedError("attachment-too-large", limit=limit)
            running.update(chunk)
            handle.write(chunk)  # type: ignore[attr-defined]
        return running.hexdigest(), size

    def has(self, digest: str) -> bool:
        """Whether the whole of it is here."""
        return self._path(digest).is_file()

    def read(self, digest: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to `end`, in chunks. Raises `UsageError` if it is not here."""
        try:
            handle = self._path(digest).open("rb")
        except FileNotFoundError:
            raise UsageError("attachment-not-here", digest=digest) from None
        with handle:
            handle.seek(start)
            left = -1 if end is None else end - start
            while left != 0 and (chunk := handle.read(CHUNK if left < 0 else min(CHUNK, left))):
                left = left - len(chunk) if left > 0 else left
                yield chunk

    def remove(self, digest: str) -> None:
        """Forget it; idempotent."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        if len(digest) != NAME_LENGTH or not set(digest) <= set("0123456789abcdef"):
            raise MalformedError("hex")
        return self._folder / digest[:2] / digest
