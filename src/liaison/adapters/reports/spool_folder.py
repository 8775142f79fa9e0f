"""How does a folder between this node and a ticket system look? Files appear whole, answers are taken up once.

    spool/reports/01a2….csv  01a2….json      written under another name, synced, renamed
    spool/answers/01a2….csv                  put there by the other program, the same way
    spool/done/  spool/failed/01a2….csv  01a2….csv.reason.txt

Invariants: a name is one plain part of a path; what is not a regular file, or begins with a dot, is left alone, so a
program may write under a dot and rename; nothing is followed out of the folder; nothing is deleted.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from liaison.adapters.durable_files import make_folders, sync_folder, write_durably
from liaison.errors import MalformedError, NotNowError, UsageError

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")
MOST_AT_ONCE = 200
SHARED = 0o770


class SpoolFolder:
    """The spool of one desk. Raises UsageError for a folder that cannot be made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            for name in ("reports", "answers", "done", "failed"):
                make_folders(folder / name, mode=SHARED)
        except OSError as error:
            raise UsageError("file-not-writable", path=str(folder), reason=error.strerror or "unknown") from error

    def put(self, name: str, data: bytes) -> None:
        """Put a report there, whole and durable; one of the same name gives way. Raises NotNowError."""
        try:
            write_durably(self._place("reports", name), data, mode=0o640)
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error

    def answers(self) -> list[str]:
        """The names of files of answers that wait, in order."""
        try:
            found = sorted(entry.name for entry in os.scandir(self._folder / "answers") if _is_plain(entry))
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error
        return found[:MOST_AT_ONCE]

    def read(self, name: str, *, limit: int) -> bytes:
        """A file of answers, at most `limit` bytes. Raises MalformedError for a larger one, NotNowError."""
        try:
            descriptor = os.open(self._place("answers", name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as handle:
                data = handle.read(limit + 1)
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error
        if len(data) > limit:
            raise MalformedError("answers-too-large", size=len(data), limit=limit)
        return data

    def settle(self, name: str, reason: str = "") -> None:
        """Move a file of answers to `done`, or to `failed` with the reason beside it. Raises NotNowError."""
        target = self._place("failed" if reason else "done", name)
        try:
            if reason:
                write_durably(target.with_name(f"{name}.reason.txt"), reason.encode(), mode=0o640)
            self._place("answers", name).replace(target)
            sync_folder(target.parent)
            sync_folder(self._folder / "answers")
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error

    def _place(self, folder: str, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageError("path-leads-out", path=name[:120])
        return self._folder / folder / name


def _is_plain(entry: os.DirEntry[str]) -> bool:
    return _NAME.fullmatch(entry.name) is not None and stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
