"""Are the rows of a report read as the observables they name, whatever feed they came from?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.messages.forms.observables import Observable
from liaison.node.reads.exchange.reported import read_rows
from liaison.routing.addresses import parse_resource
from liaison.routing.claims import Desk, Standing
from liaison.routing.feeds.reports import report_head, row_frame
from liaison.routing.feeds.shape import Format, Shape, Wanted, sniff
from liaison.routing.route import Answer, Basis


def observables(data: bytes) -> list[Observable | None]:
    return read_rows(data).observables(0, 100)


def table(header: str, *rows: str) -> bytes:
    lines = ['# This report is information, "not an order".', f"{header},liaison_code,liaison_ground"]
    return "\n".join([*lines, *(f"{row},XC,192.0.2.0/24" for row in rows), ""]).encode()


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("time,ip,port", "2026-11-22T05:10:05+03:00,192.0.2.10,51044", {"source_port": 51044, "offset": "+03:00"}),
        ("timestamp,src_ip,src_port,dst_port,proto", "1795311720,192.0.2.10,1,22,TCP", {"protocol": "tcp"}),
        ("ip,first_seen,last_seen,count", "192.0.2.10,2026-11-22T02:00:00Z,2026-11-22T03:00:00Z,7", {"count": 7}),
        ("dst_ip,port", "192.0.2.10,22", {"role": "destination", "destination_port": 22, "source_port": None}),
        ("dst_ip,dst_port,src_port", "192.0.2.10,22,9", {"destination_port": 22, "source_port": 9}),
        ("ip,time", "192.0.2.10,2026-11-22 02:10:05", {"first_seen": None}),
        ("ip,time", "192.0.2.10,7", {"first_seen": None}),
        ("ip,port,count", "192.0.2.10,99999,-1", {"source_port": None, "count": None}),
        ("note,ip", "'=1+1,192.0.2.10", {"value": "192.0.2.10"}),
        ("'-ip,ip", "x,192.0.2.10", {"value": "192.0.2.10"}),
        ("resource", "192.0.2.10 ; a note", {"value": "192.0.2.10"}),
    ],
)
def test_columns_are_known_by_the_names_that_feeds_give_them(header: str, row: str, told: dict[str, object]) -> None:
    (found,) = observables(table(header, row))
    assert found is not None and {name: getattr(found, name) for name in told} == told


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("2001:DB8::7", "ipv6"),
        ("AS64496", "asn"),
        ("www.example", "domain"),
        ("http://www.example/x", "url"),
        ("192.0.2.0/28", "prefix"),
    ],
)
def test_a_row_is_of_the_kind_of_its_value(value: str, kind: str) -> None:
    (found,) = observables(table("time,resource", f",{value}"))
    assert found is not None and found.kind == kind


def test_objects_on_lines_are_read_by_the_field_that_holds_the_address() -> None:
    lines = (
        b'{"liaison_notice":["x"]}\n{"liaison":{"code":"XC"},"row":{"source":{"ip":"192.0.2.9"},"dst_port":22}}\nnull\n'
    )
    first, second = observables(lines)
    assert first is not None and (first.value, first.destination_port) == ("192.0.2.9", 22)
    assert second is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b'{"liaison_notice":["x"]}\n[]\n',
        b"ip\n",
        b"# only a comment\n",
        b"a,b\n" + b'"' * 200_000,
        b"no address,none\nx,y\n",
    ],
)
def test_a_file_that_is_no_report_has_no_rows(data: bytes) -> None:
    assert [each for each in observables(data) if each is not None] == []


def test_what_stands_before_a_row_that_cannot_be_cut_is_kept() -> None:
    data = table("ip,note", "192.0.2.1,x") + b'192.0.2.2,"' + b"x" * 200_000
    assert [each.value for each in observables(data) if each] == ["192.0.2.1"]


@given(st.binary(max_size=300))
def test_no_bytes_are_a_failure(data: bytes) -> None:
    observables(data)
    observables(b"# x\nip,liaison_code\n" + data)
    observables(b'{"liaison_notice":[]}\n' + data)


@given(
    st.lists(st.sampled_from(["192.0.2.1", "198.51.100.7", "2001:db8::1"]), min_size=1, max_size=9),
    st.sampled_from(",;\t|"),
)
def test_what_routing_writes_is_read_back(values: list[str], delimiter: str) -> None:
    rows = [f"2026-11-22T03:02:00Z{delimiter}{value}" for value in values]
    feed = "\n".join([f"time{delimiter}ip", *rows, ""]).encode()
    shape: Shape = sniff(feed, Wanted())
    assert shape.format is Format.CSV
    desk = Desk(register="", participant=None, node=None, desk="XC", standing=Standing.UNKNOWN)
    before, after = row_frame(shape, Answer(desk=desk, refusal=None, basis=Basis.ALLOCATION, code="XC"))
    report = report_head(shape, feed.splitlines()[0], ["Not an order."]) + b"".join(
        before + row.encode() + after for row in rows
    )
    found = observables(report)
    assert [str(parse_resource(each.value)) for each in found if each] == [str(parse_resource(each)) for each in values]
    assert {each.first_seen for each in found if each} == {"2026-11-22T03:02:00Z"}
