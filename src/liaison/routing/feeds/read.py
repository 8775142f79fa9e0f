"""What rows does this feed hold, batch after batch? The first block decides the shape; each block makes one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from liaison.routing.feeds.batches import BLOCK, Batch, Block, lines_in, read_blocks
from liaison.routing.feeds.lists import read_list
from liaison.routing.feeds.objects import read_objects
from liaison.routing.feeds.shape import Format, Shape, Wanted, sniff
from liaison.routing.feeds.tables import read_table

READERS: dict[Format, Callable[[Block, Shape], tuple[Batch, int]]] = {
    Format.LIST: read_list,
    Format.CSV: read_table,
    Format.JSON_LINES: read_objects,
}


class FeedReader:
    """One pass over a feed. `shape` and `header` are known once the first batch was taken."""

    def __init__(
        self, chunks: Iterable[bytes], wanted: Wanted | None = None, *, shape: Shape | None = None, block: int = BLOCK
    ) -> None:
        self._chunks = chunks
        self._wanted = wanted or Wanted()
        self._size = block
        self._given = shape
        self.shape = shape or Shape(Format.LIST)
        self.header = b""
        """The header row made safe for spreadsheets; empty where there is none."""
        self.skipped = 0
        """Lines that are no rows: empty, comment, header."""

    def batches(self) -> Iterator[Batch]:
        """All rows in order. Raises what `shape.sniff` raises."""
        rest, rest_line, headed = b"", 1, False
        shaped = self._given is not None
        for read in read_blocks(self._chunks, self._size):
            block = Block(rest + read.raw, rest_line if rest else read.first_line, read.final)
            if not shaped:
                self.shape, shaped = sniff(_sample(block.raw), self._wanted), True
            batch, consumed = READERS[self.shape.format](block, self.shape)
            rest = block.raw[consumed:]
            rest_line = block.first_line + lines_in(block.raw[:consumed]) if rest else 0
            if self.shape.header and not headed and batch.rows:
                self.header, headed = batch.rows[0], True
                batch = _without_first(batch)
                self.skipped += self.header.count(b"\n") + 1
            self.skipped += batch.skipped
            if batch.rows:
                yield batch


def _sample(raw: bytes) -> bytes:
    """Whole lines from the beginning, enough to know the shape."""
    return raw[: raw.rfind(b"\n", 0, 256 * 1024) + 1] or raw[: 256 * 1024]


def _without_first(batch: Batch) -> Batch:
    return replace(
        batch,
        rows=batch.rows[1:],
        places=(batch.places[0][1:], batch.places[1][1:]),
        numbers=batch.numbers[1:],
        starts=batch.starts[1:],
        ends=batch.ends[1:],
        refused=batch.refused[1:],
    )
