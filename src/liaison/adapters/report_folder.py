"""How does a run's folder appear: all files whole, or not at all?

    .reports.4711.part/0  /1  /rejects …      while the feed is read, under keys
    reports/XC-duty.csv  rejects.csv  summary.json      after `finish`: synced, named, and the folder renamed last

Invariants: the folder's name appears once everything in it is durable; a killed run leaves only a `.…part` folder,
which nothing reads; nothing that was there is written over.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from liaison.adapters.durable_files import sync_folder, write_durably
from liaison.errors import NotNowError, UsageError


class ReportFolder:
    """A folder that is being filled."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        if target.exists():
            raise UsageError("out-exists", path=str(target))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._partial.mkdir(mode=0o700)
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
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error

    def discard(self) -> None:
        """Leave nothing of an unfinished run."""
        shutil.rmtree(self._partial, ignore_errors=True)

    def _settle(self, key: str, name: str) -> None:
        descriptor = os.open(self._partial / key, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        (self._partial / key).rename(self._partial / name)
