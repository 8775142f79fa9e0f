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
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from liaison.routing.columns import U8, Mask, buffer
from liaison.routing.feeds.batches import QUOTE, ROW_LIMIT, TOO_LONG, WIDTH, Batch, Block
from liaison.routing.feeds.neutral import APOSTROPHE, LOOKED_AT, dangerous
from liaison.routing.feeds.shape import Shape
from liaison.routing.ranges import Index

LF, HASH, MARK = 10, 35, 34
MOST_LINES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Every line end, delimiter and quote of a block, in rising order: all that cuts it into rows and fields."""

    places: Index
    kinds: U8
    """The byte that stands there."""
    lines: Index
    """Positions among the marks at which a line ends."""
    quotes: Index
    """How many quotes stand before each mark; one entry more than marks."""


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Where the rows of a block stand, and on which line of the block each begins."""

    starts: Index
    ends: Index
    lines: Index
    first: Index
    """Position among the marks of the first one in each row."""
    last: Index
    """Position among the marks of the line end that closes each row."""
    heads: Index
    """For every line of the block the line on which its row begins."""
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
    marks = find_marks(data[: len(raw)], shape.delimiter, quoted=b'"' in raw)
    records = find_records(block, data, marks, shape.delimiter)
    fields = find_fields(data, records, marks, shape.delimiter)
    refused = np.where(fields.count != len(shape.names) - 1, WIDTH, 0).astype(np.uint8)
    refused[fields.misquoted] = QUOTE
    refused[records.ends - records.starts > ROW_LIMIT] = TOO_LONG
    starts, ends = column(data, records, fields, shape.column)
    starts[refused > 0] = ends[refused > 0] = 0
    whole = len(records.starts) == len(marks.lines)
    rows = safe_rows(raw, records, formula_places(data, records, fields, shape.delimiter), whole=whole)
    places = records.starts, records.ends
    lines = records.lines + block.first_line
    return Batch(rows, raw, places, lines, data, starts, ends, refused, records.skipped), records.consumed


def find_marks(data: U8, delimiter: str, *, quoted: bool) -> Marks:
    """The marks of a block that ends in LF."""
    found = (data == LF) | (data == ord(delimiter))
    if quoted:
        found |= data == MARK
    places = np.flatnonzero(found)
    kinds = data[places]
    return Marks(places, kinds, np.flatnonzero(kinds == LF), _running(kinds == MARK))


def _running(mask: Mask) -> Index:
    """How many are true before each position, and before the end."""
    counts = np.zeros(len(mask) + 1, dtype=np.int64)
    np.cumsum(mask, out=counts[1:])
    return counts


def find_records(block: Block, data: U8, marks: Marks, delimiter: str) -> Records:
    """The rows: lines, or several lines where a quoted field holds line ends."""
    ends = marks.places[marks.lines]
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends + 1])[:-1]
    kept = (starts < ends) & (data[starts] != HASH)
    read, joined = len(starts), 0
    tails, heads = np.arange(len(starts)), np.arange(len(starts))
    odd = np.diff(marks.quotes[marks.lines], prepend=0) & 1
    open_lines = np.flatnonzero(odd).tolist()
    if open_lines:
        unfinished = None
        for line, after in _joined(block, starts, ends, open_lines, kept=kept, delimiter=delimiter):
            if after is None:
                unfinished = line
                break
            tails[line], heads[line : after + 1] = after, line
            kept[line + 1 : after + 1] = False
            joined += after - line
        if unfinished is not None:
            kept[unfinished:] = False
            read = unfinished
    lines = np.flatnonzero(kept)
    last = marks.lines[tails[lines]]
    first = np.concatenate([np.zeros(1, dtype=np.int64), marks.lines + 1])[lines]
    consumed = int(starts[read]) if read < len(starts) else len(block.raw)
    skipped = read - len(lines) - joined
    return Records(starts[lines], ends[tails[lines]], lines, first, last, heads, consumed, skipped)


def _joined(
    block: Block, starts: Index, ends: Index, open_lines: list[int], *, kept: Mask, delimiter: str
) -> Iterator[tuple[int, int | None]]:
    """The first and last line of every row of several lines; last a line that may go on in the next block, with None.

    The caller clears `kept` for the lines joined to others before the next is asked for.
    """
    well_quoted = _well_quoted(delimiter)
    position = 0
    while position < len(open_lines):
        line = open_lines[position]
        after = open_lines[position + 1] if position + 1 < len(open_lines) else None
        position += 1
        if not kept[line]:
            continue
        room = len(starts) - line < MOST_LINES and len(block.raw) - int(starts[line]) <= ROW_LIMIT
        if after is None and room and not block.final:
            yield line, None
        if after is None or after - line >= MOST_LINES:
            continue
        if well_quoted.fullmatch(block.raw, int(starts[line]), int(ends[after])):
            yield line, after
            position = bisect_left(open_lines, after + 1)


def _well_quoted(delimiter: str) -> re.Pattern[bytes]:
    """A whole row by RFC 4180."""
    mark = re.escape(delimiter.encode())
    field = rb'(?:"(?:[^"]|"")*+"|[^"\n' + mark + rb"]*+)"
    return re.compile(field + rb"(?:" + mark + field + rb")*+")


def find_fields(data: U8, records: Records, marks: Marks, delimiter: str) -> Fields:
    """The delimiters that cut fields, and the rows whose quotes do not stand as they must."""
    cutting = marks.kinds == ord(delimiter)
    misquoted = np.zeros(len(records.starts), dtype=np.bool_)
    if marks.quotes[-1]:
        within = _within_quotes(records, marks)
        cutting &= ~within
        misquoted = _misquoted(data, records, marks, within, delimiter)
    before = _running(cutting)
    first = before[records.first]
    return Fields(marks.places[cutting], first, before[records.last] - first, misquoted)


def _within_quotes(records: Records, marks: Marks) -> Mask:
    """Which marks have an odd number of quotes in their row up to themselves; true at a quote that opens."""
    lengths = np.diff(marks.lines, prepend=-1)
    before = np.concatenate([np.zeros(1, dtype=np.int64), marks.quotes[marks.lines]])[:-1]
    within: Mask = ((marks.quotes[1:] - np.repeat(before[records.heads], lengths)) & 1).astype(np.bool_)
    return within


def _misquoted(data: U8, records: Records, marks: Marks, within: Mask, delimiter: str) -> Mask:
    """Rows with an odd number of quotes, or with one that neither opens, closes nor is doubled.

    What opens has a line end, a delimiter or its double before it, what closes has one of them behind it.
    """
    quotes = np.flatnonzero(marks.kinds == MARK)
    places = marks.places[quotes]
    neighbours = data[places + np.where(within[quotes], -1, 1)]
    fitting = (neighbours == ord(delimiter)) | (neighbours == LF) | (neighbours == MARK)
    fitting |= (places == 0) & within[quotes]
    misquoted: Mask = ((marks.quotes[records.last] - marks.quotes[records.first]) & 1).astype(np.bool_)
    misquoted[_rows_of(records, places[~fitting])[0]] = True
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
    begins = begins[LOOKED_AT[data[begins]]]
    first = data[begins]
    quoted = first == MARK
    filled = quoted | ((first != LF) & (first != ord(delimiter)))
    return np.sort(dangerous(data, (begins + quoted)[filled]))


def safe_rows(raw: bytes, records: Records, places: Index, *, whole: bool) -> list[bytes]:
    """Every row as bytes, with apostrophes inserted at the given places; `whole` where every line is a row."""
    if whole:
        rows = raw.split(b"\n")[:-1]
    else:
        bounds = zip(records.starts.tolist(), records.ends.tolist(), strict=True)
        rows = [raw[start:end] for start, end in bounds]
    numbers, places = _rows_of(records, places)
    offsets = places - records.starts[numbers]
    # From the end, so that an apostrophe never moves the place of another.
    for row, offset in zip(reversed(numbers.tolist()), reversed(offsets.tolist()), strict=True):
        text = rows[row]
        rows[row] = text[:offset] + APOSTROPHE + text[offset:]
    return rows


def _rows_of(records: Records, places: Index) -> tuple[Index, Index]:
    """The row of each of the rising places that stand in one, and those places."""
    places = places[places >= records.starts[0]] if len(records.starts) else places[:0]
    rows = np.searchsorted(records.starts, places, side="right") - 1
    inside = places < records.ends[rows]
    return rows[inside], places[inside]
