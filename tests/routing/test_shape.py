"""Is a feed recognised for what it is, and its address column found?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError, UsageError
from liaison.routing.feeds.shape import Format, Wanted, sniff

CSV = b'time,src_ip,dst_ip,note\n2026,192.0.2.7,198.51.100.1,"a, b"\n2026,192.0.2.8,198.51.100.2,\n'


def test_a_plain_list_is_a_list() -> None:
    assert sniff(b"# x, y\n192.0.2.7\n2001:db8::1\nexample.xc\n", Wanted()).format is Format.LIST


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_csv_is_found(delimiter: str) -> None:
    shape = sniff(CSV.replace(b'"a, b"', b"ab").replace(b",", delimiter.encode()), Wanted())
    assert (shape.format, shape.delimiter, shape.column, shape.header) == (Format.CSV, delimiter, 1, True)


def test_a_column_is_found_by_its_name_before_what_it_holds() -> None:
    shape = sniff(CSV, Wanted())
    assert shape.names[shape.column] == "src_ip"


@pytest.mark.parametrize(("column", "position"), [("dst_ip", 2), ("DST_IP", 2), ("4", 3)])
def test_the_column_the_caller_names_is_taken(column: str, position: int) -> None:
    assert sniff(CSV, Wanted(column=column)).column == position


@pytest.mark.parametrize("column", ["nothing", "0", "5", ""])
def test_a_column_that_is_not_there_is_refused(column: str) -> None:
    with pytest.raises(UsageError) as refused:
        sniff(CSV, Wanted(column=column))
    assert refused.value.code == "feed-column-unknown"


def test_a_column_without_a_name_is_found_by_what_it_holds() -> None:
    shape = sniff(b"1,192.0.2.7,a.xc\n2,192.0.2.8,b.xc\n", Wanted())
    assert (shape.column, shape.header, shape.names) == (1, False, ("column_1", "column_2", "column_3"))


def test_a_named_column_that_holds_no_addresses_is_passed_over() -> None:
    shape = sniff(b"ip,where\nyes,192.0.2.7\nno,192.0.2.8\nno,192.0.2.9\n", Wanted())
    assert shape.column == 1


def test_without_an_address_column_the_caller_is_asked() -> None:
    with pytest.raises(UsageError) as refused:
        sniff(b"a,b\n1,2\n3,4\n", Wanted())
    assert refused.value.code == "feed-column-not-found"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"n":1,"ip":"192.0.2.7"}', "ip"),
        (b'{"source":{"ip":"192.0.2.7"},"url":"http://a.xc/"}', "source.ip"),
        (b'{"source.ip":"192.0.2.7"}', "source.ip"),
        (b'{"n":1,"peer":"192.0.2.7"}', "peer"),
    ],
)
def test_the_field_of_json_lines_is_found(line: bytes, field: str) -> None:
    shape = sniff(line + b"\n" + line + b"\n", Wanted())
    assert (shape.format, shape.names) == (Format.JSON_LINES, (field,))


@pytest.mark.parametrize("data", [b"\xff\xfe1\x00", b"\xfe\xff\x001", b"1\x002\x00"])
def test_a_feed_that_is_no_utf8_text_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError) as refused:
        sniff(data, Wanted())
    assert refused.value.code == "feed-encoding"


@given(st.binary(max_size=200) | st.text(alphabet='ip,;\t|{}":1.\n', max_size=100).map(str.encode))
def test_random_bytes_have_a_shape_or_raise_our_errors(data: bytes) -> None:
    for wanted in (Wanted(), Wanted(Format.CSV), Wanted(Format.JSON_LINES), Wanted(Format.LIST)):
        try:
            sniff(data, wanted)
        except LiaisonError:
            continue
