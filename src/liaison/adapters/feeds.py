"""How does a feed come in: a file or stdin, plain or packed with gzip, in pieces and never whole in memory?

    for chunk in read_feed(Path("feed.csv.gz")): …        "-" is stdin; gzip is known by its first two bytes

Invariants:
- Memory is one piece, whatever the feed claims to unpack to.
- Packed bytes may unpack to FREE bytes, and beyond that to RATIO times what was read: a feed shrinks to a twentieth, a
  bomb to a thousandth.
- A gzip stream that ends early is refused after the rows before that were passed on, so the caller keeps nothing of it.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from liaison.errors import MalformedError, UsageError

CHUNK = 1 << 20
MAGIC = b"\x1f\x8b"
FREE = 256 << 20
RATIO = 200
_GZIP = 16 + zlib.MAX_WBITS


def read_feed(path: Path, *, free: int = FREE, ratio: int = RATIO) -> Iterator[bytes]:
    """The feed's bytes, unpacked. Raises `UsageError`; `MalformedError` for damaged or over-packed gzip."""
    try:
        if str(path) == "-":
            yield from _unpacked(sys.stdin.buffer, free, ratio)
            return
        with path.open("rb") as handle:
            yield from _unpacked(handle, free, ratio)
    except OSError as error:
        raise UsageError("feed-not-readable", path=str(path), reason=error.strerror or "unknown") from error


def _unpacked(source: BinaryIO, free: int, ratio: int) -> Iterator[bytes]:
    first = source.read(CHUNK)
    if first.startswith(MAGIC):
        yield from _members(source, first, free, ratio)
        return
    while first:
        yield first
        first = source.read(CHUNK)


def _members(source: BinaryIO, packed: bytes, free: int, ratio: int) -> Iterator[bytes]:
    """One gzip member after another, as `cat a.gz b.gz` makes them; zeros may follow the last."""
    unpacker, taken, given, within = zlib.decompressobj(_GZIP), len(packed), 0, True
    try:
        while packed:
            if not within:
                unpacker, within = zlib.decompressobj(_GZIP), True
            piece = unpacker.decompress(packed, CHUNK)
            given += len(piece)
            if given > free + ratio * taken:
                raise MalformedError("feed-unpacks-too-far", limit=ratio)
            if piece:
                yield piece
            packed = unpacker.unconsumed_tail
            if unpacker.eof:
                packed, within = unpacker.unused_data.lstrip(b"\0"), False
            if not packed:
                packed = source.read(CHUNK)
                taken += len(packed)
                packed = packed if within else packed.lstrip(b"\0")
    except zlib.error as error:
        raise MalformedError("feed-gzip-damaged") from error
    if within:
        raise MalformedError("feed-gzip-damaged")
