"""Are files of announcements and of validators read whole or refused, and are origins judged as RFC 6811 says?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.conduct.measured.routes import Origins, Roa, Route, Validity, decode_roas, decode_routes
from liaison.errors import MalformedError

SEEN = datetime(2026, 11, 20, 6, tzinfo=UTC)
HEAD = "asn,prefix,seen_at,state\n"
ROW = "AS64496,192.0.2.0/24,2026-11-20T06:00:00Z,invalid\n"


def route(prefix: str, asn: int = 64496) -> Route:
    return Route(asn, ip_network(prefix), SEEN)


def test_a_table_and_a_list_of_the_same_rows_say_the_same() -> None:
    rows = [{"asn": 64496, "prefix": "192.0.2.0/24", "seen_at": "2026-11-20T06:00:00Z", "state": "Invalid"}]
    expected = (Route(64496, ip_network("192.0.2.0/24"), SEEN, Validity.INVALID),)
    assert decode_routes((HEAD + ROW).encode()) == expected
    assert decode_routes(json.dumps(rows).encode()) == expected
    assert decode_routes(json.dumps({"routes": rows}).encode()) == expected


@pytest.mark.parametrize("apart", [";", "\t"])
def test_a_table_that_a_spreadsheet_of_another_country_saved_says_the_same(apart: str) -> None:
    saved = "\ufeff" + (HEAD + ROW).replace(",", apart).replace("\n", "\r\n")
    assert decode_routes(saved.encode()) == decode_routes((HEAD + ROW).encode())


def test_of_one_announcement_the_latest_counts_once() -> None:
    later = ROW.replace("06:00", "09:00").replace("invalid", "valid")
    for rows in (ROW + later, later + ROW):
        (found,) = decode_routes((HEAD + rows).encode())
        assert (found.seen.hour, found.validity) == (9, Validity.VALID)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("AS64496", "AS", "asn"),
        ("AS64496", "4294967296", "asn"),
        ("192.0.2.0/24", "192.0.2.1/24", "prefix"),
        ("192.0.2.0/24", "192.0.2.0", "prefix"),
        ("192.0.2.0/24", "192.0.2.0/255.255.255.0", "prefix"),
        ("2026-11-20T06:00:00Z", "20 November", "seen_at"),
        ("invalid", "bad", "state"),
        (",invalid", "", "row"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_number(old: str, new: str, column: str) -> None:
    text = HEAD + ROW + ROW.replace("192.0.2", "198.51.100").replace(old, new.replace("192.0.2", "198.51.100"))
    if "192.0.2" in old:
        text = HEAD + ROW + ROW.replace(old, new)
    with pytest.raises(MalformedError) as refused:
        decode_routes(text.encode())
    assert (refused.value.code, refused.value.params) == ("measured-file-row", {"row": 2, "column": column})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "measured-file-columns"),
        (b"prefix\n192.0.2.0/24\n", "measured-file-columns"),
        (b"asn,asn,prefix\n", "measured-file-columns"),
        (HEAD.encode(), "measured-file-empty"),
        (b"[]", "measured-file-empty"),
        (b"{}", "measured-file-unreadable"),
        (b"[1", "measured-file-unreadable"),
        (b"[1]", "measured-file-row"),
        (b"\xff\xfe", "measured-file-unreadable"),
    ],
)
def test_a_file_of_another_shape_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(MalformedError, match=code):
        decode_routes(data)


def test_exports_of_validators_are_read_in_their_own_spelling() -> None:
    table = b"ASN,IP Prefix,Max Length,Trust Anchor\nAS64496,192.0.2.0/24,26,example\n"
    page = {"metadata": {"generated": 1}, "roas": [
        {"asn": "AS64496", "prefix": "192.0.2.0/24", "maxLength": 26, "ta": "example", "expires": 1795316520},
    ]}  # fmt: skip
    expected = (Roa(64496, ip_network("192.0.2.0/24"), 26),)
    assert decode_roas(table) == decode_roas(json.dumps(page).encode()) == expected
    with pytest.raises(MalformedError, match="measured-file-row"):
        decode_roas(table.replace(b",26,", b",23,"))


ROAS = Origins([Roa(64496, ip_network("192.0.2.0/24"), 25), Roa(0, ip_network("203.0.113.0/24"), 32)])


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (route("192.0.2.0/24"), Validity.VALID),
        (route("192.0.2.128/25"), Validity.VALID),
        (route("192.0.2.0/26"), Validity.INVALID),
        (route("192.0.2.0/24", 64497), Validity.INVALID),
        (route("192.0.2.0/23", 64496), Validity.NOT_FOUND),
        (route("198.51.100.0/24"), Validity.NOT_FOUND),
        (route("203.0.113.0/24", 64496), Validity.INVALID),
        (route("203.0.113.0/24", 0), Validity.INVALID),
        (route("2001:db8::/32"), Validity.NOT_FOUND),
    ],
)
def test_the_state_of_an_origin_is_that_of_rfc_6811(seen: Route, expected: Validity) -> None:
    assert ROAS.validity(seen) is expected


@given(st.lists(st.tuples(st.integers(64496, 64499), st.integers(0, 3), st.integers(24, 26)), max_size=6),
       st.integers(64496, 64499), st.integers(0, 3), st.integers(24, 27))  # fmt: skip
def test_more_authorisations_for_an_origin_never_make_it_invalid(
    known: list[tuple[int, int, int]], asn: int, block: int, length: int
) -> None:
    roas = [Roa(number, ip_network(f"198.51.{place}.0/24"), longest) for number, place, longest in known]
    seen = route(f"198.51.{block}.0/{length}", asn)
    fits = [roa for roa in roas if seen.prefix.subnet_of(roa.prefix)]  # type: ignore[arg-type]
    naive = Validity.NOT_FOUND if not fits else Validity.INVALID
    if any(roa.asn == asn and length <= roa.longest for roa in fits):
        naive = Validity.VALID
    assert Origins(roas).validity(seen) is naive
    assert Origins([*roas, Roa(asn, seen.prefix, length)]).validity(seen) is Validity.VALID
