"""Was this row here before? Eight bytes a row, in sorted runs that are merged as they grow.

    runs   [ 1 048 576 ids ][ 262 144 ids ][ 131 072 ids ]      sorted, each run larger than the next

Invariants:
- Memory is 8 bytes a distinct row, 16 MiB for the sieve, and some 100 MB for a moment while two large runs are merged.
- The sieve has a bit for the low bits of every id met: an id that finds none was never here, so only the others, one in
  fourteen of the new ones at ten million rows, are looked for in the runs.
- A run is at least twice as long as the next until it has LONGEST ids; then it is left as it is.
- Two different rows share an id with a chance of n² / 2⁶⁵: about 3 in a million for ten million rows.
"""

from __future__ import annotations

import numpy as np

from liaison.routing.columns import Mask
from liaison.routing.ranges import U64

LONGEST = 2**22
SIEVE_BITS = 27


class SeenRows:
    """The ids met so far in one feed."""

    def __init__(self) -> None:
        self._runs: list[U64] = []
        self._sieve = np.zeros(1 << SIEVE_BITS - 3, dtype=np.uint8)

    def first_time(self, ids: U64) -> Mask:
        """True for each id not met before, earlier in this batch included; then remembers them all."""
        distinct, firsts = np.unique(ids, return_index=True)
        places = (distinct >> np.uint64(3) & np.uint64(len(self._sieve) - 1)).astype(np.int64)
        bits = np.uint8(1) << (distinct & np.uint64(7)).astype(np.uint8)
        suspects = np.flatnonzero(self._sieve[places] & bits)
        known, asked = np.zeros(len(suspects), dtype=np.bool_), distinct[suspects]
        for run in self._runs:
            known |= contains(run, asked)
        new = np.ones(len(distinct), dtype=np.bool_)
        new[suspects[known]] = False
        np.bitwise_or.at(self._sieve, places[new], bits[new])
        fresh = np.zeros(len(ids), dtype=np.bool_)
        fresh[firsts[new]] = True
        if new.any():
            self._remember(distinct[new])
        return fresh

    def _remember(self, run: U64) -> None:
        while self._runs and len(self._runs[-1]) < min(2 * len(run), LONGEST):
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")
        self._runs.append(run)


def contains(run: U64, ids: U64) -> Mask:
    """Which ids stand in the sorted run; fastest when the ids are sorted too."""
    if not len(run):
        return np.zeros(len(ids), dtype=np.bool_)
    places = np.searchsorted(run, ids)
    found: Mask = run[np.minimum(places, len(run) - 1)] == ids
    return found
