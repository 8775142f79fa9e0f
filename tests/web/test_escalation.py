"""Do officers say how they are told, is one press enough, and does an administrator see who would be told?"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from liaison.node.models import ContactMethod
from liaison.node.services.escalation.keeping import note_has
from liaison.node.services.escalation.planning import make_plan_of
from liaison.node.services.escalation.sending import send_due
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from tests.node.duty.desk import Stage, staffed
from tests.web.visiting import Visitor, let_in, plain, visit

OWN = "/account/reached"


def answered(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:1500]
    return str(answer.content.decode())


def add(visitor: Visitor, address: str = "+41791234567", channel: str = "sms", **given: str) -> Any:
    typed = {"channel": channel, "address": address, "urgency": "routine", "after": "0", "label": ""} | given
    return visitor.post(f"{OWN}/add", typed)


def code_in(stage: Stage) -> str:
    send_due(stage.node)
    found = re.search(r"code (\d{6})", stage.phones.rung[-1].notice.text)
    assert found is not None
    return found[1]


def test_a_way_is_used_once_the_code_that_was_sent_there_came_back(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        assert "nobody can tell you that something waits" in answered(visitor.get(OWN))
        assert add(visitor).status_code == 302
        code = code_in(stage)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        assert "not the code" in answered(visitor.post(f"{OWN}/1/confirm", {"code": wrong}), 400)
        stage.receive()
        stage.run()
        assert stage.phones.heard("+41791234567") == [stage.phones.rung[0].notice.text]
        assert visitor.post(f"{OWN}/1/confirm", {"code": f" {code[:3]} {code[3:]}"}).status_code == 302
        stage.receive()
        stage.run()
        assert len(stage.phones.heard("+41791234567")) == 2
        page = answered(visitor.get(OWN))
        assert "Works" in page
        assert code not in page


def test_a_code_is_good_for_five_tries_and_an_hour(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        add(visitor)
        code = code_in(stage)
        for _ in range(5):
            visitor.post(f"{OWN}/1/confirm", {"code": "no"})
        assert "too old, or was tried too often" in answered(visitor.post(f"{OWN}/1/confirm", {"code": code}), 400)
        visitor.post(f"{OWN}/1/code")
        code = code_in(stage)
        stage.world.advance(minutes=61)
        let_in(stage.node, visitor.officer)
        again = visitor.post(f"{OWN}/1/confirm", {"code": code})
        assert again.status_code in (302, 400)
        with reading(stage.node):
            assert ContactMethod.objects.get().verified_at is None


def test_what_was_typed_wrongly_comes_back_and_nothing_is_kept(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        page = answered(add(visitor, " ", label="Night telephone"), 400)
        assert "no address that the channel" in page
        assert "Night telephone" in page
        assert "at most 120 minutes" in answered(add(visitor, after="500"), 400)
        with reading(stage.node):
            assert not ContactMethod.objects.exists()


def test_an_officer_changes_no_way_of_another(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        for act in ("confirm", "code", "test", "change", "first", "remove"):
            answered(visitor.post(f"{OWN}/1/{act}", {"urgency": "routine", "after": "0", "code": "1"}), 400)
        with reading(stage.node):
            assert ContactMethod.objects.get().removed_at is None


def test_opening_the_link_changes_nothing_and_pressing_the_button_once_does(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        stage.receive("emergency")
        stage.run()
        first, second = (each.notice.link.removeprefix("https://xd.example:9443") for each in stage.phones.rung[:2])
        stranger = Visitor(stage.node)
        for _ in range(3):
            page = answered(stranger.get(first))
            stranger.head(first)
        assert "I have it" in page
        assert stage.escalation().state == "waiting"
        for told in ("Scanning", stage.escalation().case):
            assert told not in page
        for told in ("XC", "Ada", "Bo"):  # So short that the tokens of a form may hold them by chance.
            assert told not in plain(page)
        assert "you have it" in answered(stranger.post(first))
        assert stage.escalation().state == "held"
        assert "This link is not valid" in answered(stranger.post(first), 400)
        assert "I have it" in answered(stranger.get(second))
        stage.run(minutes=10)
        assert len(stage.phones.rung) == 2
        with stage.world.at("XD"):
            assert not stage.world.network.requests[1:]  # Nothing was said to the sender.


def test_a_link_is_good_for_half_a_day_and_a_guessed_one_never(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        stage.receive()
        stage.run()
        link = stage.phones.rung[0].notice.link.removeprefix("https://xd.example:9443")
        stage.world.advance(hours=13)
        stranger = Visitor(stage.node)
        for path in (link, "/have/guessed", "/have/" + "a" * 500):
            answered(stranger.get(path), 400)
            answered(stranger.post(path), 400)


def test_who_pressed_and_said_nothing_to_the_sender_is_told_again(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        stage.receive("emergency")
        stage.run()
        Visitor(stage.node).post(stage.phones.rung[0].notice.link.removeprefix("https://xd.example:9443"))
        stage.run(minutes=14)
        assert stage.told() == ["ada"]
        stage.run(minutes=2)
        assert stage.told() == ["ada", "ada"]


def test_desk_and_case_say_escalated_who_has_it_and_acknowledged(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        message = stage.receive("emergency")
        stage.run(minutes=6)
        desk = visitor.see()
        assert "Nobody has it yet" in desk
        assert "escalated" in desk
        stage.acknowledge("bo", message)
        case = visitor.see(f"cases/{stage.escalation().case}/")
        assert re.search(r"escalated .*Bo.*has it since.*acknowledged", case, re.DOTALL)
        assert "sms-one" in case
        assert "Text message: Sent" in case


def have(stage: Stage, message: str, login: str) -> None:
    """The officer has it, and the sender hears nothing."""
    with unit_of_work(stage.node):
        note_has(stage.node, stage.world.desk("XD"), message, officer=stage.officers[login])


def test_who_stayed_silent_has_it_no_more_and_one_of_two_is_not_called_nobody(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        two = {"steps": ({"tell": ("desk",), "minutes": 5, "wants": 2},), "last": ("desk",), "repeats": 0}
        make_plan_of(stage.node, stage.seat, "urgent", two | {"signed_within": 10}, by=stage.officers["ada"])
        message = stage.receive("urgent")
        stage.run(minutes=1)
        visitor, case = visit(stage.world, "XD", Role.OFFICER), f"cases/{stage.escalation().case}/"
        for login in ("ada", "bo"):
            have(stage, message, login)
        assert "Ada</bdi>, <bdi" in visitor.see(case)
        stage.run(minutes=11)
        page = visitor.see(case)
        assert "has it since" not in page
        assert "Nobody has it yet" in page
        have(stage, message, "bo")
        page = visitor.see(case)
        assert re.search(r"Too few people have it.*Bo.*has it since.*one more person is wanted", page, re.DOTALL)
        stage.run(minutes=6)
        page = visitor.see(case)
        assert "Too few people have it" in page
        assert "nobody has it" not in page


def test_a_plan_is_made_on_the_page_and_holds_for_what_comes_then(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        visitor = visit(stage.world, "XD", Role.ADMINISTRATOR)
        visitor.see("administration/escalation", change="urgent")
        plan = {"urgency": "urgent", "tell-1": f"officer:{stage.officers['bo']}", "minutes-1": "7", "wants-1": "1"}
        visitor.send("administration/escalation", **plan, last="desk", repeats="0", signed="30")
        stage.receive("urgent")
        stage.run(minutes=6)
        assert stage.told() == ["bo"]
        page = visitor.see("administration/escalation", simulate="urgent", at="2026-11-29T03:00")
        assert "Sunday" in page or "29" in page
        assert page.index(">Bo<", page.index('class="told"')) > 0
        visitor.send("administration/escalation/drop", urgency="urgent")
        assert "Made by" not in visitor.see("administration/escalation")


def test_a_colleague_is_called_in_from_the_case_and_the_log_says_by_whom(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        message = stage.receive("urgent")
        stage.run(minutes=1)
        case, before = f"cases/{stage.escalation().case}/", len(stage.phones.heard("bo"))
        assert "Call in as well" in visitor.see(case)
        sent = visitor.send(f"{case}call-in", message=message, whom=str(stage.officers["bo"]))
        assert sent["location"].endswith("said=called-in")
        stage.run(minutes=1)
        assert len(stage.phones.heard("bo")) == before + 1
        assert re.search(r"called in .*Bo.*Text message: Sent", visitor.see(case), re.DOTALL)


def test_work_is_planned_and_ended_on_the_page_and_stands_on_that_of_the_desk(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        visitor = visit(stage.world, "XD", Role.ADMINISTRATOR, Role.OFFICER)
        assert "Planned work" not in visitor.see()
        now = stage.node.clock.now()
        begins, ends = (f"{now + timedelta(hours=hours):%Y-%m-%d %H:%M} UTC" for hours in (1, 3))
        typed = {"begins": begins, "ends": "soon"}
        page = answered(visitor.post(visitor.at("administration/planned-work"), typed), 400)
        assert f'value="{begins}"' in page
        assert "is not a date and time" in page
        visitor.send("administration/planned-work", begins=begins, ends=ends)
        assert "of this desk, from" in visitor.see()
        number = re.search(r'name="number" value="(\d+)"', visitor.see("administration/escalation"))
        assert number
        visitor.send("administration/planned-work/end", number=number[1])
        assert "Planned work" not in visitor.see()


def test_the_page_says_that_a_routine_message_waits_for_planned_work_and_an_urgent_one_does_not(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        visitor = visit(stage.world, "XD", Role.ADMINISTRATOR)
        now = stage.node.clock.now()
        begins, ends = (f"{now + timedelta(hours=hours):%Y-%m-%d %H:%M} UTC" for hours in (1, 3))
        visitor.send("administration/planned-work", begins=begins, ends=ends)
        at = f"{now + timedelta(hours=2):%Y-%m-%d %H:%M} UTC"
        routine = visitor.see("administration/escalation", simulate="routine", at=at)
        assert "waits for planned work until" in routine
        assert "or goes along with whatever else leaves by the same way" in routine
        for urgency, when in (("urgent", at), ("routine", ends)):
            page = visitor.see("administration/escalation", simulate=urgency, at=when)
            assert "Nothing was sent" in page
            assert "waits for planned work" not in page
            assert "goes along with whatever" not in page


def test_a_plan_that_was_not_understood_comes_back_as_it_was_typed(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        visitor = visit(stage.world, "XD", Role.DIRECTORY)
        plan = {"urgency": "urgent", "tell-1": "rota", "minutes-1": "soon", "last": "desk", "signed": "30"}
        page = answered(visitor.post(visitor.at("administration/escalation"), plan), 400)
        assert "no escalation plan" in page
        assert 'value="soon"' in page
        unknown = plan | {"minutes-1": "5", "tell-1": "officer:999"}
        assert "nobody of this desk" in answered(visitor.post(visitor.at("administration/escalation"), unknown), 400)


def test_an_instant_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        visitor = visit(stage.world, "XD", Role.ADMINISTRATOR)
        for at in ("Sunday", "2026-02-30T03:00", "0001-01-01T00:00", "9999-12-31T23:59", "' OR 1=1", "\0"):
            page = visitor.see("administration/escalation", status=400, simulate="urgent", at=at)
            assert "is not a date and time" in page
            assert "Nothing was sent" not in page
        visitor.see("administration/escalation", status=400, simulate="soon", at="2026-11-29T03:00")


def test_an_administrator_sees_which_ways_fail_and_no_address(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        stage.hire("ada", failing_since=stage.node.clock.now(), last_error="notice-refused")
        stage.hire("bo", reached=False)
        page = visit(stage.world, "XD", Role.ADMINISTRATOR).see("administration/escalation")
        assert "refused for good" in page
        assert re.search(r"Nobody can be told by any way:.*Bo", page)
        assert ">ada<" not in page
