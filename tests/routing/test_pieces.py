"""Is a report too large for one attachment cut between its rows, losing none?"""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.routing.feeds.pieces import cut_report

HEAD = b"# notice\nip,note\n"
cells = st.text(st.sampled_from('ab,"\n'), max_size=6)


def table(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode()


def chunked(data: bytes, size: int) -> list[bytes]:
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=12), st.integers(1, 40))
def test_the_rows_of_all_pieces_are_the_rows_of_the_report(rows: list[list[str]], size: int) -> None:
    pieces = list(cut_report(chunked(HEAD + table(rows), size), HEAD, 64, quoted=True))
    assert all(piece.startswith(HEAD) and len(piece) <= 64 for piece in pieces)
    bodies = [piece.removeprefix(HEAD).decode() for piece in pieces]
    assert [row for body in bodies for row in csv.reader(io.StringIO(body, newline=""))] == rows


def test_a_report_that_fits_is_one_piece() -> None:
    assert list(cut_report([HEAD + b"1,a\n2,b\n"], HEAD, 100, quoted=True)) == [HEAD + b"1,a\n2,b\n"]


def test_json_lines_are_cut_whatever_their_quotes() -> None:
    rows = [b'{"a":"\\""}\n', b'{"b":1}\n']
    assert list(cut_report([b"{}\n", *rows], b"{}\n", 16, quoted=False)) == [b"{}\n" + row for row in rows]


def test_a_row_larger_than_a_piece_is_refused() -> None:
    with pytest.raises(MalformedError, match="row-too-long"):
        list(cut_report([HEAD + b"x" * 100 + b"\n"], HEAD, 64, quoted=True))
