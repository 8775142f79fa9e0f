"""Which files does a report become for a desk that takes these formats, up to this size?

    for packed in pack_report(node, report, wishes, about): …      Packed(rows=64_000, attachments=(…, …))

One message each: at most 64 files, rows numbered from 1.

Invariants (docs/spec/reports.md): every row of the report is in exactly one file of one message; no file is larger than
the desk takes; what a format has no place for goes beside it as CSV, under its own number; memory is one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from msgspec.structs import replace as rename

from liaison.errors import MalformedError, UsageError
from liaison.exchange.reports.rows import Row, read_row
from liaison.exchange.reports.writing import MOST_ROWS, media_type, suffix, write_rows
from liaison.exchange.strict_json import LARGEST as LARGEST_DOCUMENT
from liaison.exchange.values import Report as About
from liaison.messages.message import MOST_ATTACHMENTS, Attachment
from liaison.node.node import Node
from liaison.node.services.line.attachments import seal_attachment
from liaison.register.records import LARGEST_REPORT, ReportWishes
from liaison.register.vocabulary import ReportFormat
from liaison.routing.feeds.numbering import numbered_head, numbered_row, report_rows
from liaison.routing.feeds.shape import Format, Shape

NATIVE = {Format.JSON_LINES: ReportFormat.JSON_LINES, Format.CSV: ReportFormat.CSV, Format.LIST: ReportFormat.CSV}
NEEDS_MAILBOX = frozenset({ReportFormat.XARF})
COSTS = {ReportFormat.XARF: 1200, ReportFormat.STIX: 4000, ReportFormat.MISP: 1200}
"""About how many bytes a row has in a document besides its columns; if it is more, the file is made of fewer rows."""
KEPT_FREE = 16
"""Files of a message left for what the last rows turn out to need."""


class ReportFile(Protocol):
    """A report in its file."""

    @property
    def shape(self) -> Shape:
        """How its rows are read."""

    @property
    def head(self) -> bytes:
        """What the file begins with."""

    @property
    def stem(self) -> str:
        """What its files are called, without an end."""

    def chunks(self) -> Iterator[bytes]:
        """Its bytes."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What one message carries of a report."""

    rows: int
    attachments: tuple[Attachment, ...]


def chosen_format(shape: Shape, wishes: ReportWishes | None, about: About) -> ReportFormat:
    """The first format that the desk takes and this feed can be written in; without wishes the feed's own.

    XARF demands a mailbox of the sender.
    """
    native = NATIVE[shape.format]
    if wishes is None:
        return native
    possible = [each for each in wishes.formats if each not in NEEDS_MAILBOX or about.publisher.mailbox]
    return next(iter(possible), native)


def pack_report(node: Node, report: ReportFile, wishes: ReportWishes | None, about: About) -> Iterator[Packed]:
    """The files of a report, a message's at a time. Raises MalformedError for a row no file takes, NotNowError."""
    form = chosen_format(report.shape, wishes, about)
    largest = wishes.largest if wishes is not None else LARGEST_REPORT
    rows = report_rows(report.chunks(), report.head, quoted=report.shape.format is not Format.JSON_LINES)
    write = _plainly if form is NATIVE[report.shape.format] else _otherwise
    numbers = 0
    waiting: bytes | None = next(rows, None)
    while waiting is not None:
        parcel = _Parcel(node, report, form, largest)
        left = _Counted(waiting, rows)
        write(parcel, left, about)
        numbers += 1
        yield Packed(left.taken, parcel.attachments(several=numbers > 1 or left.waiting is not None, number=numbers))
        waiting = left.waiting


@dataclass(slots=True)
class _Counted:
    """Rows with the number they get in the present message; one that does not fit waits for the next."""

    waiting: bytes | None
    rest: Iterator[bytes]
    taken: int = 0

    def next(self) -> bytes:
        """Take the row that waits."""
        if self.waiting is None:
            raise StopIteration
        row, self.waiting = self.waiting, next(self.rest, None)
        self.taken += 1
        return row


@dataclass(slots=True)
class _Parcel:
    """The files of one message while they are made."""

    node: Node
    report: ReportFile
    form: ReportFormat
    largest: int
    files: list[tuple[ReportFormat, Attachment, tuple[int, int]]] = field(default_factory=list)

    def put(self, data: bytes, form: ReportFormat, rows: tuple[int, int]) -> None:
        if self.full:
            raise UsageError("report-too-large", rows=0)
        name = f"{self.report.stem}.{len(self.files) + 1}{suffix(form)}"
        made = seal_attachment(self.node, name=name, media_type=media_type(form), chunks=(data,))
        self.files.append((form, made, rows))

    @property
    def full(self) -> bool:
        return len(self.files) >= MOST_ATTACHMENTS

    def attachments(self, *, several: bool, number: int) -> tuple[Attachment, ...]:
        """The files; one that is alone has the plain name, others name their first and last row."""
        stem = f"{self.report.stem}-{number}" if several else self.report.stem
        alone = len(self.files) == 1
        return tuple(
            rename(each, name=f"{stem}{suffix(form)}" if alone else f"{stem}.{first}-{last}{suffix(form)}")
            for form, each, (first, last) in self.files
        )


def _plainly(parcel: _Parcel, left: _Counted, about: About) -> None:
    """The rows as they stand in the report."""
    shape = parcel.report.shape
    head = numbered_head(shape, parcel.report.head)
    parts, size, begun = [head], len(head), 1
    while left.waiting is not None:
        longest = len(left.waiting) + 40
        if len(parts) > 1 and size + longest > parcel.largest:
            parcel.put(b"".join(parts), parcel.form, (begun, left.taken))
            if parcel.full:
                return
            parts, size, begun = [head], len(head), left.taken + 1
        if size + longest > parcel.largest:
            raise MalformedError("row-too-long")
        row = left.next()
        parts.append(numbered_row(shape, row, left.taken))
        size += len(parts[-1])
    if len(parts) > 1:
        parcel.put(b"".join(parts), parcel.form, (begun, left.taken))


def _otherwise(parcel: _Parcel, left: _Counted, about: About) -> None:
    """The rows in another format, as many to a file as it holds; what has no place in it as CSV beside it."""
    largest = min(parcel.largest, LARGEST_DOCUMENT)
    beside: list[Row] = []
    while left.waiting is not None and len(parcel.files) < MOST_ATTACHMENTS - KEPT_FREE:
        rows = list(_some(parcel, left, largest))
        beside += _put_all(parcel, parcel.form, rows, about, largest)
        if len(beside) >= MOST_ROWS:
            _put_all(parcel, ReportFormat.CSV, beside, about, largest)
            beside = []
    _put_all(parcel, ReportFormat.CSV, beside, about, largest)


def _some(parcel: _Parcel, left: _Counted, largest: int) -> Iterator[Row]:
    """About as many rows as one file holds."""
    size = 0
    for _ in range(MOST_ROWS):
        if left.waiting is None or (size and size + 3 * len(left.waiting) + COSTS.get(parcel.form, 0) > largest):
            return
        size += 3 * len(left.waiting) + COSTS.get(parcel.form, 0)
        row = left.next()
        yield read_row(parcel.report.shape, row, left.taken)


def _put_all(parcel: _Parcel, form: ReportFormat, rows: list[Row], about: About, largest: int) -> list[Row]:
    """Put the rows into files; those that the format has no place for. Raises MalformedError, UsageError."""
    beside: list[Row] = []
    while rows:
        count = len(rows)
        written = write_rows(form, replace(about, key=f"{about.key}/{rows[0].number}"), rows)
        while len(written.data) > largest:
            if count == 1:
                raise MalformedError("row-too-long")
            count = max(1, count // 2)
            written = write_rows(form, replace(about, key=f"{about.key}/{rows[0].number}"), rows[:count])
        beside += [rows[place] for place in written.left_out]
        if written.data:
            parcel.put(written.data, form, (rows[0].number, rows[count - 1].number))
        rows = rows[count:]
    return beside
