"""Does a feed come out as reports, rejects and totals that add up, and is nothing sent twice within a window?"""

from __future__ import annotations

import csv
import io
import json
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError
from liaison.routing.claims import Desk, Standing
from liaison.routing.directory import CountriesOnly
from liaison.routing.feeds.batches import ROW_LIMIT, ROW_REFUSALS
from liaison.routing.feeds.read import FeedReader
from liaison.routing.feeds.run import FeedRun, Window
from liaison.routing.feeds.seen import SeenRows
from liaison.routing.feeds.shape import Format, Wanted
from liaison.routing.route import Router
from liaison.routing.snapshot import shipped
from tests.house import SOURCES
from tests.routing.world import REAL_FEED, MemoryDirectory, demo_router, demo_table

Totals = dict[str, object]


def routed(feed: str, *, window: Window | None = None) -> tuple[dict[str, str], Totals]:
    """Reports by participant ("" for rejects) and the totals."""
    run = FeedRun(demo_router(), [feed.encode()], window=window, sentences=("Information.",))
    written: dict[str, str] = {}
    for part in run.parts():
        name = str(part.desk.participant) if part.desk else ""
        written[name] = written.get(name, "") + part.data.decode()
    return written, run.totals()


def pick(totals: Totals, *names: str) -> list[object]:
    return [totals[name] for name in names]


def test_a_report_keeps_every_column_and_says_why() -> None:
    written, _ = routed("time,ip,note\n2026,192.0.2.7,=1+1\n")
    assert written["XC"].splitlines() == [
        "# Information.",
        "time,ip,note,liaison_code,liaison_basis,liaison_ground,liaison_source,liaison_date,liaison_contested",
        "2026,192.0.2.7,'=1+1,XC,allocation,XC,delegated-extended demo,2026-11-22,",
    ]


def test_a_report_says_that_it_is_no_legal_order() -> None:
    run = FeedRun(demo_router(), [b"192.0.2.7\n"])
    report = b"".join(part.data for part in run.parts() if part.desk)
    assert b"It is not a legal order" in report
    assert b"does not say where traffic came from" in report


def test_a_feed_without_a_header_gets_one() -> None:
    written, _ = routed("1;192.0.2.7\n2;192.0.2.8\n")
    assert written["XC"].splitlines()[1].startswith("column_1;column_2;liaison_code;")


def test_a_plain_list_gives_one_report_a_desk() -> None:
    written, totals = routed("# list\n192.0.2.7\n198.51.100.0/24 ; SBL1\n\n2001:db8::1\n192.0.2.7\n10.0.0.1\n")
    assert [line.split(",")[0] for line in written["XC"].splitlines()[2:]] == ["192.0.2.7", "2001:db8::1"]
    assert written["XD"].splitlines()[2].startswith("198.51.100.0/24 ; SBL1,XD")
    assert written[""].splitlines() == ["line,reason,code,original", "7,special-purpose,,10.0.0.1"]
    assert pick(totals, "rows", "routed", "rejected", "duplicate", "skipped_lines") == [5, 3, 1, 1, 2]


def test_json_lines_stay_json_lines() -> None:
    rows = ['{"source":{"ip":"192.0.2.7"},"port":443}', '{"source":{"ip":7}}', '{"source":', "[]", "# x", "{}"]
    written, totals = routed("\n".join([rows[0], *rows]))
    head, row = map(json.loads, written["XC"].splitlines())
    assert head == {"liaison_notice": ["Information."]}
    assert row["row"] == json.loads(rows[0])
    assert row["liaison"]["code"] == "XC"
    assert totals["reasons"] == {"address-missing": 2, "json-malformed": 2}
    assert pick(totals, "rows", "routed", "rejected", "duplicate", "skipped_lines") == [6, 1, 4, 1, 1]


def test_a_reject_keeps_its_line_number_and_the_row_as_it_came() -> None:
    written, _ = routed('ip,note\n192.0.2.7,\n=10.0.0.1,"x ""y"""\n192.0.2.8,5" disk\n192.0.2.9\n')
    rows = list(csv.reader(io.StringIO(written[""]), strict=True))
    assert rows == [
        ["line", "reason", "code", "original"],
        ["3", "address-malformed", "", '\'=10.0.0.1,"x ""y"""'],
        ["4", "quote-misplaced", "", '192.0.2.8,5" disk'],
        ["5", "row-width-differs", "", "192.0.2.9"],
    ]


def test_a_stray_quote_costs_its_own_row_only() -> None:
    rows = "".join(f"192.0.2.{number},x\n" for number in range(100))
    _, totals = routed(f'ip,note\n192.0.2.200,"open\n{rows}')
    assert (totals["routed"], totals["reasons"]) == (100, {"quote-misplaced": 1})


def test_a_row_that_is_too_long_is_refused_and_the_next_is_read() -> None:
    for feed in (f"ip,note\n192.0.2.1,{'x' * ROW_LIMIT}\n192.0.2.2,y\n", f"192.0.2.1 #{'x' * ROW_LIMIT}\n192.0.2.2\n"):
        _, totals = routed(feed)
        assert (totals["routed"], totals["reasons"]) == (1, {"row-too-long": 1})


def test_an_endless_line_takes_no_endless_memory() -> None:
    reader = FeedReader((b"x" * 1_000_000 for _ in range(40)), Wanted(Format.LIST))
    sizes = [len(batch.data) for batch in reader.batches()]
    assert max(sizes) < 6_000_000


def test_line_ends_of_both_kinds_and_a_missing_last_one_are_read() -> None:
    for feed in ("192.0.2.7\r\n192.0.2.8", "\ufeff192.0.2.7\n192.0.2.8\n"):
        _, totals = routed(feed)
        assert totals["routed"] == 2


def test_what_the_same_desk_was_sent_is_counted_and_not_resent() -> None:
    secret = b"secret of the node"
    feed = "ip,note\n192.0.2.7,a\n198.51.100.7,a\n"
    first = FeedRun(demo_router(), [feed.encode()], window=Window(secret))
    list(first.parts())
    written, totals = routed(feed + "192.0.2.8,b\n", window=Window(secret, first.sent_digests()))
    assert pick(totals, "routed", "already_sent", "sent") == [3, 2, 1]
    assert set(written) == {"", "XC"}
    assert "192.0.2.7" not in written["XC"]


def test_digests_of_another_secret_match_nothing() -> None:
    feed = "192.0.2.7\n"
    first = FeedRun(demo_router(), [feed.encode()], window=Window(b"one"))
    list(first.parts())
    _, totals = routed(feed, window=Window(b"two", first.sent_digests()))
    assert totals["already_sent"] == 0


@pytest.mark.parametrize("tables", ["shipped", "demo"])
def test_the_totals_of_the_real_feed_add_up(tables: str) -> None:
    data = REAL_FEED.read_bytes()
    router = Router([shipped()] if tables == "shipped" else [demo_table()], MemoryDirectory())
    run = FeedRun(router, [data])
    lines = sum(part.data.count(b"\n") for part in run.parts())
    totals = run.totals()
    assert totals["rows"] == data.count(b"\n") == 14_217
    sent, rejected, duplicate = (int(str(each)) for each in pick(totals, "routed", "rejected", "duplicate"))
    assert totals["rows"] == sent + rejected + duplicate
    desks = totals["desks"]
    assert isinstance(desks, list)
    assert sum(desk["rows"] for desk in desks) == sent
    assert lines == sent + rejected + 1 + 4 * len(desks)
    assert (sent > 14_000) == (tables == "shipped")


def test_every_row_refusal_is_explained() -> None:
    tables = tomllib.loads((SOURCES / "routing" / "explanations.toml").read_text(encoding="utf-8"))
    assert [code for code in ROW_REFUSALS[1:] if code not in tables] == []


@given(st.lists(st.lists(st.integers(0, 30), max_size=10), max_size=10))
def test_a_row_is_new_once(batches: list[list[int]]) -> None:
    seen, known = SeenRows(), set()
    for batch in batches:
        expected = []
        for number in batch:
            expected.append(number not in known)
            known.add(number)
        assert seen.first_time(np.array(batch, dtype=np.uint64)).tolist() == expected


@given(
    st.binary(max_size=300) | st.text(alphabet='{}"ip:192.0.2.7,;\n#\t=', max_size=200).map(str.encode),
    st.sampled_from(
        [Wanted(), Wanted(Format.LIST), Wanted(Format.CSV, column="1"), Wanted(Format.JSON_LINES, column="ip")]
    ),
)
def test_any_bytes_add_up_or_raise_our_errors(data: bytes, wanted: Wanted) -> None:
    try:
        written, totals = routed_bytes(data, wanted)
    except LiaisonError as error:
        assert isinstance(error, MalformedError) or error.code.startswith("feed-column")
        return
    assert totals["rows"] == sum(int(str(each)) for each in pick(totals, "routed", "rejected", "duplicate"))
    assert written.startswith(b"line,reason,code,original\n")


def routed_bytes(data: bytes, wanted: Wanted) -> tuple[bytes, Totals]:
    run = FeedRun(demo_router(), [data], wanted=wanted)
    return b"".join(part.data for part in run.parts()), run.totals()


def test_a_run_says_of_each_desk_why_and_what_it_was_given() -> None:
    run = FeedRun(demo_router(), [b"192.0.2.7\n192.0.2.8\n198.51.100.7\n10.0.0.1\n"], window=Window(b"a secret"))
    desks = {part.desk for part in run.parts() if part.desk}
    told = {desk.participant: [(answer.code, rows) for answer, rows in run.answers_of(desk)] for desk in desks}
    assert told == {"XC": [("XC", 2)], "XD": [("XD", 1)]}
    assert {desk.participant: len(run.sent_digests(desk)) for desk in desks} == {"XC": 16, "XD": 8}
    assert (run.rows, len(run.sent_digests())) == (4, 24)
    assert run.head().endswith(
        b"resource,liaison_code,liaison_basis,liaison_ground,liaison_source,liaison_date,liaison_contested\n"
    )


def test_without_a_register_each_code_is_a_desk_that_nobody_knows() -> None:
    answer = Router([demo_table()], CountriesOnly()).answer("192.0.2.7")
    assert answer.desk == Desk("", None, None, "XC", Standing.UNKNOWN)
