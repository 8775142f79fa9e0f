"""Does the terminal write a report over the same drafts as the pages, without replacing what a colleague wrote?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import small_register

pytestmark = pytest.mark.sqlite
LAW = ("--input", "measure.1.kind=law", "--input", "measure.1.text.1=An act.", "--input", "measure.1.lang.1=en")


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal) -> Desk:
    found = Desk(tmp_path, terminal)
    seed_node(found.node, small_register("XC", "XD"), "XC")
    assert found.value("conduct", "draft", "begin", "budapest-2001", "2026") == {"number": 1}
    return found


def answer(desk: Desk, *words: str) -> dict[str, object]:
    value: dict[str, object] = desk.value("conduct", "draft", "answer", "1", "art-29", *words)
    return value


def test_an_answer_is_written_read_and_told_what_is_wrong_in_it(desk: Desk) -> None:
    assert answer(desk, *LAW, "--mark", "done") == {"version": 1, "beside": 0, "faults": []}
    wrong = answer(desk, "--input", "measure.1.kind=", "--mark", "done")
    assert wrong["faults"] == [["measure.1.kind", "kind-missing"]]
    shown = desk.value("conduct", "draft", "show", "1", "art-29")
    assert (shown["version"], shown["stands"]["mark"]) == (2, "work")
    assert shown["stands"]["inputs"]["measure.1.text.1"] == "An act."
    assert [each["mark"] for each in shown["others"]] == ["done"]
    (listed,) = desk.value("conduct", "draft", "list")
    assert (listed["begun"], listed["ended"], listed["proposed"]) == (1, 0, False)
    home = desk.node.home
    refused = desk.terminal.refusal(home, "conduct", "draft", "answer", "1", "art-29", "--input", "colour=red")
    assert refused == "report-input"
    assert desk.terminal.refusal(home, "conduct", "draft", "show", "7") == "report-draft-not-found"


def test_what_somebody_changed_meanwhile_is_not_replaced_and_one_text_is_chosen(desk: Desk) -> None:
    answer(desk, *LAW)
    answer(desk, "--input", "measure.1.text.1=Theirs.", "--version", "1")
    mine = answer(desk, "--input", "measure.1.text.1=Mine.", "--version", "1")
    assert mine["beside"] and mine["version"] == 2
    desk.value("conduct", "draft", "choose", "1", "art-29", str(mine["beside"]), "--take")
    shown = desk.value("conduct", "draft", "show", "1", "art-29")
    assert shown["stands"]["inputs"]["measure.1.text.1"] == "Mine."
    texts = {each["inputs"]["measure.1.text.1"] for each in shown["others"]}
    assert texts == {"An act.", "Theirs.", "Mine."}


def test_a_draft_is_proposed_taken_back_and_taken_out_and_in_as_a_file(desk: Desk, tmp_path: Path) -> None:
    home, out = desk.node.home, tmp_path / "report.json"
    assert desk.terminal.refusal(home, "conduct", "draft", "propose", "1") == "report-draft-empty"
    answer(desk, *LAW, "--input", "audience=named", "--input", "named=XD", "--mark", "done")
    desk.value("conduct", "draft", "propose", "1")
    desk.value("conduct", "draft", "withdraw", "1")
    assert desk.terminal.refusal(home, "conduct", "draft", "approve", "1") == "no-report-proposal"
    assert desk.terminal.run(home, "conduct", "draft", "export", "1", "--out", str(out)) == 0
    assert json.loads(out.read_text())["answers"][0]["audience"].startswith("named:")
    assert desk.value("conduct", "draft", "import", str(out)) == {"number": 1}
    assert desk.value("conduct", "draft", "list")[0]["unsettled"] == 0
