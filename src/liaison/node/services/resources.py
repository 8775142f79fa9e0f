"""Which allocation data does this node route by? What its operator imported, then what ships with the project.

    resources/index.json     {"tables":[{"name":"ripencc","format":"delegated","source":"delegated-extended ripencc",
                               "date":"2026-11-21","file":"<sha256>","taken_from":"…","imported":"…",…}],"version":1}
    resources/<sha256>       one table, packed as docs/spec/allocation.md says

Invariants:
- Needs no node: neither tables of a database, nor keys, nor `init`.
- A new name leads all others; importing a name again replaces its table in its place; what ships comes last.
- tor-geoipdb gives special-purpose space to countries (6to4 to Japan); that is left out, as in what ships.
- The table is durable before the index names it, and the index before an old table goes: killed anywhere, the node
  routes by the old data or by the new.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from liaison.errors import MalformedError, UsageError
from liaison.routing.allocation import RangeTable, decode_delegated, decode_mmdb, decode_tor_geoip
from liaison.routing.snapshot import pack, shipped, unpack
from liaison.routing.special import without_special_purpose
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.identifiers import format_instant

INDEX = "index.json"
INDEX_LIMIT = 1 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DELEGATED = re.compile(rb"2(\.[0-9]+)?\|")
_MMDB_MARK, _MMDB_TAIL = b"\xab\xcd\xefMaxMind.com", 128 * 1024


class TableFormat(StrEnum):
    """What an allocation file is written in."""

    DELEGATED = "delegated"
    TOR_GEOIPDB = "tor-geoipdb"
    MMDB = "mmdb"


class TableFiles(Protocol):
    """Whole files by name, durable when `write` returns."""

    def read(self, path: str) -> bytes | None:
        """The bytes at `path`, or None."""

    def write(self, items: Mapping[str, bytes]) -> None:
        """Keep every item."""

    def remove(self, path: str) -> None:
        """Forget it; idempotent."""


class ImportedTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One imported table: whose statement of which day, and where it is kept."""

    name: str
    format: TableFormat
    source: str
    date: str | None
    codes: int
    ipv4: int
    ipv6: int
    autonomous_systems: int
    file: str
    taken_from: str
    imported: str


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tables in their order: the first that says something is followed."""

    version: int
    tables: tuple[ImportedTable, ...]


def recognise(data: bytes) -> TableFormat:
    """The format of a whole allocation file, by its bytes."""
    if _MMDB_MARK in data[-_MMDB_TAIL:]:
        return TableFormat.MMDB
    lines = (line for line in data[:65536].split(b"\n") if line.strip() and not line.startswith(b"#"))
    return TableFormat.DELEGATED if _DELEGATED.match(next(lines, b"")) else TableFormat.TOR_GEOIPDB


def decode_table(data: bytes, form: TableFormat, *, chunks: Iterable[bytes] | None = None) -> RangeTable:
    """The table in an allocation file (`chunks` are the same bytes, watched). Raises `MalformedError`."""
    if form is TableFormat.MMDB:
        table = decode_mmdb(data)
    else:
        decode = decode_delegated if form is TableFormat.DELEGATED else decode_tor_geoip
        table = decode(chunks if chunks is not None else (data,))
    if form is TableFormat.TOR_GEOIPDB:
        table = without_special_purpose(table)
    if not table.codes:
        raise MalformedError("allocation-empty", format=form.value)
    return table


def keep_table(
    files: TableFiles, table: RangeTable, *, name: str, form: TableFormat, taken_from: str, now: datetime
) -> ImportedTable:
    """Keep a table under `name`, in front or in place of the one of that name. Raises `UsageError`, `NotNowError`."""
    if not _NAME.fullmatch(name):
        raise UsageError("table-name", name=name)
    index = _read_index(files)
    packed = pack(table)
    unpack(packed)
    kept = ImportedTable(
        name=name,
        format=form,
        source=table.source.name,
        date=table.source.date,
        codes=len(table.codes),
        ipv4=len(table.ipv4.starts),
        ipv6=len(table.ipv6.high),
        autonomous_systems=len(table.autonomous_systems.starts),
        file=hashlib.sha256(packed).hexdigest(),
        taken_from=taken_from,
        imported=format_instant(now.replace(microsecond=0)),
    )
    files.write({kept.file: packed})
    if any(each.name == name for each in index.tables):
        tables = tuple(kept if each.name == name else each for each in index.tables)
    else:
        tables = (kept, *index.tables)
    _write_index(files, index, tables)
    return kept


def remove_table(files: TableFiles, name: str) -> ImportedTable:
    """Route by an imported table no more. Raises `UsageError` if there is none of that name."""
    index = _read_index(files)
    gone = next((each for each in index.tables if each.name == name), None)
    if gone is None:
        raise UsageError("table-not-here", name=name)
    _write_index(files, index, tuple(each for each in index.tables if each is not gone))
    return gone


def imported_tables(files: TableFiles) -> tuple[ImportedTable, ...]:
    """The imported tables, leading first. Raises `MalformedError` for a damaged index."""
    return _read_index(files).tables


def load_tables(files: TableFiles) -> list[RangeTable]:
    """Every table in the order routing follows them, the shipped one last. Raises `MalformedError` for damaged data."""
    return [*(_load(files, each) for each in imported_tables(files)), shipped()]


def _load(files: TableFiles, each: ImportedTable) -> RangeTable:
    data = files.read(each.file)
    if data is None or hashlib.sha256(data).hexdigest() != each.file:
        raise MalformedError("table-damaged", name=each.name)
    return unpack(data)


def _read_index(files: TableFiles) -> Index:
    data = files.read(INDEX)
    if data is None:
        return Index(1, ())
    try:
        index = decode_struct(data, Index, limit=INDEX_LIMIT)
    except MalformedError as error:
        raise MalformedError("table-index-damaged") from error
    if index.version != 1:
        raise MalformedError("table-index-damaged")
    return index


def _write_index(files: TableFiles, before: Index, tables: tuple[ImportedTable, ...]) -> None:
    files.write({INDEX: encode_struct(Index(1, tables))})
    for file in {each.file for each in before.tables} - {each.file for each in tables}:
        files.remove(file)
