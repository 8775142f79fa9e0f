"""Does an abuse desk get its reports as it asks for them, once, and does what it says of their rows come back?"""

from __future__ import annotations

import csv
import dataclasses
import io
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.errors import MalformedError, UsageError
from liaison.exchange.reports.answers import decode_answers
from liaison.exchange.reports.reading import decode_report_file
from liaison.messages.forms.row_answers import RowAnswer, SaidOfRow
from liaison.messages.message import open_message
from liaison.node.models import HeldReport, IncomingCopy, OutgoingCopy, SentReport, TrackedReport
from liaison.node.reads.reports.listing import count_open, find_report, list_reports, what_became
from liaison.node.reads.reports.rows import every_answer, report_rows, said_of
from liaison.node.reads.reports.wishes import wishes_of
from liaison.node.services.care.orphans import sweep_orphans
from liaison.node.services.feeds.answering import OfTheWhole
from liaison.node.services.feeds.holding import send_due
from liaison.node.services.line.receiving import Arrival, receive_message
from tests.feeding import Feeding, feed

DAY = 24 * 60
pytestmark = pytest.mark.engine


@pytest.fixture
def feeding(tmp_path: Path) -> Iterator[Feeding]:
    with Feeding(tmp_path) as made:
        yield made


def rows_in(files: list[tuple[str, bytes]]) -> list[tuple[int, str]]:
    sheets = [decode_report_file(data) for _, data in files]
    return [(at, dict(sheet.cells(at))["note"]) for sheet in sheets for at in sorted(sheet.lines)]


@pytest.mark.parametrize(
    ("formats", "end"),
    [
        ("", ".csv"),
        ("csv", ".csv"),
        ("json-lines", ".jsonl"),
        ("xarf", ".xarf.jsonl"),
        ("stix csv", ".stix.json"),
        ("misp", ".misp.json"),
    ],
)
def test_a_desk_gets_every_row_and_column_in_the_format_it_asks_for(tmp_path: Path, formats: str, end: str) -> None:
    with Feeding(tmp_path, formats) as feeding:
        feeding.send(feed(*range(1, 8)))
        files = feeding.files()
        assert [name for name, _ in files] == [f"XD-duty{end}"]
        assert rows_in(files) == [(at, f"=n{at}") for at in range(1, 8)]


def test_files_are_no_larger_than_the_desk_takes_and_hold_every_row_once(tmp_path: Path) -> None:
    with Feeding(tmp_path, "csv", largest=64 << 10) as feeding:
        feeding.send(feed(*range(1, 301), extra="x" * 600))
        files = feeding.files()
        assert len(files) > 2
        assert max(len(data) for _, data in files) <= 64 << 10
        assert [at for at, _ in rows_in(files)] == [*range(1, 301)]


def test_what_a_format_has_no_place_for_goes_beside_it_as_csv(tmp_path: Path) -> None:
    with Feeding(tmp_path, "xarf") as feeding:
        feeding.send(feed(1, 2) + b"3,198.51.100.0/25,3,=n3\n")
        files = feeding.files()
        assert [name.rpartition(".")[2] for name, _ in files] == ["jsonl", "csv"]
        assert sorted(at for at, _ in rows_in(files)) == [1, 2, 3]


def test_more_files_than_a_message_carries_go_in_further_ones_each_counting_its_own_rows(tmp_path: Path) -> None:
    with Feeding(tmp_path, "csv", largest=64 << 10) as feeding:
        feeding.send(feed(*range(1, 101), extra="x" * 62_000))
        sent = list_reports(feeding.xc, feeding.world.desk("XC"), side="sent").rows
        assert sorted(each.rows for each in sent) == [36, 64]
        with feeding.world.at("XD"):
            fields = [open_message(bytes(each.plaintext)).fields for each in IncomingCopy.objects.order_by("pk")]
        assert sorted((each["part"], each["parts"], each["rows"]) for each in fields) == [(1, 2, 64), (2, 2, 36)]


def test_reports_within_the_interval_are_held_and_leave_together_when_it_has_passed(tmp_path: Path) -> None:
    with Feeding(tmp_path, "csv", every=DAY) as feeding:
        world = feeding.world
        assert [each.fate.value for each in feeding.send(feed(1))] == ["sent"]
        world.advance(hours=6)
        (held,) = feeding.send(feed(2))
        assert (held.fate.value, held.due) == ("held", world.clock.now() + timedelta(hours=18))
        world.advance(hours=6)
        assert [each.fate.value for each in feeding.send(feed(3))] == ["held"]
        assert send_due(feeding.xc) == 0
        world.advance(hours=12)
        assert send_due(feeding.xc) == 2
        world.work()
        assert [note for _, note in rows_in(feeding.files())] == ["=n1", "=n2", "=n3"]
        world.advance(hours=23)
        assert [each.fate.value for each in feeding.send(feed(4))] == ["held"]


def test_a_held_row_counts_as_sent_and_is_held_once(tmp_path: Path) -> None:
    with Feeding(tmp_path, "csv", every=DAY) as feeding:
        feeding.send(feed(1))
        feeding.send(feed(2))
        assert feeding.send(feed(2)) == []
        assert [each.fate.value for each in feeding.send(feed(2, 3))] == ["held"]
        feeding.world.advance(hours=24)
        send_due(feeding.xc)
        feeding.world.work()
        assert [note for _, note in rows_in(feeding.files())] == ["=n1", "=n2", "=n3"]


def test_the_files_of_a_held_report_are_not_swept_away(tmp_path: Path) -> None:
    with Feeding(tmp_path, "csv", every=31 * DAY) as feeding:
        feeding.send(feed(1))
        feeding.send(feed(2))
        old = dataclasses.replace(feeding.xc, blobs=Old(feeding.xc.blobs))
        sweep_orphans(old)
        feeding.world.advance(days=31)
        assert send_due(feeding.xc) == 1


class Old:
    """A `BlobStore` all of whose blobs are a year old."""

    def __init__(self, blobs: Any) -> None:
        self._blobs = blobs

    def older_than(self, seconds: float) -> Iterator[str]:
        return iter(self._blobs.older_than(-1))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._blobs, name)


def test_a_held_report_that_cannot_leave_stays_and_says_why(tmp_path: Path) -> None:
    with Feeding(tmp_path, "csv", every=DAY) as feeding:
        feeding.send(feed(1))
        feeding.send(feed(2))
        feeding.world.advance(days=1)
        with feeding.world.at("XC"):
            row = HeldReport.objects.get()
            for each in row.attachments:
                feeding.xc.blobs.remove(each["sealed"])
        assert send_due(feeding.xc) == 0
        with feeding.world.at("XC"):
            assert HeldReport.objects.get().trouble == "attachment-not-here"


@pytest.mark.parametrize("days", [30])
def test_over_a_month_exactly_what_a_naive_twin_would_send_is_sent(feeding: Feeding, days: int) -> None:
    """The twin keeps a dictionary: a row goes out unless this desk was sent it within the window."""
    chance, window = random.Random(7), 72
    last: dict[bytes, Any] = {}
    for _ in range(days):
        hosts = sorted(chance.sample(range(1, 60), 25))
        rows = feed(*hosts).split(b"\n")[1:-1]
        now = feeding.world.clock.now()
        expected = [row for row in rows if row not in last or now - last[row] >= timedelta(hours=window)]
        before = len(feeding.files())
        feeding.send(feed(*hosts), window=window)
        got = [note for _, note in rows_in(feeding.files()[before:])]
        assert got == [row.rpartition(b",")[2].decode() for row in expected]
        last |= dict.fromkeys(expected, now)
        feeding.world.advance(hours=chance.choice((12, 24, 36)))


def test_the_senders_reference_and_a_reference_to_each_row_reach_the_desk(feeding: Feeding) -> None:
    feeding.send(feed(5, 6))
    report = feeding.report("XD")
    assert (report.reference, report.rows, report.feed) == ("XC-2026-77", 2, "blocklist")
    assert [row.number for row in report_rows(feeding.xd, report).rows] == [1, 2]


def test_answers_to_single_rows_come_back_with_ticket_and_whom_they_concern(feeding: Feeding) -> None:
    feeding.send(feed(*range(1, 6)))
    data = b"liaison_row,answer,ticket,to,remark\n1,fixed,RT#4711,,\n2,fixed,RT#4711,,\n3,not-ours,,AS64501,moved\n"
    feeding.answer(rows=decode_answers(data, rows=5))
    feeding.world.work()
    for code in ("XC", "XD"):
        report = feeding.report(code)
        assert (report.answers, report.open) == ({"fixed": 2, "not-ours": 1}, 2)
        said = said_of(feeding.world.nodes[code], report, 1, 5)
        assert said == {
            1: SaidOfRow("fixed", "", "RT#4711", ""),
            2: SaidOfRow("fixed", "", "RT#4711", ""),
            3: SaidOfRow("not-ours", "AS64501", "", "moved"),
        }


def test_an_answer_for_the_whole_file_counts_for_every_row_of_which_nothing_else_is_said(feeding: Feeding) -> None:
    feeding.send(feed(*range(1, 6)))
    feeding.answer(rows=[RowAnswer("fixed", None, ((2, 3),), None, None)], whole=OfTheWhole(answer="customer-told"))
    feeding.world.work()
    assert feeding.report("XC").answers == {"customer-told": 3, "fixed": 2}
    feeding.world.advance(hours=1)
    feeding.answer(whole=OfTheWhole(answer="fixed", ticket="RT#9"))
    feeding.world.work()
    report = feeding.report("XC")
    assert (report.answers, report.ticket, report.open) == ({"fixed": 5}, "RT#9", 0)


def test_the_reference_of_the_sender_goes_back_and_a_ticket_alone_says_that_it_was_taken_in(feeding: Feeding) -> None:
    feeding.send(feed(1))
    feeding.answer(whole=OfTheWhole(ticket="RT#4711"))
    feeding.world.work()
    report = feeding.report("XC")
    assert (report.ticket, report.answers) == ("RT#4711", {})
    with feeding.world.at("XC"):
        told = open_message(bytes(IncomingCopy.objects.get(form="report-answer").plaintext)).fields
    assert told == {"ticket": "RT#4711", "your_reference": "XC-2026-77"}


def test_a_later_answer_counts_in_whatever_order_messages_arrive(feeding: Feeding) -> None:
    feeding.send(feed(1, 2))
    feeding.world.network.down.add("XC")
    for answer in ("customer-told", "fixed"):
        feeding.answer(rows=[RowAnswer(answer, None, ((1, 1),), None, None)])
    with feeding.world.at("XD"):
        first, second = OutgoingCopy.objects.filter(message__form="report-answer").order_by("pk")
    feeding.world.network.down.clear()
    xd, xc = feeding.world.desk("XD"), feeding.world.desk("XC")
    for copy in (second, first):
        arrival = Arrival(
            sealed=bytes(copy.sealed), register=feeding.world.register, participant=xc.participant, desk=xc.desk,
            way="peer", from_participant=xd.participant, from_node=xd.node,
        )  # fmt: skip
        receive_message(feeding.xc, arrival=arrival)
    assert feeding.report("XC").answers == {"fixed": 1}
    assert feeding.report("XD").answers == {"fixed": 1}


def test_thousands_of_rows_with_a_ticket_each_go_in_several_messages_and_add_up(feeding: Feeding) -> None:
    count = 2000
    feeding.send(feed(*range(1, count + 1)))
    groups = [RowAnswer("fixed", None, ((at, at),), f"T{at}", None) for at in range(1, count + 1)]
    feeding.answer(rows=groups)
    feeding.world.work()
    with feeding.world.at("XC"):
        assert IncomingCopy.objects.filter(form="report-answer", verdict="accepted").count() > 1
    report = feeding.report("XC")
    assert report.answers == {"fixed": count}
    table = list(every_answer(feeding.xc, report))
    assert [row[3] for row in table] == [f"T{at}" for at in range(1, count + 1)]


def test_rows_that_the_report_does_not_have_are_refused_before_anything_is_sent(feeding: Feeding) -> None:
    feeding.send(feed(1, 2))
    with pytest.raises(UsageError) as caught:
        feeding.answer(rows=[RowAnswer("fixed", None, ((1, 3),), None, None)])
    assert caught.value.code == "answer-foreign-rows"
    with pytest.raises(MalformedError):
        decode_answers(b"row,answer\n3,fixed\n", rows=2)
    with feeding.world.at("XD"):
        assert not OutgoingCopy.objects.filter(message__form="report-answer").exists()


def test_rows_that_a_hostile_desk_names_beyond_the_report_change_nothing(feeding: Feeding) -> None:
    feeding.send(feed(1, 2))
    report = feeding.report("XD")
    wide = dataclasses.replace(report, rows=99_999_999)
    feeding.answer(report=wide, rows=[RowAnswer("fixed", None, ((2, 99_999_999),), None, None)])
    feeding.world.work()
    assert feeding.report("XC").answers == {"fixed": 1}


def test_an_answer_by_a_desk_that_was_not_sent_the_report_changes_nothing(tmp_path: Path) -> None:
    with Feeding(tmp_path) as feeding:
        world = feeding.world
        feeding.send(feed(1))
        core_hash = feeding.report("XC").core_hash
        (told,) = world.send("XE", "XC")
        world.send(
            "XE", "XC", form="report-answer", stage=None, fields={"answer": "fixed"}, re=core_hash, case=told.case
        )
        world.work()
        with world.at("XC"):
            assert IncomingCopy.objects.filter(form="report-answer", verdict="accepted").count() == 1
        assert feeding.report("XC").answers == {}


def test_what_became_of_the_rows_is_told_by_day_and_leaves_exercises_out(feeding: Feeding) -> None:
    feeding.send(feed(1, 2))
    feeding.answer(whole=OfTheWhole(answer="fixed"))
    feeding.world.work()
    now = feeding.world.clock.now()
    span = {"since": now - timedelta(days=30), "until": now + timedelta(days=1)}
    found = what_became(feeding.xc, feeding.world.desk("XC"), side="sent", **span)
    assert (found.reports, found.exercises) == (0, 1)  # the register of these tests is a rehearsal
    with feeding.world.at("XC"):
        TrackedReport.objects.update(exercise=False)
    found = what_became(feeding.xc, feeding.world.desk("XC"), side="sent", **span)
    assert (found.rows, found.answers, found.days) == (2, {"fixed": 2}, ((now.date(), 2, {"fixed": 2}),))


def test_a_report_that_is_answered_waits_for_nobody_any_more(feeding: Feeding) -> None:
    feeding.send(feed(1, 2))
    desk = feeding.world.desk("XD")
    assert count_open(feeding.xd, desk) == (1, 0)
    feeding.answer(rows=[RowAnswer("fixed", None, ((1, 1),), None, None)])
    assert count_open(feeding.xd, desk) == (1, 0)
    feeding.answer(rows=[RowAnswer("fixed", None, ((2, 2),), None, None)])
    assert count_open(feeding.xd, desk) == (0, 0)


def test_only_a_received_report_is_answered_and_an_answer_says_something(feeding: Feeding) -> None:
    feeding.send(feed(1))
    for report, whole, code in (
        (feeding.report("XC"), OfTheWhole(answer="fixed"), "report-is-ours"),
        (feeding.report("XD"), OfTheWhole(), "answer-says-nothing"),
        (feeding.report("XD"), OfTheWhole(answer="fixed", referred_elsewhere="AS1"), "answer-not-theirs"),
    ):
        with pytest.raises(UsageError) as caught:
            feeding.answer(report=report, whole=whole)
        assert caught.value.code == code


def test_wishes_that_are_not_here_are_none(feeding: Feeding) -> None:
    assert wishes_of(feeding.xc, feeding.world.register, feeding.world.desk("XD")) is None


def test_a_report_in_a_spreadsheet_with_answers_added_comes_back_as_it_was_opened(feeding: Feeding) -> None:
    feeding.send(feed(1, 2, 3))
    ((_, data),) = feeding.files()
    lines = [line for line in data.decode().splitlines() if not line.startswith("#")]
    table = list(csv.DictReader(lines))
    for row in table:
        row["answer"] = "fixed" if row["port"] != "2" else ""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(table)
    feeding.answer(rows=decode_answers(("\ufeff" + out.getvalue()).encode(), rows=3))
    feeding.world.work()
    assert feeding.report("XC").answers == {"fixed": 2}


def test_the_note_of_a_report_names_its_first_message(feeding: Feeding) -> None:
    (sent,) = feeding.send(feed(1))
    with feeding.world.at("XC"):
        assert SentReport.objects.get().message_id == sent.message_id
    assert sent.message_id is not None
    assert find_report(feeding.xc, feeding.world.desk("XC"), sent.message_id).case == sent.case
