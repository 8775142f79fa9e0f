"""Can an abuse desk answer many rows at once, does the sender see what became of them, and does nobody else?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.node.models import OutgoingMessage, TrackedReport
from liaison.officers.permissions import Role
from liaison.web.forms.row_answers import read_ranges
from tests.feeding import Feeding, feed
from tests.web.visiting import Visitor, visit


@pytest.fixture
def feeding(tmp_path: Path) -> Iterator[Feeding]:
    """XD's desk got a report of 250 rows."""
    with Feeding(tmp_path) as made:
        made.send(feed(*range(1, 251)))
        yield made


def path(feeding: Feeding, code: str) -> str:
    return f"reports/{feeding.report(code).message_id}/"


def answered(feeding: Feeding) -> dict[str, int]:
    feeding.world.work()
    return dict(feeding.report("XC").answers)


def test_the_desk_page_leads_to_the_reports_that_are_not_answered(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XD")
    assert "Reports with rows not answered" in visitor.see()
    page = visitor.see("reports/", open="yes")
    assert "blocklist" in page and "XC-2026-77" in page and "250" in page
    visitor.send(f"{path(feeding, 'XD')}answer", of="whole", answer="fixed")
    assert "Reports with rows not answered" not in visitor.see()
    assert "Every row of every report is answered." in visitor.see("reports/", open="yes")


def test_the_rows_stand_on_pages_with_their_numbers_and_harmless_cells(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XD")
    first = visitor.see(path(feeding, "XD"))
    assert "Page 1 of 5" in first and "=n1<" in first and "=n51<" not in first
    last = visitor.see(path(feeding, "XD"), page="99")
    assert "Page 5 of 5" in last and "=n250<" in last


def test_marked_rows_are_answered_with_a_ticket(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XD")
    visitor.send(f"{path(feeding, 'XD')}answer", of="marked", answer="fixed", ticket="RT#4711", mark=["1", "2", "7"])
    assert answered(feeding) == {"fixed": 3}
    page = visit(feeding.world, "XC").see(path(feeding, "XC"))
    assert "RT#4711" in page and "247 not answered" in page


def test_rows_are_answered_by_their_numbers_however_they_are_typed(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XD")
    visitor.send(
        f"{path(feeding, 'XD')}answer", of="numbers", answer="not-ours", to="AS64501", numbers="1-200, 205; 206"
    )
    assert answered(feeding) == {"not-ours": 202}


@pytest.mark.parametrize("text", ["", "a", "5-1", "0", "1-2-3", "1,,x"])
def test_numbers_that_cannot_be_meant_are_refused_and_kept(feeding: Feeding, text: str) -> None:
    visitor = visit(feeding.world, "XD")
    answer = visitor.send(
        f"{path(feeding, 'XD')}answer", status=400, of="numbers", answer="fixed", numbers=text, remark="Kept"
    )
    page = answer.content.decode()
    assert "Write numbers and ranges" in page and 'value="Kept"' in page
    assert answered(feeding) == {}


def test_ranges_are_read_in_any_order_and_joined() -> None:
    assert read_ranges("7 3-5,  4 - 6") == ((3, 7),)
    assert read_ranges("1\u06d4") == ()


def upload(visitor: Visitor, feeding: Feeding, data: bytes, status: int = 302) -> str:
    file = SimpleUploadedFile("answers.csv", data, content_type="text/csv")
    answer = visitor.send(f"{path(feeding, 'XD')}answer", status=status, of="file", file=file)
    return str(answer.content.decode())


def test_a_file_answers_many_rows_at_once(feeding: Feeding) -> None:
    lines = [f"{at},{'fixed' if at % 2 else 'customer-told'},T{at % 3}" for at in range(1, 251)]
    upload(visit(feeding.world, "XD"), feeding, ("liaison_row,answer,ticket\n" + "\n".join(lines)).encode())
    assert answered(feeding) == {"customer-told": 125, "fixed": 125}


def test_a_file_of_answers_may_be_as_large_as_reports_are(feeding: Feeding) -> None:
    rows = "".join(f"{number},fixed,{'a' * 30_000}\r\n" for number in range(1, 151))
    file = SimpleUploadedFile("answers.csv", f"liaison_row,answer,another column\r\n{rows}".encode())
    assert file.size and file.size > 4 << 20
    visit(feeding.world, "XD").send(f"{path(feeding, 'XD')}answer", of="file", file=file)
    assert answered(feeding) == {"fixed": 150}


def test_a_file_that_names_a_foreign_row_is_refused_whole_with_its_line(feeding: Feeding) -> None:
    page = upload(visit(feeding.world, "XD"), feeding, b"row,answer\n1,fixed\n251,fixed\n", status=400)
    assert "Line 3 names row 251, and the report has rows 1 to 250." in page
    assert answered(feeding) == {}


def test_an_answer_that_says_nothing_is_asked_for_and_what_was_marked_stays_marked(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XD")
    answer = visitor.send(f"{path(feeding, 'XD')}answer", status=400, of="marked", mark=["3"])
    page = answer.content.decode()
    assert "Choose what became of the rows." in page
    assert 'name="mark" value="3" checked' in page


def test_words_of_the_other_side_are_escaped_and_formulas_are_text_in_a_file(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XD")
    visitor.send(f"{path(feeding, 'XD')}answer", of="marked", answer="fixed", ticket="=1+1", remark="<b>x", mark=["1"])
    feeding.world.work()
    sender = visit(feeding.world, "XC")
    assert "<b>x" not in sender.see(path(feeding, "XC"))
    rows = list(csv.reader(io.StringIO(sender.see(f"{path(feeding, 'XC')}export").removeprefix("\ufeff"))))
    assert rows[1] == ["1", "fixed", "", "'=1+1", "<b>x"]
    assert len(rows) == 251


def test_the_sender_sees_what_became_of_the_rows_as_a_table_and_a_drawing(feeding: Feeding) -> None:
    visit(feeding.world, "XD").send(f"{path(feeding, 'XD')}answer", of="whole", answer="customer-told")
    feeding.world.work()
    with feeding.world.at("XC"):
        TrackedReport.objects.update(exercise=False)
    feeding.world.advance(minutes=1)
    visitor = visit(feeding.world, "XC")
    page = visitor.see("reports/became")
    assert "1 report, 250 rows." in page and "Customer told: 250" in page and "<svg" in page
    (line,) = csv.DictReader(io.StringIO(visitor.see("reports/became/export").removeprefix("\ufeff")))
    assert (line["rows"], line["customer-told"], line["open"]) == ("250", "250", "0")


def test_the_sender_is_offered_no_form_and_cannot_answer_its_own_report(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XC")
    assert "Send the answer" not in visitor.see(path(feeding, "XC"))
    answer = visitor.send(f"{path(feeding, 'XC')}answer", status=400, of="whole", answer="fixed")
    assert "the other side answers it" in answer.content.decode()


def test_an_auditor_sees_the_list_and_no_row_and_another_desk_nothing(feeding: Feeding) -> None:
    auditor = visit(feeding.world, "XD", Role.AUDITOR)
    page = auditor.see("reports/")
    assert "blocklist" not in page and "XC-2026-77" not in page and "250" in page
    auditor.see(path(feeding, "XD"), status=403)
    visit(feeding.world, "XE").see(path(feeding, "XD"), status=404)


def test_an_exercise_says_so(feeding: Feeding) -> None:
    assert "EXERCISE" in visit(feeding.world, "XD").see(path(feeding, "XD"))


def test_an_answer_acknowledges_the_report_once(feeding: Feeding) -> None:
    visitor = visit(feeding.world, "XD")
    for answer in ("fixed", "customer-told"):
        visitor.send(f"{path(feeding, 'XD')}answer", of="whole", answer=answer)
    with feeding.world.at("XD"):
        forms = sorted(OutgoingMessage.objects.values_list("form", flat=True))
    assert forms == ["acknowledgement", "report-answer", "report-answer"]
