"""Is announced space allocated to somebody, reserved, or nobody's, and who says so?

    space = Space(tables)
    space.of("192.0.2.0/24")       SpaceKind.SPECIAL_PURPOSE
    space.sources                  (Source("delegated-extended ripencc", "2026-11-21"), …)

Invariants: the layers are those of `route`: an allocation lies over special-purpose space; a prefix counts as allocated
only where all of it is; nothing of claims or overrides counts here.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from liaison.routing.addresses import Family, parse_prefix
from liaison.routing.allocation import RangeTable, Source
from liaison.routing.ranges import Ranges32, Ranges128
from liaison.routing.special import special_spans

_NOBODY, _SPECIAL, _FIRST = 0, 1, 2


class SpaceKind(StrEnum):
    """What allocation data say of a prefix."""

    ALLOCATED = "allocated"
    SPECIAL_PURPOSE = "special-purpose"
    NOT_ALLOCATED = "not-allocated"


class Space:
    """Allocation data, the earlier of the tables first, flattened once."""

    def __init__(self, tables: Sequence[RangeTable]) -> None:
        self.sources: tuple[Source, ...] = tuple(table.source for table in tables)
        base = Ranges32.of([(0, 2**32 - 1, _NOBODY)])
        self._ipv4 = Ranges32.of(special_spans(Family.IPV4, _SPECIAL)).over(base)
        wide = Ranges128.of([(0, 2**128 - 1, _NOBODY)])
        self._ipv6 = Ranges128.of(special_spans(Family.IPV6, _SPECIAL)).over(wide)
        for number, table in reversed(list(enumerate(tables, start=_FIRST))):
            values = [number] * len(table.codes)
            self._ipv4 = table.ipv4.mapped(values).over(self._ipv4)
            self._ipv6 = table.ipv6.mapped(values).over(self._ipv6)

    def of(self, prefix: str) -> SpaceKind:
        """What the data say of all of a prefix. Raises MalformedError."""
        stretch = parse_prefix(prefix)
        table: Ranges32 | Ranges128 = self._ipv4 if stretch.family is Family.IPV4 else self._ipv6
        found = set(table.values[table.covers(stretch.first, stretch.last)].tolist())
        if _SPECIAL in found:
            return SpaceKind.SPECIAL_PURPOSE
        return SpaceKind.NOT_ALLOCATED if _NOBODY in found else SpaceKind.ALLOCATED
