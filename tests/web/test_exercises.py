"""What do exercise control and those who play see and do on their pages?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.duty.exercises.scenario import shipped_scenarios
from liaison.messages.message import open_message
from liaison.node.models import IncomingCopy
from liaison.officers.permissions import Role
from liaison.web.languages import languages
from tests.rehearsing import Rehearsal
from tests.web.visiting import visit


@pytest.fixture
def rehearsal(tmp_path: Path) -> Rehearsal:
    return Rehearsal(tmp_path)


PLAN = {
    "scenario": "hospitals",
    "role-first": "XD",
    "role-neighbour": "XE, XF",
    "role-supplier": "XE/duty",
    "begins": "2026-12-01 09:00",
    "guidance": "As in earnest.",
}


def told(rehearsal: Rehearsal, code: str) -> int:
    with rehearsal.world.at(code):
        return IncomingCopy.objects.filter(form="exercise-control").count()


def test_a_plan_is_looked_at_before_anybody_is_told_and_then_told_to_everybody(rehearsal: Rehearsal) -> None:
    visitor = visit(rehearsal.world, "XC")
    assert "Ransomware in hospitals across borders" in visitor.see("exercises/plan")
    assert "Who plays?" in visitor.see("exercises/plan", scenario="hospitals")
    looked = visitor.send("exercises/plan", status=200, go="look", **PLAN).content.decode()
    assert "Nobody has been told anything yet." in looked and "A hospital reports locked systems" in looked
    rehearsal.world.work()
    assert told(rehearsal, "XE") == 1  # of the exercise before
    answer = visitor.send("exercises/plan", go="plan", **PLAN)
    rehearsal.world.work()
    assert [told(rehearsal, code) for code in ("XD", "XE", "XF")] == [2, 2, 2]
    board = visitor.get(answer["Location"]).content.decode()
    assert "Planned. Everybody who plays is told of it." in board and "EXERCISE" in board


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"role-first": "XQ"}, "XQ"),
        ({"role-first": ""}, "Nobody, or too many desks, would play the role"),
        ({"role-first": "XC"}, "would play the role"),
        ({"begins": "soon"}, "soon"),
        ({"begins": "2020-01-01 09:00"}, "An exercise begins now or within a year."),
        ({"guidance": "x" * 2001}, "longer than 2000 characters"),
    ],
)
def test_what_does_not_fit_comes_back_with_what_was_typed(
    rehearsal: Rehearsal, changed: dict[str, str], says: str
) -> None:
    visitor = visit(rehearsal.world, "XC")
    for go in ("look", "plan"):
        page = visitor.send("exercises/plan", status=400, go=go, **{**PLAN, **changed})
        text = page.content.decode()
        assert says in text and "XE, XF" in text and "Who plays?" in text
    assert told(rehearsal, "XD") == 1


def test_a_scenario_of_ones_own_is_taken_as_a_file_and_a_broken_one_refused(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    visitor = visit(rehearsal.world, "XC")
    own = tmp_path / "own.toml"
    for data, status in (
        (b"", 400),
        (b"\xff\xfe\x00", 400),
        (b"#" * 300_000, 400),
        (shipped_scenarios()["provider"].replace(b"A compromised", b"Our own"), 200),
        (b"id = 1", 400),
    ):
        own.write_bytes(data)
        with own.open("rb") as file:
            page = visitor.send("exercises/plan", status=status, file=file).content.decode()
        assert ("Our own provider" in page) == (status == 200)
        assert ('role="alert"' in page) == (status == 400)
    assert "The file is no scenario" in page


def test_the_board_tells_who_got_what_and_what_they_did(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    rehearsal.acknowledge("XD", "logins")
    visitor = visit(rehearsal.world, "XC")
    board = visitor.see(f"exercises/{rehearsal.exercise}/")
    assert "Log-ins with valid passwords" in board and "In time" in board and "not yet" in board
    assert visitor.get(visitor.at(f"exercises/{rehearsal.exercise}/?live=1"))["Refresh"] == "20"
    visitor.send(f"exercises/{rehearsal.exercise}/change", step="pause")
    assert "Stands still" in visitor.see(f"exercises/{rehearsal.exercise}/")
    visitor.send(f"exercises/{rehearsal.exercise}/change", step="end")
    assert "Refresh" not in visitor.get(visitor.at(f"exercises/{rehearsal.exercise}/?live=1")).headers


def test_the_report_draws_its_figures_and_comes_as_pdf_and_csv(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    rehearsal.acknowledge("XD", "logins")
    rehearsal.go_on(240)
    visitor = visit(rehearsal.world, "XC")
    page = visitor.see(f"exercises/{rehearsal.exercise}/report")
    assert "<svg" in page and "No table compares them." in page and "EXERCISE" in page
    pdf = visitor.get(visitor.at(f"exercises/{rehearsal.exercise}/report.pdf"))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    rows = (
        visitor.get(visitor.at(f"exercises/{rehearsal.exercise}/report.csv")).content.decode("utf-8-sig").splitlines()
    )
    assert rows[0] == "event,desk,sent,expected,within_min,outcome,took_s,exercise"
    assert len(rows) > 5 and any("acknowledged,15,in-time,0,EXERCISE" in row for row in rows)


def test_the_report_is_a_pdf_in_every_language_whatever_language_the_scenario_is_in(tmp_path: Path) -> None:
    own = shipped_scenarios()["provider"].replace(b"A compromised provider", "مزود مخترق 被入侵的供应商".encode())
    rehearsal = Rehearsal(tmp_path, scenario=own)
    rehearsal.go_on(60)
    rehearsal.acknowledge("XD", "logins")
    for language in languages():
        visitor = visit(rehearsal.world, "XC", language=language)
        pdf = visitor.get(visitor.at(f"exercises/{rehearsal.exercise}/report.pdf"))
        assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-"), language


def test_advice_of_several_lines_as_browsers_send_them_goes_with_every_event(rehearsal: Rehearsal) -> None:
    typed = PLAN | {"begins": f"{rehearsal.world.clock.now():%Y-%m-%d %H:%M}Z", "guidance": "One line.\r\nAnother.\r\n"}
    visit(rehearsal.world, "XC").send("exercises/plan", go="plan", **typed)
    rehearsal.go_on(1)
    with rehearsal.world.at("XD"):
        row = IncomingCopy.objects.get(form="exercise-inject")
    assert open_message(bytes(row.plaintext)).fields["guidance"] == {"lang": "en", "text": "One line.\nAnother."}


def test_who_plays_is_told_what_to_do_when_something_real_comes_in(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    visitor = visit(rehearsal.world, "XD")
    assert "This contact centre plays now" in visitor.see("exercises/")
    assert "An exercise goes on" in visitor.see()
    rehearsal.world.advance(minutes=1)
    rehearsal.world.send("XE", "XD", urgency="emergency")
    assert "stands still here until you say" in visitor.see("exercises/")
    visitor.send("exercises/part", event="called-away")
    rehearsal.world.work()
    assert "stands still" in visit(rehearsal.world, "XC").see(f"exercises/{rehearsal.exercise}/")


def test_another_desk_finds_no_exercise_and_an_auditor_changes_none(rehearsal: Rehearsal) -> None:
    visit(rehearsal.world, "XD").see(f"exercises/{rehearsal.exercise}/", status=400)
    auditor = visit(rehearsal.world, "XC", Role.AUDITOR)
    auditor.see("exercises/")
    auditor.see(f"exercises/{rehearsal.exercise}/", status=403)
    auditor.send(f"exercises/{rehearsal.exercise}/change", status=403, step="end")
    auditor.send("exercises/part", status=403, event="back")
