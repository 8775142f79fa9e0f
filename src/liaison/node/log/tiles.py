"""Where do the tiles of a followed register lie? In the node's own tables, so that they commit with what they prove.

Invariants:
- One row a tile or bundle, holding it at its full width so far; a narrower one is its beginning, so a reader with an
  older checkpoint still finds the partial tile it asks for.
- Written inside the unit of work that also stores the checkpoint: never one without the other.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.node.log.rows import upsert
from liaison.node.models import Tile as TileRow
from liaison.node.work.statements import fetch
from liaison.tlog.bundles import Bundle, parse_bundle_path
from liaison.tlog.merkle import HASH_SIZE
from liaison.tlog.tiles import Tile, parse_tile_path


class DatabaseTileStore:
    """A `TileStore` for one register, inside the present unit of work or reading."""

    def __init__(self, register: str) -> None:
        self._register = register

    def read(self, path: str) -> bytes | None:
        """The bytes at `path`, or None."""
        place = parse_place(path)
        rows = fetch(TileRow, ("data",), register=self._register, path=full_path(place))
        return narrowed(place, bytes(rows[0][0])) if rows else None

    def write(self, items: Mapping[str, bytes]) -> None:
        """Store every item; they are durable when the unit of work commits."""
        widest: dict[str, tuple[int, bytes]] = {}
        for path, data in items.items():
            place = parse_place(path)
            key = full_path(place)
            if key not in widest or widest[key][0] <= place.width:
                widest[key] = (place.width, data)
        rows = [(self._register, key, data) for key, (_, data) in widest.items()]
        upsert(TileRow, ("register", "path", "data"), ("register", "path"), rows)


def parse_place(path: str) -> Tile | Bundle:
    """The tile or bundle that `path` names. Raises `MalformedError`."""
    return parse_bundle_path(path) if path.startswith("tile/entries/") else parse_tile_path(path)


def full_path(place: Tile | Bundle) -> str:
    """The path of the same place at full width."""
    return Bundle(place.index).path if isinstance(place, Bundle) else Tile(place.level, place.index).path


def narrowed(place: Tile | Bundle, data: bytes) -> bytes | None:
    """The beginning of `data` that is `place`, or None if it is not that wide yet."""
    if isinstance(place, Tile):
        wanted = place.width * HASH_SIZE
        return data[:wanted] if len(data) >= wanted else None
    offset = 0
    for _ in range(place.width):
        offset += 2 + int.from_bytes(data[offset : offset + 2], "big")
    return data[:offset] if offset <= len(data) else None
