"""Do the commands on help show what meets, send an introduction, and tell what came of it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.node.conduct import reported


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal) -> Desk:
    found = Desk(tmp_path, terminal)
    seed_node(found.node, reported.helping_register("XC", "XD", "XE"), "XC")
    return found


def test_what_meets_is_listed_with_its_reasons(desk: Desk, terminal: Terminal) -> None:
    board = desk.value("conduct", "help", "list")
    (match,) = board["matches"]
    assert match["theirs"]["text"] == [{"lang": "en", "text": reported.OFFERS}]
    assert (match["norms"], match["languages"], match["hours"]) == ("same", ["en"], 8)
    assert desk.value("conduct", "help", "list", "--language", "fr")["matches"] == []
    assert terminal.run(desk.node.home, "conduct", "help", "list") == 0
    assert "State XD offers un-norms-2015 norm-j" in terminal.out
    assert reported.WHISPER not in terminal.out


def test_an_introduction_is_shown_then_sent_and_what_came_of_it_is_listed(desk: Desk, terminal: Terminal) -> None:
    key = desk.value("conduct", "help", "list")["matches"][0]["match"]
    fields = desk.value("conduct", "help", "introduce", key, "--dry-run")
    assert fields["quoted"] == {"lang": "en", "text": reported.OFFERS}
    assert desk.value("conduct", "help", "introductions") == []
    (sent,) = desk.value("conduct", "help", "introduce", key)
    (listed,) = desk.value("conduct", "help", "introductions")
    assert (listed["case"], listed["way"], listed["outcome"]) == (sent["case"], "sought", "")
    assert terminal.run(desk.node.home, "conduct", "help", "introductions") == 0
    assert "XD/duty" in terminal.out and "no answer yet" in terminal.out
    assert terminal.refusal(desk.node.home, "conduct", "help", "introduce", "0" * 16) == "help-match-gone"


def test_practices_are_searched(desk: Desk, terminal: Terminal) -> None:
    (found,) = desk.value("conduct", "help", "practices", "finder", "five")
    assert found["text"][0]["text"] == reported.PRACTICE
    assert terminal.run(desk.node.home, "conduct", "help", "practices", "elsewhere") == 0
    assert "No practice that is shared bears these words." in terminal.out


def test_a_norm_is_noted_beside_a_case_and_taken_back(desk: Desk, terminal: Terminal) -> None:
    key = desk.value("conduct", "help", "list")["matches"][0]["match"]
    case = desk.value("conduct", "help", "introduce", key)[0]["case"]
    desk.value("conduct", "help", "note", case, "budapest-2001 art-29")
    (found,) = desk.value("conduct", "help", "cases")["cases"]
    assert [each["norm"] for each in found["norms"]] == ["budapest-2001 art-29", "un-norms-2015 norm-j"]
    assert terminal.run(desk.node.home, "conduct", "help", "cases") == 0 and case in terminal.out
    desk.value("conduct", "help", "note", case, "budapest-2001 art-29", "--drop")
    (found,) = desk.value("conduct", "help", "cases")["cases"]
    assert [each["norm"] for each in found["norms"]] == ["un-norms-2015 norm-j"]
    assert terminal.refusal(desk.node.home, "conduct", "help", "note", case, "budapest-2001") == "norm-not-known"
