"""When is a file safe? When its bytes, its name and its folder have been synced, in that order.

Invariants: a reader sees the old file or the new one, never a part of either; after `write_durably` returns, a power
cut does not undo it.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from liaison.errors import NotNowError


class SyncFailedError(OSError):
    """What was written may be lost, and trying again does not show it: the system reports a failed sync once."""


def sync(descriptor: int) -> None:
    """Make what was written to `descriptor` durable. Raises SyncFailedError."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise SyncFailedError(error.errno, error.strerror) from error


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable. Raises SyncFailedError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def watched(note: Callable[[str], None]) -> Iterator[None]:
    """Files of the node inside: what the disk refuses is "not now"; a failed sync and an unreadable disk are noted too.

    Raises NotNowError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or "unknown"
        if isinstance(error, SyncFailedError) or error.errno == errno.EIO:
            note(reason)
            raise NotNowError("storage-failed", reason=reason) from error
        raise NotNowError("storage-refused", reason=reason) from error


def make_folders(folder: Path, *, mode: int = 0o700) -> None:
    """Make `folder` and what is missing above it, by default for the owner alone, their names durable."""
    if not folder.exists():
        make_folders(folder.parent, mode=mode)
        folder.mkdir(exist_ok=True, mode=mode)
        sync_folder(folder.parent)


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put `data` at `path`, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(data)
        handle.flush()
        sync(handle.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def save_chunks(path: Path, chunks: Iterable[bytes]) -> int:
    """Put what the chunks make at `path` once they have ended without raising, for its owner alone; its size."""
    size = 0
    descriptor, name = tempfile.mkstemp(prefix=".liaison-", suffix=".part", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            for chunk in chunks:
                size += handle.write(chunk)
            handle.flush()
            sync(handle.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)
    return size
