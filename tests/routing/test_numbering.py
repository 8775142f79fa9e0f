"""Has every row of a report a number of its own, and does it read back as the feed had it?"""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.routing.feeds.neutral import cell
from liaison.routing.feeds.numbering import decode_sheet, numbered_head, numbered_row, report_rows
from liaison.routing.feeds.shape import Format, Shape

ADDED = "liaison_code,liaison_basis"
HEAD = f"# A notice.\n# Another.\nip,note,{ADDED}\n".encode()
SHAPE = Shape(Format.CSV, ",", 0, ("ip", "note"), header=True)
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=20)


def numbered(body: bytes, head: bytes = HEAD, shape: Shape = SHAPE) -> bytes:
    rows = report_rows([head + body], head, quoted=shape.format is not Format.JSON_LINES)
    return numbered_head(shape, head) + b"".join(numbered_row(shape, row, at) for at, row in enumerate(rows, start=1))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_rows_of_any_text_come_back_under_their_numbers(rows: list[tuple[str, str]]) -> None:
    body = "".join(",".join(map(cell, (*row, "XC", "claim"))) + "\n" for row in rows).encode()
    sheet = decode_sheet(numbered(body))
    assert sheet.names == ("ip", "note", "liaison_code", "liaison_basis")
    # An apostrophe that the feed had itself is one of those that neutralising doubles, so nothing is lost.
    assert [sheet.cells(at)[:2] for at in sorted(sheet.lines)] == [
        [("ip", first), ("note", second)] for first, second in rows
    ]


def test_a_spreadsheet_reads_the_numbers_as_the_last_column() -> None:
    data = numbered(b'192.0.2.7,"a, b\nc",XC,claim\n192.0.2.8,\'=1+1,XC,claim\n')
    rows = list(csv.reader(io.StringIO(data.decode()), delimiter=","))[2:]
    assert [row[-1] for row in rows] == ["liaison_row", "1", "2"]
    assert decode_sheet(data).cells(2)[1] == ("note", "=1+1")


def test_json_lines_keep_the_object_of_the_feed() -> None:
    shape, head = Shape(Format.JSON_LINES, names=("ip",)), b'{"liaison_notice":["x"]}\n'
    row = b'{"liaison":{"code":"XC"},"row":{"ip":"192.0.2.7","note":"=1+1","n":{"p":[1,2]}}}\n'
    sheet = decode_sheet(numbered(row * 2, head, shape))
    assert json.loads(sheet.lines[2])["row"]["note"] == "=1+1"
    assert dict(sheet.cells(2)) == {"ip": "192.0.2.7", "note": "=1+1", "n.p": "[1,2]", "liaison_code": "XC"}


def test_a_column_of_the_feed_that_is_called_like_ours_is_another_one() -> None:
    head = b"ip,liaison_row\n"
    sheet = decode_sheet(
        numbered(b"192.0.2.7,99\n", head, Shape(Format.CSV, ",", 0, ("ip", "liaison_row"), header=True))
    )
    assert sheet.cells(1) == [("ip", "192.0.2.7"), ("liaison_row", "99")]


@pytest.mark.parametrize("data", [b"", b"# only a notice\n", b"ip,note\n192.0.2.7,x\n", b'{"ip":"192.0.2.7"}\n'])
def test_what_has_no_numbers_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_sheet(data)


def test_numbers_that_are_none_are_passed_over_and_never_expanded() -> None:
    sheet = decode_sheet(b"ip,liaison_row\n192.0.2.7,x\n192.0.2.8,99999999999999999999\n192.0.2.9,3\n")
    assert sorted(sheet.lines) == [3]


@pytest.mark.parametrize(
    "data",
    [
        b"ip,note,liaison_row\r\n192.0.2.7,a,1\r\n192.0.2.8,b,2\r\n",
        b"\xef\xbb\xbfip,note,liaison_row\n192.0.2.7,a,1\n192.0.2.8,b,2\n",
        b'"ip";"note";"liaison_row"\r\n"192.0.2.7";"a";"1"\r\n"192.0.2.8";"b";"2"\r\n',
    ],
)
def test_a_numbered_table_that_another_program_saved_again_is_read_the_same(data: bytes) -> None:
    sheet = decode_sheet(data)
    assert sheet.names == ("ip", "note")
    assert [sheet.cells(number) for number in (1, 2)] == [
        [("ip", "192.0.2.7"), ("note", "a")],
        [("ip", "192.0.2.8"), ("note", "b")],
    ]
