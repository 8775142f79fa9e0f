"""What do the allocation ranges look like that ship with the project? One table, packed small.

    liaison-ranges 1\\n
    {"autonomous_systems":1,"codes":["AD","AE",…],"date":"2026-06-25","ipv4":389993,"ipv6":300220,"source":"…"}\\n
    columns, little-endian, least significant bytes of all rows first, then the next bytes, and so on:
    IPv4 start differences (4 bytes a row), IPv4 values (2) · IPv6 high-half differences (8), low halves (8), values (2)
    · AS start differences (4), values (2)

The whole is an xz stream. A value numbers `codes`; 65535 says "not allocated". Spec: docs/spec/allocation.md.

Invariants: `unpack(pack(table))` equals the table; bytes from outside raise only MalformedError.
"""

from __future__ import annotations

import functools
import lzma
from importlib import resources
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from liaison.errors import MalformedError
from liaison.routing.allocation import RangeTable, Source
from liaison.routing.ranges import I32, Ranges32, Ranges128
from liaison.wire.typed import read_json

MAGIC: Final = b"liaison-ranges 1\n"
UNPACKED_LIMIT: Final = 128 * 1024 * 1024
_ABSENT: Final = 65535


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line that says how to read the columns."""

    autonomous_systems: int
    codes: list[str]
    date: str | None
    ipv4: int
    ipv6: int
    source: str


@functools.cache
def shipped() -> RangeTable:
    """The snapshot that comes with the project, unpacked once when first asked for."""
    page = resources.files("liaison.routing") / "data" / "allocation" / "ranges.xz"
    return unpack(page.read_bytes())


def pack(table: RangeTable) -> bytes:
    """The packed form of a table; the same table gives the same bytes."""
    header = Header(
        autonomous_systems=len(table.autonomous_systems.starts),
        codes=list(table.codes),
        date=table.source.date,
        ipv4=len(table.ipv4.starts),
        ipv6=len(table.ipv6.high),
        source=table.source.name,
    )
    columns = [
        _planes(_differences(table.ipv4.starts), 4),
        _packed_values(table.ipv4.values),
        _planes(_differences(table.ipv6.high), 8),
        _planes(table.ipv6.low, 8),
        _packed_values(table.ipv6.values),
        _planes(_differences(table.autonomous_systems.starts), 4),
        _packed_values(table.autonomous_systems.values),
    ]
    plain = MAGIC + msgspec.json.encode(header, order="sorted") + b"\n" + b"".join(columns)
    return lzma.compress(plain, preset=9 | lzma.PRESET_EXTREME)


def unpack(data: bytes) -> RangeTable:
    """The table of packed bytes, or MalformedError `snapshot-malformed`."""
    try:
        plain = lzma.LZMADecompressor(memlimit=UNPACKED_LIMIT).decompress(data, UNPACKED_LIMIT)
        if not plain.startswith(MAGIC):
            raise MalformedError("snapshot-malformed")
        end = plain.index(b"\n", len(MAGIC))
        header = read_json(plain[len(MAGIC) : end], Header)
        return _read_columns(header, _Reader(plain, end + 1))
    except (lzma.LZMAError, EOFError, ValueError, msgspec.MsgspecError) as error:
        raise MalformedError("snapshot-malformed") from error


class _Reader:
    """Takes columns off the front; raises ValueError when the bytes run out."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data, self._position = data, position

    def column(self, rows: int, width: int) -> npt.NDArray[np.uint64]:
        """`rows` numbers of `width` bytes, put together from their planes."""
        if rows < 0:
            raise ValueError
        planes = np.frombuffer(self._data, dtype=np.uint8, count=rows * width, offset=self._position)
        self._position += rows * width
        rows_of_bytes = np.zeros((rows, 8), dtype=np.uint8)
        rows_of_bytes[:, :width] = planes.reshape(width, rows).T
        return rows_of_bytes.reshape(-1).view("<u8").astype(np.uint64)

    def values(self, rows: int, codes: int) -> I32:
        """Values as they stand in memory: -1 for what is not allocated."""
        values = self.column(rows, 2).astype(np.int32)
        if np.any((values != _ABSENT) & (values >= codes)):
            raise ValueError
        return np.where(values == _ABSENT, -1, values).astype(np.int32)

    def finish(self) -> None:
        if self._position != len(self._data):
            raise ValueError


def _read_columns(header: Header, reader: _Reader) -> RangeTable:
    ipv4 = Ranges32(_starts32(reader.column(header.ipv4, 4)), reader.values(header.ipv4, len(header.codes)))
    high = np.cumsum(reader.column(header.ipv6, 8), dtype=np.uint64)
    low = reader.column(header.ipv6, 8)
    if not len(high) or high[0] or low[0]:
        raise ValueError
    if np.any((high[1:] < high[:-1]) | ((high[1:] == high[:-1]) & (low[1:] <= low[:-1]))):
        raise ValueError
    ipv6 = Ranges128(high, low, reader.values(header.ipv6, len(header.codes)))
    rows = header.autonomous_systems
    systems = Ranges32(_starts32(reader.column(rows, 4)), reader.values(rows, len(header.codes)))
    reader.finish()
    return RangeTable(Source(header.source, header.date), tuple(header.codes), ipv4, ipv6, systems)


def _starts32(differences: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """Rising starts from 0 below 2**32, or ValueError."""
    if not len(differences) or differences[0] or np.any(differences[1:] == 0) or differences.sum() >= 2**32:
        raise ValueError
    return np.cumsum(differences, dtype=np.uint64).astype(np.uint32)


def _differences(starts: npt.NDArray[np.unsignedinteger]) -> npt.NDArray[np.uint64]:
    wide = starts.astype(np.uint64)
    before = np.concatenate([np.zeros(1, dtype=np.uint64), wide[:-1]])
    differences: npt.NDArray[np.uint64] = wide - before
    return differences


def _packed_values(values: I32) -> bytes:
    return _planes(np.where(values < 0, _ABSENT, values).astype(np.uint64), 2)


def _planes(numbers: npt.NDArray[np.uint64], width: int) -> bytes:
    """The numbers' lowest bytes, then their second bytes, and so on: equal bytes side by side pack small."""
    as_bytes = numbers.astype("<u8").view(np.uint8).reshape(len(numbers), 8)
    return as_bytes[:, :width].T.tobytes()
