"""Where do the hashes of the tree lie as files, and which files does a growing tree write?

    tile/0/x001/x234/067         the full tile 1234067 of leaf hashes: 256 hashes of 32 bytes
    tile/1/000.p/17              a partial tile of level 1 with 17 hashes

Invariants:
- Hash i of tile n at level l is the root of the entries [(256n + i)·256ˡ, (256n + i + 1)·256ˡ), which is complete.
- Levels are 0..63, a partial width 1..255, numbers have no leading zeros beyond the three digits of a path element.
- An empty tile has no file.

Spec page: docs/spec/log.md; the format is c2sp.org/tlog-tiles with tiles of height 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from liaison.errors import MalformedError
from liaison.tlog.merkle import HASH_SIZE

HEIGHT = 8
WIDTH = 1 << HEIGHT
LEVELS = 64
SIZE_LIMIT = (1 << 63) - 1

_PATH = re.compile(r"tile/(0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile: `level` and `index` say which, `width` how many hashes it holds (256 when full)."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path of the tile below the log's prefix."""
        return f"tile/{self.level}/{format_index(self.index, self.width)}"


def format_index(index: int, width: int) -> str:
    """`x001/x234/067.p/5`: the part of a path that tiles and bundles share."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return "/".join(groups) + partial


def parse_index(digits: str, partial: str | None) -> tuple[int, int]:
    """Index and width of `x001/x234/067` and the text after `.p/`.

    Raises MalformedError for a number that would be printed otherwise.
    """
    index, width = int(digits.replace("x", "").replace("/", "")), WIDTH if partial is None else int(partial)
    if width > WIDTH or (partial is not None and width == WIDTH) or index > SIZE_LIMIT:
        raise MalformedError("tile-path-malformed")
    if format_index(index, WIDTH) != digits:
        raise MalformedError("tile-path-malformed")
    return index, width


def parse_tile_path(path: str) -> Tile:
    """The tile a path names.

    Raises MalformedError for anything but the one spelling of a tile's path.
    """
    match = _PATH.fullmatch(path)
    if match is None or int(match[1]) >= LEVELS:
        raise MalformedError("tile-path-malformed")
    index, width = parse_index(match[2], match[3])
    return Tile(int(match[1]), index, width)


def spans(old: int, new: int) -> Iterator[tuple[int, int]]:
    """Index and width of each tile or bundle that changes when a row grows from `old` to `new` items."""
    if old == new:
        return
    for index in range(old // WIDTH, -(-new // WIDTH)):
        yield index, min(WIDTH, new - index * WIDTH)


def tiles_for(old_size: int, new_size: int) -> tuple[Tile, ...]:
    """The tiles to write when a tree of `old_size` entries grows to `new_size`, lower levels first."""
    found: list[Tile] = []
    for level in range(LEVELS):
        shift = HEIGHT * level
        if new_size >> shift == 0:
            break
        found += [Tile(level, index, width) for index, width in spans(old_size >> shift, new_size >> shift)]
    return tuple(found)


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile as it stands in a tree of `size` entries."""
    return Tile(level, index, min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH))


def split_tile(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile.

    Raises MalformedError when the bytes are not exactly `width` hashes.
    """
    if len(data) != width * HASH_SIZE:
        raise MalformedError("tile-length", length=len(data), expected=width * HASH_SIZE)
    return [data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE)]
