"""What must be known of a tree of tiles to make it grow?

The unfinished tile of every level, and nothing else. `Edge` takes leaf hashes and gives each tile as it fills.

Invariants:
- `rows[l]` holds the hashes of the unfinished tile at level l: floor(size / 256ˡ) mod 256 of them.
- Growing by n leaves takes time in proportion to n, whatever the size.

Spec page: docs/spec/log.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from liaison.tlog.merkle import EMPTY_ROOT, node_hash, root_of
from liaison.tlog.tiles import HEIGHT, WIDTH, Tile


@dataclass(slots=True)
class Edge:
    """The unfinished tiles of a tree of `size` entries."""

    size: int = 0
    rows: list[list[bytes]] = field(default_factory=lambda: [[]])

    def extend(self, leaves: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Take leaf hashes in order; each tile that becomes full, with its bytes (the iterator must be drained)."""
        taken = 0
        while taken < len(leaves):
            row = self.rows[0]
            portion = leaves[taken : taken + WIDTH - len(row)]
            row += portion
            taken += len(portion)
            self.size += len(portion)
            if len(row) == WIDTH:
                yield from self._finish(0)

    def partial(self) -> Iterator[tuple[Tile, bytes]]:
        """The unfinished tiles that are not empty, with their bytes."""
        for level, row in enumerate(self.rows):
            if row:
                yield Tile(level, self.size >> (HEIGHT * (level + 1)), len(row)), b"".join(row)

    def root(self) -> bytes:
        """The root of the whole tree."""
        peaks: list[bytes] = []
        for row in reversed(self.rows):
            peaks += _peaks(row)
        if not peaks:
            return EMPTY_ROOT
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def _finish(self, level: int) -> Iterator[tuple[Tile, bytes]]:
        row, self.rows[level] = self.rows[level], []
        yield Tile(level, (self.size >> (HEIGHT * (level + 1))) - 1), b"".join(row)
        if level + 1 == len(self.rows):
            self.rows.append([])
        self.rows[level + 1].append(root_of(row))
        if len(self.rows[level + 1]) == WIDTH:
            yield from self._finish(level + 1)


def _peaks(row: Sequence[bytes]) -> Iterator[bytes]:
    """The roots of the complete subtrees a row of fewer than 256 hashes consists of, the largest first."""
    start = 0
    for level in reversed(range(HEIGHT)):
        if len(row) & (1 << level):
            yield root_of(row[start : start + (1 << level)])
            start += 1 << level
