"""How does a log lie in a folder as static files that any web server or medium can carry?

    DIR/checkpoint   DIR/tile/0/000.p/17   DIR/tile/entries/000.p/17   …

Order of a write: each file's bytes are synced before its name appears, and its folder after; `write` returns when all
are durable. `write_checkpoint` comes last, so a reader who sees a checkpoint finds every file it promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from liaison.adapters.durable_files import write_durably
from liaison.errors import NotNowError, UnreachableError
from liaison.tlog.bundles import parse_bundle_path
from liaison.tlog.checkpoint import CHECKPOINT_PATH
from liaison.tlog.tiles import parse_tile_path


class FolderTileStore:
    """A `TileStore` in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """The bytes at `path`, or None."""
        try:
            return self._place(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UnreachableError("tiles-not-readable", reason=error.strerror or "unknown") from error

    def write(self, items: Mapping[str, bytes]) -> None:
        """Store every item durably."""
        for path, data in items.items():
            self._write(self._place(path), data)

    def write_checkpoint(self, data: bytes) -> None:
        """Store the checkpoint, after everything it promises."""
        self._write(self._folder / CHECKPOINT_PATH, data)

    def read_checkpoint(self) -> bytes | None:
        """The checkpoint, or None."""
        path = self._folder / CHECKPOINT_PATH
        return path.read_bytes() if path.is_file() else None

    def _write(self, place: Path, data: bytes) -> None:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_durably(place, data)
        except OSError as error:
            raise NotNowError("storage-refused", reason=error.strerror or "unknown") from error

    def _place(self, path: str) -> Path:
        """The file of a path that names a tile or a bundle; nothing else becomes a path."""
        if path.startswith("tile/entries/"):
            return self._folder / parse_bundle_path(path).path
        return self._folder / parse_tile_path(path).path
