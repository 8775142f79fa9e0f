"""Which resources does a plain list hold? One a line; what follows ` #` or ` ;` is a comment.

# blocklist of 2026-08-22
192.0.2.7
198.51.100.0/24 ; SBL0001
"""

from __future__ import annotations

import numpy as np

from liaison.routing.columns import buffer, trimmed
from liaison.routing.feeds.batches import ROW_LIMIT, TOO_LONG, Batch, Block
from liaison.routing.feeds.neutral import cell
from liaison.routing.feeds.shape import Shape
from liaison.routing.ranges import Index

LF, HASH, SEMICOLON, SPACE, TAB = 10, 35, 59, 32, 9


def read_list(block: Block, shape: Shape) -> tuple[Batch, int]:
    """The rows of a block and how many bytes were read: all."""
    del shape
    raw = block.raw
    data = buffer(raw)
    line_ends = np.flatnonzero(data[: len(raw)] == LF)
    line_starts = np.concatenate([np.zeros(1, dtype=np.int64), line_ends + 1])[:-1]
    starts, ends = trimmed(data, line_starts, _without_comments(raw, line_starts, line_ends))
    lines = np.flatnonzero(starts < ends)
    starts, ends = starts[lines], ends[lines]
    places = line_starts[lines], line_ends[lines]
    skipped = len(line_ends) - len(lines)
    refused = np.where(places[1] - places[0] > ROW_LIMIT, TOO_LONG, 0).astype(np.uint8)
    rows = [raw[start:end].strip() for start, end in zip(*(column.tolist() for column in places), strict=True)]
    if any(mark in raw for mark in (b",", b'"', b"\t", b"'", b"=", b"+", b"@", b"\xef", b"\r")) or b"\n-" in raw:
        rows = [cell(row.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape") for row in rows]
    return Batch(rows, raw, places, lines + block.first_line, data, starts, ends, refused, skipped), len(raw)


def _without_comments(raw: bytes, starts: Index, ends: Index) -> Index:
    """The ends of the lines, moved before a comment sign that opens the line or follows a space."""
    if b"#" not in raw and b";" not in raw:
        return ends
    data = np.frombuffer(b"\n" + raw, dtype=np.uint8)  # so that every byte has one before it
    before, byte = data[:-1], data[1:]
    after_space = (before == SPACE) | (before == TAB) | (before == LF)
    marks = np.flatnonzero(((byte == HASH) | (byte == SEMICOLON)) & after_space)
    first = np.searchsorted(marks, starts)
    bounded = np.concatenate([marks, np.full(1, len(raw), dtype=np.int64)])
    before_marks: Index = np.minimum(ends, bounded[first])
    return before_marks
