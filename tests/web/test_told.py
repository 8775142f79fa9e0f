"""Does the code of a notification open the list of what it told of, for whom it told and nobody else?"""

from __future__ import annotations

import re
from pathlib import Path

from liaison.officers.permissions import Role
from tests.node.duty.desk import Stage, staffed
from tests.web.visiting import Visitor, visit


def told(stage: Stage) -> tuple[Visitor, str]:
    """An officer who was told of three messages at once, and the code."""
    visitor = visit(stage.world, "XD", Role.OFFICER)
    stage.officers["ada"] = visitor.officer
    stage.reach("ada", "sms", "ada")
    for _ in range(3):
        stage.receive()
    stage.run()
    (words,) = stage.phones.heard("ada")
    found = re.search(r"/told/(\d{4})", words)
    assert found is not None
    return visitor, found[1]


def test_the_code_opens_the_list_and_each_is_acknowledged_from_there(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        visitor, code = told(stage)
        answer = visitor.get("/told", {"code": f" {code[:2]} {code[2:]}"})
        assert (answer.status_code, answer["Location"]) == (302, f"/told/{code}")
        page = visitor.get(f"/told/{code}").content.decode()
        assert page.count("Acknowledge</button>") == 3
        assert "Scanning" not in page
        message = re.findall(r'name="message" value="([^"]+)"', page)[0]
        visitor.send("acknowledge", message=message, back="desk")
        assert visitor.get(f"/told/{code}").content.decode().count("Acknowledge</button>") == 2
        assert "/told" in visitor.see()


def test_a_code_tells_nothing_to_a_colleague_or_when_guessed(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        visitor, code = told(stage)
        colleague = visit(stage.world, "XD", Role.OFFICER)
        nothing = "You were told nothing by this code"
        assert nothing in colleague.get(f"/told/{code}").content.decode()
        for wrong in ("0", "no", "x" * 100, f"{(int(code) + 1) % 10_000:04}"):
            assert nothing in visitor.get(f"/told/{wrong}").content.decode()


def test_one_button_says_i_have_it_of_all_and_leads_to_the_list(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        _, code = told(stage)
        link = stage.phones.rung[-1].notice.link.removeprefix("https://xd.example:9443")
        stranger = Visitor(stage.node)
        page = stranger.get(link).content.decode()
        assert "3 messages wait for you" in page
        assert "I have all of them" in page
        pressed = stranger.post(link).content.decode()
        assert "Noted: you have 3 messages" in pressed
        assert f"/told/{code}" in pressed


def test_where_nobody_could_be_told_the_page_does_not_say_that_everybody_was(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        stage.receive()
        for _ in range(4):
            stage.run(minutes=12)
        page = visitor.see()
        assert "Nobody has it yet" in page
        assert "Nobody could be told: no officer of this desk has a confirmed way." in page
        for untrue in ("Everybody was told", "told under the code", "· escalated"):
            assert untrue not in page, untrue
