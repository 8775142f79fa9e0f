"""How does a run's folder appear: all files whole, or not at all?

    .reports.4711.liaison-part/0  /1  …       while the feed is read, under keys
    reports/XC-duty.csv  rejects.csv  summary.json      after `finish`: synced, named, and the folder renamed last

Invariants: the folder's name appears once everything in it is durable; a killed run leaves only a `.…liaison-part`
folder, which nothing reads and the next run beside it removes; nothing that was there is written over. A run holds a
lock on its unfinished folder, which the kernel takes back when the process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from liaison.adapters.durable_files import sync_folder, write_durably
from liaison.errors import NotNowError, UsageError

PARTIAL = "liaison-part"


class ReportFolder:
    """A folder that is being filled."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._partial = target.with_name(f".{target.name}.{os.getpid()}.{PARTIAL}")
        if target.exists():
            raise UsageError("out-exists", path=str(target))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(target.parent)
            self._lock = _made_and_locked(self._partial)
        except OSError as error:
            raise UsageError("file-not-writable", path=str(target), reason=error.strerror or "unknown") from error

    def append(self, key: str, data: bytes) -> None:
        """Add to the file under `key`. Raises `NotNowError` when the disk does not take it."""
        try:
            with (self._partial / key).open("ab", buffering=0) as handle:
                handle.write(data)
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error

    def finish(self, names: Mapping[str, str], others: Mapping[str, bytes]) -> None:
        """Give the keys their names, add small files, make it durable. Raises `NotNowError`, `UsageError`."""
        try:
            for key, name in names.items():
                self._settle(key, name)
            for name, data in others.items():
                write_durably(self._partial / name, data)
            sync_folder(self._partial)
            if self.target.exists():
                raise UsageError("out-exists", path=str(self.target))
            self._partial.rename(self.target)
            sync_folder(self.target.parent)
            os.close(self._lock)
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error

    def discard(self) -> None:
        """Leave nothing of an unfinished run."""
        shutil.rmtree(self._partial, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.close(self._lock)

    def _settle(self, key: str, name: str) -> None:
        descriptor = os.open(self._partial / key, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        (self._partial / key).rename(self._partial / name)


def _made_and_locked(path: Path) -> int:
    """A new folder and the descriptor that holds its lock; made again if another run took it for abandoned before."""
    while True:
        path.mkdir(mode=0o700)
        descriptor = os.open(path, os.O_RDONLY)
        with contextlib.suppress(OSError):  # Where a file system has no locks nothing is ever taken for abandoned.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor)):
            return descriptor
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    """Remove what killed runs left unfinished: folders that no process holds any more."""
    for path in parent.glob(f".*.{PARTIAL}"):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)
