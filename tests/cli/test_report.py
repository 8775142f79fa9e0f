"""Are the reports of a desk listed, counted and answered at the terminal, and bad files refused whole?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.messages.parties import DeskRef
from liaison.node.models import OwnDesk, TrackedReport
from liaison.node.unit_of_work import unit_of_work
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import small_register

NAME = "01920000-0000-7000-8000-000000000001"


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal) -> Desk:
    """XC's desk, which got one report of 100 rows today and sent one."""
    made = Desk(tmp_path, terminal)
    registry = small_register("XC", "XD")
    seed_node(made.node, registry, "XC")
    other = DeskRef(registry.ids["XD"], "main", "duty")
    with unit_of_work(made.node):
        own = OwnDesk.objects.get()
        for number, side in enumerate(("received", "sent"), start=1):
            TrackedReport.objects.create(
                side=side, register=own.register, participant=own.participant, node=own.node, desk=own.desk,
                other_participant=other.participant, other_node=other.node, other_desk=other.desk,
                message_id=f"{NAME[:-1]}{number}", case=NAME, core_hash=f"{number}" * 64, feed="blocklist", rows=100,
                exercise=False, at=made.node.clock.now(), answers={"fixed": 40}, answered=40, reference="XD-1",
            )  # fmt: skip
    return made


def test_reports_are_listed_with_what_is_answered(desk: Desk) -> None:
    (found,) = desk.value("report", "list", "--open")
    assert (found["report"], found["rows"], found["answered"], found["reference"]) == (NAME, 100, 40, "XD-1")
    assert [each["report"][-1] for each in desk.value("report", "list", "--sent")] == ["2"]


def test_what_became_of_the_rows_adds_up(desk: Desk) -> None:
    found = desk.value("report", "became")
    assert (found["rows"], found["answers"]["fixed"], found["answers"]["open"]) == (100, 40, 60)


def test_a_file_with_a_foreign_row_is_refused_whole(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("row,answer\n1,fixed\n101,fixed\n")
    assert desk.terminal.refusal(desk.home, "report", "answer", NAME, str(file)) == "answers-foreign-row"
    assert desk.terminal.refusal(desk.home, "report", "answer", NAME) == "answer-says-nothing"
    assert (
        desk.terminal.refusal(desk.home, "report", "answer", f"{NAME[:-1]}2", "--answer", "fixed") == "report-is-ours"
    )
    assert desk.terminal.refusal(desk.home, "report", "answer", "nothing", "--answer", "fixed") == "report-not-found"
