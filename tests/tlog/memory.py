"""Where do tiles lie in a test? In a dictionary, which may be damaged at will."""

from __future__ import annotations

from collections.abc import Mapping


class MemoryTiles:
    """A `TileStore` in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        """The bytes at `path`, or None."""
        return self.files.get(path)

    def write(self, items: Mapping[str, bytes]) -> None:
        """Keep every item."""
        self.files.update(items)
