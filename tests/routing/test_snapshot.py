"""Does the snapshot unpack to what was packed, and does the shipped one hold what its notice says?"""

from __future__ import annotations

import lzma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.routing.addresses import Family
from liaison.routing.allocation import RangeTable
from liaison.routing.ranges import NOTHING
from liaison.routing.snapshot import MAGIC, pack, shipped, unpack
from liaison.routing.special import special_stretches, without_special_purpose
from tests.house import SOURCES
from tests.routing.test_allocation import code_at
from tests.routing.world import demo_table

SHIPPED = SOURCES / "routing" / "data" / "allocation"
PLAIN = lzma.decompress(pack(demo_table()))
MOST_BYTES = 3 * 1024 * 1024


def columns(table: RangeTable) -> list[list[int]]:
    found = (
        table.ipv4.starts,
        table.ipv4.values,
        table.ipv6.high,
        table.ipv6.low,
        table.ipv6.values,
        table.autonomous_systems.starts,
        table.autonomous_systems.values,
    )
    return [column.tolist() for column in found]


def test_a_table_unpacks_to_what_was_packed() -> None:
    table = demo_table()
    again = unpack(pack(table))
    assert (again.source, again.codes, columns(again)) == (table.source, table.codes, columns(table))


def test_packing_again_gives_the_same_bytes() -> None:
    assert pack(unpack(pack(demo_table()))) == pack(demo_table())


@pytest.mark.parametrize(
    ("text", "code"),
    [("1.1.1.1", "AU"), ("8.8.8.8", "US"), ("2001:660::1", "FR"), ("193.0.6.139", "NL"), ("2001:67c:2e8::1", "NL")],
)
def test_the_shipped_snapshot_knows_well_known_networks(text: str, code: str) -> None:
    assert code_at(shipped(), text) == code


def test_the_shipped_snapshot_is_small_dated_and_licensed() -> None:
    assert (SHIPPED / "ranges.xz").stat().st_size <= MOST_BYTES
    assert shipped().source.date == "2026-06-25"
    assert "CC BY-SA 4.0" in (SHIPPED / "NOTICE.md").read_text(encoding="utf-8")
    assert "ShareAlike" in (SHIPPED / "LICENCE").read_text(encoding="utf-8")


def test_the_shipped_snapshot_says_nothing_about_special_purpose_space() -> None:
    for family, first, last in special_stretches():
        table = shipped().ipv4 if family is Family.IPV4 else shipped().ipv6
        assert set(table.values[table.covers(first, last)].tolist()) == {NOTHING}


def test_special_purpose_space_is_taken_out_of_a_table() -> None:
    assert set(columns(without_special_purpose(demo_table()))[1]) == {NOTHING}


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    for packed in (data, lzma.compress(data, preset=0), lzma.compress(MAGIC + data, preset=0)):
        with pytest.raises(MalformedError):
            unpack(packed)


@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_damaged_column_is_refused_or_still_a_table(place: int, change: int) -> None:
    plain = bytearray(PLAIN)
    plain[place % len(plain)] ^= change
    try:
        table = unpack(lzma.compress(bytes(plain), preset=0))
    except MalformedError:
        return
    assert np.all(np.diff(table.ipv4.starts.astype(np.int64)) > 0)
