"""How does a folder hold whole files by relative paths: the static files of a log, imported tables?

    files.write({"tile/0/000.p/5": b"…", "checkpoint": b"…"})      each whole or not at all, durable on return
    files.read("checkpoint")                                        its bytes, or None

Invariants: no path leads out of the folder; what `write` returned for is still there after a power cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from liaison.adapters.durable_files import make_folders, write_durably
from liaison.errors import NotNowError, UnreachableError, UsageError


class FolderFiles:
    """Files under one folder; a `TileStore` where the paths are those of a log."""

    FOLDER_MODE = 0o700

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """The bytes at `path`, or None. Raises `UnreachableError` if it is there and cannot be read."""
        try:
            return self._place(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UnreachableError("stored-file-not-readable", path=path, reason=error.strerror or "unknown") from error

    def write(self, items: Mapping[str, bytes]) -> None:
        """Store every item durably. Raises `NotNowError` when the disk does not take it."""
        try:
            for path, data in items.items():
                place = self._place(path)
                make_folders(place.parent, mode=self.FOLDER_MODE)
                write_durably(place, data)
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error

    def remove(self, path: str) -> None:
        """Forget the file at `path`; idempotent."""
        self._place(path).unlink(missing_ok=True)

    def _place(self, path: str) -> Path:
        parts = path.split("/")
        if not path.isascii() or "\0" in path or any(part in ("", ".", "..") for part in parts):
            raise UsageError("path-leads-out", path=path)
        return self._folder.joinpath(*parts)
