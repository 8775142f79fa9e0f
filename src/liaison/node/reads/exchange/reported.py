"""Which observables do the rows of a report name that a desk got (docs/spec/reports.md)?

    # This report is information …
    time,ip,port,liaison_code,…                    the column of the addresses is found as in a feed,
    2026-08-22T03:00:00Z,192.0.2.7,443,XC,…        the others by the names that feeds give them

Invariants: a row that names nothing gives None and is passed over; a time without a zone is no time; apostrophes that
`routing.feeds.neutral` put in front are taken off again; a file that is no report has no rows, and nothing is raised.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import dropwhile, islice

import msgspec

from liaison.errors import LiaisonError
from liaison.exchange.observing import Moment, kind_of, moment, observe, of_epoch, port, protocol
from liaison.messages.forms.observables import Observable
from liaison.routing.feeds.neutral import restored
from liaison.routing.feeds.reports import ANSWER_COLUMNS
from liaison.routing.feeds.shape import DELIMITERS, SAMPLE_ROWS, Format, Wanted, flattened, plain_name, sniff
from liaison.wire.typed import read_json

Row = Mapping[str, str]
# The names that feeds give to what stands beside an address, the most telling first.
FIRST = ("first_seen", "timestamp", "time", "time.source", "event_time", "source_time", "observed_at", "date")
LAST = ("last_seen", "time.last")
SOURCE_PORT = ("source_port", "src_port", "source.port", "sport", "port")
DESTINATION_PORT = ("destination_port", "dst_port", "dest_port", "destination.port", "dport")
PROTOCOL = ("protocol", "proto", "protocol.transport", "transport")
COUNT = ("count", "hits")
ADDED = f"liaison_{ANSWER_COLUMNS[0]}"
"""The first column that routing adds."""
_BEHIND = re.compile(r"[\s;#]")
"""What ends the address in a line of a plain list."""
_OTHER_END = re.compile("dst|dest")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one file by column; `column` is that of the address."""

    column: str
    rows: Iterator[Row]

    def observables(self, first: int, count: int) -> list[Observable | None]:
        """What the rows from the `first` on name, at most `count` of them; fewer at the end, or at a broken row."""
        found: list[Observable | None] = []
        with suppress(csv.Error):  # What stands behind it cannot be told apart any more.
            found.extend(_observed(row, self.column) for row in islice(self.rows, first, first + count))
        return found


NONE = Rows("", iter(()))


def read_rows(data: bytes) -> Rows:
    """The rows of one file of a report; none where it is not one. Nothing is raised."""
    text = data.decode("utf-8", "replace")
    try:
        return _objects(text) if text.startswith("{") else _table(text)
    except (LiaisonError, csv.Error):
        return NONE


def _table(text: str) -> Rows:
    """CSV behind its comments; what routing added at its right end is no part of the feed."""
    lines = list(dropwhile(lambda line: line.startswith("#"), io.StringIO(text, newline="\n")))
    before, added, _ = lines[0].partition(ADDED) if lines else ("", "", "")
    delimiter = before[-1:]
    if not added or delimiter not in DELIMITERS:
        return NONE
    cells = csv.reader(lines, delimiter=delimiter)
    names = [plain_name(restored(name)) for name in next(cells)]
    own = names[: names.index(ADDED)] if ADDED in names else []
    if not own:
        return NONE
    column = own[0] if len(own) == 1 else _column(lines[: SAMPLE_ROWS + 1], delimiter, own)
    return Rows(column, (dict(zip(own, map(restored, row), strict=False)) for row in cells))


def _column(lines: list[str], delimiter: str, own: list[str]) -> str:
    """The column of the addresses. Raises MalformedError, UsageError."""
    sample = io.StringIO()
    cut = csv.writer(sample, delimiter=delimiter, lineterminator="\n")
    with suppress(csv.Error):  # Of a row that cannot be cut; those before it tell enough.
        cut.writerows([restored(cell) for cell in row[: len(own)]] for row in csv.reader(lines, delimiter=delimiter))
    return own[sniff(sample.getvalue().encode(), Wanted(format=Format.CSV, delimiter=delimiter)).column]


def _objects(text: str) -> Rows:
    """JSON lines behind their notice."""
    lines = text.splitlines()[1:]
    sample = [json.dumps(row) for row in filter(None, map(_inner, lines[:SAMPLE_ROWS]))]
    shape = sniff("\n".join(sample).encode(), Wanted())
    flat = (flattened(_inner(line)) for line in lines)
    rows = ({plain_name(name): str(value) for name, value in each} for each in flat)
    return Rows(plain_name(shape.names[0]), rows)


def _inner(line: str) -> dict[str, object]:
    try:
        row = read_json(line, dict[str, object]).get("row")
    except msgspec.DecodeError:
        return {}
    return row if isinstance(row, dict) else {}


def _observed(row: Row, column: str) -> Observable | None:
    value = _BEHIND.split(row.get(column, "").strip())[0]
    other_end = _OTHER_END.search(column) is not None
    ports = {"source_port": port(_told(row, SOURCE_PORT)), "destination_port": port(_told(row, DESTINATION_PORT))}
    if other_end and ports["destination_port"] is None:
        ports = {"source_port": None, "destination_port": port(row.get("port"))}
    count = _told(row, COUNT)
    return observe(
        kind_of(value) or "",
        value,
        role="destination" if other_end else None,
        **ports,
        protocol=protocol(_told(row, PROTOCOL)),
        count=int(count) if re.fullmatch("[1-9][0-9]{0,14}", count) else None,
        first=_moment(_told(row, FIRST)),
        last=_moment(_told(row, LAST)),
    )


def _told(row: Row, names: tuple[str, ...]) -> str:
    return next((row[name].strip() for name in names if row.get(name)), "")


def _moment(text: str) -> Moment | None:
    return of_epoch(text) if re.fullmatch("[0-9]{10}", text) else moment(text)
