"""Under which number does each row of a report go out, and how is a numbered report read back?

    ip,note,liaison_code,…,liaison_row          {"liaison_row":1,"liaison":{…},"row":{…}}
    192.0.2.7,'=1+1,XC,…,1

    for row in report_rows(chunks, head, quoted=True): numbered_row(shape, row, 1)
    sheet = decode_sheet(data)                    sheet.rows[1] → ("192.0.2.7", "=1+1", "XC", …)

Invariants (docs/spec/reports.md): rows of one message count from 1; the number stands last, so that a column of the
feed that is called the same is another one; reading takes back the apostrophes and nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from liaison.errors import MalformedError
from liaison.routing.feeds.neutral import restored
from liaison.routing.feeds.pieces import cut_report
from liaison.routing.feeds.shape import BYTE_ORDER_MARK, DELIMITERS, Format, Shape, flattened
from liaison.wire.typed import read_json

ROW = "liaison_row"
PIECE = 8 << 20
MOST_COLUMNS = 500
_NUMBER = ROW.encode()
LONGEST_NUMBER = 8
"""Digits: a message carries no report of a hundred million rows."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file of a report by their numbers; each has as many cells as there are names."""

    names: tuple[str, ...]
    lines: dict[int, bytes]
    delimiter: str
    """Empty for JSON lines."""

    def cells(self, number: int) -> list[tuple[str, str]]:
        """The cells of one row with their names, as they stood in the feed. Raises MalformedError."""
        text = self.lines[number].decode("utf-8", "replace")
        if not self.delimiter:
            return object_cells(text)
        values = [restored(cell) for cell in cells_of(text, self.delimiter)]
        return list(zip(self.names, values, strict=False))


def report_rows(chunks: Iterable[bytes], head: bytes, *, quoted: bool) -> Iterator[bytes]:
    """The rows of a report that begins with `head`, each without its line end. Raises MalformedError."""
    for piece in cut_report(chunks, head, PIECE + len(head), quoted=quoted):
        yield from split_rows(piece[len(head) :], quoted=quoted)


def split_rows(body: bytes, *, quoted: bool) -> Iterator[bytes]:
    """The rows in these bytes; a line end inside quotes ends none."""
    lines = body.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    if not quoted or b'"' not in body:
        yield from lines
        return
    waiting: list[bytes] = []
    quotes = 0
    for line in lines:
        waiting.append(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            yield b"\n".join(waiting)
            waiting, quotes = [], 0
    if waiting:
        yield b"\n".join(waiting)


def numbered_head(shape: Shape, head: bytes) -> bytes:
    """The head of a report whose rows have numbers."""
    if shape.format is Format.JSON_LINES:
        return head
    return head[:-1] + shape.delimiter.encode() + _NUMBER + b"\n"


def numbered_row(shape: Shape, row: bytes, number: int) -> bytes:
    """A row of such a report with its number and a line end."""
    if shape.format is Format.JSON_LINES:
        return b'{"%b":%d,%b\n' % (_NUMBER, number, row[1:])
    return b"%b%b%d\n" % (row, shape.delimiter.encode(), number)


def decode_sheet(data: bytes) -> Sheet:
    """The rows of a numbered report in CSV or JSON lines. Raises MalformedError."""
    body = data.removeprefix(BYTE_ORDER_MARK)
    while body.startswith(b"#"):
        body = body.partition(b"\n")[2]
    if body.startswith(b"{"):
        return _objects(body)
    # What this program writes ends a line as Unix does, and never in a quoted number; others do both (RFC 4180).
    rows = [row.removesuffix(b"\r") for row in split_rows(body, quoted=True)]
    if not rows:
        raise MalformedError("report-not-numbered")
    header = rows[0].decode("utf-8", "replace")
    ends = [(each, each + name) for each in DELIMITERS for name in (ROW, f'"{ROW}"')]
    delimiter = next((each for each, end in ends if header.endswith(end)), None)
    if delimiter is None:
        raise MalformedError("report-not-numbered")
    names = tuple(restored(cell) for cell in cells_of(header, delimiter))
    if len(names) > MOST_COLUMNS:
        raise MalformedError("report-too-wide", limit=MOST_COLUMNS)
    return Sheet(names[:-1], dict(_numbered(rows[1:], delimiter.encode())), delimiter)


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one row of CSV. Raises MalformedError for one that readers would cut in different ways."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error as error:
        raise MalformedError("cells-unfit") from error


def _numbered(rows: Sequence[bytes], delimiter: bytes) -> Iterator[tuple[int, bytes]]:
    """Each row without its number, under it; of two with one number the later, as any spreadsheet would show last."""
    for row in rows:
        line, _, said = row.rpartition(delimiter)
        number = said[1:-1] if said[:1] == said[-1:] == b'"' else said
        if number.isdigit() and len(number) <= LONGEST_NUMBER:
            yield int(number), line


def _objects(body: bytes) -> Sheet:
    lines: dict[int, bytes] = {}
    for line in body.split(b"\n"):
        head = line[: len(_NUMBER) + LONGEST_NUMBER + 8]
        if head.startswith(b'{"%b":' % _NUMBER):
            number = head[len(_NUMBER) + 4 :].partition(b",")[0]
            if number.isdigit() and len(number) <= LONGEST_NUMBER:
                lines[int(number)] = line
    if not lines:
        raise MalformedError("report-not-numbered")
    return Sheet((), lines, "")


def object_cells(text: str) -> list[tuple[str, str]]:
    """The leaves of a row in JSON lines under dotted names, those of the feed first. Raises MalformedError."""
    try:
        told = read_json(text, dict[str, object])
    except msgspec.DecodeError as error:
        raise MalformedError("report-not-numbered") from error
    row, answer = told.get("row"), told.get("liaison")
    leaves = flattened(row) if isinstance(row, dict) else []
    leaves += [(f"liaison_{name}", value) for name, value in answer.items()] if isinstance(answer, dict) else []
    return [(name, as_text(value)) for name, value in leaves[:MOST_COLUMNS]]


def as_text(value: object) -> str:
    """A leaf as a cell."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
