"""Which address space belongs to no country: private, documentation, multicast and the like?

    prefix,use                       data/special-purpose.csv, after the IANA special-purpose registries (RFC 6890)
    10.0.0.0/8,private
    2001:db8::/32,documentation

It lies under everything else: an allocation, a claim or an override that covers such space is followed.
"""

from __future__ import annotations

import functools
from importlib import resources

from liaison.routing.addresses import Family, parse_prefix
from liaison.routing.allocation import RangeTable
from liaison.routing.ranges import NOTHING, Ranges32, Ranges128, Span


@functools.cache
def special_stretches() -> tuple[tuple[Family, int, int], ...]:
    """Family, first and last address of every special-purpose prefix."""
    page = resources.files("liaison.routing") / "data" / "special-purpose.csv"
    rows = page.read_text(encoding="ascii").splitlines()[1:]
    prefixes = [parse_prefix(row.split(",")[0]) for row in rows]
    return tuple((prefix.family, prefix.first, prefix.last) for prefix in prefixes)


def special_spans(family: Family, value: int) -> list[Span]:
    """The special-purpose space of one family, all of it holding `value`."""
    return [(first, last, value) for kind, first, last in special_stretches() if kind is family]


def without_special_purpose(table: RangeTable) -> RangeTable:
    """The table with nothing said about special-purpose space."""
    mark = len(table.codes)
    numbers = [*range(mark), NOTHING]
    ipv4 = Ranges32.of(special_spans(Family.IPV4, mark)).over(table.ipv4).mapped(numbers)
    ipv6 = Ranges128.of(special_spans(Family.IPV6, mark)).over(table.ipv6).mapped(numbers)
    return RangeTable(table.source, table.codes, ipv4, ipv6, table.autonomous_systems)
