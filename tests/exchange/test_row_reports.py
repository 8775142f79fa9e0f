"""Does a report keep every column in each format a desk takes, and is a file of answers read whole or refused?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.exchange.documents import decode_document
from liaison.exchange.reports.answers import LARGEST, decode_answers
from liaison.exchange.reports.reading import decode_report_file
from liaison.exchange.reports.rows import read_row
from liaison.exchange.reports.writing import write_rows
from liaison.messages.forms.row_answers import RowAnswer, SaidOfRow, grouped, parcels, plain, read_row_answers, within
from liaison.register.vocabulary import ReportFormat
from liaison.routing.feeds.neutral import cell
from liaison.routing.feeds.shape import Format, Shape
from tests.exchange.reports import report

NAMES = ("time", "ip", "port", "proto", "note", "note")
SHAPE = Shape(Format.CSV, ",", 1, NAMES, header=True)
LINE = b'2026-11-22T05:10:05+03:00,192.0.2.10,51044,tcp,\'=1+1,"a, b",XC,allocation,XC,demo,2026-11-22,'
COLUMNS = {
    "time": "2026-11-22T05:10:05+03:00", "ip": "192.0.2.10", "port": "51044", "proto": "tcp", "note": "=1+1",
    "note (2)": "a, b",
}  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=12)


@pytest.mark.parametrize("form", list(ReportFormat))
def test_every_column_of_the_feed_stands_in_every_format(form: ReportFormat) -> None:
    rows = [read_row(SHAPE, LINE, at) for at in (7, 8)]
    written = write_rows(form, report(), rows)
    assert written.left_out == ()
    sheet = decode_report_file(written.data)
    assert sorted(sheet.lines) == [7, 8]
    told = dict(sheet.cells(8))
    assert {name: told[name] for name in COLUMNS} == COLUMNS
    assert (told["liaison_code"], told["liaison_date"]) == ("XC", "2026-11-22")


@pytest.mark.parametrize("form", [ReportFormat.XARF, ReportFormat.STIX, ReportFormat.MISP])
def test_a_document_names_time_port_and_protocol_where_any_reader_of_the_format_looks(form: ReportFormat) -> None:
    (found,) = decode_document(write_rows(form, report(), [read_row(SHAPE, LINE, 1)]).data).indicators
    what = found.what
    assert (what.kind, what.value, what.source_port, what.protocol) == ("ipv4", "192.0.2.10", 51044, "tcp")
    assert (what.first_seen, what.offset) == ("2026-11-22T02:10:05Z", "+03:00")


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), st.sampled_from(list(ReportFormat)))
def test_any_text_of_a_column_comes_back(rows: list[tuple[str, str]], form: ReportFormat) -> None:
    shape = Shape(Format.CSV, ",", 0, ("ip", "a", "b"), header=True)
    lines = [",".join(map(cell, ("192.0.2.7", *row, "XC", "claim", "", "", "", ""))).encode() for row in rows]
    written = write_rows(form, report(), [read_row(shape, line, at) for at, line in enumerate(lines, start=1)])
    sheet = decode_report_file(written.data)
    assert [tuple(value for _, value in sheet.cells(at)[1:3]) for at in sorted(sheet.lines)] == rows


@pytest.mark.parametrize("form", [ReportFormat.XARF, ReportFormat.STIX, ReportFormat.MISP])
def test_a_row_that_a_document_cannot_hold_is_named_so_that_it_goes_as_csv(form: ReportFormat) -> None:
    bad = LINE.replace(b"tcp", b"t\x07cp")
    rows = [read_row(SHAPE, LINE, 1), read_row(SHAPE, bad, 2), read_row(SHAPE, LINE.replace(b"192.0.2.10", b"?"), 3)]
    written = write_rows(form, report(), rows)
    assert written.left_out == (1, 2)
    assert sorted(decode_report_file(written.data).lines) == [1]


def test_prefixes_are_no_source_of_xarf_and_are_named() -> None:
    rows = [read_row(SHAPE, LINE.replace(b"192.0.2.10", b"192.0.2.0/24"), 1)]
    written = write_rows(ReportFormat.XARF, report(), rows)
    assert (written.data, written.left_out) == (b"", (0,))


HEAD = "liaison_row,answer,ticket,to,remark\n"


def answers(text: str, rows: int = 50) -> list[dict[str, Any]]:
    return plain(decode_answers((HEAD + text).encode(), rows=rows))  # type: ignore[return-value]


def refusal(data: bytes, rows: int = 50) -> tuple[str, dict[str, Any]]:
    with pytest.raises(MalformedError) as caught:
        decode_answers(data, rows=rows)
    return caught.value.code, caught.value.params


def test_answers_are_read_by_code_or_by_word_and_neighbours_become_ranges() -> None:
    found = answers("1,fixed,RT#1,,\n2,Fixed,RT#1,,\n3,not-ours,,AS64501,moved\n9,customer told,,,\n10,,,,\n")
    assert found == [
        {"answer": "fixed", "remark": None, "rows": [[1, 2]], "ticket": "RT#1", "to": None},
        {"answer": "not-ours", "remark": "moved", "rows": [[3, 3]], "ticket": None, "to": "AS64501"},
        {"answer": "customer-told", "remark": None, "rows": [[9, 9]], "ticket": None, "to": None},
    ]


def test_the_report_itself_with_a_column_added_is_a_file_of_answers() -> None:
    data = b'# A notice\nip;note;liaison_row;answer\n192.0.2.7;\'=1+1;4;false-positive\n192.0.2.8;"x\ny";5;\n'
    assert [each.rows for each in decode_answers(data, rows=5)] == [((4, 4),)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("51,fixed,,,\n", "answers-foreign-row", 2),
        ("0,fixed,,,\n", "answers-foreign-row", 2),
        ("-1,fixed,,,\n", "answers-foreign-row", 2),
        ("1e3,fixed,,,\n", "answers-foreign-row", 2),
        (",fixed,,,\n", "answers-foreign-row", 2),
        ("99999999999999999999,fixed,,,\n", "answers-foreign-row", 2),
        ("1,fixed,,,\n2,fixed,,,\n1,not-ours,,,\n", "answers-doubled", 4),
        ("1,guilty,,,\n", "answers-unknown", 2),
        ("1,fixed,,AS64501,\n", "answers-not-theirs", 2),
        (f"1,fixed,{'x' * 61},,\n", "answers-text", 2),
    ],
)
def test_a_line_that_cannot_be_meant_refuses_the_whole_file_and_is_named(text: str, code: str, line: int) -> None:
    found, params = refusal((HEAD + text).encode())
    assert (found, params["line"]) == (code, line)


def test_a_file_of_a_million_answers_or_of_many_bytes_is_refused_before_it_is_read() -> None:
    assert refusal(HEAD.encode() + b"1,,,,\n" * 1_000_001)[0] == "answers-too-many"
    assert refusal(b"x" * (LARGEST + 1))[0] == "answers-too-large"
    assert refusal(b"a,b\n1,2\n")[0] == "answers-columns"
    assert refusal(b"")[0] == "answers-empty"
    assert refusal(HEAD.encode())[0] == "answers-empty"
    assert refusal(HEAD.encode() + "1,fixed,\u202e,,\n".encode())[0] == "document-characters"


def test_a_ticket_that_looks_like_a_formula_stays_text() -> None:
    assert answers("1,fixed,'=cmd|x,,\n2,fixed,@SUM(1),,\n")[0]["ticket"] == "=cmd|x"


def test_a_range_of_any_length_costs_no_more_than_its_bytes() -> None:
    (group,) = read_row_answers(
        [{"answer": "fixed", "remark": None, "rows": [[1, 99_999_999]], "ticket": None, "to": None}], most=5
    )
    assert list(within([group], 50)) == [(group, 1, 50)]


@given(st.lists(st.integers(1, 30_000), unique=True, min_size=1, max_size=3000), st.integers(1, 4))
def test_however_many_rows_are_told_apart_every_parcel_fits_and_together_they_say_the_same(
    rows: list[int], tickets: int
) -> None:
    said = [(at, SaidOfRow("fixed", ticket=f"RT#{at % tickets}")) for at in sorted(rows)]
    found: dict[int, str] = {}
    for each in parcels(grouped(said), 8000):
        field = plain(each)
        assert len(json.dumps(field)) < 16_000
        assert read_row_answers(field, most=2000) == each
        for group in each:
            found |= {at: str(group.ticket) for first, last in group.rows for at in range(first, last + 1)}
    assert found == {at: each.ticket for at, each in said}


def test_groups_say_what_was_said() -> None:
    same = SaidOfRow("fixed", ticket="RT#1")
    assert grouped([(1, same), (2, same), (4, same)]) == (RowAnswer("fixed", None, ((1, 2), (4, 4)), "RT#1", None),)
