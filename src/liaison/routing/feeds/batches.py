"""Which rows does this block of a feed hold, and where in them stands the address? Blocks in, batches out.

A batch is some tens of thousands of rows as one buffer and columns of positions, so that memory does not grow with the
feed (docs/spec/feeds.md):

    data     192.0.2.7,443,note\\n2001:db8::7,22,"a, b"\\n…
    starts   0                   19                          address column (see `columns`)
    numbers  1                   2                           line on which each row begins, from 1
    rows     [b'192.0.2.7,443,note', b'2001:db8::7,22,"a, b"']    made safe for spreadsheets (see `neutral`)
    raw, places                                              the row as it came is raw[places[0][i] : places[1][i]]
    refused  [0, 0]                                          position in ROW_REFUSALS; 0: the row can be read

Invariants:
- Every line is in exactly one row, or is counted as skipped (empty, comment, header).
- A row that cannot be read costs that row only: a stray quote never swallows the rows after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from liaison.routing.columns import U8
from liaison.routing.feeds.shape import BYTE_ORDER_MARK
from liaison.routing.ranges import Index

BLOCK = 2 * 1024 * 1024
ROW_LIMIT = 64 * 1024
ROW_REFUSALS = ("", "row-too-long", "quote-misplaced", "row-width-differs", "json-malformed", "address-missing")
TOO_LONG, QUOTE, WIDTH, JSON, MISSING = range(1, 6)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows of one block; all columns have one entry a row."""

    rows: list[bytes]
    raw: bytes
    places: tuple[Index, Index]
    numbers: Index
    data: U8
    starts: Index
    ends: Index
    refused: U8
    skipped: int
    """Lines of the block that are no rows: empty, comment."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, each ending in LF, and the number of the first of them."""

    raw: bytes
    first_line: int
    final: bool
    """No line follows."""


def read_blocks(chunks: Iterable[bytes], size: int = BLOCK) -> Iterator[Block]:
    """The feed cut at line ends into blocks of about `size` bytes; CR LF becomes LF, a missing last LF is added."""
    rest, line = b"", 1
    for piece in _pieces(chunks, size):
        whole, end, rest = (rest + piece).rpartition(b"\n")
        if end:
            yield Block(_plain(whole + end, line), line, False)
            line += lines_in(whole) + 1
        if len(rest) > ROW_LIMIT + 1:  # enough is kept to refuse the row; the rest of the line is not
            rest = rest[: ROW_LIMIT + 1]
    yield Block(_plain(rest + b"\n" if rest else b"", line), line, True)


def lines_in(raw: bytes) -> int:
    """How many line ends; faster than `bytes.count` where they are many."""
    return int(np.count_nonzero(np.frombuffer(raw, dtype=np.uint8) == ord("\n")))


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Pieces of `size` bytes or a little more, whatever the chunks given."""
    pending: list[bytes] = []
    length = 0
    for chunk in chunks:
        for begin in range(0, len(chunk), size):
            pending.append(chunk[begin : begin + size])
            length += len(pending[-1])
            if length >= size:
                yield b"".join(pending)
                pending, length = [], 0
    yield b"".join(pending)


def _plain(raw: bytes, line: int) -> bytes:
    raw = raw.removeprefix(BYTE_ORDER_MARK) if line == 1 else raw
    return raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw
