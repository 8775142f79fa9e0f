"""Is there room where the node keeps things, and did the disk keep its word since this process began?

    storage = HomeStorage((home, home / "blobs"), reserve=config.storage.reserve)
    storage.require_room(sealed_size)      # NotNowError("disk-nearly-full") before the last part of the disk is used
    storage.note_failure("…")              # a sync failed: from now on `require_sound` refuses

Invariants (docs/operating/faults.md): free space is looked at once a second at most, on every file system the folders
lie on; what was noted is seen at once by all processes that were forked after this was made, through a page of memory,
and by every other process of this home, through the note in it (a command beside the served node); it is forgotten only
when all of them have ended, because what a failed sync lost is not found out by trying again.
"""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from liaison.errors import NotNowError

log = logging.getLogger("liaison.storage")

LOOKED_AT_SECONDS = 1.0
LONGEST_REASON = 200
NOTE_NAME = "disk-failed"


class HomeStorage:
    """A `Storage` over the folders of one node."""

    def __init__(self, folders: Iterable[Path], *, reserve: Callable[[int], int]) -> None:
        self._folders = tuple(folders)
        self._reserve = reserve
        self._looked_at = float("-inf")
        self._spare = 0
        self._guard = threading.Lock()
        self._shared = mmap.mmap(-1, 4096)  # Anonymous and shared: the same page in every process forked from now on.
        self._note = str(self._folders[0] / NOTE_NAME)
        self._old_note = _mark(self._note)

    def require_room(self, size: int = 0) -> None:
        """Return if `size` bytes more leave the reserve untouched. Raises NotNowError."""
        with self._guard:
            if time.monotonic() - self._looked_at > LOOKED_AT_SECONDS:
                self._spare, self._looked_at = min(map(self._spare_on, self._folders)), time.monotonic()
            spare = self._spare
        if spare < size or spare <= 0:
            raise NotNowError("disk-nearly-full", size=size, spare=max(spare, 0))

    def require_sound(self) -> None:
        """Return unless a sync failed since this process began. Raises NotNowError."""
        if reason := self.failure():
            raise NotNowError("storage-failed", reason=reason)

    def note_failure(self, reason: str) -> None:
        """Remember for all processes of the node, and tell the operator by the log and, if it can be, by a file."""
        first = not self.failure()
        self._remember(reason)
        if first:
            log.critical("the disk failed (%s): nothing more is accepted until the node has started again", reason)
            _leave_note(self._folders[0], reason)

    def failure(self) -> str:
        """What failed since this process began, here or in another process of the home; empty if nothing did."""
        size = self._shared[0]
        if not size and _mark(self._note) not in (None, self._old_note):
            _, told = self.last_failure() or (0.0, "")
            self._remember(told or "noted by another process")
            size = self._shared[0]
        return bytes(self._shared[1 : 1 + size]).decode("utf-8", "replace")

    def _remember(self, reason: str) -> None:
        data = reason.encode("utf-8", "replace")[:LONGEST_REASON]
        self._shared[1 : 1 + len(data)] = data
        self._shared[0] = len(data)

    def last_failure(self) -> tuple[float, str] | None:
        """When a process of this node last noted a failure (seconds since 1970) and what it was; None if never."""
        path = self._folders[0] / NOTE_NAME
        try:
            return path.stat().st_mtime, path.read_text(encoding="utf-8", errors="replace").strip()[:LONGEST_REASON]
        except OSError:
            return None

    def _spare_on(self, folder: Path) -> int:
        """What may still be used on the file system of `folder`, or of the folder above it that is there."""
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize - self._reserve(found.f_blocks * found.f_frsize)


def _mark(note: str) -> int | None:
    """What changes when a note is left; None while there is none."""
    try:
        return Path(note).stat().st_mtime_ns
    except OSError:
        return None


def _leave_note(home: Path, reason: str) -> None:
    """As durable as a failing disk lets it be: nothing waits for it and nothing depends on it."""
    with contextlib.suppress(OSError):
        (home / NOTE_NAME).write_text(reason + "\n", encoding="utf-8")
