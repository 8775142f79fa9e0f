"""What does the log need from the world?

Only a place for immutable files, and the hashes that lie in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class TileStore(Protocol):
    """Where the tiles and entry bundles of one log lie, by path (`tile/0/000.p/5`).

    Contract for every implementation:
    - `write` returns only when every item is durable (survives loss of power), or makes it so in one transaction
      with the checkpoint that needs it. Each item appears whole or not at all: a reader never sees half a file.
    - A path that exists is replaced. (Tiles written beyond the last signed checkpoint may be rewritten after a
      crash, because other entries may be sequenced there then.)
    - `read` gives exactly the bytes last written, or None where nothing was; it raises UnreachableError when it
      cannot tell, never None.
    - A partial tile may be removed once the full one is durable. Nothing else is ever removed.
    - Paths come from `Tile.path` and `Bundle.path` only: relative, ASCII, without `..`.
    - Reads may run beside a write; writes of one log never run beside each other (the caller holds the log's lock).
    """

    def read(self, path: str) -> bytes | None:
        """The bytes at `path`, or None."""
        ...

    def write(self, items: Mapping[str, bytes]) -> None:
        """Store every item durably."""
        ...


class HashReader(Protocol):
    """Gives the roots of complete subtrees, from which every proof is put together."""

    def __call__(self, level: int, index: int) -> bytes:
        """The root of the entries [index·2^level, (index + 1)·2^level)."""
        ...
