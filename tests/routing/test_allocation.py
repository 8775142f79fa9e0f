"""Are the three allocation formats read strictly, and do they give the same table?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.routing import allocation
from liaison.routing.addresses import Stretch, parse_resource
from liaison.routing.allocation import RangeTable, decode_delegated, decode_mmdb, decode_tor_geoip
from tests.routing import mmdb
from tests.routing.world import DEMO_ALLOCATION, demo_table

HEAD = "2|demo|20260822|1|20260101|20260821|+0000\n"
TOR4 = "# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n15726992,15726999,??\n3221225984,3221226239,XC\n"
TOR6 = "# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n2001:db8::,2001:db8:3fff:ffff:ffff:ffff:ffff:ffff,XC\n"


def code_at(table: RangeTable, text: str) -> str | None:
    """The code of one address by the arrays of the table."""
    stretch = parse_resource(text)
    assert isinstance(stretch, Stretch)
    number = stretch.first
    if ":" in text:
        halves = (np.array([half], dtype=np.uint64) for half in (number >> 64, number & (2**64 - 1)))
        value = int(table.ipv6.find(*halves)[0])
    else:
        ranges = table.autonomous_systems if text.startswith("AS") else table.ipv4
        value = int(ranges.find(np.array([number], dtype=np.uint32))[0])
    return None if value < 0 else table.codes[value]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("192.0.2.0", "XC"),
        ("192.0.2.255", "XC"),
        ("192.0.3.0", None),
        ("198.51.100.1", "XD"),
        ("2001:db8:3fff:ffff:ffff:ffff:ffff:ffff", "XC"),
        ("2001:db8:4000::", "XD"),
        ("2001:db8:c000::", None),
        ("AS64500", "XC"),
        ("AS64501", "XD"),
        ("AS64511", None),
    ],
)
def test_a_delegated_file_gives_each_resource_to_its_holder(text: str, code: str | None) -> None:
    assert code_at(demo_table(), text) == code


def test_the_source_and_day_of_a_delegated_file_are_kept() -> None:
    assert demo_table().source == allocation.Source("delegated-extended demo", "2026-11-22")


def test_a_delegated_file_reads_the_same_in_any_chunks() -> None:
    data = DEMO_ALLOCATION.read_bytes()
    table = decode_delegated(data[begin : begin + 7] for begin in range(0, len(data), 7))
    assert table.ipv4.values.tolist() == demo_table().ipv4.values.tolist()


@pytest.mark.parametrize("status", ["available", "reserved"])
def test_what_a_registry_holds_back_is_no_allocation(status: str) -> None:
    table = decode_delegated([f"{HEAD}demo||ipv4|192.0.2.0|256||{status}\n".encode()])
    assert code_at(table, "192.0.2.1") is None


def test_a_smaller_range_wins_over_the_one_around_it_and_a_later_over_an_equal_one() -> None:
    rows = [
        "demo|XC|ipv4|192.0.2.16|16|20260101|assigned|a",
        "demo|XD|ipv4|192.0.2.0|256|20260101|allocated|b",
        "demo|XE|ipv4|192.0.2.16|16|20260101|assigned|c",
    ]
    table = decode_delegated([(HEAD + "\n".join(rows)).encode()])
    assert [code_at(table, f"192.0.2.{last}") for last in (15, 16, 31, 32)] == ["XD", "XE", "XE", "XD"]


@pytest.mark.parametrize(
    "line",
    [
        "demo|XC|ipv4|192.0.2.0|0|20260101|assigned|a",
        "demo|XC|ipv4|192.0.2.0|4294967296|20260101|assigned|a",
        "demo|XC|ipv4|2001:db8::|256|20260101|assigned|a",
        "demo|XC|ipv6|2001:db8::|129|20260101|assigned|a",
        "demo|XC|ipv6|192.0.2.0|32|20260101|assigned|a",
        "demo|XC|asn|AS1|1|20260101|assigned|a",
        "demo|XC|asn|4294967295|2|20260101|assigned|a",
        "demo|xc|ipv4|192.0.2.0|256|20260101|assigned|a",
        "demo|XC|ipv5|192.0.2.0|256|20260101|assigned|a",
        "demo|XC|ipv4|192.0.2.0|256|20260101|given|a",
        "demo|XC|ipv4|192.0.2.0",
        "é",
    ],
)
def test_a_line_that_is_not_of_the_format_is_named_by_its_number(line: str) -> None:
    with pytest.raises(MalformedError) as refused:
        decode_delegated([f"{HEAD}{line}\n".encode()])
    assert (refused.value.code, refused.value.params) == ("allocation-malformed", {"line": 2})


def test_a_file_without_a_version_line_is_refused() -> None:
    with pytest.raises(MalformedError):
        decode_delegated([b"demo|XC|ipv4|192.0.2.0|256|20260101|assigned|a\n"])


def test_both_tor_files_are_read_with_their_day() -> None:
    ipv4, ipv6 = decode_tor_geoip([TOR4.encode()]), decode_tor_geoip([TOR6.encode()])
    assert [code_at(ipv4, text) for text in ("192.0.2.0", "192.0.3.0", "0.239.248.16")] == ["XC", None, None]
    assert [code_at(ipv6, text) for text in ("2001:db8::", "2001:db8:4000::")] == ["XC", None]
    assert [table.source.date for table in (ipv4, ipv6)] == ["2026-06-25", "2026-06-25"]


@pytest.mark.parametrize("line", ["1,2", "2,1,XC", "1,2001:db8::,XC", "-1,2,XC", "1,4294967296,XC", "1,2,xc", "a,b,XC"])
def test_a_tor_line_that_is_not_of_the_format_is_refused(line: str) -> None:
    with pytest.raises(MalformedError):
        decode_tor_geoip([line.encode()])


def test_a_maxmind_database_is_read_by_registration_before_location() -> None:
    data = mmdb.write(
        {
            "192.0.2.0/24": {"country": {"iso_code": "XC"}},
            "198.51.100.0/24": {"registered_country": {"iso_code": "XD"}, "country": {"iso_code": "XC"}},
            "203.0.113.0/24": {"country_code": "XE"},
            "2001:db8::/34": {"country": "XC"},
            "2001:db8:4000::/34": {"continent": {"code": "EU"}},
        }
    )
    table = decode_mmdb(data)
    asked = ("192.0.2.9", "198.51.100.0", "203.0.113.255", "2001:db8::1", "2001:db8:4000::1", "192.0.3.0")
    assert [code_at(table, text) for text in asked] == ["XC", "XD", "XE", "XC", None, None]
    assert table.source == allocation.Source("MaxMind DB Test-Country", "2026-08-22")


@pytest.mark.parametrize("data", [b"", b"x" * 100, mmdb.MARKER, mmdb.MARKER + b"\xe0"])
def test_what_is_no_maxmind_database_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_mmdb(data)


@given(st.binary(max_size=200) | st.text(alphabet="demo|XCipv4612.:0\n,#?", max_size=200).map(str.encode))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    for decode in (decode_delegated, decode_tor_geoip):
        try:
            decode([HEAD.encode(), data])
        except MalformedError:
            continue


@given(st.binary(max_size=12), st.integers(0, 400))
def test_a_damaged_database_raises_only_our_errors(damage: bytes, place: int) -> None:
    whole = mmdb.write({"192.0.2.0/24": {"country": {"iso_code": "XC"}}, "2001:db8::/34": {"country": "XC"}})
    try:
        decode_mmdb(whole[:place] + damage + whole[place + len(damage) :])
        decode_mmdb(whole[: -1 - place])
    except MalformedError:
        return
