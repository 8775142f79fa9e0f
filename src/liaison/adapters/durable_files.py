"""When is a file safe? When its bytes, its name and its folder have been synced, in that order.

Invariants: a reader sees the old file or the new one, never a part of either; after `write_durably` returns, a power
cut does not undo it.
"""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        os.fsync(handle.fileno())
    partial.replace(path)
    sync_folder(path.parent)
