"""How does a log lie in a folder as static files that any web server or medium can carry?

    DIR/checkpoint   DIR/tile/0/000.p/17   DIR/tile/entries/000.p/17   …

Order of a write: each file's bytes are synced before its name appears, and its folder after; `write` returns when all
are durable. `write_checkpoint` comes last, so a reader who sees a checkpoint finds every file it promises.
"""

from __future__ import annotations

from pathlib import Path

from liaison.adapters.folder_files import FolderFiles
from liaison.tlog.bundles import parse_bundle_path
from liaison.tlog.checkpoint import CHECKPOINT_PATH
from liaison.tlog.tiles import parse_tile_path


class FolderTileStore(FolderFiles):
    """A `TileStore` in one folder, which a web server may read."""

    FOLDER_MODE = 0o755

    def write_checkpoint(self, data: bytes) -> None:
        """Store the checkpoint, after everything it promises."""
        FolderFiles(self._folder).write({CHECKPOINT_PATH: data})

    def read_checkpoint(self) -> bytes | None:
        """The checkpoint, or None."""
        return FolderFiles(self._folder).read(CHECKPOINT_PATH)

    def _place(self, path: str) -> Path:
        """The file of a path that names a tile or a bundle; nothing else becomes a path."""
        if path.startswith("tile/entries/"):
            return self._folder / parse_bundle_path(path).path
        return self._folder / parse_tile_path(path).path
