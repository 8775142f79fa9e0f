"""Which value holds at this address? Sorted, overlap-free tables over 32-bit and 128-bit numbers.

    starts   0.0.0.0   1.0.0.0   1.0.1.0   1.0.4.0 …
    values        -1         0         1         0 …      a value holds from its start to just before the next

Invariants:
- The first start is 0 and starts rise strictly, so every address has exactly one value; -1 says "nothing here".
- Neighbours differ in value: what is one stretch is one row.
- IPv6 is exact to the last bit: a start is two 64-bit halves compared as one number.
- Where given ranges overlap, the smaller one wins, and of equal ones the later (docs/spec/allocation.md).
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
Index = npt.NDArray[np.int64]
Span = tuple[int, int, int]
"""First address, last address, value."""

NOTHING = -1
MANY = 4096
"""From so many numbers on, sorting them first costs less than it saves."""
LOW_HALF = 2**64 - 1


def flatten(spans: Iterable[Span]) -> tuple[list[int], list[int]]:
    """Starts and values of overlapping spans: the smaller wins, of equal ones the later; gaps hold NOTHING."""
    queue = sorted((first, last, order, value) for order, (first, last, value) in enumerate(spans))
    starts, values = [0], [NOTHING]
    active: list[tuple[int, int, int, int]] = []  # size, minus order, last, value: the top is the winner
    for first, last, order, value in queue:
        _retire(active, first, starts, values)
        heapq.heappush(active, (last - first, -order, last, value))
        _begin(starts, values, first, active[0][3])
    _retire(active, None, starts, values)
    return starts, values


def _retire(active: list[tuple[int, int, int, int]], before: int | None, starts: list[int], values: list[int]) -> None:
    """Close every winner that ends before the given start, handing over to the next one still open."""
    while active and (before is None or active[0][2] < before):
        end = heapq.heappop(active)[2]
        while active and active[0][2] <= end:
            heapq.heappop(active)
        _begin(starts, values, end + 1, active[0][3] if active else NOTHING)


def _begin(starts: list[int], values: list[int], start: int, value: int) -> None:
    """From `start` on `value` holds; a stretch of the same value is continued, an empty one replaced."""
    if starts[-1] == start:
        starts.pop()
        values.pop()
    if not values or values[-1] != value:
        starts.append(start)
        values.append(value)


def _changes(values: I32) -> npt.NDArray[np.bool_]:
    """True where a value differs from the one before it (and at the first row)."""
    different = np.ones(len(values), dtype=np.bool_)
    different[1:] = values[1:] != values[:-1]
    return different


@dataclass(frozen=True, slots=True, eq=False)
class Ranges32:
    """Values over the numbers 0 … 2**32-1: IPv4 addresses or AS numbers."""

    starts: U32
    values: I32

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Ranges32:
        """The table of spans given in any order; overlaps are cleaned as `flatten` says."""
        starts, values = flatten(spans)
        kept = [position for position, start in enumerate(starts) if start < 2**32]
        return cls(
            np.array([starts[position] for position in kept], dtype=np.uint32),
            np.array([values[position] for position in kept], dtype=np.int32),
        )

    def find(self, numbers: U32) -> I32:
        """The value at each of n numbers, -1 where there is none; shape (n,)."""
        if len(numbers) < MANY:
            return self.values[self.rows(numbers)]
        # Searched in rising order, neighbours find the table in the cache; the low half remembers their places.
        order = np.sort((numbers.astype(np.uint64) << np.uint64(32)) | np.arange(len(numbers), dtype=np.uint64))
        found = np.empty(len(numbers), dtype=np.int32)
        found[order & np.uint64(0xFFFFFFFF)] = self.values[self.rows((order >> np.uint64(32)).astype(np.uint32))]
        return found

    def rows(self, numbers: U32) -> Index:
        """The row of each number."""
        return np.searchsorted(self.starts, numbers, side="right") - 1

    def covers(self, first: int, last: int) -> slice:
        """The rows that the stretch first…last touches."""
        bounds = np.array([first, last], dtype=np.uint32)
        low, high = np.searchsorted(self.starts, bounds, side="right").tolist()
        return slice(low - 1, high)

    def begins(self) -> list[int]:
        """All starts as plain numbers."""
        starts: list[int] = self.starts.tolist()
        return starts

    def mapped(self, numbers: Sequence[int]) -> Ranges32:
        """The same table with value v replaced by numbers[v]; neighbours that become equal are joined."""
        values = _translated(self.values, numbers)
        kept = _changes(values)
        return Ranges32(self.starts[kept], values[kept])

    def over(self, base: Ranges32) -> Ranges32:
        """This table laid over `base`, which shows through where this one holds nothing."""
        if _says_nothing(self.values):
            return base
        starts = np.union1d(self.starts, base.starts)
        own = self.find(starts)
        values = np.where(own == NOTHING, base.find(starts), own)
        kept = _changes(values)
        return Ranges32(starts[kept], values[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Ranges128:
    """Values over the numbers 0 … 2**128-1, IPv6 addresses, as high and low halves."""

    high: U64
    low: U64
    values: I32

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Ranges128:
        """The table of spans given in any order; overlaps are cleaned as `flatten` says."""
        starts, values = flatten(spans)
        kept = [position for position, start in enumerate(starts) if start < 2**128]
        return cls(
            np.array([starts[position] >> 64 for position in kept], dtype=np.uint64),
            np.array([starts[position] & LOW_HALF for position in kept], dtype=np.uint64),
            np.array([values[position] for position in kept], dtype=np.int32),
        )

    def find(self, high: U64, low: U64) -> I32:
        """The value at each of n addresses given as halves, -1 where there is none; shape (n,)."""
        return self.values[self._rows(high, low)]

    def _rows(self, high: U64, low: U64) -> Index:
        """The row of each address: by the high half, and by the low half where starts share a high half."""
        after: Index = np.searchsorted(self.high, high, side="right").astype(np.int64)
        shared = np.flatnonzero(self.high[after - 1] == high)
        floor: Index = np.searchsorted(self.high, high[shared], side="left").astype(np.int64)
        ceiling, wanted = after[shared], low[shared]
        while np.any(floor < ceiling):  # one binary search, run for all those rows at once
            middle = (floor + ceiling) >> 1
            right = (floor < ceiling) & (self.low[np.minimum(middle, len(self.low) - 1)] <= wanted)
            ceiling = np.where((floor < ceiling) & ~right, middle, ceiling)
            floor = np.where(right, middle + 1, floor)
        after[shared] = floor
        return after - 1

    def covers(self, first: int, last: int) -> slice:
        """The rows that the stretch first…last touches."""
        return slice(self._row(first), self._row(last) + 1)

    def _row(self, number: int) -> int:
        """The row of one number: `bisect` reads the columns where they lie, which numpy is slow at for one number."""
        high, highs = number >> 64, self.high.data
        end = bisect_right(highs, high)
        if highs[end - 1] < high:
            return end - 1
        return bisect_right(self.low.data, number & LOW_HALF, bisect_left(highs, high, 0, end), end) - 1

    def begins(self) -> list[int]:
        """All starts as plain numbers."""
        pairs = zip(self.high.tolist(), self.low.tolist(), strict=True)
        return [(high << 64) | low for high, low in pairs]

    def mapped(self, numbers: Sequence[int]) -> Ranges128:
        """The same table with value v replaced by numbers[v]; neighbours that become equal are joined."""
        values = _translated(self.values, numbers)
        kept = _changes(values)
        return Ranges128(self.high[kept], self.low[kept], values[kept])

    def over(self, base: Ranges128) -> Ranges128:
        """This table laid over `base`, which shows through where this one holds nothing."""
        if _says_nothing(self.values):
            return base
        high, low = np.concatenate([self.high, base.high]), np.concatenate([self.low, base.low])
        order = np.lexsort((low, high))
        high, low = high[order], low[order]
        first = np.ones(len(high), dtype=np.bool_)
        first[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        high, low = high[first], low[first]
        own = self.find(high, low)
        values = np.where(own == NOTHING, base.find(high, low), own)
        kept = _changes(values)
        return Ranges128(high[kept], low[kept], values[kept])


def _says_nothing(values: I32) -> bool:
    return len(values) == 1 and values[0] == NOTHING


def _translated(values: I32, numbers: Sequence[int]) -> I32:
    """numbers[v] for every v, NOTHING staying NOTHING (it indexes the appended last row)."""
    return np.array([*numbers, NOTHING], dtype=np.int32)[values]
