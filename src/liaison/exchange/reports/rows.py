"""What does one row of a report tell, by the usual names of its columns?

    row = read_row(shape, b"2026-08-22T03:00:00Z,192.0.2.7,443,XC,…", number=1)
    row.columns["port"]      "443"          every column of the feed, as it came
    row.what                 Observable(kind="ipv4", value="192.0.2.7", source_port=443, …), None where it names nothing

Invariants: what a column means is told by its name alone (`MEANS`), because a number is a port or a count; a column
that is not understood is kept with the others and means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from liaison.errors import MalformedError
from liaison.exchange.observing import kind_of, moment, observe, of_epoch, port, protocol
from liaison.messages.forms.observables import Observable
from liaison.routing.feeds.neutral import restored
from liaison.routing.feeds.numbering import as_text, cells_of
from liaison.routing.feeds.reports import ANSWER_COLUMNS
from liaison.routing.feeds.shape import Format, Shape, flattened, known_names
from liaison.wire.typed import read_json

# What of an observable a column tells, by the names that sources of feeds use, the most telling first.
MEANS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "first": ("first_seen", "timestamp", "time", "time.source", "source_time", "event_time", "date", "seen"),
        "last": ("last_seen",),
        "source_port": ("source_port", "source.port", "src_port", "sport", "port"),
        "destination_port": ("destination_port", "destination.port", "dst_port", "dest_port", "dport"),
        "protocol": ("protocol", "proto", "protocol.transport", "transport"),
        "count": ("count", "hits", "events"),
    }
)
MOST_COUNT = 2**53 - 1
ROUTED = frozenset({"ipv4", "ipv6", "prefix", "asn", "domain", "url"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a report."""

    number: int
    columns: Mapping[str, str]
    routed: Mapping[str, str]
    """Why it went to this desk."""
    what: Observable | None

    def told(self) -> dict[str, Any]:
        """The row as a document carries it."""
        return {"columns": dict(self.columns), "number": self.number, "routed": dict(self.routed)}


def read_row(shape: Shape, row: bytes, number: int) -> Row:
    """A row of a report as the feed's shape says. Raises MalformedError."""
    if shape.format is Format.JSON_LINES:
        return _of_object(shape, row, number)
    cells = [restored(cell) for cell in cells_of(row.decode("utf-8", "replace"), shape.delimiter)]
    own, added = cells[: len(shape.names)], cells[len(shape.names) :]
    columns = named(zip(shape.names, own, strict=False))
    routed = dict(zip(ANSWER_COLUMNS, added, strict=False))
    resource = own[shape.column] if shape.column < len(own) else ""
    return Row(number, columns, routed, _observed(resource, columns))


def _of_object(shape: Shape, row: bytes, number: int) -> Row:
    try:
        told = read_json(row, dict[str, dict[str, Any]])
    except msgspec.DecodeError as error:
        raise MalformedError("report-not-numbered") from error
    columns = named((name, as_text(value)) for name, value in flattened(told.get("row", {})))
    routed = {name: as_text(value) for name, value in told.get("liaison", {}).items()}
    return Row(number, columns, routed, _observed(columns.get(shape.names[0], ""), columns))


def row_of(number: int, cells: Iterable[tuple[str, str]]) -> Row:
    """A row as a receiver has it, who is not told which column named the resource: the one with a usual name, else the
    first that holds an address."""
    columns, routed = {}, {}
    for name, value in cells:
        known = name.removeprefix("liaison_")
        if name != known and known in ANSWER_COLUMNS:
            routed[known] = value
        else:
            columns[name] = value
    plain = {_plain(name): value for name, value in columns.items()}
    usual = (plain[name] for name in known_names() if name in plain)
    resource = next((each for each in (*usual, *columns.values()) if kind_of(each) in ROUTED), "")
    return Row(number, columns, routed, _observed(resource, columns))


def named(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Cells by their names; a name that stands twice is numbered, so that none is lost."""
    found: dict[str, str] = {}
    for name, value in cells:
        key, again = name, 1
        while key in found:
            again += 1
            key = f"{name} ({again})"
        found[key] = value
    return found


def _observed(resource: str, columns: Mapping[str, str]) -> Observable | None:
    kind = kind_of(resource)
    if kind is None:
        return None
    plain = {_plain(name): value for name, value in columns.items()}
    said = {name: next((plain[each] for each in known if plain.get(each)), "") for name, known in MEANS.items()}
    count = said["count"]
    return observe(
        kind,
        resource,
        role="source",
        source_port=port(said["source_port"]),
        destination_port=port(said["destination_port"]),
        protocol=protocol(said["protocol"]),
        count=int(count) if count.isascii() and count.isdigit() and 1 <= int(count[:17]) <= MOST_COUNT else None,
        first=moment(said["first"]) or of_epoch(said["first"]),
        last=moment(said["last"]) or of_epoch(said["last"]),
    )


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")
