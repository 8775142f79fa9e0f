"""What would route the same rows without us? The same work row by row, columns without the care, and a tree in C.

Invariants: all of them look up the prefixes of the shipped allocation data, as the router does; what is searched with
numpy is searched by the router's own table, which sorts first and is faster than numpy's search alone.
"""

from __future__ import annotations

import csv
import functools
import importlib.util
import io
import ipaddress
from bisect import bisect_right
from collections.abc import Callable, Iterator

import numpy as np

from liaison.routing.names import code_of
from liaison.routing.ranges import Ranges32, Ranges128
from liaison.routing.snapshot import shipped


def prefixes() -> Iterator[tuple[str, int]]:
    """Every prefix of the allocation data and the number of its code, IPv4 first."""
    for ranges, kind, width in (
        (shipped().ipv4, ipaddress.IPv4Address, 32),
        (shipped().ipv6, ipaddress.IPv6Address, 128),
    ):
        for first, last, value in _stretches(ranges, 2**width):
            start = first
            while start <= last:
                size = min(start & -start or 2**width, 1 << ((last - start + 1).bit_length() - 1))
                yield f"{kind(start)}/{width + 1 - size.bit_length()}", value
                start += size


def _stretches(ranges: Ranges32 | Ranges128, end: int) -> Iterator[tuple[int, int, int]]:
    starts = [*ranges.begins(), end]
    for row, value in enumerate(ranges.values.tolist()):
        if value >= 0:
            yield starts[row], starts[row + 1] - 1, value


def tree() -> Callable[[str], object] | None:
    """pytricia's look-up of one IPv4 address as text, where it is installed."""
    if importlib.util.find_spec("pytricia") is None:
        return None
    import pytricia

    built = pytricia.PyTricia(32)
    for prefix, value in prefixes():
        if ":" in prefix:
            break
        built.insert(prefix, shipped().codes[value])
    return built.get  # type: ignore[no-any-return]


def plain(find4: Callable[[str], object], feed: list[bytes]) -> int:
    """The same work as a person would write it: csv.reader, ipaddress, a set of rows, csv.writer a country."""
    rows = csv.reader(io.StringIO(b"".join(feed).decode(), newline=""))
    next(rows)
    reports: dict[str, io.StringIO] = {}
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = tuple(row)
        if key in seen:
            continue
        seen.add(key)
        code = _plain_code(row[1], find4)
        csv.writer(reports.setdefault(code, io.StringIO())).writerow([*row, code])
    return sum(report.tell() for report in reports.values())


def _plain_code(text: str, find4: Callable[[str], object]) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return code_of(text) or "reject"
    if address.version == 4:
        return str(find4(text) or "reject")
    starts, values = _ipv6()
    value = values[bisect_right(starts, int(address)) - 1]
    return shipped().codes[value] if value >= 0 else "reject"


@functools.cache
def _ipv6() -> tuple[list[int], list[int]]:
    return shipped().ipv6.begins(), shipped().ipv6.values.tolist()


def polars(feed: list[bytes]) -> int:
    """Columns and one search: what is left when everything else is left out."""
    import polars as pl

    frame = pl.read_csv(io.BytesIO(b"".join(feed)), truncate_ragged_lines=True, infer_schema=False)
    parts = frame["ip"].str.extract_groups(r"^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$").struct.unnest()
    numbers = sum(
        parts.to_series(place).cast(pl.UInt32, strict=False).fill_null(0).to_numpy().astype(np.uint32) << shift
        for place, shift in enumerate((24, 16, 8, 0))
    )
    return int(shipped().ipv4.find(np.asarray(numbers, dtype=np.uint32)).sum())
