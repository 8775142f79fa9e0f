"""How do entries lie in a file, 256 at a time?

    tile/entries/000.p/2         0x0003 "abc" 0x0000 ""

Invariants: each entry stands behind its length as two bytes, big-endian; a bundle of width w holds exactly w
entries and nothing behind them; entry i of bundle n is entry 256n + i of the log.

Spec page: docs/spec/log.md; the format is the entry bundle of c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from liaison.errors import MalformedError, UsageError
from liaison.tlog.tiles import WIDTH, format_index, parse_index, spans

ENTRY_LIMIT = 65_535

_PATH = re.compile(r"tile/entries/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Bundle:
    """One entry bundle: `index` says which, `width` how many entries it holds (256 when full)."""

    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path of the bundle below the log's prefix."""
        return f"tile/entries/{format_index(self.index, self.width)}"


def parse_bundle_path(path: str) -> Bundle:
    """The bundle a path names.

    Raises MalformedError for anything but the one spelling of a bundle's path.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise MalformedError("tile-path-malformed")
    return Bundle(*parse_index(match[1], match[2]))


def bundles_for(old_size: int, new_size: int) -> tuple[Bundle, ...]:
    """The bundles to write when a log of `old_size` entries grows to `new_size`."""
    return tuple(Bundle(index, width) for index, width in spans(old_size, new_size))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of a bundle.

    Raises UsageError for an entry that two bytes of length cannot hold.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise UsageError("log-entry-too-large", size=len(entry), limit=ENTRY_LIMIT)
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """The `width` entries of a bundle.

    Raises MalformedError when the bytes end early or go on behind the last entry.
    """
    entries: list[bytes] = []
    offset = 0
    for _ in range(width):
        start = offset + 2
        offset = start + int.from_bytes(data[start - 2 : start], "big")
        entries.append(data[start:offset])
    # Behind the end lengths are 0, so where an entry was cut off the last offset lies there too.
    if offset > len(data):
        raise MalformedError("bundle-truncated", width=width)
    if offset != len(data):
        raise MalformedError("bundle-overlong", width=width)
    return tuple(entries)
