"""Which rows and addresses does a CSV block hold? RFC 4180, strictly, over whole blocks with numpy.

    192.0.2.7,443,"a ""note"", quoted"

Rules (docs/spec/feeds.md §3):
- A quote opens a field only at its start and closes it only at its end; inside, two quotes are one.
- A quoted field may hold line ends, up to MOST_LINES lines a row. If such a row does not come out right, its first line
  alone is refused and reading goes on with the next line.
- Every row has as many columns as the first one. Lines that begin with `#` and empty lines are skipped.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from liaison.routing.columns import U8, buffer
from liaison.routing.feeds.batches import QUOTE, ROW_LIMIT, TOO_LONG, WIDTH, Batch, Block
from liaison.routing.feeds.neutral import APOSTROPHE, dangerous
from liaison.routing.feeds.shape import Shape
from liaison.routing.ranges import Index

LF, HASH, MARK = 10, 35, 34
MOST_LINES = 64
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Where the rows of a block stand, and on which line of the block each begins."""

    starts: Index
    ends: Index
    lines: Index
    consumed: int
    """Bytes that belong to these rows; a row that may go on in the next block is left out."""
    skipped: int
    """Lines that belong to no row."""


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """Delimiters outside quotes, in rising order, and for each row its first one and their number."""

    delimiters: Index
    first: Index
    count: Index
    misquoted: Mask


def read_table(block: Block, shape: Shape) -> tuple[Batch, int]:
    """The rows of a block and how many bytes of it they take."""
    raw = block.raw
    data = buffer(raw)
    bytes_only = data[: len(raw)]
    quotes = np.flatnonzero(bytes_only == MARK) if b'"' in raw else np.zeros(0, dtype=np.int64)
    records = find_records(block, bytes_only, quotes, shape.delimiter)
    fields = find_fields(data, records, quotes, np.flatnonzero(bytes_only == ord(shape.delimiter)))
    refused = np.where(fields.count != len(shape.names) - 1, WIDTH, 0).astype(np.uint8)
    refused[fields.misquoted] = QUOTE
    refused[records.ends - records.starts > ROW_LIMIT] = TOO_LONG
    starts, ends = column(data, records, fields, shape.column)
    starts[refused > 0] = ends[refused > 0] = 0
    rows = safe_rows(block, data, records, formula_places(data, records, fields, shape.delimiter))
    places = records.starts, records.ends
    lines = records.lines + block.first_line
    return Batch(rows, raw, places, lines, data, starts, ends, refused, records.skipped), records.consumed


def find_records(block: Block, data: U8, quotes: Index, delimiter: str) -> Records:
    """The rows: lines, or several lines where a quoted field holds line ends."""
    ends = np.flatnonzero(data == LF)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends + 1])[:-1]
    kept = (starts < ends) & (data[starts] != HASH)
    read = len(starts)
    odd = (np.searchsorted(quotes, ends) - np.searchsorted(quotes, starts)) % 2 == 1
    open_lines = np.flatnonzero(odd).tolist()
    joined = 0
    if open_lines:
        ends, unfinished, joined = _joined(block, starts, ends, open_lines, kept=kept, delimiter=delimiter)
        if unfinished is not None:
            kept[unfinished:] = False
            read = unfinished
    lines = np.flatnonzero(kept)
    consumed = int(starts[read]) if read < len(starts) else len(data)
    skipped = read - len(lines) - joined
    return Records(starts[lines], ends[lines], lines, consumed, skipped)


def _joined(
    block: Block, starts: Index, ends: Index, open_lines: list[int], *, kept: Mask, delimiter: str
) -> tuple[Index, int | None, int]:
    """Ends with rows of several lines joined, a line that may go on, and the lines joined to others.

    `kept` is cleared for the joined lines.
    """
    well_quoted = _well_quoted(delimiter)
    new_ends = ends.copy()
    position = joined = 0
    while position < len(open_lines):
        line = open_lines[position]
        after = open_lines[position + 1] if position + 1 < len(open_lines) else None
        position += 1
        if not kept[line]:
            continue
        room = len(starts) - line < MOST_LINES and len(block.raw) - int(starts[line]) <= ROW_LIMIT
        if after is None and room and not block.final:
            return new_ends, line, joined
        if after is None or after - line >= MOST_LINES:
            continue
        if well_quoted.fullmatch(block.raw, int(starts[line]), int(ends[after])):
            new_ends[line] = ends[after]
            kept[line + 1 : after + 1] = False
            joined += after - line
            position = bisect_left(open_lines, after + 1)
    return new_ends, None, joined


def _well_quoted(delimiter: str) -> re.Pattern[bytes]:
    """A whole row by RFC 4180."""
    mark = re.escape(delimiter.encode())
    field = rb'(?:"(?:[^"]|"")*+"|[^"\n' + mark + rb"]*+)"
    return re.compile(field + rb"(?:" + mark + field + rb")*+")


def find_fields(data: U8, records: Records, quotes: Index, delimiters: Index) -> Fields:
    """The delimiters that cut fields, and the rows whose quotes do not stand as they must."""
    misquoted = np.zeros(len(records.starts), dtype=np.bool_)
    if len(quotes):
        rows, found = _within(records.starts, records.ends, quotes)
        is_delimiter = np.zeros(len(data), dtype=np.bool_)
        is_delimiter[delimiters] = True
        misquoted = _misquoted(data, records, (rows, quotes[found]), is_delimiter)
        cutting = _outside_quotes(records, np.unique(rows), quotes, delimiters)
        delimiters = delimiters[cutting]
    low = np.searchsorted(delimiters, records.starts)
    return Fields(delimiters, low, np.searchsorted(delimiters, records.ends) - low, misquoted)


def _within(starts: Index, ends: Index, places: Index) -> tuple[Index, Index]:
    """Which of the rising places stand in a row: for each of them its row and its position among the places."""
    first = np.searchsorted(places, starts)
    count = np.searchsorted(places, ends) - first
    return np.repeat(np.arange(len(count)), count), np.repeat(first, count) + _counting(count)


def _counting(counts: Index) -> Index:
    """0, 1, … up to each count, one after another."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)


def _outside_quotes(records: Records, quoted: Index, quotes: Index, delimiters: Index) -> Mask:
    """Which delimiters do not stand in quotes; only the quoted rows need a look."""
    cutting = np.ones(len(delimiters), dtype=np.bool_)
    rows, found = _within(records.starts[quoted], records.ends[quoted], delimiters)
    before = np.searchsorted(quotes, records.starts[quoted])
    cutting[found] = (np.searchsorted(quotes, delimiters[found]) - before[rows]) % 2 == 0
    return cutting


def _misquoted(data: U8, records: Records, quoted: tuple[Index, Index], is_delimiter: Mask) -> Mask:
    """Rows with an odd number of quotes, or with one that neither opens, closes nor is doubled."""
    rows, places = quoted
    count = np.bincount(rows, minlength=len(records.starts))
    order = _counting(count)
    doubled_before = (order > 0) & (data[places - 1] == MARK)
    opens = (places == records.starts[rows]) | is_delimiter[places - 1] | doubled_before
    last = places + 1 == records.ends[rows]
    closes = last | is_delimiter[places + 1] | (data[places + 1] == MARK)
    wrong = np.where(order % 2 == 0, ~opens, ~closes)
    misquoted: Mask = count % 2 == 1
    misquoted[rows[wrong]] = True
    return misquoted


def column(data: U8, records: Records, fields: Fields, position: int) -> tuple[Index, Index]:
    """Start and end of one field in every row, inside its quotes; meaningless in rows that lack it."""
    if not len(fields.delimiters):
        starts, ends = records.starts.copy(), records.ends.copy()
    else:
        places = np.concatenate([fields.delimiters, fields.delimiters[-1:]])
        bound = len(places) - 1
        starts, ends = records.starts.copy(), records.ends.copy()
        if position:
            starts = places[np.minimum(fields.first + position - 1, bound)] + 1
        inner = fields.count > position
        ends = np.where(inner, places[np.minimum(fields.first + position, bound)], ends)
    quoted = (data[starts] == MARK) & (ends - starts >= 2) & (data[np.maximum(ends - 1, 0)] == MARK)
    return starts + quoted, ends - quoted


def formula_places(data: U8, records: Records, fields: Fields, delimiter: str) -> Index:
    """Where a field begins in a way that needs an apostrophe before it; rising order."""
    begins = np.concatenate([records.starts, fields.delimiters + 1])
    quoted = data[begins] == MARK
    filled = quoted | ((data[begins] != LF) & (data[begins] != ord(delimiter)))
    return np.sort(dangerous(data, (begins + quoted)[filled]))


def safe_rows(block: Block, data: U8, records: Records, places: Index) -> list[bytes]:
    """Every row as bytes, with apostrophes inserted at the given places."""
    raw, starts, ends = block.raw, records.starts, records.ends
    if len(places):
        raw = np.insert(data[: len(raw)], places, APOSTROPHE).tobytes()
        starts, ends = starts + np.searchsorted(places, starts), ends + np.searchsorted(places, ends)
    if len(starts) == raw.count(b"\n"):
        return raw.split(b"\n")[:-1]
    return [raw[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
