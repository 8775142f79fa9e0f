"""Which value holds at this one IPv4 address, asked for one address after another?

    blocks[192][0] = (b"\\0\\0\\1…", (Answer(…), Answer(…)))      the /24s of 192.0.0.0/16, by the third number

An answer is four subscripts: the block of the first two numbers, the row of the third, the value. numpy is fast for
columns and slow for one number, so single look-ups have these lists.

Invariants:
- A block is made when its first address is asked for, from the table the columns use, so both always agree.
- Blocks that are the same throughout are shared; 65,536 blocks at most, some 30 MB once every one was asked for.
- A /24 that holds more than one value stands as SPLIT in its block, beyond the end of the values, so that the fast
  way ends in an IndexError there, as it does in a block not made yet; `find` answers both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

import numpy as np

from liaison.routing.ranges import Ranges32

T = TypeVar("T")
Block = tuple[bytes, tuple[T, ...]]
SPLIT: Final = 255


class SingleLookup(Generic[T]):
    """What `values` holds under the numbers of a table, by the four numbers of an address."""

    def __init__(self, ranges: Ranges32, values: Sequence[T]) -> None:
        self._ranges, self._values = ranges, values
        self._shared: dict[Block[T], Block[T]] = {}
        self._split: dict[int, tuple[list[int], list[T]]] = {}
        self.blocks: list[list[Block[T]]] = [[(b"", ())] * 256 for _ in range(256)]

    def find(self, number: int) -> T:
        """The value at an address; makes what the fast way needs for the next ones near it."""
        first, second = number >> 24, number >> 16 & 255
        if not self.blocks[first][second][0]:
            self.blocks[first][second] = self._block(number >> 16)
        row, values = self.blocks[first][second]
        place = row[number >> 8 & 255]
        if place < len(values):
            return values[place]
        part = number >> 8
        if part not in self._split:
            rows = self._ranges.covers(part << 8, part << 8 | 255)
            held = [self._values[value] for value in self._ranges.values[rows].tolist()]
            self._split[part] = self._ranges.starts[rows].tolist(), held
        starts, held = self._split[part]
        return held[bisect_right(starts, number) - 1]

    def _block(self, top: int) -> Block[T]:
        begins = np.arange(top << 16, (top + 1) << 16, 256, dtype=np.uint64).astype(np.uint32)
        rows, ends = self._ranges.rows(begins), self._ranges.rows(begins + np.uint32(255))
        found = self._ranges.values[rows].tolist()
        whole = [value for value, same in zip(found, (rows == ends).tolist(), strict=True) if same]
        places = {value: place for place, value in enumerate(dict.fromkeys(whole))}
        marks = [places[value] if same else SPLIT for value, same in zip(found, (rows == ends).tolist(), strict=True)]
        block = bytes(marks), tuple(self._values[value] for value in list(places)[:SPLIT])
        return self._shared.setdefault(block, block)
